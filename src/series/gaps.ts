// What is done where nothing was observed. In: the values of a series with NaN for its gaps and empty cells, and a policy. Out:
// the values with those inside filled, the ones before the first and after the last observation cut off, but for those at the end that
// a policy knows the value of.
import { interpolateGaps } from "../base/interpolation.js";
import { lastObservedIndex, mean } from "../base/numeric.js";
import type { MissingPolicy } from "./options.js";

export interface ObservedRange {
  /** Index of the first observed value. */
  readonly from: number;
  /** Index behind the last one, or the last one that is filled; equal to `from` when nothing is observed. */
  readonly to: number;
  /** Unobserved values between the two. */
  readonly insideCount: number;
}

/** Nothing has to come after a gap for these to say what it is. */
const fillsEnds: ReadonlySet<MissingPolicy> = new Set(["zero", "ffill", "error"]);

/** @param isEndKnown whether steps without a value at the end are past, and not what is to be forecast */
export function observedRange(values: Float64Array, policy: MissingPolicy = "mask", isEndKnown = false): ObservedRange {
  let from = 0;
  while (from < values.length && Number.isNaN(values[from]!)) from++;
  if (from === values.length) return { from: 0, to: 0, insideCount: 0 };
  const to = isEndKnown && fillsEnds.has(policy) ? values.length : lastObservedIndex(values) + 1;
  let insideCount = 0;
  for (let k = from; k < to; k++) if (Number.isNaN(values[k]!)) insideCount++;
  return { from, to, insideCount };
}

/** Policies that rest on values which come after a gap: what was filled is filled anew where these are not known yet. */
export type AheadPolicy = Extract<MissingPolicy, "interpolate" | "mean">;

export function looksAhead(policy: MissingPolicy): policy is AheadPolicy {
  return policy === "interpolate" || policy === "mean";
}

/** Fills NaN in place. @param values [time], the first one observed */
export function fillGaps(values: Float64Array, policy: Exclude<MissingPolicy, "mask" | "error">): void {
  if (policy === "interpolate") {
    values.set(interpolateGaps(values));
    return;
  }
  const centre = policy === "mean" ? mean(values) : 0;
  for (let t = 1; t < values.length; t++)
    if (Number.isNaN(values[t]!)) values[t] = policy === "ffill" ? values[t - 1]! : centre;
}
