// The ends of series that grow row by row, and no more of them than a model looks at. In: stamps and values in the order of time. Out:
// each series as it stands after a row. What a row costs does not depend on how many came before it.
import { lastObservedIndex } from "../base/numeric.js";
import { type Series, seriesId } from "./frame.js";
import { type Grid, isAnchor, stampAt, stepsBetween } from "./grid.js";
import { zoneClock } from "./zone.js";

export interface TailOptions {
  readonly grid: Grid;
  /** Last steps of a series that are of any use. */
  readonly stepCount: number;
  /** Values that are held of all series together: those that have not grown for longest are let go. */
  readonly valueLimit: number;
  /** How series ended before the first row: one that goes on from there need not begin anew. */
  readonly before: readonly Series[];
}

/** What keeps a row from being the next of its series. */
export type Misfit = "not later" | "off the grid" | "far ahead";

export interface Tails {
  /** Steps without a row become NaN; after more of them than are kept the series begins anew. */
  append(key: readonly string[], target: string, stamp: number, value: number): Misfit | Series;
  /** Series that were let go. */
  readonly droppedCount: number;
}

/** A stamp further ahead is taken for a wrong one, which would leave every right one behind. */
const farStepCount = 1_000_000;
/** Room of a new series, in steps. */
const firstRoom = 8;
/** What a series takes beside its values, in values. */
const seriesCost = 64;

interface Tail {
  readonly start: number;
  /** Steps that were let go, so that values[0] is this step from the start. */
  dropped: number;
  length: number;
  values: Float64Array;
}

export function createTails({ grid, stepCount, valueLimit, before }: TailOptions): Tails {
  const ends = new Map(before.map((series) => [seriesId(series), series]));
  /** The one that grew last stands last. */
  const tails = new Map<string, Tail>();
  const clock = zoneClock(grid.zone);
  let cost = 0;
  let droppedCount = 0;

  const begin = (start: number, values = new Float64Array(0)): Tail => ({
    start,
    dropped: 0,
    length: values.length,
    values,
  });
  const costOf = ({ values }: Tail) => values.length + seriesCost;
  /** The end from before where the first row lies after it. */
  const open = (name: string, stamp: number): Tail => {
    const end = ends.get(name);
    const isAfter = end !== undefined && stepsBetween(grid, end.start, stamp) >= end.values.length;
    return isAfter ? begin(end.start, end.values.slice()) : begin(stamp);
  };

  return {
    get droppedCount() {
      return droppedCount;
    },
    append(key, target, stamp, value) {
      const name = seriesId({ key, target });
      let tail = tails.get(name) ?? open(name, stamp);
      if (tail.length === 0 && !isAnchor(grid, stamp)) return "off the grid";
      const stepOf = (instant: number) => stepsBetween(grid, tail.start, instant) - tail.dropped;
      let step = stepOf(stamp);
      // The second of two local times that are written alike.
      if (step < tail.length) step = stepOf(clock.secondPass(stamp));
      if (Number.isNaN(step)) return "off the grid";
      if (step < tail.length) return "not later";
      if (step - tail.length > farStepCount) return "far ahead";
      if (tails.delete(name)) cost -= costOf(tail);
      if (step - tail.length >= stepCount) tail = begin(stamp);
      else push(tail, step - tail.length, Number.NaN, stepCount);
      push(tail, 1, value, stepCount);
      tails.set(name, tail);
      ends.delete(name);
      cost += costOf(tail);
      for (const [oldest, forgotten] of tails) {
        if (cost <= valueLimit || tails.size === 1) break;
        tails.delete(oldest);
        cost -= costOf(forgotten);
        droppedCount++;
      }
      const { start, values } = newest(tail, stepCount);
      return { key, target, start: stampAt(grid, tail.start, start), values: values.slice() };
    },
  };
}

/** The last steps, beginning at an observed one. @returns a view, and the step it begins at */
function newest({ dropped, length, values }: Tail, stepCount: number): { start: number; values: Float64Array } {
  const window = values.subarray(0, length);
  const from = Math.max(0, lastObservedIndex(window.subarray(0, Math.max(1, length - stepCount + 1))));
  return { start: dropped + from, values: window.subarray(from) };
}

/** Lets go of what is too old only when there is no room, so that each value is moved once on average. */
function push(tail: Tail, count: number, value: number, stepCount: number): void {
  const { length, values } = tail;
  if (length + count > values.length) {
    const kept = newest(tail, stepCount);
    const room = Math.max(firstRoom, 2 * (kept.values.length + count));
    const moved = room > values.length ? new Float64Array(room) : values;
    moved.set(kept.values);
    tail.values = moved;
    tail.dropped = kept.start;
    tail.length = kept.values.length;
  }
  tail.values.fill(value, tail.length, tail.length + count);
  tail.length += count;
}
