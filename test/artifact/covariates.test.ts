// A model with covariates: saved and opened again, and what of the data it rests on.
import { join } from "node:path";
import { expect, test } from "vitest";
import { readModel } from "../../src/artifact/directory.js";
import { openModel } from "../../src/artifact/open-model.js";
import { saveModel } from "../../src/artifact/save-model.js";
import { createForecaster, fitModel } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { backtest } from "../../src/evaluate/backtest.js";
import { cutFrame, type Frame } from "../../src/series/frame.js";
import { quietContext, smallModel } from "../support/context.js";
import { type Column, covariateFrame } from "../support/covariates.js";
import { temporaryDirectory } from "../support/directory.js";

const horizon = 4;
const length = 80;
const wave = Array.from({ length }, (_, t) => 10 + Math.sin((t * Math.PI) / 2) + ((t * 7) % 5 === 0 ? 4 : 0));
const promo: Column = {
  name: "promo",
  kind: "future",
  values: Array.from({ length: length + horizon }, (_, t) => ((t * 7) % 5 === 0 ? 1 : 0)),
};
const stock: Column = { name: "stock", kind: "past", values: wave.map((value, t) => value + (t % 3)) };
const sky: Column = { name: "sky", kind: "past", values: wave.map((_, t) => t % 2), categories: ["dry", "wet"] };
const size: Column = { name: "size", kind: "static", values: [3] };
const all = [stock, sky, promo, size];

async function forecast(frame: Frame, decoder: "direct" | "recursive" = "direct"): Promise<number[]> {
  const context = quietContext();
  const fitted = await fitModel("gru", frame, horizon, { ...smallModel, decoder }, context);
  return [...(await (await predictorOf(fitted, smallModel.limits, context)).predict(frame, horizon)).point];
}

test("a saved model goes on from its own data to the same forecast, and to that of the data given again", async () => {
  const frame = covariateFrame(wave, all);
  const context = quietContext();
  const { limits } = smallModel;
  const fitted = await fitModel("gru", frame, horizon, smallModel, context);
  const path = join(await temporaryDirectory(), "model");
  const reading = { missing: "mask", aggregate: undefined } as const;
  const saved = { fitted, frame, horizon, seed: 7, engine: null, reading, limits, heldOut: null, keepContext: true };
  await saveModel(path, saved, "0.0.0", {});
  const stored = await readModel(path);
  const opened = await openModel(stored);
  expect(stored.manifest.covariates).toEqual(frame.covariates);
  const before = await (await predictorOf(fitted, limits, context)).predict(frame, horizon, [0.1]);
  const predictor = await predictorOf(opened.fitted, limits, context);
  expect(await predictor.predict(frame, horizon, [0.1])).toEqual(before);
  expect(await predictor.predict(opened.context!, horizon, [0.1])).toEqual(before);
});

test("what keeps no covariates is saved without them", async () => {
  const frame = covariateFrame(wave, all);
  const context = quietContext();
  const { limits } = smallModel;
  const fitted = await fitModel("naive", frame, horizon, smallModel, context);
  const path = join(await temporaryDirectory(), "model");
  const reading = { missing: "mask", aggregate: undefined } as const;
  const saved = { fitted, frame, horizon, seed: 7, engine: null, reading, limits, heldOut: null, keepContext: true };
  await saveModel(path, saved, "0.0.0", {});
  const stored = await readModel(path);
  expect(stored.manifest.covariates).toBeUndefined();
  expect((await openModel(stored)).context!.series[0]!.covariates).toBeUndefined();
});

test("nothing after the cut changes a model or its forecast, but what is known ahead", async () => {
  const cut = 60;
  const changed = (column: Column, from: number): Column => ({
    ...column,
    values: Array.from(column.values, (value, t) => (t < from ? value : 1 - value)),
  });
  for (const decoder of ["direct", "recursive"] as const) {
    const known = (columns: readonly Column[]) => forecast(cutFrame(covariateFrame(wave, columns), [cut]), decoder);
    const before = await known(all);
    expect(await known([changed(stock, cut), changed(sky, cut), changed(promo, cut + horizon), size])).toEqual(before);
    expect(await known([stock, sky, changed(promo, cut), size])).not.toEqual(before);
  }
});

test("a backtest takes what is known ahead from the data after the origin, and nothing else", async () => {
  const origin = length - horizon;
  const scored = async (columns: readonly Column[]) => {
    const options = { horizon, folds: 1, step: horizon, refit: "never", span: "sliding", season: 1 } as const;
    const result = await backtest(
      covariateFrame(wave, columns),
      [createForecaster("gru", smallModel)],
      options,
      quietContext(),
    );
    return [...result.models[0]!.folds[0]!.forecasts];
  };
  const later = (column: Column): Column => ({
    ...column,
    values: Array.from(column.values, (value, t) => (t < origin ? value : value + 1)),
  });
  const before = await scored(all);
  expect(await scored([later(stock), sky, promo, size])).toEqual(before);
  expect(await scored([stock, sky, later(promo), size])).not.toEqual(before);
});
