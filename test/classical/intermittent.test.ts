// Intermittent demand: rates worked out by hand and by another implementation.
import { describe, expect, test } from "vitest";
import type { Method } from "../../src/classical/history.js";
import { croston } from "../../src/classical/intermittent.js";
import { compiledMethod } from "../../src/classical/methods.js";
import { forecast } from "../support/classical.js";

const demandProbability = compiledMethod("demand-probability");

function rate(method: Method, ...values: number[]): number {
  const out = forecast(method, values, [], 3);
  expect(out[2]).toBe(out[0]);
  return out[0]!;
}

describe("croston", () => {
  test("is StatsForecast's CrostonClassic", () => {
    // Version 2.1.1 printed 1.06051488.
    expect(rate(croston, 0, 0, 3, 0, 0, 0, 5, 0, 2, 0, 0, 4, 0, 0, 0)).toBeCloseTo(1.06051488, 8);
  });

  test("is the size over the interval, both smoothed by a tenth", () => {
    // z: 6, then 6 + .1 (2 − 6) = 5.6; p: 2, then 2 + .1 (3 − 2) = 2.1.
    expect(rate(croston, 0, 6, 0, 0, 2)).toBeCloseTo(5.6 / 2.1, 12);
  });
});

describe("the form with a probability", () => {
  test("is worked out by hand", () => {
    // z stays 2. p: 1/3, then (1 − β)/3 and (1 − β)²/3 + β; the error at the last step is least with the least β, .02.
    expect(rate(demandProbability, 0, 0, 2, 0, 2)).toBeCloseTo(2 * ((0.98 * 0.98) / 3 + 0.02), 12);
  });

  test("falls while nothing comes, which Croston's does not", () => {
    const demand = [5, 5, 5, 5, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(rate(demandProbability, ...demand)).toBeLessThan(0.1);
    expect(rate(croston, ...demand)).toBeCloseTo(5, 9);
  });
});

test("no demand at all is forecast as none", () => {
  for (const method of [croston, demandProbability]) expect(rate(method, 0, 0, 0)).toBe(0);
});
