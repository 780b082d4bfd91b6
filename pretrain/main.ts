// Pretrains the gate on synthetic series. In: --quick for a small run that ends in two minutes, --seed N, --threads N (which
// change no result), --out DIR. Out: DIR/gate.bin and DIR/gate.json, with the record of the run.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { GateConfig } from "../src/gate/schema.js";
import { decodeGates, encodeGates } from "../src/gate/weights.js";
import type { GateWindows } from "../src/gate/windows.js";
import { recipes } from "./recipes.js";
import { scoreGates } from "./score.js";
import { runTasks, type Task, type TrainedNetwork } from "./tasks.js";
import { buildAll } from "./threads.js";

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: String(availableParallelism()) },
    out: { type: "string" },
  },
});
const seed = Number(options.seed);
const threadCount = Number(options.threads);
const out = options.out ?? (options.quick ? ".tmp/pretrained" : "pretrained");
const recipe = options.quick ? recipes.quick : recipes.full;
const worker = new URL("./worker.mjs", import.meta.url);
const tell = (text: string) => console.error(`${((performance.now() - began) / 1000).toFixed(0)} s  ${text}`);
const began = performance.now();

const heldOut = await buildAll(worker, threadCount, seed, 0, recipe.heldOutWindows, recipe.steps, tell);
const { training, curveSteps } = recipe;
let buildSeconds = (performance.now() - began) / 1000;

/** @param heldOut windows that tell how each network does */
async function trainMembers(count: number, config: GateConfig, heldOut: GateWindows): Promise<TrainedNetwork[]> {
  if (count === 0) return [];
  const { heldOutWindows, steps } = recipe;
  const from = performance.now();
  const late = config.newest ?? false;
  const windows = await buildAll(worker, threadCount, seed, heldOutWindows, recipe.windows, steps, tell, late);
  tell(`${recipe.windows} windows`);
  buildSeconds += (performance.now() - from) / 1000;
  const tasks = Array.from(
    { length: count },
    (_, member): Task => ({ kind: "network", seed, member, config, windows, heldOut, training, curveSteps }),
  );
  return runTasks<TrainedNetwork>(worker, tasks, threadCount, tell);
}

const usual = await trainMembers(recipe.members, recipe.network, heldOut);
const lateHeldOut =
  recipe.newestMembers === 0
    ? heldOut
    : await buildAll(worker, threadCount, seed, 0, recipe.heldOutWindows, recipe.steps, tell, true);
const newest = await trainMembers(recipe.newestMembers, { ...recipe.network, newest: true }, lateHeldOut);
const trained = [...usual, ...newest];
const networks = trained.map(({ network }) => network);
const { bytes, description } = encodeGates(networks, {
  command: `npm run pretrain --${options.quick ? " --quick" : ""} --seed ${seed}`,
  engine: "wasm",
  node: process.version,
  recipe,
  windows_seconds: Math.round(buildSeconds),
  training_seconds: Math.round((performance.now() - began) / 1000 - buildSeconds),
  networks: trained.map(({ curve, heldOut }) => ({ held_out: heldOut, curve })),
});
// As they will be read: rounded to half precision.
const score = scoreGates(decodeGates(bytes, description), heldOut);
Object.assign(description.record as object, { held_out: score });
mkdirSync(out, { recursive: true });
writeFileSync(join(out, "gate.bin"), bytes);
writeFileSync(join(out, "gate.json"), `${JSON.stringify(description, null, 1)}\n`);
console.log(JSON.stringify({ bytes: bytes.length, ...score }));
if (!(score.mae < score.equalWeightsMae)) {
  console.error("the networks do not beat the equal-weight mean of the candidates");
  process.exitCode = 1;
}
