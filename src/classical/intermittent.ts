// A method for intermittent demand: many zeros, now and then a value. In: a series' history. Out: a flat rate per step.
import type { Method } from "./history.js";

const weight = 0.1;

/**
 * Smooths the sizes z of demands and the intervals p between them, with the same weight, at each demand; the rate is z/p (Croston
 * 1972). No series demands nothing: without a value other than zero the rate is zero.
 * @param values [time]
 */
function smoothIntervals(values: Float64Array): number {
  const first = values.findIndex((value) => value !== 0);
  if (first === -1) return 0;
  let size = values[first]!;
  let interval = first + 1;
  let since = 1;
  for (const value of values.subarray(first + 1)) {
    if (value === 0) {
      since++;
      continue;
    }
    size += weight * (value - size);
    interval += weight * (since - interval);
    since = 1;
  }
  return size / interval;
}

/** Croston's method with the weight .1: what the name stands for in R's forecast and in StatsForecast. */
export const croston: Method = ({ values }, out) => {
  const rate = smoothIntervals(values);
  out.fill(Number.isFinite(rate) ? rate : values[values.length - 1]!);
};
