// Sums over a step that is not over, or that began before the data did, are no sums of a whole step. In: rows, the coarse step of each, and
// the grid of the rows themselves. Out: which steps at the ends are whole.
import { type Grid, stampAt } from "./grid.js";
import type { Placement } from "./placement.js";
import type { RawSeries } from "./raw.js";

/** Steps that have to lie between the two at the ends, so that fewer rows than any of them have tells something. */
const leastBetween = 2;

/**
 * A step at an end is a part when it has fewer values than any step between the ends, and another row would fit in it.
 * @param grid of the steps @param fine of the rows
 * @returns from the first whole step to behind the last one
 */
export function wholeSteps(
  { stamps, values }: Pick<RawSeries, "stamps" | "values">,
  { order, steps, start, stepCount }: Placement,
  grid: Grid,
  fine: Grid,
): { readonly from: number; readonly to: number } {
  const all = { from: 0, to: stepCount };
  if (steps === null) return all;
  const counts = new Int32Array(stepCount);
  const rowAt = (i: number) => (order === null ? i : order[i]!);
  let [first, last] = [-1, -1];
  for (let i = 0; i < steps.length; i++) {
    if (steps[i]! < 0 || Number.isNaN(values[rowAt(i)]!)) continue;
    counts[steps[i]!]!++;
    if (first < 0) first = i;
    last = i;
  }
  if (last < 0) return all;
  const [firstStep, lastStep] = [steps[first]!, steps[last]!];
  const between = counts.subarray(firstStep + 1, lastStep).filter((count) => count > 0);
  if (between.length < leastBetween) return all;
  const least = between.reduce((a, b) => Math.min(a, b));
  const [earliest, latest] = [stamps[rowAt(first)]!, stamps[rowAt(last)]!];
  const beganBefore = stampAt(fine, earliest, -1) >= stampAt(grid, start, firstStep);
  const goesOn = stampAt(fine, latest, 1) < stampAt(grid, start, lastStep + 1);
  return {
    from: counts[firstStep]! < least && beganBefore ? firstStep + 1 : 0,
    to: counts[lastStep]! < least && goesOn ? lastStep : stepCount,
  };
}
