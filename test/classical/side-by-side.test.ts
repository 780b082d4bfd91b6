// Two smoothings in one loop: the same numbers as one after the other, to the last bit.
import fc from "fast-check";
import { expect, test } from "vitest";
import { added, multiplied } from "../../src/classical/holt-winters.js";

const shares = fc.tuple(...Array.from({ length: 4 }, () => fc.double({ min: 0, max: 1, noNaN: true })));
const series = fc.array(fc.double({ min: 0.5, max: 20, noNaN: true }), { minLength: 6, maxLength: 40 });

test.each([
  ["added", added, [0.4, -0.1, -0.3]],
  ["multiplied", multiplied, [1.3, 0.8, 0.9]],
])("two passes with a season %s come to what each comes to by itself", (_, { pass, passPair }, indices) => {
  fc.assert(
    fc.property(
      series,
      shares,
      shares,
      fc.double({ min: -3, max: 3, noNaN: true }),
      (numbers, first, second, trend) => {
        const values = Float64Array.from(numbers);
        const start = Float64Array.of(values[0]!, trend);
        const alone = (choice: readonly number[]) =>
          pass(
            values,
            Float64Array.from(choice),
            start.slice(),
            Float64Array.from(indices),
            new Float64Array(values.length),
          );
        const scores = new Float64Array(2);
        const scratch = new Float64Array(2 * indices.length);
        const pair = [Float64Array.from(first), Float64Array.from(second)] as const;
        passPair(values, ...pair, start, Float64Array.from(indices), scratch, scores);
        expect(Array.from(scores)).toEqual([alone(first), alone(second)]);
      },
    ),
  );
});
