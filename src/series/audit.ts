// What `inspect` says of data. In: rows as they were read. Out: plain data on every series and on all of them; what cannot be
// forecast as it is is reported, never thrown.
import { extent, mean, observedCount, spanMeans } from "../base/numeric.js";
import { aggregateRows } from "./aggregate.js";
import { type Frame, seriesName } from "./frame.js";
import { formatFrequency } from "./frequency.js";
import { observedRange } from "./gaps.js";
import type { Frequency } from "./grid.js";
import { type Inference, tryInferFrequency } from "./inference.js";
import type { Aggregation } from "./options.js";
import { separateOverlaps } from "./order.js";
import { findOutliers } from "./outliers.js";
import { isTooSparse, type Placement, placeRowsInSequence } from "./placement.js";
import type { RawData, RawSeries } from "./raw.js";
import { askedFrequency, placer, type RegulariseOptions } from "./regularise.js";
import { type FoundSeason, measureFrameSeasons, sampleOf } from "./season.js";
import { formatStamp } from "./stamp.js";

export interface SeriesAudit {
  readonly name: string;
  readonly rowCount: number;
  /** First and last stamp as text; null without rows. */
  readonly first: string | null;
  readonly last: string | null;
  /** Steps from the first row to the last; null when the frequency is not known. */
  readonly stepCount: number | null;
  /** Runs of steps without a row, and all of those steps. */
  readonly gapCount: number;
  readonly missingStepCount: number;
  readonly longestGap: { readonly steps: number; readonly after: string } | null;
  /** Rows on a stamp that an earlier row has. */
  readonly repeatCount: number;
  readonly outOfOrderCount: number;
  readonly offGridCount: number;
  /** The first row off the grid, and where it stands. */
  readonly firstOffGrid: { readonly stamp: string; readonly place: string } | null;
  readonly emptyCellCount: number;
  /** Steps without a value between the first and the last observation: what `missing` is about. */
  readonly unobservedCount: number;
  /** Of the observed values; null when there are none. */
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
  readonly negativeCount: number;
  readonly zeroCount: number;
  readonly isConstant: boolean;
  readonly isTooShort: boolean;
  readonly outlierCount: number;
  readonly extremeOutlier: { readonly stamp: string; readonly value: number } | null;
  /** How it goes: means of even spans of its time [24, or fewer], NaN where a span has no value. */
  readonly outline: Float64Array;
}

const outlineLength = 24;

export interface Audit {
  /** As --freq takes it; null when it cannot be inferred. */
  readonly frequency: string | null;
  /** Why not: the steps seen, and what to try. */
  readonly unknownFrequency: { readonly seen: string; readonly suggestion: string } | null;
  readonly zone: string;
  readonly first: string | null;
  readonly last: string | null;
  /** In steps. */
  readonly seasons: readonly number[];
  /** Share of what moves around the trend that each season explains, in [0, 1]. */
  readonly seasonStrengths: readonly number[];
  /** A series with fewer observations is called too short: two seasons, and ten at least. */
  readonly leastObservedCount: number;
  readonly options: RegulariseOptions;
  readonly series: readonly SeriesAudit[];
}

/** @throws HindcastError "usage" on a `freq` that does not fit the kind of time; nothing that the data hold makes it throw */
export function auditFrame(raw: RawData, options: RegulariseOptions): Audit {
  const rows = separateOverlaps(raw);
  const inference: Inference =
    options.freq === undefined
      ? tryInferFrequency(rows)
      : { kind: "known", frequency: askedFrequency(options.freq, rows.timeStyle) };
  const frequency = inference.kind === "known" ? inference.frequency : null;
  const frame = headOf(rows, frequency);
  const place = frequency === null ? placeRowsInSequence : placer(rows, frame.grid, options);
  const aggregation = options.aggregate ?? "mean";
  const found = frequency === null ? [] : measureSampleSeasons(rows, frame, place, aggregation);
  const seasons = found.map(({ season }) => season);
  const context = {
    rows,
    frame,
    isRegular: frequency !== null,
    seasons,
    leastObservedCount: Math.max(10, 2 * (seasons[0] ?? 1)),
    aggregation,
  };
  let placement: Placement | undefined;
  let stamps: Float64Array | undefined;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const series: SeriesAudit[] = [];
  for (const one of rows.series) {
    if (placement === undefined || one.stamps !== stamps) {
      placement = place(one.stamps);
      stamps = one.stamps;
      const span = extent(stamps);
      if (span.min < first) first = span.min;
      if (span.max > last) last = span.max;
    }
    series.push(auditSeries(one, placement, context));
  }
  const text = (stamp: number) => formatStamp(rows.timeStyle, rows.zone, stamp);
  return {
    frequency: frequency === null ? null : formatFrequency(frequency),
    unknownFrequency: inference.kind === "known" ? null : { seen: inference.seen, suggestion: inference.suggestion },
    zone: rows.zone,
    first: first <= last ? text(first) : null,
    last: first <= last ? text(last) : null,
    seasons,
    seasonStrengths: found.map(({ strength }) => strength),
    leastObservedCount: context.leastObservedCount,
    options: { freq: options.freq, aggregate: options.aggregate, missing: options.missing },
    series,
  };
}

