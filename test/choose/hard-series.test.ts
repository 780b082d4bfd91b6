// Short and hard series, by the models that answer when nothing else is asked for: whatever the data, numbers that make sense.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Random, seededRandom } from "../../src/base/random.js";
import { fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { quietContext, smallModel } from "../support/context.js";
import { frameOf } from "../support/frames.js";

/** As the command line has them, but for the length of the training. */
const { window: _, layers: __, ...rest } = smallModel;
const defaults: ModelOptions = { ...rest, seasons: "auto", epochs: 2 };
const levels = [0.025, 0.1, 0.9, 0.975];
const horizon = 6;
/** What needs windows with their horizons to learn from, and steps for enough of them. */
const fewestSteps: Readonly<Record<string, number>> = { gru: 20, linear: 30 };

async function forecast(name: string, rows: readonly (readonly number[])[], options: Partial<ModelOptions> = {}) {
  const frame = frameOf(...rows);
  const context = quietContext();
  const model = { ...defaults, ...options };
  const fitted = await fitModel(name, frame, horizon, model, context);
  const { point, quantiles } = await (await predictorOf(fitted, model.limits, context)).predict(frame, horizon, levels);
  return { fitted, point, quantiles };
}

/** A level of 100 with noise of 5, and what makes it hard. */
const shapes: Readonly<Record<string, (random: Random, t: number, length: number) => number>> = {
  plain: (random) => 100 + 5 * random.normal(),
  intermittent: (random) => (random.uniform() < 0.2 ? 1 + random.integer(9) : 0),
  constant: () => 42,
  "level shift": (random, t, length) => (t < length / 2 ? 20 : 100) + 5 * random.normal(),
  outliers: (random) => 100 + 5 * random.normal() + (random.uniform() < 0.05 ? 1000 : 0),
  "with 30 % missing": (random) => (random.uniform() < 0.3 ? Number.NaN : 100 + 5 * random.normal()),
  negative: (random) => -100 + 5 * random.normal(),
  huge: (random) => 1e12 * (100 + 5 * random.normal()),
  "zeros, and one value at the end": (_random, t, length) => (t === length - 1 ? 100 : 0),
};

function seriesOf(shape: string, seed: number, length: number): number[] {
  const random = seededRandom(seed).fork(shape);
  const values = Array.from({ length }, (_, t) => shapes[shape]!(random, t, length));
  // A series without any value has no forecast.
  return values.every(Number.isNaN) ? [1, ...values.slice(1)] : values;
}

/** Finite, in order, and no further from the data than some multiples of what these ever did. */
function expectSense(rows: readonly (readonly number[])[], point: Float64Array, quantiles: readonly Float64Array[]) {
  for (const [s, row] of rows.entries()) {
    const observed = row.filter((value) => !Number.isNaN(value));
    const [min, max] = [Math.min(...observed), Math.max(...observed)];
    const spread = max - min || Math.abs(max) || 1;
    for (let i = s * horizon; i < (s + 1) * horizon; i++) {
      const [lowest, low, high, highest] = quantiles.map((values) => values[i]!) as [number, number, number, number];
      const all = [lowest, low, point[i]!, high, highest];
      expect(all.every(Number.isFinite), `${all}`).toBe(true);
      // The sums that each quantile is made of are rounded on their own.
      for (let q = 1; q < all.length; q++) expect(all[q]! - all[q - 1]!).toBeGreaterThanOrEqual(-1e-9 * spread);
      // Six steps ahead a trend may leave the range of the data, but by no more than twice its width.
      expect(point[i]!).toBeGreaterThan(min - 2 * spread);
      expect(point[i]!).toBeLessThan(max + 2 * spread);
      // Of two values or three little is known; as far on each side as a calibrated interval may reach.
      expect(highest - lowest).toBeLessThan(20.1 * spread);
    }
  }
}

test.each(["auto", "pretrained", "linear", "gru"])("%s makes sense of every short and hard series", async (name) => {
  const cases = fc.record({
    shape: fc.constantFrom(...Object.keys(shapes)),
    length: fc.integer({ min: fewestSteps[name] ?? 1, max: 60 }),
    seed: fc.nat(1000),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ shape, length, seed }) => {
      const rows = [seriesOf(shape, seed, length)];
      const { point, quantiles } = await forecast(name, rows);
      expectSense(rows, point, quantiles);
    }),
    {
      numRuns: 12,
      examples: [1, 3, 10].map((length) => [
        { shape: "plain", length: Math.max(fewestSteps[name] ?? 1, length), seed: 1 },
      ]),
    },
  );
});

test.each(["auto", "pretrained", "linear", "gru"])("%s forecasts a panel of all kinds together", async (name) => {
  const rows = Object.keys(shapes).map((shape, i) => seriesOf(shape, i, 40));
  const { point, quantiles } = await forecast(name, rows);
  expectSense(rows, point, quantiles);
  const constant = Object.keys(shapes).indexOf("constant");
  for (const values of [point, ...quantiles])
    expect(Array.from(values.subarray(constant * horizon, (constant + 1) * horizon))).toEqual(
      new Array(horizon).fill(42),
    );
});

test("series too short to learn from are forecast by what was learnt from the others", async () => {
  const rows = [60, 60, 60, 1, 3, 10].map((length, s) => seriesOf("plain", s, length));
  for (const name of ["auto", "linear", "gru"]) {
    const { point, quantiles } = await forecast(name, rows, { epochs: 5 });
    expectSense(rows, point, quantiles);
    // Three series at 100, with noise of 5: a newcomer at that level stays there, within some deviations.
    for (const value of point.subarray(3 * horizon)) expect(Math.abs(value - 100), name).toBeLessThan(25);
  }
});

test("forecasts of what is never negative, such as counts that are mostly zero, are not far below zero", async () => {
  const rows = [seriesOf("intermittent", 5, 60)];
  for (const name of ["auto", "pretrained"]) {
    const { point } = await forecast(name, rows);
    for (const value of point) expect(value, name).toBeGreaterThan(-0.5);
  }
});
