// What of a frame an earlier one held already. In: both. Out: a count of steps a series.
import type { Frame } from "./frame.js";
import { stamper } from "./grid.js";

/** For each series of `frame`, how many of its first steps end at or before the end of that series in `seen`; 0 for a new one. */
export function knownSteps(frame: Frame, seen: Frame): Int32Array {
  const nameOf = (key: readonly string[], target: string) => JSON.stringify([...key, target]);
  const ends = new Map(
    seen.series.map(({ key, target, start, values }) => [
      nameOf(key, target),
      stamper(seen.grid, start)(values.length - 1),
    ]),
  );
  return Int32Array.from(frame.series, ({ key, target, start, values }) => {
    const end = ends.get(nameOf(key, target));
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
