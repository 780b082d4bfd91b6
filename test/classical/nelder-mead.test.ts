// The simplex search on functions whose least value is known.
import { describe, expect, test } from "vitest";
import { minimise } from "../../src/classical/nelder-mead.js";

describe("the search", () => {
  test("finds the bottom of Rosenbrock's valley", () => {
    const valley = (p: Float64Array) => 100 * (p[1]! - p[0]! ** 2) ** 2 + (1 - p[0]!) ** 2;
    const found = minimise(valley, Float64Array.of(-1.2, 1), Float64Array.of(0.5, 0.5), 500, 1e-14);
    // Where the function is within 1e-14 of its least, the point is within about 1e-6 of it.
    expect(found[0]).toBeCloseTo(1, 5);
    expect(found[1]).toBeCloseTo(1, 5);
  });

  test("finds the least of a bowl of twelve dimensions, each of another width", () => {
    const bowl = (p: Float64Array) => p.reduce((sum, value, i) => sum + (i + 1) * (value - i) ** 2, 0);
    const found = minimise(bowl, new Float64Array(12), new Float64Array(12).fill(1), 20_000, 1e-12);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(i, 4);
    });
  });

  test("keeps out of where the function is not finite, and within the bounds the function sets", () => {
    const root = (p: Float64Array) => {
      p[0] = Math.min(p[0]!, 5);
      return p[0]! < 1 ? Number.NaN : -Math.sqrt(p[0]! - 1);
    };
    expect(minimise(root, Float64Array.of(2), Float64Array.of(0.3), 200, 1e-9)[0]).toBe(5);
  });

  test("ends after the evaluations given, with the best point met", () => {
    let evaluations = 0;
    const scores: number[] = [];
    const bowl = (p: Float64Array) => {
      evaluations++;
      scores.push(p[0]! ** 2 + p[1]! ** 2);
      return scores.at(-1)!;
    };
    const found = minimise(bowl, Float64Array.of(4, -3), Float64Array.of(1, 1), 25, 0);
    // A step already begun is ended: two trials, and a shrinkage to one corner.
    expect(evaluations).toBeLessThanOrEqual(25 + 4);
    expect(found[0]! ** 2 + found[1]! ** 2).toBe(Math.min(...scores));
  });
});
