// From rows to a Frame: rows sorted, repeats combined, gaps made visible or filled. In: raw series and the policies the user
// chose. Out: a Frame that keeps its promises, or an error that names the row in the way.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { extent, observedCount } from "../base/numeric.js";
import { listNames, quoteNames } from "../base/wording.js";
import { aggregateRows } from "./aggregate.js";
import { dayMs, weekdayOf } from "./calendar.js";
import { isGivenAhead } from "./covariates.js";
import { type Frame, type Series, seriesName } from "./frame.js";
import { formatFrequency, parseFrequency, parseWeekday, weekdays } from "./frequency.js";
import { fillGaps, looksAhead, observedRange } from "./gaps.js";
import { type Frequency, type Grid, stampAt } from "./grid.js";
import { inferFrequency, irregularHint, tryInferFrequency } from "./inference.js";
import type { ReadOptions } from "./options.js";
import { separateOverlaps } from "./order.js";
import { wholeSteps } from "./part-steps.js";
import { isTooSparse, type Placement, placeRows, placeRowsInBins } from "./placement.js";
import type { RawData, RawSeries } from "./raw.js";
import { formatStamp, type TimeStyle } from "./stamp.js";
import { zoneClock } from "./zone.js";

export type RegulariseOptions = Pick<ReadOptions, "freq" | "aggregate" | "missing">;

/**
 * Takes the raw arrays over: a series that is sorted and without gaps is not copied.
 * @throws HindcastError "data" on repeated stamps without an aggregation, stamps off the grid, gaps that `missing: "error"`
 * forbids, and spans too long for their rows; "usage" on a frequency that does not fit the kind of time
 */
export function regularise(raw: RawData, options: RegulariseOptions, notify: Notify): Frame {
  const rows = separateOverlaps(raw);
  const frequency = options.freq === undefined ? inferFrequency(rows) : askedFrequency(options.freq, rows.timeStyle);
  const { columns, timeStyle, zone } = rows;
  const frame: Frame = {
    columns,
    grid: { frequency, zone },
    timeStyle,
    series: [],
    ...(looksAhead(options.missing) && { filling: options.missing }),
    ...(rows.covariates && { covariates: rows.covariates }),
  };
  const place = placer(rows, frame.grid, options);
  const fine = options.aggregate === "sum" && options.freq !== undefined ? tryInferFrequency(rows) : null;
  const rowGrid = fine?.kind === "known" ? { frequency: fine.frequency, zone } : null;
  const tally = emptyTally();
  const series: Series[] = [];
  let placement: Placement | undefined;
  let stamps: Float64Array | undefined;
  for (const one of rows.series) {
    // The targets of a key, and all the series of wide data, share their stamps.
    if (placement === undefined || one.stamps !== stamps) {
      placement = place(one.stamps);
      stamps = one.stamps;
      tally.outOfOrderCount += placement.outOfOrderCount;
      tally.repeatCount += placement.repeatCount;
    }
    const placed = {
      raw: one,
      name: seriesName(frame, { ...one, start: Number.NaN }),
      rows,
      frame,
      placement,
      rowGrid,
    };
    refuseIrregular(placed, options);
    tally.stepCount += placement.stepCount;
    tally.rowCount += one.stamps.length;
    if (isTooSparse(tally.stepCount, tally.rowCount, panelStepLimit)) throw tooSparse(placed);
    series.push(toSeries(placed, options, tally));
  }
  report(tally, options, notify);
  return { ...frame, series };
}

/** @throws HindcastError "usage" when it counts what the stamps do not */
export function askedFrequency(text: string, style: TimeStyle): Frequency {
  const frequency = parseFrequency(text);
  if ((frequency.kind === "integer") === (style.kind === "integer")) return frequency;
  throw style.kind === "integer"
    ? new HindcastError(
        "usage",
        `--freq ${text}: the time column holds whole numbers`,
        lengthInSeconds(frequency) === null
          ? "--freq with a whole number, such as 1"
          : `--freq with a whole number: ${lengthInSeconds(frequency)} where they are seconds, else such as 1`,
      )
    : new HindcastError(
        "usage",
        `--freq ${text}: the time column holds dates`,
        "--freq with a unit, such as d, h or 15min",
      );
}

