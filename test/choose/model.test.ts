import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { chooseByValidation, chooseCell } from "../../src/choose/auto.js";
import { createForecaster, fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { cells } from "../../src/engine/kernels/cells.js";
import { backtest } from "../../src/evaluate/backtest.js";
import { openTrainer } from "../../src/fit/open-trainer.js";
import { baselines } from "../../src/forecast/baselines.js";
import type { Predictor } from "../../src/forecast/predictor.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";
import { scaleModes, scalerNames, transformNames } from "../../src/scale/config.js";
import { cutFrame, type Frame } from "../../src/series/frame.js";
import { quietContext, smallModel } from "../support/context.js";
import { dataDirectory, testEngineName } from "../support/engine.js";
import { frameOf, wave } from "../support/frames.js";

const levels = [0.001, 0.1, 0.5, 0.9, 0.95];

async function forecast(
  name: string,
  frame: Frame,
  horizon: number,
  options: ModelOptions = smallModel,
  ahead = horizon,
) {
  const context = quietContext();
  const fitted = await fitModel(name, frame, horizon, options, context);
  const { point, quantiles } = await (await predictorOf(fitted, options.limits, context)).predict(frame, ahead, levels);
  return { fitted, values: point, quantiles, ...context };
}

test.each([...cells, ...baselines.names, "auto"])(
  "%s forecasts every series with finite numbers, the same for the same seed",
  async (name) => {
    const frame = frameOf(wave(60), wave(50, 1));
    const { values, quantiles } = await forecast(name, frame, 6);
    for (const row of [values, ...quantiles]) {
      expect(row).toHaveLength(12);
      expect(row.every(Number.isFinite)).toBe(true);
    }
    const again = await forecast(name, frame, 6);
    expect([again.values, again.quantiles]).toEqual([values, quantiles]);
  },
);

test.each(["gru", "ets", "naive", "linear", "pretrained", "auto"])(
  "a forecast of many series by %s ends where it is asked to",
  async (name) => {
    const context = quietContext();
    const { fitted } = await forecast(name, frameOf(wave(60), wave(50, 1)), 6);
    const many = frameOf(...Array.from({ length: 1100 }, (_, s) => wave(30, s)));
    const predictor = await predictorOf(fitted, smallModel.limits, { ...context, signal: AbortSignal.abort() });
    await expect(predictor.predict(many, 6)).rejects.toMatchObject({ name: "AbortError" });
  },
);

test("a network trained by the kernels and one trained through TensorFlow.js on the engine forecast the same", async () => {
  // Both train in float32 and differ in the order of their sums: 1e-4 of the values after some dozen steps.
  const frame = frameOf(wave(60), wave(50, 1));
  for (const cell of cells) {
    const [ours, theirs] = await Promise.all(
      (["auto", testEngineName()] as const).map(async (choice) => {
        const openTrainerOf = async () =>
          (await openTrainer(choice, { dataDirectory: dataDirectory(), notify: () => {} })).create;
        return (await forecast(cell, frame, 6, { ...smallModel, openTrainer: openTrainerOf })).values;
      }),
    );
    for (const [i, value] of theirs!.entries()) expect(Math.abs(ours![i]! / value - 1), cell).toBeLessThan(1e-4);
  }
});

test("a window longer than every series is refused", async () => {
  const far = forecast("gru", frameOf(wave(40)), 3, { ...smallModel, window: 41 });
  await expect(far).rejects.toMatchObject({ code: "data", hint: "--window 20 or less" });
});

test("another seed gives another network", async () => {
  const frame = frameOf(wave(60));
  const { values } = await forecast("gru", frame, 4);
  expect((await forecast("gru", frame, 4, { ...smallModel, seed: 8 })).values).not.toEqual(values);
});

test("changing values at or after a fold's origin changes no byte of what was fitted before it", async () => {
  const choice = fc.record({
    model: fc.constantFrom(...cells, "auto", ...baselines.names),
    scale: fc.constantFrom(...scaleModes),
    scaler: fc.constantFrom(...scalerNames),
    transform: fc.constantFrom(...transformNames),
    difference: fc.constantFrom(0, 1, 4),
    deseasonalize: fc.boolean(),
    plain: fc.boolean(),
    decoder: fc.constantFrom("direct" as const, "recursive" as const),
    seasons: fc.constantFrom("auto" as const, [4]),
    factor: fc.double({ min: 0.1, max: 50, noNaN: true }),
    span: fc.constantFrom("expanding" as const, "sliding" as const),
  });
  await fc.assert(
    fc.asyncProperty(choice, async ({ model, decoder, plain, seasons, factor, span, ...scale }) => {
      const horizon = 4;
      const frame = frameOf(wave(64), wave(48, 2));
      const changed = frameOf(
        ...frame.series.map(({ values }) =>
          Array.from(values, (v, t) => (t < values.length - 2 * horizon ? v : v * factor)),
        ),
      );
      const options: ModelOptions = { ...smallModel, epochs: 2, seasons, plain, decoder, scale };
      const first = async (data: Frame) => {
        const result = await backtest(
          data,
          [createForecaster(model, options)],
          {
            horizon,
            folds: 2,
            step: horizon,
            refit: "never",
            span,
            season: 4,
            quantiles: quantileColumns({ level: [80, 95] }),
          },
          quietContext(),
        );
        const { forecasts, quantiles } = result.models[0]!.folds[0]!;
        expect(quantiles).toHaveLength(4);
        return [forecasts, ...quantiles];
      };
      expect(await first(changed)).toEqual(await first(frame));
    }),
    { numRuns: 25 },
  );
});

test("a cut frame and a frame that ends there give the same fitted model", async () => {
  const long = frameOf(wave(64));
  const [one, two] = [cutFrame(long, [52]), frameOf(wave(64).slice(0, 52))];
  expect((await forecast("lstm", one, 4)).fitted).toEqual((await forecast("lstm", two, 4)).fitted);
});

test("a constant series is forecast as that constant, exactly", async () => {
  for (const name of [...cells, "auto", ...baselines.names])
    for (const constant of [0, 7, -3.25, 1e30, 1e-30]) {
      const { values, quantiles } = await forecast(name, frameOf(new Array(40).fill(constant)), 3);
      for (const row of [values, ...quantiles])
        expect(Array.from(row), `${name} ${constant}`).toEqual([constant, constant, constant]);
    }
});

test("a constant series stays constant among others that are not", async () => {
  const { values } = await forecast("gru", frameOf(wave(40), new Array(40).fill(7), wave(40, 1)), 3);
  expect(Array.from(values.subarray(3, 6))).toEqual([7, 7, 7]);
});

test("intervals hold the forecast, never cross, and do not narrow with the step", async () => {
  for (const name of ["gru", "pretrained", ...baselines.names]) {
    const { values, quantiles } = await forecast(name, frameOf(wave(60), wave(50, 1), wave(7)), 6, smallModel, 6);
    const [lowest, low, median, high, highest] = quantiles.map((row) => Array.from(row));
    expect(median).toEqual(Array.from(values));
    for (const [i, value] of values.entries()) {
      expect(low![i]!).toBeLessThanOrEqual(value);
      expect(lowest![i]!).toBeLessThanOrEqual(low![i]!);
      expect(high![i]!).toBeGreaterThanOrEqual(value);
      expect(highest![i]!).toBeGreaterThanOrEqual(high![i]!);
      // Rounding of a sum of values near 40.
      // The pretrained model has widths of its own for each phase of a season.
      if (i % 6 > 0 && name !== "pretrained")
        expect(high![i]! - value).toBeGreaterThanOrEqual(high![i - 1]! - values[i - 1]! - 1e-12);
    }
  }
});

test("a model saved before there were intervals forecasts, and says once that it has none", async () => {
  const frame = frameOf(wave(40));
  const context = quietContext();
  const fitted = await fitModel("drift", frame, 3, smallModel, context);
  if (fitted.kind !== "baseline") throw new Error("drift is a baseline");
  const predictor = await predictorOf({ ...fitted, calibration: null }, smallModel.limits, context);
  for (let i = 0; i < 2; i++) expect((await predictor.predict(frame, 3, levels)).quantiles).toEqual([]);
  expect(context.notes).toEqual([{ level: "note", text: expect.stringContaining("train it again") }]);
});

test("gaps and series shorter than the window train and forecast in one batch with the others", async () => {
  const gapped = wave(60).map((value, t) => (t % 7 === 3 || (t > 30 && t < 38) ? Number.NaN : value));
  const { values, fitted } = await forecast("gru", frameOf(gapped, wave(60, 1), wave(10, 2), wave(5)), 4);
  expect(values.every(Number.isFinite)).toBe(true);
  if (fitted.kind === "network") expect(fitted.network.channels.gapIndicator).toBe(true);
});

test("a series without any observation has no forecast, is named, and the others go on", async () => {
  for (const name of ["gru", "naive"]) {
    const { values, notes } = await forecast(name, frameOf(wave(40), new Array(40).fill(Number.NaN)), 3);
    expect(values.subarray(0, 3).every(Number.isFinite)).toBe(true);
    expect(values.subarray(3).every(Number.isNaN)).toBe(true);
    expect(notes.map(({ text }) => text).join()).toContain("s1");
  }
});

test("a direct network forecasts up to its horizon, a recursive one as far as asked", async () => {
  const frame = frameOf(wave(60));
  const far = forecast("gru", frame, 4, smallModel, 9);
  await expect(far).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("4 steps ahead") });
  const short = await forecast("gru", frame, 4, smallModel, 2);
  const whole = await forecast("gru", frame, 4, smallModel, 4);
  expect(short.values).toEqual(whole.values.subarray(0, 2));
  expect(short.quantiles).toEqual(whole.quantiles.map((row) => row.subarray(0, 2)));
  const recursive = await forecast("gru", frame, 4, { ...smallModel, decoder: "recursive" }, 30);
  expect(recursive.values.every(Number.isFinite)).toBe(true);
});

