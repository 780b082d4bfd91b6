import { expect, test } from "vitest";
import { studentQuantile, studentTails } from "../../src/base/student.js";

test.each([
  // Tables of the t distribution, to their three decimals.
  [0.9, 1, 3.078],
  [0.975, 1, 12.706],
  [0.9, 2, 1.886],
  [0.975, 2, 4.303],
  [0.95, 5, 2.015],
  [0.999, 7, 4.785],
  [0.975, 30, 2.042],
  [0.9, 100, 1.29],
])("the quantile %f with %i degrees of freedom is %f", (p, freedom, expected) => {
  expect(studentQuantile(p, freedom)).toBeCloseTo(expected, 3);
  expect(studentQuantile(1 - p, freedom)).toBeCloseTo(-expected, 3);
});

test("the median is 0, and with many degrees of freedom the quantiles are nearly normal", () => {
  expect(studentQuantile(0.5, 4)).toBeCloseTo(0, 12);
  // 1.96 at infinity, 1.972 at 200.
  expect(studentQuantile(0.975, 1e9)).toBeCloseTo(1.97, 2);
});

test.each([
  [0.9, 1],
  [0.975, 7],
  [0.999, 30],
])("beyond the quantile %f of %i degrees of freedom, on both sides, lie twice the rest", (p, freedom) => {
  for (const q of [p, 1 - p]) expect(studentTails(studentQuantile(q, freedom), freedom)).toBeCloseTo(2 * (1 - p), 12);
});
