// Classical decomposition, the start of most seasonal methods. In: values without gaps. Out: seasonal indices by phase.

/**
 * Means by phase of what a centred moving average leaves, less their mean (Hyndman & Athanasopoulos, Forecasting: Principles and
 * Practice, 3rd ed., §3.4).
 * @param values [time]
 * @returns [season] by t mod season; zeros where there are fewer than two cycles
 */
export function seasonalIndices(values: Float64Array, season: number): Float64Array {
  const count = values.length;
  const indices = new Float64Array(season);
  if (season < 2 || count < 2 * season) return indices;
  const half = season >> 1;
  const isEven = season % 2 === 0;
  const counts = new Int32Array(season);
  let sum = 0;
  for (let t = 0; t < season; t++) sum += values[t]!;
  // `sum` runs over the `season` values from t − half on.
  for (let t = half; t + half < count; t++) {
    const first = t - half;
    const trend = isEven ? sum + (values[first + season]! - values[first]!) / 2 : sum;
    indices[t % season]! += values[t]! - trend / season;
    counts[t % season]!++;
    if (first + season < count) sum += values[first + season]! - values[first]!;
  }
  let mean = 0;
  for (let phase = 0; phase < season; phase++) {
    indices[phase]! /= Math.max(1, counts[phase]!);
    mean += indices[phase]! / season;
  }
  for (let phase = 0; phase < season; phase++) indices[phase]! -= mean;
  return indices;
}
