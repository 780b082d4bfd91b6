// Gaps before the candidates see them.
import { expect, test } from "vitest";
import { fillSeasonally } from "../../src/classical/gaps.js";

const gap = Number.NaN;

test("values without a gap stay the same array", () => {
  const values = Float64Array.of(1, 2, 3);
  expect(fillSeasonally(values, 1).buffer).toBe(values.buffer);
});

test("a gap is bridged by a straight line, and what was never observed is left out", () => {
  expect(fillSeasonally(Float64Array.of(gap, gap, 1, gap, gap, 4), 1)).toEqual(Float64Array.of(1, 2, 3, 4));
});

test("a seasonal series keeps its shape across a gap", () => {
  const pattern = [10, 0, 5, 20];
  const whole = Float64Array.from({ length: 24 }, (_, t) => pattern[t % 4]!);
  const holed = whole.slice().fill(gap, 9, 13);
  const filled = fillSeasonally(holed, 4);
  whole.forEach((value, t) => {
    expect(filled[t]).toBeCloseTo(value, 9);
  });
});