test("limits are kept by every forecast", async () => {
  const limits = { min: 24, max: 29.5, integer: true };
  for (const name of ["gru", "drift"]) {
    const { values, quantiles } = await forecast(name, frameOf(wave(60)), 12, { ...smallModel, limits });
    for (const row of [values, ...quantiles])
      expect(row.every((value) => Number.isInteger(value) && value >= 24 && value <= 29)).toBe(true);
  }
});

test("training stops when its time is up, and what it has by then forecasts", async () => {
  let now = 0;
  const options = { ...smallModel, epochs: 50, patience: 0, maxTimeMs: 10, clock: () => (now += 6) };
  const { fitted, values } = await forecast("gru", frameOf(wave(60)), 4, options);
  expect(fitted.kind === "network" && fitted.network.record).toMatchObject({ stopped: "max-time", refitted: false });
  expect(values.every(Number.isFinite)).toBe(true);
});

test("a second training that runs out of time is thrown away for the first, which had its time", async () => {
  const free = await forecast("gru", frameOf(wave(60)), 4, { ...smallModel, patience: 0 });
  if (free.fitted.kind !== "network") throw new Error("no network");
  const { bestEpoch } = free.fitted.network.record;
  expect(bestEpoch).toBeGreaterThan(1);
  // The clock is asked once at the start and once an epoch: time is up in the first epoch of the second training.
  let asked = 0;
  const options = { ...smallModel, patience: 0, maxTimeMs: 1, clock: () => (++asked > smallModel.epochs! + 1 ? 1 : 0) };
  const { fitted } = await forecast("gru", frameOf(wave(60)), 4, options);
  expect(fitted.kind === "network" && fitted.network.record).toMatchObject({
    stopped: "max-time",
    refitted: false,
    bestEpoch,
  });
});

