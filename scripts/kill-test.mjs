// Kills hindcast at random moments and looks at what is left. In: what to kill (the registry's writers, when left out), how many times
// (200), and a seed. Out: counts, and exit code 1 when anything was lost.
//
//     node scripts/kill-test.mjs [train|output] [KILLS] [SEED]
const modes = ["train", "output"];
const mode = modes.find((name) => name === process.argv[2]) ?? "registry";
await import(`./kill-test/${mode}.mjs`);
