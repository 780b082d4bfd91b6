// What of a frame an earlier one held already. In: both. Out: a count of steps a series.
import { type Frame, seriesId } from "./frame.js";
import { stamper } from "./grid.js";

/** For each series of `frame`, how many of its first steps end at or before the end of that series in `seen`; 0 for a new one. */
export function knownSteps(frame: Frame, seen: Frame): Int32Array {
  const ends = new Map(
    seen.series.map((series) => [seriesId(series), stamper(seen.grid, series.start)(series.values.length - 1)]),
  );
  return Int32Array.from(frame.series, ({ start, values, ...series }) => {
    const end = ends.get(seriesId(series));
    if (end === undefined) return 0;
    const at = stamper(frame.grid, start);
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at(middle) <= end) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}