/** The frame before it has series: its grid, where one is known, and what names a series. */
function headOf(rows: RawData, frequency: Frequency | null): Frame {
  const grid = { frequency: frequency ?? ({ kind: "integer", step: 1 } as const), zone: rows.zone };
  return { columns: rows.columns, grid, timeStyle: rows.timeStyle, series: [] };
}

/** Where the values are laid out for statistics: as placed, unless one stamp far away would make it mostly gap. */
function layout(series: RawSeries, placement: Placement): Placement {
  return isTooSparse(placement.stepCount, series.stamps.length) ? placeRowsInSequence(series.stamps) : placement;
}

function measureSampleSeasons(
  rows: RawData,
  frame: Frame,
  place: (stamps: Float64Array) => Placement,
  aggregation: Aggregation,
): FoundSeason[] {
  const series = sampleOf(rows.series).map((one) => {
    const all = aggregateRows(one.values, layout(one, place(one.stamps)), aggregation);
    const { from, to } = observedRange(all);
    return { key: one.key, target: one.target, start: Number.NaN, values: all.subarray(from, to) };
  });
  return measureFrameSeasons({ ...frame, series });
}

interface Context {
  readonly rows: RawData;
  readonly frame: Frame;
  readonly isRegular: boolean;
  readonly seasons: readonly number[];
  readonly leastObservedCount: number;
  readonly aggregation: Aggregation;
}

function auditSeries(series: RawSeries, placement: Placement, context: Context): SeriesAudit {
  const { rows, aggregation } = context;
  const { stamps, values } = series;
  const text = (row: number) => formatStamp(rows.timeStyle, rows.zone, stamps[row]!);
  const laidOut = layout(series, placement);
  const regular = aggregateRows(values, laidOut, aggregation);
  const outliers = findOutliers(regular, context.seasons.findLast((season) => season * 5 <= regular.length) ?? 1);
  const { longestGap, firstOffGrid } = placement;
  const observed = observedCount(values);
  const { min, max } = extent(values);
  return {
    name: seriesName(context.frame, { ...series, start: Number.NaN }),
    rowCount: stamps.length,
    first: stamps.length > 0 ? text(rowOf(placement, 0)) : null,
    last: stamps.length > 0 ? text(rowOf(placement, stamps.length - 1)) : null,
    stepCount: context.isRegular ? placement.stepCount : null,
    gapCount: placement.gapCount,
    missingStepCount: placement.missingCount,
    longestGap: longestGap.steps > 0 ? { steps: longestGap.steps, after: text(longestGap.rowBefore) } : null,
    repeatCount: placement.repeatCount,
    outOfOrderCount: placement.outOfOrderCount,
    offGridCount: placement.offGridCount,
    firstOffGrid: firstOffGrid >= 0 ? { stamp: text(firstOffGrid), place: rows.locate(series, firstOffGrid) } : null,
    emptyCellCount: values.length - observed,
    unobservedCount: observedRange(regular).insideCount,
    min: finite(min),
    mean: finite(mean(values)),
    max: finite(max),
    negativeCount: countBelowZero(values),
    zeroCount: countZero(values),
    isConstant: observed > 1 && min === max,
    isTooShort: observed < context.leastObservedCount,
    outlierCount: outliers.count,
    extremeOutlier:
      outliers.extremeStep < 0
        ? null
        : { stamp: text(rowAtStep(laidOut, outliers.extremeStep)), value: regular[outliers.extremeStep]! },
    outline: spanMeans(regular, outlineLength),
  };
}

/** The row (of the input) that is the i-th in time. */
function rowOf({ order }: Placement, i: number): number {
  return order === null ? i : order[i]!;
}

function rowAtStep(placement: Placement, step: number): number {
  return rowOf(placement, placement.steps === null ? step : placement.steps.indexOf(step));
}

function finite(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function countBelowZero(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! < 0) count++;
  return count;
}

function countZero(values: Float64Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) count++;
  return count;
}
