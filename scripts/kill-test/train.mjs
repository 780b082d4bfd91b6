// Kills trainings. After every kill `--resume` has to go on, is killed again some of the times, and in the end has to write the very
// bytes of a training that ran through.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directory, end, killCount, random, run, timeOf } from "./common.mjs";

writeFileSync(
  join(directory, "data.csv"),
  [
    "month,value",
    ...Array.from({ length: 120 }, (_, t) => `${t},${100 + t + Math.round(40 * Math.sin((Math.PI * t) / 6))}`),
  ]
    .map((line) => `${line}\n`)
    .join(""),
);
const short = ["-H", "4", "--epochs", "10", "-q"];
const recipes = [
  ["--model", "gru", "--dropout", "0.2", ...short],
  ["--model", "lstm", "--layers", "8,4", "--bidirectional", ...short],
  ["--model", "auto", "--preset", "best", ...short],
  ["--model", "rnn", "--engine", "wasm", ...short],
].map((flags, i) => ({ name: flags.slice(0, 2).join(" "), flags, whole: `whole-${i}` }));
const trainOf = ({ flags }, out) => ["train", "data.csv", "--out", out, ...flags];

/** Kept after every step, so that a kill meets many states and many writes. */
const env = { HINDCAST_CHECKPOINT_SECONDS: "0" };
for (const recipe of recipes) recipe.durationMs = await timeOf(trainOf(recipe, recipe.whole), env);

const isSame = (one, other) => {
  const names = readdirSync(join(directory, one)).filter((name) => name !== "run.json");
  return names.every(
    (name) =>
      existsSync(join(directory, other, name)) &&
      readFileSync(join(directory, one, name)).equals(readFileSync(join(directory, other, name))),
  );
};

const counts = { kills: 0, hit: 0, "too late": 0, "gone on from a checkpoint": 0, "begun again": 0 };
const losses = { "does not go on": 0, "other bytes": 0, "checkpoint left": 0, "left behind": 0 };
const out = "model";
const checkpoint = join(directory, "model.checkpoint");
while (counts.kills < killCount) {
  const recipe = recipes[Math.floor(random() * recipes.length)];
  const report = (loss, text) => {
    losses[loss]++;
    console.error(`kill ${counts.kills}, ${recipe.name}: ${loss}: ${text}`);
  };
  const train = trainOf(recipe, out);
  let isFirst = true;
  do {
    const argv = isFirst ? train : [...train, "--resume"];
    isFirst = false;
    const { signal, code, text } = await run(argv, 1.05 * random() * recipe.durationMs, env);
    counts.kills++;
    counts[signal === "SIGKILL" ? "hit" : "too late"]++;
    if (signal === null && code !== 0) report("does not go on", text);
  } while (random() < 0.5);
  counts[existsSync(join(checkpoint, "checkpoint.json")) ? "gone on from a checkpoint" : "begun again"]++;
  const { code, text } = await run([...train, "--resume"], undefined, env);
  if (code !== 0) report("does not go on", text);
  else if (!isSame(recipe.whole, out)) report("other bytes", readdirSync(join(directory, out)).join(" "));
  if (existsSync(checkpoint)) report("checkpoint left", readdirSync(checkpoint).join(" "));
  // The run that ended well has swept up what the killed ones were writing.
  const strays = readdirSync(directory).filter((name) => name.startsWith("."));
  if (strays.length > 0) report("left behind", strays.join(" "));
  for (const path of [join(directory, out), checkpoint]) rmSync(path, { recursive: true, force: true });
}
end(counts, losses);
