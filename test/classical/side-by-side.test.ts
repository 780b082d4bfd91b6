// Smoothings in one loop: the same numbers as one after the other, to the last bit.
import fc from "fast-check";
import { expect, test } from "vitest";
import { addedPass, multipliedPass, passesInLanes } from "../support/classical.js";

const shares = fc.tuple(...Array.from({ length: 4 }, () => fc.double({ min: 0, max: 1, noNaN: true })));
const series = fc.array(fc.double({ min: 0.5, max: 20, noNaN: true }), { minLength: 6, maxLength: 40 });

test.each([
  ["added", addedPass, "added-lanes", [0.4, -0.1, -0.3]],
  ["multiplied", multipliedPass, "multiplied-lanes", [1.3, 0.8, 0.9]],
] as const)("eight passes with a season %s come to what each comes to by itself", (_, pass, lanes, indices) => {
  fc.assert(
    fc.property(
      series,
      fc.array(shares, { minLength: 8, maxLength: 8 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (numbers, choices, trend) => {
        const values = Float64Array.from(numbers);
        const start = [values[0]!, trend];
        const alone = choices.map((choice) => pass(values, choice, start, indices).meanSquare);
        expect(Array.from(passesInLanes(lanes, values, choices, start, indices))).toEqual(alone);
      },
    ),
  );
});
