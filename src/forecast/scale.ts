// How much a series moves, which its errors are measured in. In: values. Out: the mean size of their differences at a lag.
import { mean, saturate } from "../base/numeric.js";
import { studentQuantile } from "../base/student.js";

/**
 * The mean of a series' long-run and its recent scale: errors follow the recent one, and the long run holds it where a
 * stretch happens to be quiet (locally weighted conformal prediction: Lei et al. 2018, section 5.2).
 * @param values [time] what is known, NaN = unobserved @param lag of the differences
 */
export function scaleOf(
  values: Float64Array,
  lag: number,
  recentSteps: number,
  longRun = longRunScale(values, lag),
): number {
  const recent = meanChange(values.subarray(-(recentSteps + lag)), lag);
  return Number.isNaN(recent) ? longRun : saturate((longRun + recent) / 2);
}

/** E|d| of a normal d is √(2/π) deviations: what stands for the deviation, in scales, where there is no error at all to tell it. */
export const normalDeviation = Math.sqrt(Math.PI / 2);

/** A quantile's distance from the forecast, in scales, where there is no error at all. */
export function unknownOffset(level: number): number {
  return normalDeviation * studentQuantile(level, 2);
}

/**
 * Mean size of the change over a lag; over a step where no two values lie a lag apart, or none of them differs, which says nothing of a
 * forecast that does not repeat them; and of the values where there is one value.
 */
export function longRunScale(values: Float64Array, lag: number, overLag = meanChange(values, lag)): number {
  const change = overLag > 0 ? overLag : meanChange(values, 1);
  return saturate(Number.isNaN(change) ? Math.abs(mean(values)) || 0 : change);
}

/** `scaleOf` the values before each of the ends. @param ends ascending @returns [ends] */
export function scalesAt(
  values: Float64Array,
  ends: ArrayLike<number>,
  lag: number,
  recentSteps: number,
): Float64Array {
  const changeBefore = meanChanges(values, lag);
  return Float64Array.from(ends, (end) => {
    const known = values.subarray(0, end);
    return scaleOf(known, lag, recentSteps, longRunScale(known, lag, changeBefore(end)));
  });
}

function meanChange(values: Float64Array, lag: number): number {
  return meanChanges(values, lag)(values.length);
}

/** @returns of the values before an end, which may only move on; NaN where no two of them lie `lag` steps apart */
function meanChanges(values: Float64Array, lag: number): (end: number) => number {
  let sum = 0;
  let count = 0;
  let t = lag;
  return (end) => {
    for (; t < end; t++) {
      const change = Math.abs(values[t]! - values[t - lag]!);
      if (Number.isNaN(change)) continue;
      sum += change;
      count++;
    }
    return saturate(sum) / count;
  };
}
