// Where rows fall on the grid. In: the stamps of a series, in any order, and a grid. Out: the step of each row, and what is not
// regular about them, as plain data: `regularise` refuses or mends it, `audit` reports it.
import { dayMs, weekdayOf } from "./calendar.js";
import { businessDay, businessNumber, dayInMonth, type Grid, isAnchor, monthNumber, stepper } from "./grid.js";
import { rowOrder } from "./order.js";
import { zoneClock } from "./zone.js";

export interface Placement {
  /** Stamp of step 0; NaN when there are no rows. */
  readonly start: number;
  /** Rows in the order of time; null when they stand so. */
  readonly order: Int32Array | null;
  /** [rows, in the order of time] Step of each; -1 off the grid. null when row k is step k throughout. */
  readonly steps: Int32Array | null;
  readonly stepCount: number;
  /** Rows that stand after a later one. */
  readonly outOfOrderCount: number;
  /** Rows on the step of an earlier one. */
  readonly repeatCount: number;
  /** The first of them, an index into the input's rows; -1 when there is none. */
  readonly firstRepeat: number;
  readonly offGridCount: number;
  /** Likewise. */
  readonly firstOffGrid: number;
  /** Steps without a row, and runs of them. */
  readonly missingCount: number;
  readonly gapCount: number;
  /** The longest run, and the row (of the input) before it; -1 when there is none. */
  readonly longestGap: { readonly steps: number; readonly rowBefore: number };
}

/** Puts every row on the step of its own stamp. @param weekday what the first stamp has to be (0 is Monday); null for any */
export function placeRows(stamps: Float64Array, grid: Grid, weekday: number | null): Placement {
  const start = earliest(stamps);
  const isAsked = weekday === null || weekdayOf(Math.floor(zoneClock(grid.zone).toLocal(start) / dayMs)) === weekday;
  const stepOf = stepper(grid, start);
  return place(stamps, start, () => stepOf, isAsked && isAnchor(grid, start));
}

/** Without a grid: every distinct stamp is the step after the one before it. */
export function placeRowsInSequence(stamps: Float64Array): Placement {
  const count = () => {
    let step = -1;
    let latest = Number.NaN;
    return (stamp: number) => {
      if (stamp !== latest) step++;
      latest = stamp;
      return step;
    };
  };
  return place(stamps, earliest(stamps), count, true);
}

/** Puts every row into the step whose time it falls in; steps begin where the calendar does: on the hour, at midnight, on Monday, … */
export function placeRowsInBins(stamps: Float64Array, grid: Grid, weekday: number | null): Placement {
  const { start, stepOf } = binsFrom(grid, weekday, earliest(stamps));
  return place(stamps, start, () => stepOf, true);
}

function earliest(stamps: Float64Array): number {
  let first = Number.NaN;
  for (let i = 0; i < stamps.length; i++) if (!(stamps[i]! >= first)) first = stamps[i]!;
  return first;
}

/** @param createStepOf gives a function that is asked for the step of every stamp, in the order of time */
function place(
  stamps: Float64Array,
  start: number,
  createStepOf: () => (stamp: number) => number,
  anchored: boolean,
): Placement {
  const order = rowOrder(stamps);
  const rowCount = stamps.length;
  let stepOf = createStepOf();
  let regular = order === null && anchored;
  for (let k = 0; regular && k < rowCount; k++) regular = stepOf(stamps[k]!) === k;
  const nothing = { firstRepeat: -1, firstOffGrid: -1, longestGap: { steps: 0, rowBefore: -1 } };
  const counts = { outOfOrderCount: 0, repeatCount: 0, offGridCount: 0, missingCount: 0, gapCount: 0 };
  if (regular) return { start, order, steps: null, stepCount: rowCount, ...nothing, ...counts };

  stepOf = createStepOf();
  const steps = new Int32Array(rowCount);
  const found = { ...nothing, ...counts };
  let previous = -1;
  let previousRow = -1;
  for (let i = 0; i < rowCount; i++) {
    const row = order === null ? i : order[i]!;
    const step = i === 0 && !anchored ? Number.NaN : stepOf(stamps[row]!);
    if (Number.isNaN(step)) {
      steps[i] = -1;
      found.offGridCount++;
      if (found.firstOffGrid < 0) found.firstOffGrid = row;
      continue;
    }
    // Far beyond what regularise accepts; the clamp only keeps a senseless span from wrapping around.
    steps[i] = Math.min(step, 0x7fffffff);
    if (step === previous) {
      found.repeatCount++;
      if (found.firstRepeat < 0) found.firstRepeat = row;
    } else if (step > previous + 1) {
      const gap = step - previous - 1;
      found.gapCount++;
      found.missingCount += gap;
      if (gap > found.longestGap.steps) found.longestGap = { steps: gap, rowBefore: previousRow };
    }
    previous = step;
    previousRow = row;
  }
  if (order !== null) {
    let latest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < rowCount; i++) {
      if (stamps[i]! < latest) found.outOfOrderCount++;
      else latest = stamps[i]!;
    }
  }
  return { start, order, steps, stepCount: previous + 1, ...found };
}

/**
 * Whether a span is so much longer than its rows that it is taken for a wrong stamp: filling it would take the memory for
 * nothing. @param limit steps that are always allowed
 */
export function isTooSparse(stepCount: number, rowCount: number, limit = 1_000_000): boolean {
  return stepCount > limit && stepCount > 50 * rowCount;
}

interface Bins {
  readonly start: number;
  stepOf(stamp: number): number;
}

function binsFrom({ frequency, zone }: Grid, weekday: number | null, first: number): Bins {
  if (frequency.kind === "integer") {
    const { step } = frequency;
    const start = Math.floor(first / step) * step;
    return { start, stepOf: (stamp) => Math.floor((stamp - start) / step) };
  }
  const clock = zoneClock(zone);
  const dayOf = (stamp: number) => Math.floor(clock.toLocal(stamp) / dayMs);
  const midnightOf = (day: number) => clock.toInstant(day * dayMs);
  switch (frequency.kind) {
    case "fixed": {
      const { ms } = frequency;
      const local = clock.toLocal(first);
      const start = first - (local - Math.floor(local / ms) * ms);
      return { start, stepOf: (stamp) => Math.floor((stamp - start) / ms) };
    }
    case "day": {
      const day = dayOf(first);
      return { start: midnightOf(day), stepOf: (stamp) => Math.floor((dayOf(stamp) - day) / frequency.count) };
    }
    case "week": {
      const day = dayOf(first);
      const begin = day - ((weekdayOf(day) - (weekday ?? 0) + 7) % 7);
      return { start: midnightOf(begin), stepOf: (stamp) => Math.floor((dayOf(stamp) - begin) / 7 / frequency.count) };
    }
    case "business-day": {
      const begin = businessNumber(dayOf(first));
      return { start: midnightOf(businessDay(begin)), stepOf: (stamp) => businessNumber(dayOf(stamp)) - begin };
    }
    case "month": {
      const { count, anchor } = frequency;
      const month = monthNumber(dayOf(first));
      const begin = 12 % count === 0 ? month - (month % count) : month - (month % 12);
      const label = anchor === "day" ? dayInMonth(begin, 1) : dayInMonth(begin + count - 1, 31);
      return { start: midnightOf(label), stepOf: (stamp) => Math.floor((monthNumber(dayOf(stamp)) - begin) / count) };
    }
    default:
      return frequency satisfies never;
  }
}
