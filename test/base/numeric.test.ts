import { expect, test } from "vitest";
import {
  extent,
  lastObservedIndex,
  mean,
  observedCount,
  quantile,
  spanMeans,
  standardDeviation,
} from "../../src/base/numeric.js";

const values = Float64Array.of(Number.NaN, 4, 1, Number.NaN, 3, 2, Number.NaN);

test("statistics skip what is not observed", () => {
  expect(observedCount(values)).toBe(4);
  expect(mean(values)).toBe(2.5);
  expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(1.25), 12);
  expect(quantile(values, 0.5)).toBe(2.5);
  expect(quantile(values, 0)).toBe(1);
  expect(quantile(values, 0.9)).toBeCloseTo(3.7, 12);
  expect(extent(values)).toEqual({ min: 1, max: 4 });
  expect(lastObservedIndex(values)).toBe(5);
});

test("statistics of nothing are NaN, never zero or infinite", () => {
  const nothing = Float64Array.of(Number.NaN, Number.NaN);
  for (const value of [mean(nothing), standardDeviation(nothing), quantile(nothing, 0.5), extent(nothing).min])
    expect(value).toBeNaN();
  expect(observedCount(nothing)).toBe(0);
  expect(lastObservedIndex(nothing)).toBe(-1);
});

test("a long series comes down to the means of even spans, and a short one stays as it is", () => {
  expect(spanMeans(Float64Array.of(1, 3, 5, Number.NaN, Number.NaN, Number.NaN), 3)).toEqual(
    Float64Array.of(2, 5, Number.NaN),
  );
  expect(spanMeans(values, 24)).toEqual(values);
  expect(spanMeans(new Float64Array(0), 24)).toHaveLength(0);
});
