// The theta method against a calculation of its definition, and the test for a season that goes with it.
import { expect, test } from "vitest";
import { compiledMethod } from "../../src/classical/methods.js";
import {
  averageCycles,
  forecast,
  isSeasonal,
  seasonalIndices,
  seasonalRatios,
  smoothLevel,
} from "../support/classical.js";
import { passengers } from "./air-passengers.js";

const theta = compiledMethod("theta");
const adjustedTheta = compiledMethod("theta-adjusted");

test("forecasts are those of the two lines worked out apart", () => {
  // NumPy's polyfit for the line and SciPy's L-BFGS-B for the smoothing of the other, weight and first level both free.
  const expected = [195.03890293, 204.62041856, 228.07770334, 211.99057924, 209.92169816, 236.6658072];
  const out = forecast(adjustedTheta, passengers, [12], 6);
  // The search narrows the weight to .002, which moves the forecast by far less than 1e-4 of itself.
  expected.forEach((value, h) => {
    expect(Math.abs(out[h]! / value - 1)).toBeLessThan(2e-5);
  });
});

test("a line is gone on with from its end, at half its slope", () => {
  const out = forecast(
    theta,
    Float64Array.from({ length: 30 }, (_, t) => 5 + t),
    [],
    3,
  );
  // The weight is searched up to .9999, which lags behind by as little.
  for (let h = 0; h < 3; h++) expect(Math.abs(out[h]! - (34 + (h + 1) / 2))).toBeLessThan(0.002);
});

test("smoothing finds the weight and the first level of least squared errors", () => {
  const values = Float64Array.from({ length: 60 }, (_, t) => 20 + 4 * Math.sin(t / 5) + 3 * Math.sin(t * t));
  let least = Number.POSITIVE_INFINITY;
  let best = 0;
  for (let weight = 0.001; weight < 1; weight += 0.001)
    for (let first = 15; first < 30; first += 0.25) {
      let level = first;
      let sum = 0;
      for (const value of values) {
        sum += (value - level) ** 2;
        level += weight * (value - level);
      }
      if (sum < least) {
        least = sum;
        best = level;
      }
    }
  // The net is this coarse.
  expect(Math.abs(smoothLevel(values) - best)).toBeLessThan(0.05);
});

test("the test finds a season where there is one, by the values of statsmodels' autocorrelations", () => {
  // 48 months of the airline: .401 at lag 12 against a limit of .582, for the trend is not taken out.
  expect(isSeasonal(passengers, 12)).toBe(false);
  expect(
    isSeasonal(
      passengers.map((value, t) => value - 2 * t),
      12,
    ),
  ).toBe(true);
  const peaks = Float64Array.from({ length: 36 }, (_, t) => (t % 12 === 4 ? 1 : 0));
  expect(isSeasonal(peaks, 12)).toBe(true);
  // Three cycles it takes.
  expect(isSeasonal(peaks.subarray(0, 35), 12)).toBe(false);
  const noise = Float64Array.from({ length: 60 }, (_, t) => Math.sin(1.7 * t * t));
  expect(isSeasonal(noise, 12)).toBe(false);
  expect(isSeasonal(new Float64Array(60).fill(3), 12)).toBe(false);
});

test("the competition's form adjusts for a season only where the test finds it", () => {
  expect(forecast(theta, passengers, [12], 6)).toEqual(forecast(theta, passengers, [], 6));
  const wave = Float64Array.from({ length: 48 }, (_, t) => 5 + Math.sin((Math.PI * t) / 6) + Math.sin(t * t) / 9);
  expect(forecast(theta, wave, [12], 6)).toEqual(forecast(adjustedTheta, wave, [12], 6));
});

test("the season is multiplied where all is positive, else added", () => {
  const pattern = (t: number) => 1 + 0.5 * Math.sin((Math.PI * t) / 6);
  // Half the trend's slope of 1 in 20 + t is what theta goes on with: 12 steps on, 6 in 80 are missing.
  const growing = Float64Array.from({ length: 48 }, (_, t) => (20 + t) * pattern(t));
  const out = forecast(adjustedTheta, growing, [12], 12);
  for (let h = 0; h < 12; h++) expect(Math.abs(out[h]! / ((68 + h) * pattern(48 + h)) - 1)).toBeLessThan(0.1);
  const around = Float64Array.from({ length: 48 }, (_, t) => pattern(t) - 1);
  const added = forecast(adjustedTheta, around, [12], 12);
  for (let h = 0; h < 12; h++) expect(added[h]).toBeCloseTo(pattern(48 + h) - 1, 9);
});

test("demand that cannot be negative is not forecast to be", () => {
  const falling = Float64Array.from({ length: 20 }, (_, t) => Math.max(0, 10 - t));
  for (const value of forecast(theta, falling, [], 30)) expect(value).toBeGreaterThanOrEqual(0);
});

test("the moving average over a cycle is centred, an even one's ends at half weight", () => {
  expect([...averageCycles(Float64Array.of(1, 2, 6, 3, 9), 3)]).toEqual([3, 11 / 3, 6]);
  expect([...averageCycles(Float64Array.of(1, 2, 6, 3, 9, 4), 4)]).toEqual([
    (0.5 + 2 + 6 + 3 + 4.5) / 4,
    (1 + 6 + 3 + 9 + 2) / 4,
  ]);
  expect(averageCycles(Float64Array.of(1, 2), 4)).toHaveLength(0);
});

test("seasonal ratios are statsmodels'", () => {
  // seasonal_decompose(model="multiplicative", period=12) of statsmodels 0.15.0.
  const expected = [
    0.91376583, 0.95416311, 1.05858567, 0.97935177, 0.96531225, 1.0832872, 1.18222649, 1.16925828, 1.06860352,
    0.91540474, 0.79529629, 0.91474485,
  ];
  const ratios = seasonalRatios(passengers, 12);
  expected.forEach((ratio, phase) => {
    expect(ratios[phase]).toBeCloseTo(ratio, 8);
  });
  expect([...seasonalRatios(passengers.subarray(0, 23), 12)]).toEqual(new Array(12).fill(1));
});

test("ratios and indices agree where the swings are small beside the level", () => {
  const values = Float64Array.from({ length: 40 }, (_, t) => 1e6 + Math.sin((2 * Math.PI * t) / 5) + t / 10);
  const ratios = seasonalRatios(values, 5);
  const indices = seasonalIndices(values, 5);
  // The swings' share of the level, 1e-6, is the relative difference; in units of the values.
  for (let phase = 0; phase < 5; phase++) expect((ratios[phase]! - 1) * 1e6).toBeCloseTo(indices[phase]!, 4);
});
