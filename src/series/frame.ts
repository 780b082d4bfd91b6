// A Frame is the data after reading: what every later stage works on. In: nothing (types and small pure helpers).
//
// A Frame guarantees:
// - every series lies on its own regular grid: the stamp of values[k] is stampAt(frame.grid, series.start, k);
// - values are finite or NaN, and NaN always means "not observed"; the first and the last value of a series are observed
//   unless the series has no observation at all;
// - series stand in the order in which they first appear in the input; keys with targets are unique;
// - nothing in it aliases the reader's buffers.
import type { Covariate } from "./covariates.js";
import { type AheadPolicy, fillGaps } from "./gaps.js";
import { type Grid, stampAt } from "./grid.js";
import type { TimeStyle } from "./stamp.js";

export interface Series {
  /** Values of the id columns in their order; [] for a single series; [column name] for wide data. */
  readonly key: readonly string[];
  /** The target column the values come from. */
  readonly target: string;
  /** Instant of values[0]: epoch milliseconds, or the integer itself when time is an integer. */
  readonly start: number;
  /** [time] */
  readonly values: Float64Array;
  /** Steps that were filled as the frame's `filling` has it, ascending; absent where there are none. */
  readonly gaps?: Int32Array;
  /**
   * One for each of the frame's covariates, NaN = no value: what is known so far [time, or less], what is known ahead [time, or
   * more], what is constant [1].
   */
  readonly covariates?: readonly Float64Array[];
}

/** The input's column names, which the outputs use again. */
export interface FrameColumns {
  readonly time: string;
  /** Names of the id columns; ["series"] for wide data; [] for a single series. */
  readonly ids: readonly string[];
  readonly targets: readonly string[];
  readonly wide: boolean;
}

export interface Frame {
  readonly columns: FrameColumns;
  readonly grid: Grid;
  readonly timeStyle: TimeStyle;
  readonly series: readonly Series[];
  /** What is known beside the values; absent when nothing is. */
  readonly covariates?: readonly Covariate[];
  /** How gaps were filled, where that rests on what came after them. */
  readonly filling?: AheadPolicy;
  /** Values of the panel that these series were taken from, where they are to be forecast as if the others were here. */
  readonly panelValueCount?: number;
}

/** Values of all series, observed or not. */
export function panelValueCount(frame: Frame): number {
  return frame.panelValueCount ?? frame.series.reduce((sum, { values }) => sum + values.length, 0);
}

/** How a series is called in messages: its key joined by "/", with the target when there are several; "the series" when single. */
export function seriesName(frame: Frame, series: Series): string {
  const parts = keyCells(frame.columns, series);
  return parts.length === 0 ? "the series" : parts.join("/");
}

/** How a series is called where it is shown: as in messages, and a single one without a key by what is forecast. */
export function seriesTitle(frame: Frame, series: Series): string {
  return series.key.length === 0 ? series.target : seriesName(frame, series);
}

/** The values of a series before the step `end` as they were known then: a view, or filled anew where gaps were filled by what came later. */
export function knownValues({ filling }: Pick<Frame, "filling">, { values, gaps }: Series, end: number): Float64Array {
  const known = values.subarray(0, end);
  const again = gaps?.filter((t) => t < end) ?? new Int32Array();
  if (filling === undefined || again.length === 0) return known;
  // A line inside what is known ends in it.
  if (filling === "interpolate" && again.at(-1) !== known.length - 1) return known;
  const filled = known.slice();
  for (const t of again) filled[t] = Number.NaN;
  fillGaps(filled, filling);
  return filled;
}

/** The frame as it was known before `ends[s]` (an index into values): a view, nothing after it can be reached but what is known ahead. */
export function cutFrame(frame: Frame, ends: ArrayLike<number>): Frame {
  return {
    ...frame,
    series: frame.series.map((series, s) => {
      const end = Math.max(0, ends[s]!);
      const cut = { ...series, values: knownValues(frame, series, end) };
      if (series.covariates === undefined) return cut;
      const covariates = series.covariates.map((values, c) =>
        frame.covariates![c]!.kind === "past" ? values.subarray(0, end) : values,
      );
      return { ...cut, covariates };
    }),
  };
}

/** A series of the frame without its first `count` steps: a view. */
export function dropSteps(frame: Frame, series: Series, count: number): Series {
  const { start, values, covariates, gaps } = series;
  return {
    ...series,
    ...(gaps && { gaps: gaps.filter((t) => t >= count).map((t) => t - count) }),
    start: stampAt(frame.grid, start, count),
    values: values.subarray(count),
    ...(covariates && {
      covariates: covariates.map((own, c) => (frame.covariates![c]!.kind === "static" ? own : own.subarray(count))),
    }),
  };
}

/** Of what is known beside the values, that which goes by these names. */
export function keepCovariates({ covariates: given = [], ...frame }: Frame, names: ReadonlySet<string>): Frame {
  const covariates = given.filter(({ name }) => names.has(name));
  if (covariates.length === 0) return { ...frame, series: frame.series.map(({ covariates: _, ...series }) => series) };
  return {
    ...frame,
    covariates,
    series: frame.series.map((series) => ({
      ...series,
      covariates: series.covariates!.filter((_, c) => names.has(given[c]!.name)),
    })),
  };
}

/** Names of the columns that say of a row which series and when. */
export function placeColumns({ columns }: Pick<Frame, "columns">): string[] {
  return [...columns.ids, ...(hasTargetColumn(columns) ? ["target"] : []), columns.time];
}

/** Whether a column beside the ids says of a row which target it is of. */
export function hasTargetColumn({ targets, wide }: Pick<FrameColumns, "targets" | "wide">): boolean {
  return targets.length > 1 && !wide;
}

/** Cells of the columns that say of a row which series. @param series without a target where there is no column for it */
export function keyCells(
  columns: FrameColumns,
  { key, target = "" }: { readonly key: readonly string[]; readonly target?: string },
): readonly string[] {
  return hasTargetColumn(columns) ? [...key, target] : key;
}

/** What a series goes by in an index: no two of a frame share it. */
export function seriesId({ key, target }: Pick<Series, "key" | "target">): string {
  return JSON.stringify([key, target]);
}

/** Steps of the longest series; 0 without series. */
export function longestLength(frame: Frame): number {
  return frame.series.reduce((longest, { values }) => Math.max(longest, values.length), 0);
}

/** At most `count` of a panel's series, evenly spread over it. */
export function sampleSeries<T>(series: readonly T[], count: number): T[] {
  const stride = Math.max(1, series.length / count);
  return Array.from({ length: Math.min(series.length, count) }, (_, i) => series[Math.floor(i * stride)]!);
}
