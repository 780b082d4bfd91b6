// Values without gaps, which the classical methods need. In: a series with gaps. Out: the gaps filled from what is around them.

/**
 * Gaps filled by straight lines between what the seasonal means leave of the values around them; what lies before the first observation is left
 * out.
 * @param values [time] at least one observed, the last one among them @returns the values themselves when they have no gap
 */
export function fillSeasonally(values: Float64Array, season: number): Float64Array {
  const first = values.findIndex((value) => !Number.isNaN(value));
  const known = values.subarray(first);
  if (!known.some(Number.isNaN)) return known;
  const seasonal = phaseMeans(known, known.length >= 2 * season ? season : 1);
  const filled = known.slice();
  let last = 0;
  for (let t = 1; t < filled.length; t++) {
    if (Number.isNaN(filled[t]!)) continue;
    const from = filled[last]! - seasonal[last % seasonal.length]!;
    const to = filled[t]! - seasonal[t % seasonal.length]!;
    for (let gap = last + 1; gap < t; gap++)
      filled[gap] = seasonal[gap % seasonal.length]! + from + ((to - from) * (gap - last)) / (t - last);
    last = t;
  }
  return filled;
}

/** @returns [season] means of the observed values by phase; of all of them for a phase without any */
function phaseMeans(values: Float64Array, season: number): Float64Array {
  const sums = new Float64Array(season);
  const counts = new Int32Array(season);
  let sum = 0;
  let count = 0;
  for (let t = 0; t < values.length; t++) {
    if (Number.isNaN(values[t]!)) continue;
    sums[t % season]! += values[t]!;
    counts[t % season]!++;
    sum += values[t]!;
    count++;
  }
  return sums.map((total, phase) => (counts[phase] === 0 ? sum / count : total / counts[phase]!));
}
