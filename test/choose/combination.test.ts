// What several models say together: their weights, their quantiles, and what must not move any of it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { answererOf, type FittedModel, networksOf } from "../../src/choose/fitted.js";
import { createForecaster, fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { cancellation, type HeldBack, stretchOf, weigh } from "../../src/choose/weights.js";
import { backtest } from "../../src/evaluate/backtest.js";
import { combineForecasts } from "../../src/forecast/combination.js";
import { quietContext, smallModel } from "../support/context.js";
import { frameOf, wave } from "../support/frames.js";

const horizon = 4;
const levels = [0.1, 0.5, 0.9];

async function forecast(fitted: FittedModel, frame = panel) {
  return (await predictorOf(fitted, smallModel.limits, quietContext())).predict(frame, horizon, levels);
}

const panel = frameOf(wave(64), wave(56, 1));

/** `windowCount` horizons of noise held back, and two forecasts of them that are off by so much. */
function heldBack(windowCount: number, errors: readonly [number, number]) {
  const random = seededRandom(11);
  const values = Array.from({ length: 8 + windowCount * horizon }, () => 10 * random.normal());
  const frame = frameOf(values);
  const folds = Array.from({ length: windowCount }, (_, f) => ({
    fold: f + 1,
    origins: Int32Array.of(8 + f * horizon),
  }));
  const held: HeldBack = { frame, horizon, folds, scales: Float64Array.of(2) };
  const [first, second] = errors.map((size) =>
    folds.map(({ origins }) =>
      Float64Array.from({ length: horizon }, (_, k) => values[origins[0]! + k]! + size * random.normal()),
    ),
  ) as [Float64Array[], Float64Array[]];
  return { held, first, second };
}

test("weights fall with a power of the errors, from the prior on", () => {
  const oddsOf = (errors: readonly [number, number]) => {
    const { held, first, second } = heldBack(400, errors);
    const [one, other] = weigh(held, [first, second], [0.8, 0.2]).weights;
    return other! / one!;
  };
  // Of 1,600 errors the mean size is known to 2 %, its power to some 8 %.
  const power = 2 * (1 + 400 / 430);
  for (const [errors, odds] of [
    [[2, 2], 0.25],
    [[2, 1], 0.25 * 2 ** power],
    [[1, 2], 0.25 / 2 ** power],
  ] as const)
    expect(Math.abs(Math.log(oddsOf(errors) / odds))).toBeLessThan(0.3);
});

test("a series weighs what does better in it, one that cannot be measured as the panel does", () => {
  const random = seededRandom(8);
  const frame = frameOf(...[1, 2, 3, 4].map(() => Array.from({ length: 20 }, () => 10 * random.normal())));
  const folds = [{ fold: 1, origins: Int32Array.of(16, 16, 16, 16) }];
  // The first model is off by 1, 3 and 2 in the first three series, the second by 3, 1 and 2.
  const saying = (sizes: readonly number[]) => [
    Float64Array.from({ length: 16 }, (_, i) => frame.series[i >> 2]!.values[16 + (i & 3)]! + sizes[i >> 2]!),
  ];
  const held: HeldBack = { frame, horizon, folds, scales: Float64Array.of(1, 1, 1, 0) };
  const models = [saying([1, 3, 2, 9]), saying([3, 1, 2, 1])];
  const { errors, weights, seriesWeights } = weigh(held, models, [0.5, 0.5]);
  expect(errors).toEqual([2, 2]);
  expect(weights).toEqual([0.5, 0.5]);
  // Four steps are believed as much as the panel: (1.04 / 3.04) to half the third power.
  const odds = (3.04 / 1.04) ** 1.5;
  expect(seriesWeights[0]![0]).toBeCloseTo(odds / (1 + odds), 12);
  expect(seriesWeights[1]![1]).toBeCloseTo(odds / (1 + odds), 12);
  expect(seriesWeights[2]).toEqual([0.5, 0.5]);
  expect(seriesWeights[3]).toBe(weights);
});

test("weights lie between 0 and 1 and sum to 1, and are the prior where nothing was observed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.tuple(fc.nat(9), fc.nat(9)), (windowCount, errors) => {
      const { held, first, second } = heldBack(windowCount, errors);
      const { weights } = weigh(held, [first, second, first], [0.5, 0.3, 0.2]);
      for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    }),
  );
  const { held, first, second } = heldBack(3, [1, 1]);
  const unmeasured = { ...held, scales: Float64Array.of(Number.NaN) };
  expect(weigh(unmeasured, [first, second], [0.7, 0.3]).weights[1]).toBeCloseTo(0.3, 12);
});

