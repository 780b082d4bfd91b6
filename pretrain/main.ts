// Pretrains the gate on synthetic series. In: --quick for a small run that ends in two minutes, --seed N, --threads N (which
// change no result), --out DIR. Out: DIR/gate.bin and DIR/gate.json, with the record of the run.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { GateConfig } from "../src/gate/schema.js";
import { decodeGates, encodeGates } from "../src/gate/weights.js";
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
const windows = await buildAll(worker, threadCount, seed, recipe.heldOutWindows, recipe.windows, recipe.steps, tell);
tell(`${recipe.windows} windows`);
const built = performance.now();
const { training, curveSteps } = recipe;
const config: GateConfig = recipe.network;
const tasks = Array.from(
  { length: recipe.members },
  (_, member): Task => ({ kind: "network", seed, member, config, windows, heldOut, training, curveSteps }),
);
const trained = await runTasks<TrainedNetwork>(worker, tasks, threadCount, tell);
const networks = trained.map(({ network }) => network);
const { bytes, description } = encodeGates(networks, {
  command: `npm run pretrain --${options.quick ? " --quick" : ""} --seed ${seed}`,
  engine: "wasm",
  node: process.version,
  recipe,
  windows_seconds: Math.round((built - began) / 1000),
  training_seconds: Math.round((performance.now() - built) / 1000),
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
