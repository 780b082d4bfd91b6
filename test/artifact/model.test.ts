import { readFileSync } from "node:fs";
import { join } from "node:path";
import { io, tensor3d } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { expect, test } from "vitest";
import { readModel } from "../../src/artifact/directory.js";
import { openModel } from "../../src/artifact/open-model.js";
import { saveModel } from "../../src/artifact/save-model.js";
import { fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { cells } from "../../src/engine/kernels/cells.js";
import { windowShape } from "../../src/model/config.js";
import { predictArrays } from "../../src/model/inference.js";
import { createBatch, gatherBatch } from "../../src/windows/gather.js";
import { planForecast } from "../../src/windows/plan.js";
import { prepareFrame } from "../../src/windows/prepare.js";
import { airPassengers } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";
import { temporaryDirectory } from "../support/directory.js";
import { startTestEngine } from "../support/engine.js";

const horizon = 6;
const seed = 7;
const levels = [0.005, 0.1, 0.42, 0.975];

async function saved(name: string, options: Partial<ModelOptions> = {}, keepContext = true) {
  const frame = airPassengers();
  const context = quietContext();
  const fitted = await fitModel(name, frame, horizon, { ...smallModel, seasons: "auto", seed, ...options }, context);
  const path = join(await temporaryDirectory(), "model");
  const { limits } = smallModel;
  await saveModel(
    path,
    {
      fitted,
      frame,
      horizon,
      seed,
      engine: "wasm",
      reading: { missing: "mask", aggregate: undefined },
      limits,
      heldOut: null,
      keepContext,
    },
    "0.1.0",
    {},
  );
  const forecast = await (await predictorOf(fitted, limits, context)).predict(frame, horizon, levels);
  return { path, frame, fitted, forecast, limits, context };
}

test.each([...cells, "naive", "seasonal-naive", "drift", "mean"])(
  "a saved %s goes on from its own context with the very numbers it would give in memory",
  async (name) => {
    for (const options of [
      {},
      { scale: { scale: "series" as const, scaler: "minmax" as const, difference: 12 } },
      { scale: { deseasonalize: true } },
    ]) {
      const { path, forecast, limits, context, frame } = await saved(name, options);
      const { fitted, context: known } = await openModel(await readModel(path));
      const predictor = await predictorOf(fitted, limits, context);
      expect(forecast.quantiles).toHaveLength(levels.length);
      expect(await predictor.predict(known!, horizon, levels)).toEqual(forecast);
      expect(await predictor.predict(frame, horizon, levels)).toEqual(forecast);
    }
  },
);

test("the context may be left out", async () => {
  const { path } = await saved("naive", {}, false);
  expect((await openModel(await readModel(path))).context).toBeUndefined();
});

test("two trainings with the same seed write the same bytes, but for run.json", async () => {
  const [one, two] = [await saved("lstm"), await saved("lstm")];
  for (const name of ["hindcast.json", "model.json", "weights.bin", "context.bin"])
    expect(readFileSync(join(two.path, name)).equals(readFileSync(join(one.path, name))), name).toBe(true);
});

test.each([
  ["rnn", {}],
  ["rnn", { mix: [] }],
  ["lstm", { layers: [5, 4] }],
  ["gru", { bidirectional: true }],
  ["gru", { dropout: 0.3, layers: [4, 4], bidirectional: true }],
] as const)("stock TensorFlow.js loads a saved %s %j and predicts the same", async (name, options) => {
  await startTestEngine();
  const { path, frame, fitted } = await saved(name, options);
  if (fitted.kind !== "network") throw new Error("no network");
  const json = JSON.parse(readFileSync(join(path, "model.json"), "utf8"));
  const weights = readFileSync(join(path, "weights.bin"));
  const stock = await loadLayersModel(
    io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0].weights,
      weightData: new Uint8Array(weights).buffer,
    }),
  );
  const { config, preparation, channels } = fitted.network;
  const prepared = prepareFrame(frame, preparation, channels, horizon);
  const batch = createBatch(prepared, windowShape(config), 1);
  gatherBatch(prepared, planForecast(prepared), Int32Array.of(0), 0, 1, batch);
  const own = predictArrays(config, fitted.network.weights, batch.inputs, null, 1, batch.candidates);
  const { mix = [] } = config;
  const x = tensor3d(batch.inputs, [1, config.window, config.inputs]);
  const output = stock.predict(mix.length === 0 ? x : [x, tensor3d(batch.candidates, [1, mix.length, horizon])]);
  const theirs = await (Array.isArray(output) ? output[0]! : output).data();
  stock.dispose();
  expect(theirs).toHaveLength(horizon);
  // Sums in another order, in float32, over at most 10 × 8 terms a step.
  for (const [k, value] of theirs.entries()) expect(value).toBeCloseTo(own[k]!, 5);
});
