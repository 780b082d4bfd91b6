// The forecasts that the gate mixes: their names, and what all of them say of one history. The methods themselves, and when each of them
// applies, are in kernels/classical/candidates.h.
import { measuresOf, takeBlock, writeSeries } from "./compiled/block.js";
import type { History } from "./history.js";

/** In the order of the gate's weights, and of kernels/classical/candidates.h. */
export const candidateNames = [
  "naive",
  "drift",
  "mean",
  "cycle-mean",
  "seasonal-naive",
  "seasonal-drift",
  "seasonal-ratio",
  "long-seasonal-naive",
  "long-cycle-mean",
  "mean-seasonal-naive",
  "holt-winters",
  "holt-winters-damped",
  "holt-winters-log",
  "holt-winters-log-damped",
  "holt-winters-multiplicative",
  "holt-winters-steady",
  "theta",
  "ar",
  "ar-differenced",
  "ar-log",
  "ar-log-differenced",
  "ar-long-differenced",
  "airline",
  "double-seasonal",
  "mstl",
  "climatology",
  "climatology-ar",
  "climatology-ar-log",
  "demand-probability",
] as const;
export type CandidateName = (typeof candidateNames)[number];
export const candidateCount = candidateNames.length;

/**
 * @param out [candidate × horizon] filled with finite values, kept near the seen range, for each candidate that applies; NaN for the others
 * @param applies [candidate] 1 or 0
 */
export function forecastCandidates(
  { values, seasons }: History,
  horizon: number,
  out: Float64Array,
  applies: Uint8Array,
): void {
  const block = takeBlock(measuresOf(values, seasons, horizon));
  writeSeries(block, values, seasons, horizon);
  block.regions.origins[0] = values.length;
  block.set("originCount", 1);
  block.set("windowCount", 0);
  block.run("describe_windows");
  out.set(block.regions.forecasts.subarray(0, candidateCount * horizon));
  applies.set(block.regions.applies.subarray(0, candidateCount));
}