test("quantiles that were too narrow are stretched, wide ones drawn in, and few windows move them little", () => {
  const distance = 1.2816;
  const stretchFor = (windowCount: number, errorSize: number, expected = 1) => {
    const { held, first } = heldBack(windowCount, [errorSize, 1]);
    const quantiles = first.map((row) => [row.map((value) => value - distance), row.map((value) => value + distance)]);
    return stretchOf(held, first, quantiles, expected);
  };
  // 400 windows of 4 errors: the 0.8-th quantile of |z| is known to some 3 %, and 400 / 430 of what is asked for is believed.
  expect(stretchFor(400, 1)).toBeGreaterThan(0.94);
  expect(stretchFor(400, 1)).toBeLessThan(1.06);
  expect(stretchFor(400, 2)).toBeGreaterThan(1.75);
  expect(stretchFor(400, 0.5)).toBeLessThan(0.6);
  expect(stretchFor(1, 2)).toBeLessThan(1.1);
  expect(stretchFor(1, 1, 0.8)).toBeLessThan(0.86);
});

test("errors to either side cancel, and those to the same side do not", () => {
  const { held, first, second } = heldBack(400, [2, 2]);
  const equal = [[0.5, 0.5]];
  expect(cancellation(held, [first, first], equal)).toBeCloseTo(1, 12);
  // Of two independent errors the mean is smaller by √2; of 1,600 of them, to 2 % or so.
  expect(Math.abs(cancellation(held, [first, second], equal) - Math.SQRT1_2)).toBeLessThan(0.05);
  expect(cancellation({ ...held, scales: Float64Array.of(0) }, [first, second], equal)).toBe(1);
});

test("parts that say the same say it together to the last bit, and one without a forecast leaves it to the others", () => {
  const row = (...values: number[]) => Float64Array.from(values);
  const own = { point: row(0.1, 7.3), quantiles: [row(0, 7), row(0.3, 8)] };
  const same = [0.3, 0.3, 0.4].map((weight) => ({ ...own, weights: row(weight) }));
  expect(combineForecasts(same, 2, 2, 1).point).toEqual(own.point);
  const silent = { point: row(Number.NaN, 8), quantiles: [], weights: row(0.5) };
  const { point, quantiles } = combineForecasts([{ ...own, weights: row(0.5) }, silent], 2, 2, 2);
  expect(Array.from(point)).toEqual([0.1, 7.65]);
  // Distances of 0.1 and 0.3 below, 0.2 and 0.7 above, twice as far.
  for (const [i, value] of [-0.1, 7.05].entries()) expect(quantiles[0]![i]).toBeCloseTo(value, 12);
  for (const [i, value] of [0.5, 9.05].entries()) expect(quantiles[1]![i]).toBeCloseTo(value, 12);
});

test("each series has its own weights, and what weighs nothing speaks where nothing else does", () => {
  const row = (...values: number[]) => Float64Array.from(values);
  const one = { point: row(0, 0, Number.NaN), quantiles: [], weights: row(1, 0.25, 1) };
  const other = { point: row(8, 8, 8), quantiles: [], weights: row(0, 0.75, 0) };
  expect(Array.from(combineForecasts([one, other], 1, 0, 1).point)).toEqual([0, 6, 8]);
});

test("an ensemble is the mean of its members, each as it is when trained alone", async () => {
  const options: ModelOptions = { ...smallModel, epochs: 2, members: 3 };
  const ensemble = await fitModel("gru", panel, horizon, options, quietContext());
  expect(answererOf(ensemble)).toBe("gru*3");
  const alone = await Promise.all(
    [0, 1, 2].map((k) =>
      fitModel("gru", panel, horizon, { ...options, seed: options.seed + k, members: 1 }, quietContext()),
    ),
  );
  expect(networksOf(ensemble)).toEqual(alone.flatMap(networksOf));
  const { point, quantiles } = await forecast(ensemble);
  const points = await Promise.all(alone.map(async (one) => (await forecast(one)).point));
  // A mean of three float64 of size 40, whatever the order of the sum.
  for (const [i, value] of point.entries())
    expect(value).toBeCloseTo(points.reduce((sum, row) => sum + row[i]!, 0) / 3, 10);
  const [low, median, high] = quantiles;
  for (const [i, value] of point.entries()) {
    expect(median![i]).toBe(value);
    expect(low![i]!).toBeLessThan(value);
    expect(high![i]!).toBeGreaterThan(value);
  }
});