/** null for steps that are not of one length. */
function lengthInSeconds(frequency: Frequency): number | null {
  if (frequency.kind === "fixed") return frequency.ms / 1000;
  if (frequency.kind === "day") return (frequency.count * dayMs) / 1000;
  return frequency.kind === "week" ? (frequency.count * 7 * dayMs) / 1000 : null;
}

/** How rows are put on the grid: on their own stamps, or, where the asked frequency is coarser than they are, in bins. */
export function placer(rows: RawData, grid: Grid, options: RegulariseOptions): (stamps: Float64Array) => Placement {
  const weekday = options.freq === undefined ? null : parseWeekday(options.freq);
  const exact = (stamps: Float64Array) => placeRows(stamps, grid, weekday);
  if (options.freq === undefined || options.aggregate === undefined) return exact;
  const isOff = [...new Set(rows.series.map((series) => series.stamps))].some(
    (stamps) => exact(stamps).offGridCount > 0,
  );
  return isOff ? (stamps) => placeRowsInBins(stamps, grid, weekday) : exact;
}

/** Steps of all series together that are allowed however few rows they come from. */
const panelStepLimit = 50_000_000;

/** A series on its way, with all that a message about it needs. */
interface Placed {
  readonly raw: RawSeries;
  readonly name: string;
  readonly rows: RawData;
  /** Without series yet. */
  readonly frame: Frame;
  readonly placement: Placement;
  /** Of the rows themselves, where they are summed over steps of a coarser grid and have one. */
  readonly rowGrid: Grid | null;
}

/** "sales.csv line 12: A", for a row. */
function placeOf({ rows, raw, name }: Placed, row: number): string {
  return `${rows.locate(raw, row)}: ${name}`;
}

function textOf({ frame }: Placed, stamp: number): string {
  return formatStamp(frame.timeStyle, frame.grid.zone, stamp);
}

function refuseIrregular(placed: Placed, options: RegulariseOptions): void {
  const { raw, rows, frame, placement } = placed;
  const { firstOffGrid, firstRepeat } = placement;
  if (firstOffGrid >= 0) {
    const frequency = options.freq ?? formatFrequency(frame.grid.frequency);
    refuseOtherWeekday(placed, frequency);
    throw new HindcastError(
      "data",
      `${placeOf(placed, firstOffGrid)} has ${textOf(placed, raw.stamps[firstOffGrid]!)}, which is no step of ${frequency} from ${textOf(placed, placement.start)} on`,
      options.freq === undefined ? irregularHint(rows, frame.grid.frequency) : `--freq ${frequency} --aggregate mean`,
    );
  }
  if (firstRepeat >= 0 && options.aggregate === undefined) {
    const { repeatCount } = placement;
    const isSingle = rows.columns.ids.length === 0 && !rows.columns.wide;
    const joined = rows.joinParts?.();
    throw new HindcastError(
      "data",
      `${placeOf(placed, firstRepeat)} has ${textOf(placed, raw.stamps[firstRepeat]!)} again; ${countOf(repeatCount, "row repeats", "rows repeat")} a stamp`,
      joined !== undefined
        ? `${joined}${isSingle ? "; or --id COL if there are several series" : ""}`
        : isSingle
          ? "--id COL if there are several series, else --aggregate mean"
          : "--aggregate mean, sum, first, last, min or max",
    );
  }
  if (isTooSparse(placement.stepCount, raw.stamps.length)) throw tooSparse(placed);
}

const dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** Weeks that are counted from another day than their stamps. */
function refuseOtherWeekday(placed: Placed, frequency: string): void {
  const { placement, raw, frame } = placed;
  const asked = parseWeekday(frequency);
  const weekday = weekdayOf(Math.floor(zoneClock(frame.grid.zone).toLocal(placement.start) / dayMs));
  if (asked === null || weekday === asked) return;
  const row = raw.stamps.indexOf(placement.start);
  throw new HindcastError(
    "data",
    `${placeOf(placed, row)} begins with ${textOf(placed, placement.start)}, a ${dayNames[weekday]}, and the steps of ${frequency} are ${dayNames[asked]}s`,
    `--freq ${frequency.replace(/[a-z]+\s*$/i, weekdays[weekday]!)}, or --freq ${frequency} --aggregate mean`,
  );
}

