// Which drift a series is believed to have, and what is made of it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { driftBy } from "../../src/linear/drift.js";
import { forecastLinear, type LinearForm, type LinearModel } from "../../src/linear/model.js";

const weigh = (weights: readonly number[], lags = [2, 3]): LinearForm => ({
  log: false,
  lags,
  weights: Float32Array.from(weights),
  share: 1,
});
/** Says the last value for ever. */
const last = (horizon: number, log = false) => ({ ...weigh(new Array(2 * horizon).fill(0)), log });

function walk(steps: number, drift: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  let value = 0;
  return Float64Array.from({ length: steps }, () => (value += drift + random.normal()));
}

test("is the shrunk mean slope of what the form misses by", () => {
  const horizon = 2;
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 }),
      fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 14, maxLength: 40 }),
      (weights, values) => {
        const form = weigh(weights);
        const model: LinearModel = { horizon, season: 1, forms: [form], drifts: [] };
        const slopes: number[] = [];
        for (let origin = 3; origin + horizon <= values.length; origin++) {
          const said = new Float64Array(horizon);
          forecastLinear(model, Float64Array.from(values.slice(0, origin)), said);
          const [e1, e2] = [...said].map((one, k) => values[origin + k]! - one);
          slopes.push((e1! + 2 * e2!) / 5);
        }
        const n = Math.floor(slopes.length / horizon);
        const means = Array.from({ length: n }, (_, j) => {
          const own = slopes.slice(Math.floor((j * slopes.length) / n), Math.floor(((j + 1) * slopes.length) / n));
          return own.reduce((sum, one) => sum + one, 0) / own.length;
        });
        const mean = means.reduce((sum, one) => sum + one, 0) / n;
        const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
        const expected = mean * Math.max(0, 1 - ((n - 1) / (n - 3)) * (variance / n / mean ** 2)) || 0;
        expect(driftBy(form, horizon)(Float64Array.from(values))).toBeCloseTo(expected, 6);
      },
    ),
  );
});

test("is found where there is one, and mostly none where there is none", () => {
  const found = (drift: number) => Array.from({ length: 60 }, (_, seed) => driftBy(last(6), 6)(walk(300, drift, seed)));
  for (const slope of found(1)) expect(Math.abs(slope - 1)).toBeLessThan(0.3);
  expect(found(0).filter((slope) => slope === 0).length).toBeGreaterThan(30);
});

test("on logarithms is a rate of growth", () => {
  const growing = walk(300, 0, 1).map((value, t) => 50 * Math.exp(0.02 * t + 0.01 * value));
  expect(driftBy(last(6, true), 6)(growing)).toBeCloseTo(0.02, 2);
});

test("wants four stretches as long as the horizon, and is none where nothing moves", () => {
  const line = (steps: number) => Float64Array.from({ length: steps }, (_, t) => 5 * t);
  // Three values are a window, four the horizon after it: so many windows are left.
  expect(driftBy(last(4), 4)(line(6 + 15))).toBe(0);
  expect(driftBy(last(4), 4)(line(6 + 16))).toBeCloseTo(5, 9);
  expect(driftBy(last(4), 4)(new Float64Array(100).fill(7))).toBe(0);
});

test("is added a step at a time, on logarithms as a factor", () => {
  const say = (log: boolean, slopes?: readonly number[]) => {
    const out = new Float64Array(3);
    const model = { horizon: 3, season: 1, forms: [last(3, log)], drifts: [] };
    forecastLinear(model, Float64Array.of(30, 20, 10), out, slopes);
    return [...out];
  };
  expect(say(false)).toEqual([10, 10, 10]);
  expect(say(false, [2])).toEqual([12, 14, 16]);
  expect(say(true, [Math.log(2)]).map((value) => Math.round(1e9 * value) / 1e9)).toEqual([20, 40, 80]);
});
