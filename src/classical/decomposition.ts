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

/**
 * Centred moving average over one cycle, the ends of an even one at half weight.
 * @param values [time]
 * @returns [time − 2⌊season/2⌋], the first one that of step ⌊season/2⌋
 */
export function averageCycles(values: Float64Array, season: number): Float64Array {
  const half = season >> 1;
  const isEven = season % 2 === 0;
  const averages = new Float64Array(Math.max(0, values.length - 2 * half));
  let sum = 0;
  for (let t = 0; t < Math.min(season, values.length); t++) sum += values[t]!;
  for (let i = 0; i < averages.length; i++) {
    const change = i + season < values.length ? values[i + season]! - values[i]! : 0;
    averages[i] = (isEven ? sum + change / 2 : sum) / season;
    sum += change;
  }
  return averages;
}

/**
 * Multiplicative counterpart of {@link seasonalIndices}: means by phase of the ratios to a centred moving average, over their mean.
 * @param values [time] positive
 * @returns [season] by t mod season; ones where there are fewer than two cycles
 */
export function seasonalRatios(values: Float64Array, season: number): Float64Array {
  const ratios = new Float64Array(season);
  if (season < 2 || values.length < 2 * season) return ratios.fill(1);
  const averages = averageCycles(values, season);
  const half = season >> 1;
  const counts = new Int32Array(season);
  for (let i = 0; i < averages.length; i++) {
    const phase = (i + half) % season;
    ratios[phase]! += values[i + half]! / averages[i]!;
    counts[phase]!++;
  }
  let mean = 0;
  for (let phase = 0; phase < season; phase++) {
    ratios[phase]! /= Math.max(1, counts[phase]!);
    mean += ratios[phase]! / season;
  }
  return ratios.map((ratio) => ratio / mean);
}