test("early stopping gives back the weights of the best epoch, then trains that long on everything", async () => {
  const { fitted } = await forecast("gru", frameOf(wave(120)), 4, {
    ...smallModel,
    epochs: 30,
    patience: 3,
    learningRate: 0.05,
  });
  if (fitted.kind !== "network") throw new Error("no network");
  const { bestEpoch, validationLoss, refitted } = fitted.network.record;
  expect(validationLoss.indexOf(Math.min(...validationLoss))).toBe(bestEpoch - 1);
  expect(refitted).toBe(true);
});

test("an interruption ends the training at once", async () => {
  const controller = new AbortController();
  const context = {
    ...quietContext(),
    signal: controller.signal,
    progress: { stage() {}, update: () => controller.abort(), stop() {} },
  };
  const run = fitModel("gru", frameOf(wave(80)), 4, { ...smallModel, epochs: 1000, patience: 0 }, context);
  await expect(run).rejects.toThrow(/abort/i);
});

test("data too short for a network are an error for one that was asked for, and no hindrance for auto", async () => {
  const frame = frameOf([1, 2, 3, 4, 5]);
  await expect(forecast("lstm", frame, 8)).rejects.toMatchObject({
    code: "data",
    hint: expect.stringContaining("seasonal-naive"),
  });
  const { fitted, values } = await forecast("auto", frame, 8, { ...smallModel, seasons: "auto" });
  expect(fitted).toMatchObject({ asked: "auto", kind: "pretrained", reason: expect.stringContaining("too few") });
  expect(values.every(Number.isFinite)).toBe(true);
});

