import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { leastOriginCount, testEquality } from "../../src/evaluate/diebold-mariano.js";

/** Hours of sleep that two drugs gave ten patients, the difference (Student 1908). */
const sleep = Float64Array.of(-1.2, -2.4, -1.3, -1.3, 0, -1, -1.8, -0.8, -4.6, -1.4);

describe("the test of equal accuracy", () => {
  test("is the paired t test where origins share no step", () => {
    const { statistic, pValue } = testEquality(sleep, 1);
    // As every textbook has it: t = −4.0621, 9 degrees of freedom, p = 0.002833.
    expect(statistic).toBeCloseTo(-4.0621, 4);
    expect(pValue).toBeCloseTo(0.002833, 6);
  });

  test("counts the autocovariances of origins that share steps, and corrects for their number", () => {
    const differences = Float64Array.of(1, 2, 0, 1, 3, 2, 1, 2);
    const n = 8;
    // d̄ = 1.5; deviations −½ ½ −1½ −½ 1½ ½ −½ ½; γ₀ = 6/8; γ₁ = (−¼ − ¾ + ¾ − ¾ + ¾ − ¼ − ¼)/8 = −0.75/8.
    const dm = 1.5 / Math.sqrt((6 / 8 - (2 * 0.75) / 8) / n);
    const correction = Math.sqrt((n + 1 - 4 + 2 / n) / n);
    expect(testEquality(differences, 2).statistic).toBeCloseTo(dm * correction, 12);
  });

  test("has the opposite sign and the same p-value the other way round, in any unit", () => {
    const differences = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(differences, fc.constantFrom(1, 2, 4), fc.constantFrom(-1, -8, 0.25), (values, overlap, factor) => {
        const one = testEquality(Float64Array.from(values), overlap);
        const other = testEquality(
          Float64Array.from(values, (value) => value * factor),
          overlap,
        );
        // A power of two changes no digit, and a sign none either.
        expect(other).toEqual({ statistic: 0 + Math.sign(factor) * one.statistic, pValue: one.pValue });
      }),
    );
  });

  test("says nothing with too few origins, or where the variance comes out negative", () => {
    expect(testEquality(sleep.subarray(0, 7), 1).pValue).toBeNaN();
    expect(testEquality(sleep.subarray(0, 8), 1).pValue).not.toBeNaN();
    expect(leastOriginCount(6)).toBe(12);
    expect(testEquality(sleep, 6).pValue).toBeNaN();
    expect(testEquality(Float64Array.of(1, -1, 1, -1, 1, -1, 1, -1), 2).pValue).toBeNaN();
    // The same difference at each origin: no variance to weigh it by.
    expect(testEquality(new Float64Array(8).fill(0.5), 1)).toEqual({ statistic: Number.NaN, pValue: Number.NaN });
  });

  test("finds no difference between forecasts that are the same", () => {
    expect(testEquality(new Float64Array(8), 2)).toEqual({ statistic: 0, pValue: 1 });
  });

  test("rejects what is true in about one of twenty cases, also with overlapping origins", () => {
    const { normal } = seededRandom(3);
    for (const [n, overlap] of [
      [12, 1],
      [24, 2],
    ] as const) {
      let rejected = 0;
      const trials = 2000;
      for (let i = 0; i < trials; i++) {
        const shocks = Array.from({ length: n + overlap }, normal);
        // A moving average over `overlap` shocks, as overlapping horizons have it.
        const differences = Float64Array.from({ length: n }, (_, t) =>
          shocks.slice(t, t + overlap).reduce((a, b) => a + b, 0),
        );
        if (testEquality(differences, overlap).pValue < 0.05) rejected++;
      }
      // Sampling alone: 0.05 ± 3 × 0.005. Harvey, Leybourne & Newbold find up to 0.07 with overlap and few origins.
      expect(rejected / trials).toBeGreaterThan(0.03);
      expect(rejected / trials).toBeLessThan(0.085);
    }
  });
});
