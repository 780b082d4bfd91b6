// What is done where nothing was observed. In: the values of a series with NaN for its gaps and empty cells, and a policy. Out:
// the values with those inside filled, the ones before the first and after the last observation cut off.
import { interpolateGaps } from "../base/interpolation.js";
import { lastObservedIndex, mean } from "../base/numeric.js";
import type { MissingPolicy } from "./options.js";

export interface ObservedRange {
  /** Index of the first observed value. */
  readonly from: number;
  /** Index behind the last one; equal to `from` when nothing is observed. */
  readonly to: number;
  /** Unobserved values between the two. */
  readonly insideCount: number;
}

export function observedRange(values: Float64Array): ObservedRange {
  let from = 0;
  while (from < values.length && Number.isNaN(values[from]!)) from++;
  if (from === values.length) return { from: 0, to: 0, insideCount: 0 };
  const to = lastObservedIndex(values) + 1;
  let insideCount = 0;
  for (let k = from; k < to; k++) if (Number.isNaN(values[k]!)) insideCount++;
  return { from, to, insideCount };
}

/** Fills NaN in place. @param values [time], observed at both ends */
export function fillGaps(values: Float64Array, policy: Exclude<MissingPolicy, "mask" | "error">): void {
  if (policy === "interpolate") {
    values.set(interpolateGaps(values));
    return;
  }
  const centre = policy === "mean" ? mean(values) : 0;
  for (let t = 1; t < values.length; t++)
    if (Number.isNaN(values[t]!)) values[t] = policy === "ffill" ? values[t - 1]! : centre;
}