function tooSparse(placed: Placed): HindcastError {
  const { raw, frame, placement } = placed;
  const { rowBefore, steps } = placement.longestGap;
  const row = Math.max(rowBefore, 0);
  return new HindcastError(
    "data",
    `${placeOf(placed, row)} has ${textOf(placed, raw.stamps[row]!)} and then no row for ${steps} steps of ${formatFrequency(frame.grid.frequency)}`,
    "correct the stamp, cut the data with --since or --until, or set a coarser --freq with --aggregate",
  );
}

function toSeries(placed: Placed, options: RegulariseOptions, tally: Tally): Series {
  const { raw, name, frame, placement } = placed;
  const all = leaveOutParts(aggregateRows(raw.values, placement, options.aggregate ?? null), placed, tally);
  const isAhead = frame.covariates?.some(isGivenAhead) ?? false;
  const { from, to, insideCount } = observedRange(all, options.missing, !isAhead);
  const start = from === 0 ? placement.start : stampAt(frame.grid, placement.start, from);
  const series = { key: raw.key, target: raw.target, start };
  if (to === from) {
    if (options.missing === "error") throw missing(placed, 0);
    tally.empty.push(name);
    return { ...series, values: all, ...placeCovariates(placed, options, { from: 0, to: all.length }) };
  }
  const covariates = placeCovariates(placed, options, { from, to });
  // With values known ahead, the steps after the last observation are the future.
  tally.edgeCount += isAhead ? from : all.length - (to - from);
  countCovariateGaps(frame, covariates?.covariates ?? [], to - from, tally);
  // Filling never writes into what the reader holds.
  const mustCopy = insideCount > 0 && options.missing !== "mask" && all === raw.values;
  const values = mustCopy ? all.slice(from, to) : all.subarray(from, to);
  let gaps: Int32Array | undefined;
  if (insideCount > 0) {
    if (options.missing === "error") throw missing(placed, from + values.findIndex(Number.isNaN));
    tally.gapSeriesCount++;
    tally.gapStepCount += insideCount;
    if (frame.filling) gaps = Int32Array.from(values.keys()).filter((t) => Number.isNaN(values[t]!));
    if (options.missing !== "mask") fillGaps(values, options.missing);
  }
  const { min, max } = extent(values);
  if (min === max && values.length > 1) tally.constant.push(name);
  return { ...series, values, ...(gaps && { gaps }), ...covariates };
}

/** @param sums [steps], changed in place */
function leaveOutParts(
  sums: Float64Array,
  { raw, name, frame, placement, rowGrid }: Placed,
  tally: Tally,
): Float64Array {
  if (rowGrid === null) return sums;
  const { from, to } = wholeSteps(raw, placement, frame.grid, rowGrid);
  if (from === 0 && to === sums.length) return sums;
  tally.parts.push(name);
  sums.fill(Number.NaN, 0, from);
  // With values known ahead, the steps after the last one stay.
  if (placement.stepCount > to + 1) sums.fill(Number.NaN, to, to + 1);
  return placement.stepCount > to + 1 ? sums : sums.subarray(0, to);
}

/** @returns what a series knows beside its values, from its first observation on, as `Series` has it; nothing without covariates */
function placeCovariates(
  placed: Placed,
  options: RegulariseOptions,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly covariates?: readonly Float64Array[] } {
  const { raw, frame, placement, rowGrid } = placed;
  if (raw.covariates === undefined) return {};
  const covariates = raw.covariates.map((values, c) => {
    const { kind, categories } = frame.covariates![c]!;
    if (kind === "static") return Float64Array.of(constantOf(placed, c));
    const aggregate = options.aggregate ?? null;
    const own = aggregateRows(values, placement, categories !== null && aggregate !== null ? "last" : aggregate);
    if (kind === "past") return own.subarray(from, to);
    // What is known of a part of a step only is not known ahead.
    const isSum = rowGrid !== null && categories === null;
    const known = isSum ? wholeSteps({ ...raw, values }, placement, frame.grid, rowGrid).to : own.length;
    return own.subarray(from, Math.max(to, Math.min(known, own.length)));
  });
  return { covariates };
}

