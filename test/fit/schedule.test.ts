import fc from "fast-check";
import { expect, test } from "vitest";
import { scheduleNames } from "../../src/fit/config.js";
import { learningRateFactor } from "../../src/fit/schedule.js";

test("every schedule stays above 0 and at or below the peak", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...scheduleNames),
      fc.nat(5000),
      fc.integer({ min: 1, max: 5000 }),
      (name, step, count) => {
        const factor = learningRateFactor(name, step, count);
        return factor > 0 && factor <= 1;
      },
    ),
  );
});

test("the cosine falls throughout, one cycle climbs for a tenth and then falls", () => {
  const factors = (name: "cosine" | "one-cycle") =>
    Array.from({ length: 101 }, (_, step) => learningRateFactor(name, step, 101));
  const cosine = factors("cosine");
  expect(cosine.every((factor, i) => i === 0 || factor < cosine[i - 1]!)).toBe(true);
  const cycle = factors("one-cycle");
  expect(cycle.indexOf(Math.max(...cycle))).toBe(10);
  expect(cycle[0]).toBeCloseTo(1 / 25, 10);
  expect(cycle[100]).toBeCloseTo(1e-3, 10);
});