test("auto says what it chose and why", async () => {
  const { fitted } = await forecast("auto", frameOf(wave(60)), 4);
  expect(fitted.reason).toMatch(
    /^\d+ % pretrained, \d+ % linear; MASE on the last 2 horizons, held back: pretrained [\d.e-]+, linear [\d.e-]+, gru [\d.e-]+/,
  );
});

test("the fast preset of auto trains no network", async () => {
  const openTrainer = () => Promise.reject(new Error("a network was to be trained"));
  const { fitted } = await forecast("auto", frameOf(wave(60)), 4, { ...smallModel, preset: "fast", openTrainer });
  expect(fitted.asked).toBe("auto");
});

test("where a baseline is clearly better than every model, auto answers with it and says so", async () => {
  const random = seededRandom(3);
  const frame = frameOf(Array.from({ length: 40 }, () => 0.001 * random.normal()));
  const create = (name: string) => ({
    name,
    fit: async () => constantPredictor(name, name === "mean" ? 0 : 5),
  });
  const contest = { frame, horizon: 4, season: 1, names: ["pretrained", "gru"], intervals: true, create };
  const choice = await chooseByValidation(contest, quietContext());
  expect(choice.parts).toEqual([{ name: "mean", weight: 1 }]);
  expect(choice.warning).toContain("no model beats");
});

test("of a baseline that is somewhat better, auto takes in as much as keeps it near, in each series, and says so", async () => {
  const random = seededRandom(4);
  const frame = frameOf(...[1, 2].map(() => Array.from({ length: 400 }, () => random.normal())));
  // |z − 0.6| is 1.17 times as large as |z| on average.
  const create = (name: string) => ({
    name,
    fit: async () => constantPredictor(name, name === "mean" ? 0 : name === "naive" ? 5 : 0.6),
  });
  const contest = { frame, horizon: 4, season: 1, names: ["pretrained", "gru"], intervals: false, create };
  const { parts, series, warning, reason } = await chooseByValidation(contest, quietContext());
  expect(parts.map(({ name }) => name)).toEqual(["pretrained", "gru", "mean"]);
  const share = parts.at(-1)!.weight;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.9);
  for (const { weights } of series) {
    expect(weights.at(-1)).toBe(share);
    expect(weights.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  }
  const mases = Object.fromEntries(
    Array.from(reason.matchAll(/([a-z+]+) ([\d.]+)(?:,|$)/g), ([, name, mase]) => [name, Number(mase)]),
  );
  expect(mases["pretrained+gru+mean"]! / mases.mean!).toBeLessThan(1.055);
  expect(mases.pretrained! / mases.mean!).toBeGreaterThan(1.1);
  expect(warning).toContain("is a part of the answer");
});

test("auto trains gru for little data, lstm for long dependencies with much", () => {
  expect(chooseCell(frameOf(wave(60)), 4, [], {})).toBe("gru");
  expect(chooseCell(frameOf(new Array(60_000).fill(1)), 48, [24, 168], {})).toBe("lstm");
});

test("an unknown model is a usage error that lists the models", async () => {
  await expect(forecast("arima", frameOf(wave(40)), 3)).rejects.toMatchObject({
    code: "usage",
    hint: expect.stringContaining("auto, pretrained, linear, rnn, lstm, gru, naive"),
  });
});

function constantPredictor(name: string, value: number): Predictor {
  return {
    name,
    predict: async ({ series }, horizon) => ({
      point: new Float64Array(series.length * horizon).fill(value),
      quantiles: [],
    }),
  };
}
