// Smoothing of a level and a damped trend, and what holds for every method built on it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ets } from "../../src/classical/ets.js";
import type { Method } from "../../src/classical/history.js";
import { croston } from "../../src/classical/intermittent.js";
import { compiledMethod } from "../../src/classical/methods.js";
import { forecast, plainPass, searchAdditive } from "../support/classical.js";

const holtWinters = compiledMethod("holt-winters");
const dampedHoltWinters = compiledMethod("holt-winters-damped");
const steadyHoltWinters = compiledMethod("holt-winters-steady");
const logHoltWinters = compiledMethod("holt-winters-log");
const logDampedHoltWinters = compiledMethod("holt-winters-log-damped");
const multiplicativeHoltWinters = compiledMethod("holt-winters-multiplicative");
const theta = compiledMethod("theta");
const adjustedTheta = compiledMethod("theta-adjusted");
const demandProbability = compiledMethod("demand-probability");
const levelTrend = compiledMethod("level-trend");
const additive: Readonly<Record<string, Method>> = { holtWinters, dampedHoltWinters, steadyHoltWinters, levelTrend };
const seasonal: Readonly<Record<string, Method>> = {
  holtWinters,
  dampedHoltWinters,
  steadyHoltWinters,
  logHoltWinters,
  logDampedHoltWinters,
  multiplicativeHoltWinters,
  adjustedTheta,
  ets,
};
const unbiased: Readonly<Record<string, Method>> = { ...seasonal, levelTrend, theta, croston, demandProbability };

/** Rounding grows over a few dozen steps, and stays far below this share of the largest value. */
const tolerance = 1e-9;

function expectClose(actual: Float64Array, expected: ArrayLike<number>, scale: number): void {
  for (let h = 0; h < actual.length; h++)
    expect(Math.abs(actual[h]! - expected[h]!), `step ${h}: ${actual[h]} for ${expected[h]}`).toBeLessThanOrEqual(
      tolerance * scale,
    );
}

/** Steps of a walk, so that no two choices of weights fit equally well and rounding cannot turn one into the other. */
const walks = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 16, maxLength: 60 }).map((steps) => {
  let level = 0;
  return Float64Array.from(steps, (step, t) => {
    level += step + 0.3 * Math.sin(7.3 * t * t);
    return level;
  });
});

describe("a level and a damped trend", () => {
  test("move by their shares of each error, as worked out by hand", () => {
    // α = .5, β = .1, φ = .9, l = 10, b = 2: forecasts 11.8, then l = 12.9, b = 2.02: 14.718, then l = 13.859, b = 1.6462: 15.34058.
    const { errors, state, meanSquare } = plainPass(
      Float64Array.of(14, 13, 16),
      [0.5, 0.2, 0.1 / 0.18, 0],
      [10 + 0.9 * 2, 0.9 * 2],
    );
    expectClose(errors, [2.2, -1.718, 0.65942], 1);
    expect(meanSquare).toBeCloseTo((2.2 ** 2 + 1.718 ** 2 + 0.65942 ** 2) / 3, 12);
    // l = 15.67029, b = 1.547522.
    expectClose(state, [15.67029 + 0.9 * 1.547522, 0.9 * 1.547522], 1);
  });

  test("the search beats a fine net of fixed weights, or comes within two per cent of it", () => {
    const values = Float64Array.from({ length: 80 }, (_, t) => t / 8 + 3 * Math.sin(t * t) + 2 * Math.sin(t / 9));
    const found = searchAdditive(values, [], false);
    let least = Number.POSITIVE_INFINITY;
    for (let level = 0.02; level < 1; level += 0.02)
      least = Math.min(least, plainPass(values, [level, 0, 0, 0], found.start).meanSquare);
    expect(found.meanSquare).toBeLessThanOrEqual(1.02 * least);
  });

  test("a steady slope is followed, white noise is not", () => {
    const line = forecast(
      levelTrend,
      Float64Array.from({ length: 40 }, (_, t) => 3 * t),
      [],
      4,
    );
    // Damped by .98 at most, the trend falls short by up to a step's rise in four.
    for (let h = 0; h < 4; h++) expect(Math.abs(line[h]! - 3 * (40 + h))).toBeLessThan(3);
    const noise = forecast(
      levelTrend,
      Float64Array.from({ length: 200 }, (_, t) => Math.sin(t * t * 1.7)),
      [],
      4,
    );
    // The mean of 200 such values is near 0; a tenth of them is about what the last ones' mean deviates by.
    for (const value of noise) expect(Math.abs(value)).toBeLessThan(0.35);
  });
});

describe.each(Object.entries(additive))("%s", (_, method) => {
  test("shifts and scales with its values", () => {
    fc.assert(
      fc.property(
        walks,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.integer({ min: -50, max: 50 }),
        (values, scale, shift) => {
          const plain = forecast(method, values, [4], 9);
          const moved = forecast(
            method,
            values.map((value) => shift + scale * value),
            [4],
            9,
          );
          const reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1) * scale + Math.abs(shift);
          // Rounding of the values is multiplied by at most the sum of φ's powers, 1/(1 − .98), twice.
          expectClose(
            moved,
            plain.map((value) => shift + scale * value),
            2500 * reach,
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe.each(Object.entries(seasonal))("%s", (_, method) => {
  test("goes on with a purely seasonal pattern", () => {
    const cycle = [5, 9, 14, 7, 3, 6, 20];
    for (const count of [21, 24, 40]) {
      const values = Array.from({ length: count }, (_, t) => cycle[t % 7]!);
      expectClose(
        forecast(method, values, [7], 15),
        Array.from({ length: 15 }, (_, h) => cycle[(count + h) % 7]!),
        // The largest of the values.
        20,
      );
    }
  });
});

describe.each(Object.entries(unbiased))("%s", (_, method) => {
  test("stays at a constant", () => {
    for (const constant of [0, 1, -7.25, 1e-30, 1e30])
      for (const count of [1, 2, 3, 7, 24, 30])
        for (const seasons of [[], [4], [12]]) {
          expectClose(
            forecast(method, new Float64Array(count).fill(constant), seasons, 5),
            new Float64Array(5).fill(constant),
            Math.abs(constant),
          );
        }
  });
});

describe.each(Object.entries(unbiased))("%s", (name, method) => {
  test("says something finite of whatever is finite", () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1e-30, 1e30, -1e30, 1, 5e-324, Number.MAX_VALUE),
      fc.integer({ min: 0, max: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 30 }),
        fc.constantFrom([], [2], [4], [7], [4, 12], [12]),
        (values, seasons) => {
          for (const step of forecast(method, values, seasons, 14)) expect(step).toSatisfy(Number.isFinite);
        },
      ),
      { numRuns: name === "ets" ? 25 : 150 },
    );
  });
});
