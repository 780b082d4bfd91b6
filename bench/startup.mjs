// How long the command line takes to start, beside bare node. In: a built dist/. Out: a CSV of medians of interleaved runs, so that
// what else the machine does falls on all alike; the same, dated, in bench/results/. `node bench/startup.mjs [rounds]` measures with the
// node it is run by, and exits with 1 when a limit is passed.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const hindcast = join(root, "bin/hindcast.js");
const rounds = Number(process.argv[2] ?? 41);
const directory = mkdtempSync(join(tmpdir(), "hindcast-bench-"));
const model = join(directory, "model");
const daily = join(directory, "daily.csv");

/** `limit`: times bare node that a case may take. */
const cases = [
  { name: "node -e 0", args: ["-e", "0"] },
  { name: "hindcast --version", args: [hindcast, "--version"] },
  { name: "hindcast --help", args: [hindcast, "--help"], limit: 1.2 },
  { name: "hindcast forecast --help", args: [hindcast, "forecast", "--help"] },
  { name: "hindcast forecast --from", args: [hindcast, "forecast", "--from", model], limit: 2 },
  // The first run after an installation, and where the user has no cache directory.
  { name: "hindcast forecast --from (nothing kept)", args: [hindcast, "forecast", "--from", model], caches: "" },
  {
    name: "hindcast forecast --model pretrained",
    args: [hindcast, "forecast", daily, "--model", "pretrained", "-H", "12"],
  },
];

try {
  const data = join(root, "fixtures/air-passengers.csv");
  const training = ["-H", "12", "--model", "gru", "--engine", "wasm", "--epochs", "2"];
  execFileSync(process.execPath, [hindcast, "train", data, ...training, "--out", model], { stdio: "ignore" });

  writeFileSync(daily, writeSeries(1000));

  const durationsMs = cases.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [c, { name, args, caches = directory }] of cases.entries()) {
      const env = { ...process.env, HOME: "", XDG_CACHE_HOME: caches };
      const startedMs = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
      if (status !== 0) throw new Error(`${name} exits with ${status}: ${stderr}`);
      durationsMs[c].push(performance.now() - startedMs);
    }
  }

  const mediansMs = durationsMs.map((values) => values.sort((a, b) => a - b)[rounds >> 1]);
  const lines = ["command,median_ms,times_bare_node,limit"];
  for (const [c, { name, limit = "" }] of cases.entries()) {
    const times = mediansMs[c] / mediansMs[0];
    lines.push(`${name},${mediansMs[c].toFixed(1)},${times.toFixed(2)},${limit}`);
    if (limit !== "" && times > limit) process.exitCode = 1;
  }
  const csv = `${lines.join("\n")}\n`;
  mkdirSync(join(root, "bench/results"), { recursive: true });
  writeFileSync(
    join(
      root,
      `bench/results/startup-${new Date().toISOString().slice(0, 10)}-node${process.versions.node.split(".")[0]}.csv`,
    ),
    csv,
  );
  console.log(csv);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Days with a season of a week and something that looks like noise. */
function writeSeries(stepCount) {
  const rows = Array.from({ length: stepCount }, (_, i) => {
    const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${(100 + 10 * Math.sin((2 * Math.PI * i) / 7) + ((i * 7919) % 13)).toFixed(2)}`;
  });
  return ["ds,y", ...rows, ""].join("\n");
}