/** @returns NaN when no row has a value @throws HindcastError "data" when rows differ */
function constantOf(placed: Placed, c: number): number {
  const { name, categories } = placed.frame.covariates![c]!;
  const values = placed.raw.covariates![c]!;
  const first = values.findIndex((value) => !Number.isNaN(value));
  if (first < 0) return Number.NaN;
  const other = values.findIndex((value) => !Number.isNaN(value) && value !== values[first]);
  if (other < 0) return values[first]!;
  const show = (row: number) => categories?.[values[row]!] ?? values[row];
  throw new HindcastError(
    "data",
    `${placeOf(placed, other)} has ${name} ${show(other)} after ${show(first)}, and --static is what never changes in a series`,
    `--past ${quoteNames([name])}, or --future ${quoteNames([name])} where it is known ahead`,
  );
}

function countCovariateGaps(frame: Frame, covariates: readonly Float64Array[], stepCount: number, tally: Tally): void {
  covariates.forEach((values, c) => {
    const { name, kind } = frame.covariates![c]!;
    const known = kind === "static" ? values : values.subarray(0, stepCount);
    const count = known.length - observedCount(known);
    if (count > 0) tally.covariateGaps.set(name, (tally.covariateGaps.get(name) ?? 0) + count);
  });
}

function missing(placed: Placed, step: number): HindcastError {
  const { frame, placement } = placed;
  const { order, steps, start } = placement;
  let at = step;
  if (steps !== null) {
    at = 0;
    while (at + 1 < steps.length && steps[at + 1]! <= step) at++;
  }
  const isEmptyCell = steps === null || steps[at] === step;
  const place = placeOf(placed, order === null ? at : order[at]!);
  const stamp = textOf(placed, stampAt(frame.grid, start, step));
  return new HindcastError(
    "data",
    isEmptyCell ? `${place} is empty at ${stamp}` : `${place} has no row for ${stamp}, which would come next`,
    "--missing mask, interpolate, ffill, zero or mean",
  );
}

interface Tally {
  rowCount: number;
  stepCount: number;
  outOfOrderCount: number;
  repeatCount: number;
  gapStepCount: number;
  gapSeriesCount: number;
  edgeCount: number;
  /** Values that are missing where the series is observed, by covariate. */
  readonly covariateGaps: Map<string, number>;
  readonly empty: string[];
  readonly constant: string[];
  /** Series whose first or last sum was that of a part of a step. */
  readonly parts: string[];
}

function emptyTally(): Tally {
  return {
    rowCount: 0,
    stepCount: 0,
    outOfOrderCount: 0,
    repeatCount: 0,
    gapStepCount: 0,
    gapSeriesCount: 0,
    edgeCount: 0,
    covariateGaps: new Map(),
    empty: [],
    constant: [],
    parts: [],
  };
}

/** One line for each kind of thing, however many series it concerns. */
function report(tally: Tally, options: RegulariseOptions, notify: Notify): void {
  const note = (text: string) => notify({ level: "note", text });
  if (tally.outOfOrderCount > 0) note(`${countOf(tally.outOfOrderCount, "row")} out of order, sorted by time`);
  if (tally.repeatCount > 0)
    note(
      `${countOf(tally.repeatCount, "row")} combined with others of the same step (--aggregate ${options.aggregate})`,
    );
  if (tally.gapStepCount > 0)
    note(
      `${countOf(tally.gapStepCount, "step")} without a value in ${countOf(tally.gapSeriesCount, "series", "series")}: ${whatBecomes[options.missing]} (--missing ${options.missing})`,
    );
  if (tally.edgeCount > 0) note(`${countOf(tally.edgeCount, "empty step")} at the ends of series cut off`);
  if (tally.parts.length > 0)
    note(`the sum of a step that is not over, or began before the data, is left out: ${listNames(tally.parts, 3)}`);
  for (const [name, count] of tally.covariateGaps)
    notify({ level: "warning", text: `${name}: ${countOf(count, "value")} missing; the one before is carried on` });
  if (tally.constant.length > 0) note(`constant: ${listNames(tally.constant, 3)}`);
  if (tally.empty.length > 0) notify({ level: "warning", text: `no value at all: ${listNames(tally.empty, 3)}` });
}

const whatBecomes = {
  mask: "left out of losses and scores",
  interpolate: "filled on a line between their neighbours",
  ffill: "filled with the value before",
  zero: "filled with 0",
  mean: "filled with the mean of their series",
  error: "refused",
} as const;

function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
