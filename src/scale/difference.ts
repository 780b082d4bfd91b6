// Differences at a lag. In: levels. Out: changes, and levels again from the last ones known.
import { saturate } from "../base/numeric.js";

/** @returns [time] levels[t] − levels[t − lag]; NaN where either is unobserved, and in the first `lag` steps */
export function differenceLevels(levels: Float64Array, lag: number): Float64Array {
  const changes = new Float64Array(levels.length).fill(Number.NaN);
  for (let t = lag; t < levels.length; t++) changes[t] = saturate(levels[t]! - levels[t - lag]!);
  return changes;
}

/** @param changes [K] @param recent [lag] the levels before the first change, oldest first @returns [K] levels */
export function integrateChanges(changes: Float64Array, recent: Float64Array): Float64Array {
  const levels = new Float64Array(changes.length);
  for (let k = 0; k < changes.length; k++)
    levels[k] = changes[k]! + (k < recent.length ? recent[k]! : levels[k - recent.length]!);
  return levels;
}
