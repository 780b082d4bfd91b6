// Seasonal indices by classical additive decomposition (Kendall & Stuart 1983, The Advanced Theory of Statistics 3, pp. 410–414).
// In: a series and its season. Out: what each phase of the season adds.
import { interpolateGaps } from "../base/interpolation.js";

/**
 * @param values [time], NaN where unobserved; phase 0 is the phase of the first step
 * @returns [season] indices that sum to 0 (up to rounding); null when there are fewer than two whole seasons, or numbers too large to add
 */
export function seasonalIndices(values: Float64Array, season: number): Float64Array | null {
  if (season < 2 || values.length < 2 * season) return null;
  const sums = new Float64Array(season);
  const counts = new Int32Array(season);
  const half = Math.floor(season / 2);
  const before = cumulate(interpolateGaps(values));
  for (let t = half; t + half < values.length; t++) {
    const value = values[t]!;
    if (Number.isNaN(value)) continue;
    const whole = before[t + half + 1]! - before[t - half]!;
    // An even season is centred by counting the steps at both ends by half.
    const inner = season % 2 === 1 ? whole : before[t + half]! - before[t - half + 1]!;
    const trend = (whole + inner) / (2 * season);
    sums[t % season]! += value - trend;
    counts[t % season]!++;
  }
  const indices = sums.map((sum, phase) => (counts[phase] === 0 ? 0 : sum / counts[phase]!));
  const centre = indices.reduce((sum, index) => sum + index, 0) / season;
  return Number.isFinite(centre) ? indices.map((index) => index - centre) : null;
}

/** @returns [time + 1] sums of the values before each step */
function cumulate(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let t = 0; t < values.length; t++) sums[t + 1] = sums[t]! + values[t]!;
  return sums;
}
