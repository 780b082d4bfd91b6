// Rows in the order of time. In: raw series as they were read. Out: the order of their rows, and stamps in which the hour that
// a clock shows twice is told apart.
import type { RawData, RawSeries } from "./raw.js";
import { zoneClock } from "./zone.js";

/** Row indices by ascending stamp, rows of equal stamps as they came; null when the rows already stand so. */
export function rowOrder(stamps: Float64Array): Int32Array | null {
  let row = 1;
  while (row < stamps.length && stamps[row]! >= stamps[row - 1]!) row++;
  if (row >= stamps.length) return null;
  const order = new Int32Array(stamps.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => stamps[a]! - stamps[b]! || a - b);
}

/** Stamps in ascending order; the array itself when it is so. */
export function sortedStamps(stamps: Float64Array): Float64Array {
  return rowOrder(stamps) === null ? stamps : stamps.slice().sort();
}

/**
 * When a clock is set back, stamps without an offset name the same hour twice and are all read as its first pass. Two rows of
 * such a name are the two passes: the later row is moved to the second. Everything else stays the same array.
 */
export function separateOverlaps(raw: RawData): RawData {
  const clock = zoneClock(raw.zone);
  if (clock.isUtc || raw.timeStyle.kind !== "datetime" || raw.timeStyle.offset !== "none") return raw;
  const separated = new Map<Float64Array, Float64Array>();
  const separate = (stamps: Float64Array) => {
    const order = rowOrder(stamps);
    const at = (i: number) => (order === null ? i : order[i]!);
    let moved: Float64Array | null = null;
    for (let i = 1; i < stamps.length; i++) {
      const stamp = stamps[at(i)]!;
      if (stamp !== stamps[at(i - 1)]! || stamp === stamps[at(i - 2)] || stamp === stamps[at(i + 1)]) continue;
      const second = clock.secondPass(stamp);
      if (second === stamp) continue;
      moved ??= stamps.slice();
      moved[at(i)] = second;
    }
    return moved ?? stamps;
  };
  const originals = new Map<RawSeries, RawSeries>();
  const series = raw.series.map((original) => {
    let stamps = separated.get(original.stamps);
    if (stamps === undefined) {
      stamps = separate(original.stamps);
      separated.set(original.stamps, stamps);
    }
    if (stamps === original.stamps) return original;
    const copy = { ...original, stamps };
    originals.set(copy, original);
    return copy;
  });
  return { ...raw, series, locate: (one, row) => raw.locate(originals.get(one) ?? one, row) };
}
