// What is done where nothing was observed. In: the values of a series with NaN for its gaps and empty cells, and a policy. Out:
// the values with those inside filled, the ones before the first and after the last observation cut off.
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
  const centre = policy === "mean" ? mean(values) : 0;
  for (let k = 0; k < values.length; k++) {
    if (!Number.isNaN(values[k]!)) continue;
    let after = k + 1;
    while (after < values.length && Number.isNaN(values[after]!)) after++;
    const low = values[k - 1]!;
    const slope = (values[after]! - low) / (after - k + 1);
    for (let i = k; i < after; i++)
      values[i] = policy === "interpolate" ? low + slope * (i - k + 1) : policy === "ffill" ? low : centre;
    k = after;
  }
}
