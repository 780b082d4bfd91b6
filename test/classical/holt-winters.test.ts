// Holt–Winters smoothing against another implementation, and what its forms owe to one another.
import { describe, expect, test } from "vitest";
import { compiledMethod } from "../../src/classical/methods.js";
import { addedPass, forecast, multipliedPass, searchAdditive, seasonalIndices } from "../support/classical.js";
import { passengers } from "./air-passengers.js";

const holtWinters = compiledMethod("holt-winters");
const dampedHoltWinters = compiledMethod("holt-winters-damped");
const logHoltWinters = compiledMethod("holt-winters-log");
const logDampedHoltWinters = compiledMethod("holt-winters-log-damped");
const multiplicativeHoltWinters = compiledMethod("holt-winters-multiplicative");
const steadyHoltWinters = compiledMethod("holt-winters-steady");

describe("with given weights and states", () => {
  // α = .4, β = .1, φ = .9, γ = .3; l = 120, b = 2. Added: what statsmodels 0.15.0's ETSModel gives, to the digits it printed.
  // Multiplied: the book's equations in a dozen lines of Python, for statsmodels divides the season's error by the new level.
  const shares = Float64Array.of(0.4, 0.25, 0.1 / 0.18, 0.5);
  const values = passengers.subarray(0, 24);

  test.each([
    [
      "added",
      addedPass,
      [-6, 2, 8, -4],
      [-3.8, -5.558, 4.01522, 10.4627802, -0.37569872, 4.7217635],
      [-50.79784044, 5.08609516],
      377.5508034746881,
    ],
    [
      "multiplied",
      multipliedPass,
      [0.95, 1.02, 1.07, 0.96],
      [-3.71, -5.93654947, 3.81804146, 11.78328358, -0.28147397, 3.84018906],
      [-52.82235286, 4.52113138],
      393.3614708283453,
    ],
  ] as const)(
    "the season %s, the errors are those of another calculation",
    (_, pass, indices, first, last, expected) => {
      const { errors, meanSquare } = pass(values, shares, [121.8, 1.8], indices);
      first.forEach((error, t) => {
        expect(errors[t]).toBeCloseTo(error, 7);
      });
      last.forEach((error, t) => {
        expect(errors[22 + t]).toBeCloseTo(error, 7);
      });
      expect(meanSquare).toBeCloseTo(expected, 7);
    },
  );
});

test("the multiplicative form is of no worth where the level or an index falls to zero or below", () => {
  const fall = Float64Array.of(100, 1, 100, 1);
  const shares = Float64Array.of(0.99, 0.9, 0.5, 0.1);
  expect(multipliedPass(fall, shares, [1, -50], [1, 1]).meanSquare).toBe(Number.POSITIVE_INFINITY);
});

test("the search finds weights that no other tried here betters by more than two per cent", () => {
  const { meanSquare, start } = searchAdditive(passengers, [12], true);
  const indices = seasonalIndices(passengers, 12);
  for (const level of [0.05, 0.3, 0.6, 0.9])
    for (const trend of [0.02, 0.2])
      for (const damping of [0.2, 0.9])
        for (const season of [0.05, 0.3, 0.8]) {
          const fixed = addedPass(passengers, [level, trend, damping, season], start, indices);
          expect(meanSquare).toBeLessThan(1.02 * fixed.meanSquare);
        }
});

test("the errors are those that go with the state after the last step", () => {
  const longer = Float64Array.of(...passengers, 250);
  const { shares, start } = searchAdditive(passengers, [12], false);
  // Fixed weights, the same start and indices: the 49th error is what the forecast of the 48 missed the 49th value by.
  const { errors } = addedPass(longer, shares, start, seasonalIndices(passengers, 12));
  const [next] = forecast(holtWinters, passengers, [12], 1);
  expect(errors[48]).toBeCloseTo(250 - next!, 9);
});

test("growing swings are followed by the logarithmic and multiplicative forms alone", () => {
  const growth = Float64Array.from(
    { length: 72 },
    (_, t) => Math.exp(0.02 * t) * (10 + 4 * Math.sin((Math.PI * t) / 6)),
  );
  const truth = (h: number) => Math.exp(0.02 * (72 + h)) * (10 + 4 * Math.sin((Math.PI * (72 + h)) / 6));
  const miss = (method: typeof holtWinters) =>
    forecast(method, growth, [12], 12).reduce((sum, value, h) => sum + Math.abs(value - truth(h)) / 12, 0);
  expect(miss(logDampedHoltWinters)).toBeLessThan(0.5 * miss(dampedHoltWinters));
  expect(miss(multiplicativeHoltWinters)).toBeLessThan(0.5 * miss(dampedHoltWinters));
});

test("forecasts from logarithms end at three times what was seen", () => {
  const growth = Float64Array.from({ length: 40 }, (_, t) => Math.exp(t / 9));
  const largest = growth[39]!;
  const out = forecast(logDampedHoltWinters, growth, [], 60);
  expect(out[59]).toBeCloseTo(3 * largest, 9);
  expect(Math.max(...out)).toBeLessThanOrEqual(3 * largest);
});

test("where logarithms are of no use their forms are the additive ones", () => {
  const values = passengers.map((value) => value - 150);
  for (const [logarithmic, additive] of [
    [logHoltWinters, holtWinters],
    [logDampedHoltWinters, dampedHoltWinters],
    [multiplicativeHoltWinters, dampedHoltWinters],
  ] as const)
    expect(forecast(logarithmic, values, [12], 6)).toEqual(forecast(additive, values, [12], 6));
});

test("fewer than two cycles are smoothed without a season", () => {
  const values = passengers.subarray(0, 23);
  for (const method of [
    holtWinters,
    dampedHoltWinters,
    logDampedHoltWinters,
    multiplicativeHoltWinters,
    steadyHoltWinters,
  ])
    expect(forecast(method, values, [12], 5)).toEqual(forecast(method, values, [], 5));
});
