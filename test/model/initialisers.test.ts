import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { forgetBias, glorotUniform, orthogonal } from "../../src/model/initialisers.js";

const sizes = fc.integer({ min: 1, max: 40 });

describe("orthogonal", () => {
  test("rows, or columns where they are fewer, are orthonormal", () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), (rows, columns, seed) => {
        const q = orthogonal(rows, columns, seededRandom(seed));
        const wide = rows <= columns;
        const [count, length] = wide ? [rows, columns] : [columns, rows];
        const at = (v: number, i: number) => (wide ? q[v * columns + i]! : q[i * columns + v]!);
        for (let a = 0; a < count; a++)
          for (let b = 0; b <= a; b++) {
            let product = 0;
            for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
            // Entries are rounded to float32: 6e-8 each, in a product of at most 40 of them.
            expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-6);
          }
      }),
      { numRuns: 50 },
    );
  });

  test("prefers no direction: entries have mean 0 and variance 1 / length", () => {
    const [rows, columns] = [32, 128];
    const q = orthogonal(rows, columns, seededRandom(1));
    const mean = q.reduce((sum, value) => sum + value, 0) / q.length;
    // The mean of 4096 nearly independent entries of deviation 0.088: within four deviations of itself.
    expect(Math.abs(mean)).toBeLessThan((4 * Math.sqrt(1 / columns)) / Math.sqrt(q.length));
    const diagonal = Array.from({ length: rows }, (_, i) => q[i * columns + i]!);
    expect(diagonal.some((value) => value > 0) && diagonal.some((value) => value < 0)).toBe(true);
  });
});

test("glorotUniform fills its interval and does not leave it", () => {
  const values = glorotUniform(20, 100, seededRandom(1));
  const limit = Math.sqrt(6 / 120);
  const largest = Math.max(...values);
  expect(largest).toBeLessThanOrEqual(limit);
  expect(largest).toBeGreaterThan(0.98 * limit);
  expect(Math.min(...values)).toBeLessThan(-0.98 * limit);
});

test("forgetBias is 1 for the second gate alone", () => {
  expect([...forgetBias(8)]).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
});

test("glorotUniform divides by a convolution's reach", () => {
  const values = glorotUniform(20, 100, seededRandom(1), 4);
  expect(values).toHaveLength(4 * 20 * 100);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeLessThanOrEqual(Math.sqrt(6 / (4 * 120)));
  expect(largest).toBeGreaterThan(0.98 * Math.sqrt(6 / (4 * 120)));
});