test.each([
  ["quantile", {}],
  ["bins:4", {}],
  ["gaussian", { decoder: "recursive", samples: 8 } as const],
])("an ensemble of networks with the head %s has its quantiles", async (head, options) => {
  const fitted = await fitModel(
    "lstm",
    panel,
    horizon,
    { ...smallModel, ...options, head, epochs: 1, members: 2 },
    quietContext(),
  );
  const { point, quantiles, crossEntropy } = await forecast(fitted);
  for (const [i, value] of point.entries()) {
    expect(quantiles[0]![i]!).toBeLessThanOrEqual(value);
    expect(quantiles[2]![i]!).toBeGreaterThanOrEqual(value);
  }
  const nats = crossEntropy?.(point);
  if (head === "bins:4") expect(nats!.every((one) => one >= 0 && Number.isFinite(one))).toBe(true);
  else expect(nats).toBeUndefined();
});

test("an ensemble shares out its time, and every member has some", async () => {
  let now = 0;
  const options = { ...smallModel, epochs: 50, patience: 0, maxTimeMs: 40, members: 2, clock: () => (now += 5) };
  const fitted = await fitModel("gru", panel, horizon, options, quietContext());
  const epochs = networksOf(fitted).map(({ record }) => record.loss.length);
  expect(epochs).toHaveLength(2);
  for (const count of epochs) expect(count).toBeGreaterThan(1);
});

/** A season of 4 that the classical candidates know well, and noise that nobody does. */
const noisy = frameOf(
  ...[1, 2, 3].map((seed) => {
    const random = seededRandom(seed);
    return wave(64).map((value) => value + 2 * random.normal());
  }),
);

test("auto combines the pretrained model with the networks, and says with which weights", async () => {
  for (const [preset, name] of [
    ["good", "pretrained+linear+gru"],
    ["best", "pretrained+linear+gru+lstm+rnn"],
  ] as const) {
    const options = { ...smallModel, preset, epochs: 60 };
    const fitted = await fitModel("auto", noisy, horizon, options, quietContext());
    if (fitted.kind !== "combination") throw new Error(fitted.reason);
    expect(answererOf(fitted)).toBe(name);
    for (const weights of [fitted.parts.map(({ weight }) => weight), ...fitted.series.map((one) => one.weights)])
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(fitted.series.map(({ key }) => key)).toEqual(noisy.series.map(({ key }) => key));
    expect(fitted.reason).toMatch(
      /^\d+ % pretrained, \d+ % linear, \d+ % gru.*; MASE on the last 2 horizons, held back: pretrained [\d.]+, linear/,
    );
    expect(fitted.reason).toContain(`${name} `);
    const { point, quantiles } = await forecast(fitted, noisy);
    expect([point, ...quantiles].every((row) => row.every(Number.isFinite))).toBe(true);
  }
});

test("the same seed gives the same combination, and nothing after a fold's origin changes a byte of it", async () => {
  const changed = frameOf(
    ...noisy.series.map(({ values }) => Array.from(values, (v, t) => (t < values.length - 2 * horizon ? v : 50 * v))),
  );
  const options: ModelOptions = { ...smallModel, preset: "best", epochs: 30, members: 2 };
  const first = async (frame: typeof noisy) => {
    const quantiles = levels.map((level) => ({ name: `q${level}`, level }));
    const { models } = await backtest(
      frame,
      [createForecaster("auto", options)],
      { horizon, folds: 2, step: horizon, refit: "never", span: "expanding", season: 4, quantiles },
      quietContext(),
    );
    return models[0]!.folds[0]!;
  };
  const before = await first(noisy);
  expect(before.chose).toBe("pretrained+linear+gru*2+lstm*2+rnn*2");
  expect(await first(changed)).toEqual(before);
});
