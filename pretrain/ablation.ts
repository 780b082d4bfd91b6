// What each part of the gate is worth: the same training without it, or with one more, over several seeds. In: --quick, --seeds N,
// --threads N. Out: a table on stdout and in pretrain/results/, and each variant's networks under .tmp/ablation/.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { candidateNames } from "../src/classical/candidates.js";
import {
  candidateCount,
  factCount,
  seriesFeatureCount,
  stepFactCount,
  stepFeatureCount,
} from "../src/gate/features.js";
import type { GateConfig } from "../src/gate/schema.js";
import { encodeGates } from "../src/gate/weights.js";
import type { GateWindows } from "../src/gate/windows.js";
import { recipes } from "./recipes.js";
import { runTasks, type Task, type TrainedNetwork } from "./tasks.js";
import { buildAll, shareWindows } from "./threads.js";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    seeds: { type: "string", default: "3" },
    threads: { type: "string", default: String(availableParallelism()) },
  },
});
const recipe = options.quick ? recipes.quick : recipes.ablation;
const threadCount = Number(options.threads);
const worker = new URL("./worker.mjs", import.meta.url);
const tell = (text: string) => console.error(text);
const seed = 1;

const heldOut = await buildAll(worker, threadCount, seed, 0, recipe.heldOutWindows, recipe.steps, tell);
const windows = await buildAll(worker, threadCount, seed, recipe.heldOutWindows, recipe.windows, recipe.steps, tell);
const network: GateConfig = recipe.network;

interface Variant {
  readonly name: string;
  readonly config: GateConfig;
  readonly change?: (windows: GateWindows) => GateWindows;
}

const variants: readonly Variant[] = [
  { name: "gate", config: { ...network, residual: false, units: 0 } },
  { name: "gate + residual", config: { ...network, residual: true, units: 0 } },
  { name: "gate + recurrent summary", config: { ...network, residual: false, units: 32 } },
  { name: "gate + recurrent summary + residual", config: { ...network, residual: true, units: 32 } },
  { name: "gate without backtest errors", config: { ...network, residual: false, units: 0 }, change: withoutErrors },
  {
    name: "two naives + recurrent summary + residual",
    config: { ...network, residual: true, units: 32 },
    change: naivesOnly,
  },
];

/** No candidate has done better than another before. */
function withoutErrors(made: GateWindows): GateWindows {
  const series = made.series.slice();
  const steps = made.steps.slice();
  for (let w = 0; w < made.count; w++)
    series.fill(0, w * seriesFeatureCount + factCount, w * seriesFeatureCount + factCount + candidateCount);
  for (let row = 0; row < made.count * made.stepCount; row++) {
    const at = row * stepFeatureCount + stepFactCount + candidateCount;
    steps.fill(0, at, at + candidateCount);
  }
  return { ...made, series, steps };
}

/** Nothing but the last value and the value a season ago. */
function naivesOnly(made: GateWindows): GateWindows {
  const kept = candidateNames.map((name) => name === "naive" || name === "seasonal-naive");
  const series = made.series.slice();
  for (let w = 0; w < made.count; w++)
    for (let c = 0; c < candidateCount; c++)
      if (!kept[c]) series[w * seriesFeatureCount + factCount + candidateCount + c] = 0;
  const steps = made.steps.slice();
  for (let row = 0; row < made.count * made.stepCount; row++)
    for (let c = 0; c < candidateCount; c++)
      if (!kept[c])
        for (const part of [0, candidateCount]) steps[row * stepFeatureCount + stepFactCount + part + c] = 0;
  return { ...made, series, steps };
}

const { training, curveSteps } = recipe;
const rows: string[] = ["variant,seed,mae,pinball,coverage80,coverage95,equal_weights_mae,inverse_error_mae"];
for (const { name, config, change } of variants) {
  const shared = shareWindows(change?.(windows) ?? windows);
  const checked = shareWindows(change?.(heldOut) ?? heldOut);
  const tasks = Array.from(
    { length: Number(options.seeds) },
    (_, member): Task => ({
      kind: "network",
      seed,
      member,
      config,
      windows: shared,
      heldOut: checked,
      training,
      curveSteps,
    }),
  );
  const trained = await runTasks<TrainedNetwork>(worker, tasks, threadCount, () => {});
  for (const [member, { heldOut: score }] of trained.entries()) {
    const { mae, pinball, coverage80, coverage95, equalWeightsMae, inverseErrorMae } = score;
    rows.push([name, member, mae, pinball, coverage80, coverage95, equalWeightsMae, inverseErrorMae].join());
    console.log(rows.at(-1));
  }
  if (change === undefined) save(name, trained);
}
if (!options.quick) {
  mkdirSync("pretrain/results", { recursive: true });
  writeFileSync(`pretrain/results/ablation-${new Date().toISOString().slice(0, 10)}.csv`, `${rows.join("\n")}\n`);
}

function save(name: string, trained: readonly TrainedNetwork[]): void {
  const directory = `.tmp/ablation/${name.replaceAll(/\W+/g, "-")}`;
  const { bytes, description } = encodeGates(
    trained.map((one) => one.network),
    {},
  );
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/gate.bin`, bytes);
  writeFileSync(`${directory}/gate.json`, JSON.stringify(description));
}
