import fc from "fast-check";
import { expect, it } from "vitest";
import { differenceLevels, integrateChanges } from "../../src/scale/difference.js";

it("integrates changes back to the levels they come from", () => {
  const integers = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(integers, fc.nat(), fc.nat(), (numbers, a, b) => {
      const levels = Float64Array.from(numbers);
      const lag = 1 + (a % (levels.length - 1));
      const origin = lag + (b % (levels.length - lag));
      const changes = differenceLevels(levels, lag);
      // Sums of integers are exact.
      expect(integrateChanges(changes.subarray(origin), levels.subarray(origin - lag, origin))).toEqual(
        levels.subarray(origin),
      );
    }),
  );
});

it("has no change where either end is unobserved", () => {
  const { NaN: gap } = Number;
  expect(differenceLevels(Float64Array.of(1, 2, gap, 5, 7), 1)).toEqual(Float64Array.of(gap, 1, gap, gap, 2));
});
