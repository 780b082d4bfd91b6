import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readModel } from "../../src/artifact/directory.js";
import { openModel } from "../../src/artifact/open-model.js";
import { saveModel } from "../../src/artifact/save-model.js";
import { fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { cutFrame } from "../../src/series/frame.js";
import { airPassengers } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";

const forms: [string, Partial<ModelOptions>][] = [
  ["segments", { segment: 4 }],
  ["a mix", { mix: [1, 12] }],
  ["segments, a mix, fed back", { segment: 4, mix: [1, 12], decoder: "recursive" }],
  ["additive attention", { attention: "additive", dropout: 0.2 }],
  ["dot attention, both directions, two layers", { attention: "dot", bidirectional: true, layers: [4, 3] }],
  ["a convolution", { conv: { filters: 4, width: 3 } }],
  [
    "everything at once",
    { segment: 2, conv: { filters: 4, width: 2 }, attention: "additive", mix: [12], bidirectional: true },
  ],
];
const horizon = 6;

async function fitLstm(options: Partial<ModelOptions>, frame = airPassengers()) {
  const context = quietContext();
  const all = { ...smallModel, ...options, seasons: [12] };
  const fitted = await fitModel("lstm", frame, horizon, all, context);
  if (fitted.kind !== "network") throw new Error("no network");
  const forecast = await (await predictorOf(fitted, all.limits, context)).predict(frame, horizon, [0.1, 0.9]);
  return { fitted, forecast, context, limits: all.limits };
}

test.each(forms)("%s: the same seed gives the same bytes, and a saved model the same forecasts", async (_, options) => {
  const frame = airPassengers();
  const one = await fitLstm(options);
  const two = await fitLstm(options);
  expect(two.fitted.network.weights).toEqual(one.fitted.network.weights);
  expect(two.forecast).toEqual(one.forecast);
  expect(one.forecast.point.every(Number.isFinite)).toBe(true);

  const path = join(await mkdtemp(join(tmpdir(), "hindcast-forms-")), "model");
  const reading = { missing: "mask", aggregate: undefined } as const;
  const { fitted, limits, context } = one;
  const rest = { frame, horizon, seed: 7, engine: "wasm", reading, limits, heldOut: null, keepContext: true };
  await saveModel(path, { fitted, ...rest }, "0.1.0", {});
  const stored = await openModel(await readModel(path));
  const predictor = await predictorOf(stored.fitted, limits, context);
  expect(await predictor.predict(stored.context!, horizon, [0.1, 0.9])).toEqual(one.forecast);
});

test("what a mix says of the steps ahead depends on nothing after the origin", async () => {
  const frame = airPassengers();
  const [series] = frame.series;
  const changed = { ...series!, values: series!.values.map((value, t) => (t < 120 ? value : 1e6)) };
  const [one, two] = [frame, { ...frame, series: [changed] }].map((whole) => cutFrame(whole, [120]));
  const options = { mix: [1, 12], segment: 4 };
  expect((await fitLstm(options, two)).forecast).toEqual((await fitLstm(options, one)).forecast);
});

test("a window is rounded up to whole segments", async () => {
  const { fitted } = await fitLstm({ window: 10, segment: 4 });
  expect(fitted.network.config).toMatchObject({ window: 12, segment: 4 });
});

test("a forecast of fewer steps is the beginning of the whole one, and one fed back may be longer", async () => {
  const frame = airPassengers();
  const { fitted, forecast, context, limits } = await fitLstm({ mix: [4, 12] });
  const shorter = await (await predictorOf(fitted, limits, context)).predict(frame, 2);
  expect(shorter.point).toEqual(forecast.point.subarray(0, 2));
  const fedBack = await fitLstm({ mix: [4, 12], decoder: "recursive" });
  const longer = await (await predictorOf(fedBack.fitted, limits, context)).predict(frame, 30);
  expect(longer.point.subarray(0, horizon)).toEqual(fedBack.forecast.point);
  expect(longer.point.every(Number.isFinite)).toBe(true);
});
