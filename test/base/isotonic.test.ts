import fc from "fast-check";
import { expect, test } from "vitest";
import { isotonic } from "../../src/base/isotonic.js";

const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 });
const risingOf = (values: readonly number[], weights?: readonly number[]) =>
  Array.from(isotonic(Float64Array.from(values), weights && Float64Array.from(weights)));

test("violators are pooled to their weighted mean", () => {
  expect(risingOf([1, 3, 2, 4])).toEqual([1, 2.5, 2.5, 4]);
  expect(risingOf([3, 0], [1, 3])).toEqual([0.75, 0.75]);
});

test("the fit never falls, keeps the mean, and leaves what rises as it is", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const fitted = risingOf(values);
      for (let i = 1; i < fitted.length; i++) expect(fitted[i]!).toBeGreaterThanOrEqual(fitted[i - 1]!);
      const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
      // Sums of up to 12 numbers up to 50, each within rounding.
      expect(sum(fitted)).toBeCloseTo(sum(values), 9);
      const sorted = values.toSorted((a, b) => a - b);
      expect(risingOf(sorted)).toEqual(sorted);
    }),
  );
});

test("a sequence that is nowhere above another has a fit that is nowhere above the other's", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat(20)), { minLength: 1 }), (pairs) => {
      const low = risingOf(pairs.map(([value]) => value));
      const high = risingOf(pairs.map(([value, more]) => value + more));
      for (const [i, value] of low.entries()) expect(value).toBeLessThanOrEqual(high[i]! + 1e-9);
    }),
  );
});
