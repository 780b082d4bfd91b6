// Statistics over typed arrays in which NaN means "not observed" and is skipped. In: Float64Array. Out: a number, NaN when
// there is nothing to take it from.

/** Count of observed values. */
export function observedCount(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) count++;
  return count;
}

/**
 * Taken of the distances from the first value, so that the mean of equal values is that value to the last bit; where their sum leaves
 * the range of numbers, of each value's share.
 */
export function mean(values: Float64Array): number {
  let first = Number.NaN;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (count === 0) first = value;
    sum += value - first;
    count++;
  }
  return Number.isFinite(sum) || count === 0 ? first + sum / count : meanOfShares(values, count);
}

function meanOfShares(values: Float64Array, count: number): number {
  return values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value / count), 0);
}

/** Population standard deviation (divides by the count), in two passes for accuracy. */
export function standardDeviation(values: Float64Array): number {
  const centre = mean(values);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += (value - centre) ** 2;
    count++;
  }
  return count === 0 ? Number.NaN : Math.sqrt(sum / count);
}

/** Observed values, sorted ascending. */
export function sortedObserved(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

/** Quantile of an ascending array by linear interpolation (Hyndman & Fan 1996, type 7). @param p in [0, 1] */
export function quantileOfSorted(sorted: Float64Array, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

export function quantile(values: Float64Array, p: number): number {
  return quantileOfSorted(sortedObserved(values), p);
}

/** Smallest and largest observed value. */
export function extent(values: Float64Array): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? { min: Number.NaN, max: Number.NaN } : { min, max };
}

/** Index of the last observed value, or -1. */
export function lastObservedIndex(values: Float64Array): number {
  for (let i = values.length - 1; i >= 0; i--) if (!Number.isNaN(values[i]!)) return i;
  return -1;
}

/** The nearest finite number; NaN stays NaN. */
export function saturate(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

/** Means of `count` even spans, or the values themselves where there are no more; NaN where a span has none. @returns [count, or fewer] */
export function spanMeans(values: Float64Array, count: number): Float64Array {
  const spanCount = Math.min(count, values.length);
  const edge = (i: number) => Math.round((i * values.length) / spanCount);
  return Float64Array.from({ length: spanCount }, (_, i) => mean(values.subarray(edge(i), edge(i + 1))));
}
