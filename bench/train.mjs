// What whole trainings take, each a process from its start to a forecast in a file, beside others on the same data. A GRU(64) on monthly
// airline passengers, window 36, horizon 12, 500 steps of 32 windows (an epoch has 3, so it is 501 of ours), nothing held back, against PyTorch and NeuralForecast. And
// the README's example, against the same command with stock TensorFlow.js layers in place of our kernels. In: a built dist/; --impl
// NAME,… --rounds N; HINDCAST_KERNELS chooses our build. Out: a table of medians, and of the errors on the twelve months that nobody saw;
// when nothing was left out, a dated CSV in bench/results/.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { median, nativePackage, pythonWith, root } from "./environments.mjs";

const [window, horizon, units, steps, batch, rate] = [36, 12, 64, 500, 32, 5e-3];
const directory = mkdtempSync(join(tmpdir(), "hindcast-bench-"));
const data = join(directory, "past.csv");
const output = join(directory, "forecast.csv");
const [header, ...months] = readFileSync(`${root}fixtures/air-passengers.csv`, "utf8").trim().split("\n");
writeFileSync(data, `${[header, ...months.slice(0, -horizon)].join("\n")}\n`);
const actual = months.slice(-horizon).map((line) => Number(line.split(",")[1]));

const hindcast = `${root}bin/hindcast.js`;
// The README's own command, but that the last year is kept back to be scored.
const example = ["forecast", data, "-H", String(horizon), "--quiet", "-o", output];
const epochSteps = Math.ceil((months.length - horizon - window - horizon + 1) / batch);
const sameTraining =
  `--model gru --mix none --layers ${units} --window ${window} --batch ${batch} --epochs ${Math.ceil(steps / epochSteps)} --patience 0 --hold-back 0
  --lr ${rate} --loss mse --transform log1p --calendar none --no-deseasonalize`.split(/\s+/);
const request = JSON.stringify({ data, output, window, horizon, units, steps, batch, rate });
const python = (name) => [pythonWith(name), `${root}bench/peers/${name}_train.py`, request];
const stock = async (engine) => ({
  command: [process.execPath, await bundleStock(), ...example],
  env: { BENCH_ENGINE: engine },
});

/** What each training is compared with comes first. */
const trainings = {
  "GRU(64), 500 steps": {
    neuralforecast: () => ({ command: python("neuralforecast") }),
    pytorch: () => ({ command: python("pytorch") }),
    hindcast: () => ({ command: [process.execPath, hindcast, ...example, ...sameTraining] }),
  },
  "README example": {
    "tfjs-node": async () => stock(await nativePackage()),
    "tfjs-wasm": () => stock("wasm"),
    hindcast: () => ({ command: [process.execPath, hindcast, ...example] }),
  },
};
const impls = [...new Set(Object.values(trainings).flatMap(Object.keys))].join();
const { values: options } = parseArgs({
  options: { impl: { type: "string", default: impls }, rounds: { type: "string", default: "3" } },
});

/** The command line with its trainer replaced; all else is what it is. */
async function bundleStock() {
  const outfile = `${root}.tmp/bench/stock.mjs`;
  const trainer = {
    name: "stock-trainer",
    setup(builder) {
      builder.onResolve({ filter: /\/kernel-trainer\.js$/ }, () => ({ path: `${root}bench/peers/stock-trainer.mjs` }));
    },
  };
  await build({
    stdin: { contents: 'import { main } from "./src/cli.ts"; main();', resolveDir: root },
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    define: { __HINDCAST_VERSION__: '"stock"' },
    plugins: [trainer],
    logLevel: "error",
  });
  return outfile;
}

function measure({ command: [program, ...args], env }) {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(program, args, {
    cwd: directory,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const ms = performance.now() - startedMs;
  if (status !== 0) throw new Error(`${program} ${args[0]} exits with ${status}: ${stderr}`);
  const forecast = readFileSync(output, "utf8").trim().split("\n").slice(1);
  rmSync(output);
  const errors = forecast.map((line, step) => Number(line.split(",")[1]) - actual[step]);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / horizon;
  return { ms, mse: mean(errors.map((error) => error ** 2)), mae: mean(errors.map(Math.abs)) };
}

const rows = [];
try {
  for (const [training, peers] of Object.entries(trainings)) {
    const wanted = Object.keys(peers).filter((impl) => options.impl.split(",").includes(impl));
    const runs = new Map();
    for (const impl of wanted) runs.set(await peers[impl](), { impl, measured: [] });
    for (let round = 0; round < Number(options.rounds); round++)
      for (const [peer, { impl, measured }] of runs) {
        measured.push(measure(peer));
        console.error(`${training}, ${impl}: ${(measured.at(-1).ms / 1000).toFixed(2)} s`);
      }
    const results = [...runs.values()].map(({ impl, measured }) => {
      const [ms, mse, mae] = ["ms", "mse", "mae"].map((name) => median(measured.map((run) => run[name])));
      return {
        training,
        impl,
        median_s: ms / 1000,
        min_s: Math.min(...measured.map((run) => run.ms)) / 1000,
        mse,
        mae,
      };
    });
    const ours = results.find(({ impl }) => impl === "hindcast");
    for (const row of results) rows.push({ ...row, hindcast_of_it: ours && ours.median_s / row.median_s });
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
const rounded = rows.map((row) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "number" ? Number(value.toPrecision(4)) : value,
    ]),
  ),
);
console.table(rounded);
if (options.impl === impls) {
  const date = new Date().toISOString().slice(0, 10);
  const lines = rounded.map((row) => [`"${row.training}"`, ...Object.values(row).slice(1)].join(","));
  mkdirSync(`${root}bench/results`, { recursive: true });
  const columns = Object.keys(rounded[0]).join(",");
  writeFileSync(`${root}bench/results/train-${date}.csv`, `${[columns, ...lines].join("\n")}\n`);
}
