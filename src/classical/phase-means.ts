// The ordinary course of a cycle: what a year is like on its 40th day. In: values without gaps. Out: their mean by phase, smoothed over
// neighbouring phases as far as that foretells the other cycles better.

import { square } from "../base/portable.js";

/** A mean reaches at most to this share of a season on either side. */
const widest = 1 / 8;

/**
 * @param values [time]
 * @returns [season] by t mod season; phases never met take the mean of all
 */
export function smoothPhaseMeans(values: Float64Array, season: number): Float64Array {
  const count = values.length;
  const centre = values[count - 1]!;
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = 0, phase = 0; t < count; t++) {
    sums[phase]! += values[t]! - centre;
    counts[phase]!++;
    if (++phase === season) phase = 0;
  }
  const nearSums = sums.slice();
  const nearCounts = counts.slice();
  const means = new Float64Array(season);
  let least = Number.POSITIVE_INFINITY;
  for (let reach = 0; reach <= season * widest; reach = Math.max(1, 2 * reach)) {
    if (reach > 0) {
      sumAround(sums, reach, nearSums);
      sumAround(counts, reach, nearCounts);
    }
    const error = crossError(values, centre, season, reach, nearSums, nearCounts);
    if (error >= least) continue;
    least = error;
    for (let phase = 0; phase < season; phase++) means[phase] = centre + nearSums[phase]! / nearCounts[phase]!;
  }
  return means;
}

/** out(i) = Σ values(i − reach … i + reach), round the end. */
function sumAround(values: Float64Array, reach: number, out: Float64Array): void {
  const count = values.length;
  let sum = 0;
  for (let i = -reach; i < reach; i++) sum += values[(i + count) % count]!;
  for (let i = 0; i < count; i++) {
    sum += values[(i + reach) % count]!;
    out[i] = sum;
    sum -= values[(i - reach + count) % count]!;
  }
}

/** Squared error of each value against the mean around its phase in the other cycles. */
function crossError(
  values: Float64Array,
  centre: number,
  season: number,
  reach: number,
  nearSums: Float64Array,
  nearCounts: Float64Array,
): number {
  const count = values.length;
  let own = 0;
  let ownCount = 0;
  for (let t = 0; t < Math.min(reach, count); t++) {
    own += values[t]! - centre;
    ownCount++;
  }
  let error = 0;
  for (let t = 0, phase = 0; t < count; t++) {
    if (t + reach < count) {
      own += values[t + reach]! - centre;
      ownCount++;
    }
    const others = nearCounts[phase]! - ownCount;
    const mean = others > 0 ? (nearSums[phase]! - own) / others : 0;
    error += square(values[t]! - centre - mean);
    if (t >= reach) {
      own -= values[t - reach]! - centre;
      ownCount--;
    }
    if (++phase === season) phase = 0;
  }
  return error;
}
