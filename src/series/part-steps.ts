// Sums over a step that is not over, or that began before the data did, are no sums of a whole step. In: rows, the coarse step of each, and
// the grid of the rows themselves. Out: which steps at the ends are whole.
import { type Grid, stampAt, stamper } from "./grid.js";
import type { Placement } from "./placement.js";
import type { RawSeries } from "./raw.js";

/** Steps that have to lie between the two at the ends, so that fewer rows than any of them have tells something. */
const leastBetween = 2;

/**
 * A step at an end is a part when rows would fit in it before the first or after the last of its own, and more of them than any step between
 * the ends lacks there; or when it has fewer values than any of those.
 * @param grid of the steps @param fine of the rows
 * @returns from the first whole step to behind the last one; all of them where none is whole
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
  const firsts = new Float64Array(stepCount);
  const lasts = new Float64Array(stepCount);
  for (let i = 0; i < steps.length; i++) {
    const row = order === null ? i : order[i]!;
    const step = steps[i]!;
    if (step < 0 || Number.isNaN(values[row]!)) continue;
    if (counts[step]!++ === 0) firsts[step] = stamps[row]!;
    lasts[step] = stamps[row]!;
  }
  const used = Array.from(counts.keys()).filter((step) => counts[step]! > 0);
  const [firstStep, lastStep] = [used[0], used.at(-1)];
  if (firstStep === undefined || lastStep === undefined) return all;
  const between = used.slice(1, -1);
  const least =
    between.length < leastBetween
      ? 0
      : between.reduce((a, step) => Math.min(a, counts[step]!), Number.POSITIVE_INFINITY);
  const startAt = stamper(grid, start);
  const fitsBefore = (step: number, count: number) => stampAt(fine, firsts[step]!, -count) >= startAt(step);
  const fitsAfter = (step: number, count: number) => stampAt(fine, lasts[step]!, count) < startAt(step + 1);
  const isPart = (step: number, fits: (step: number, count: number) => boolean) => {
    const lacking = longest((count) => fits(step, count));
    return lacking > 0 && (counts[step]! < least || !between.some((other) => fits(other, lacking)));
  };
  const from = isPart(firstStep, fitsBefore) ? firstStep + 1 : 0;
  const to = isPart(lastStep, fitsAfter) ? lastStep : stepCount;
  return from < to ? { from, to } : all;
}

/** @returns the largest count that fits, where what fits fits with less too; 0 for none */
function longest(fits: (count: number) => boolean): number {
  if (!fits(1)) return 0;
  let [fitting, beyond] = [1, 2];
  while (fits(beyond)) [fitting, beyond] = [beyond, 2 * beyond];
  while (beyond - fitting > 1) {
    const middle = Math.floor((fitting + beyond) / 2);
    if (fits(middle)) fitting = middle;
    else beyond = middle;
  }
  return fitting;
}
