// Straight lines across what was not observed. In: values with NaN where nothing was observed. Out: values free of NaN.

/** Linear between observed neighbours, the nearest one at the ends, zeros when nothing is observed. @returns a copy, free of NaN */
export function interpolateGaps(values: Float64Array): Float64Array {
  const filled = new Float64Array(values.length);
  interpolateUpTo(values, 0, values.length, filled);
  return Number.isNaN(filled[0] ?? 0) ? filled.fill(0) : filled;
}

/**
 * Steps [from, to) as they look to someone who knows values[0 … to) only: linear between observed neighbours, the last one
 * carried on to `to`, the first one carried back. A gap that lasts beyond `to` therefore says nothing about what ends it.
 * @param out [to − from], written from its start; NaN throughout when nothing before `to` is observed
 */
export function interpolateUpTo(values: Float64Array, from: number, to: number, out: Float64Array): void {
  let left = from - 1;
  while (left >= 0 && Number.isNaN(values[left]!)) left--;
  for (let i = from; i < to; i++) {
    if (!Number.isNaN(values[i]!)) {
      out[i - from] = values[i]!;
      left = i;
      continue;
    }
    let right = i + 1;
    while (right < to && Number.isNaN(values[right]!)) right++;
    for (; i < right; i++) out[i - from] = valueBetween(values, left, i, right, to);
    i--;
  }
}

/** @param left −1 when there is no observation to the left @param right `to` when there is none to the right */
function valueBetween(values: Float64Array, left: number, i: number, right: number, to: number): number {
  if (right >= to) return left < 0 ? Number.NaN : values[left]!;
  if (left < 0) return values[right]!;
  const share = (i - left) / (right - left);
  // Weighing both ends cannot overflow where their difference would.
  return values[left]! * (1 - share) + values[right]! * share;
}
