// The one chain from a frame to what windows are cut from, used alike to fit and to forecast, and the way back. In: a frame and
// a fitted preparation. Out: per series its levels, the changes that are scaled, its covariates and its calendar.
import { interpolateUpTo } from "../base/interpolation.js";
import * as z from "../base/schema.js";
import { calendarChannels, calendarFeatures } from "../features/calendar.js";
import { aheadWidth, covariateChannels, covariateColumnSchema, covariateWidth } from "../features/covariates.js";
import { countObserved } from "../features/observed.js";
import { integrateChanges } from "../scale/difference.js";
import {
  changesOf,
  fitSeries,
  levelsOf,
  type Preparation,
  type SeriesPreparation,
  seriesFinder,
  valuesOf,
} from "../scale/preparation.js";
import type { Frame, Series } from "../series/frame.js";

/** The channels of a network's input beside the first one, which is the scaled target; in this order. */
export const channelConfigSchema = z.strictObject({
  /** A channel that is 1 where a step was not observed. */
  gapIndicator: z.boolean(),
  /** A sine and a cosine for each. */
  calendar: z.array(z.enum(calendarFeatures)).readonly(),
  /** Absent when there are none. */
  covariates: z
    .strictObject({
      columns: z.array(covariateColumnSchema).readonly(),
      /** Beside its own values, a step has those known ahead of the step that is so much later. */
      ahead: z.int().min(1),
    })
    .optional(),
});
export type ChannelConfig = Readonly<z.infer<typeof channelConfigSchema>>;

/** I */
export function channelCount(channels: ChannelConfig): number {
  return 1 + (channels.gapIndicator ? 1 : 0) + knownCount(channels);
}

/** Channels that do not come from the target, which stand last: the covariates', those of the covariates ahead, the calendar's. */
export function knownCount({ calendar, covariates }: ChannelConfig): number {
  const columns = covariates?.columns ?? [];
  return covariateWidth(columns) + aheadWidth(columns) + 2 * calendar.length;
}

export interface PreparedSeries {
  readonly length: number;
  /** First step that has a change: the lag of the difference. */
  readonly first: number;
  /** [time] transformed and deseasonalised; NaN at gaps. */
  readonly levels: Float64Array;
  /** First observed step; `length` when there is none. */
  readonly firstObserved: number;
  /** [time] what is scaled: levels, or their differences; NaN where unobserved. */
  readonly changes: Float64Array;
  /** [time + 1] observed changes before each step; null when all are observed. */
  readonly observedBefore: Int32Array | null;
  /** [time + horizon, or more, × calendar channels] */
  readonly calendar: Float32Array;
  /** [time + horizon + ahead × covariate channels], those known ahead first */
  readonly covariates: Float32Array;
  readonly fitted: SeriesPreparation;
  /** Phase of the first step in its seasonal indices. */
  readonly phase: number;
}

export interface PreparedFrame {
  readonly series: readonly PreparedSeries[];
  readonly preparation: Preparation;
  readonly channels: ChannelConfig;
  /** Covariate channels of a step, and how many of them, which stand first, are known ahead. */
  readonly covariateWidths: { readonly all: number; readonly ahead: number };
  /** K */
  readonly horizon: number;
}

/**
 * Nothing is fitted here but for series that the preparation has not seen, on all that `frame` holds of them.
 * @throws HindcastError "data" for a new series with a value that the transform is not defined for
 */
export function prepareFrame(
  frame: Frame,
  preparation: Preparation,
  channels: ChannelConfig,
  horizon: number,
): PreparedFrame {
  const find = seriesFinder(preparation, frame);
  const calendars = shareCalendars(frame, channels, horizon);
  const { config } = preparation;
  const { columns, ahead } = channels.covariates ?? { columns: [], ahead: 0 };
  const channelsOf = (one: Series) =>
    covariateChannels(frame, one, columns, preparation.covariates ?? [], one.values.length + horizon + ahead);
  const series = frame.series.map((one): PreparedSeries => {
    const { fitted, phase } = find(one) ?? { fitted: fitSeries(frame, one, preparation), phase: 0 };
    const levels = levelsOf(one.values, fitted, phase);
    const changes = changesOf(levels, config);
    const firstObserved = levels.findIndex((level) => !Number.isNaN(level));
    return {
      length: levels.length,
      first: Math.min(config.difference, levels.length),
      levels,
      firstObserved: firstObserved === -1 ? levels.length : firstObserved,
      changes,
      observedBefore: countObserved(changes),
      calendar: calendars.get(one.start)!,
      covariates: channelsOf(one),
      fitted,
      phase,
    };
  });
  const covariateWidths = { all: covariateWidth(columns), ahead: aheadWidth(columns) };
  return { series, preparation, channels, covariateWidths, horizon };
}

/** Series that start together share one calendar, as long as the longest of them needs. */
function shareCalendars(frame: Frame, { calendar }: ChannelConfig, horizon: number): Map<number, Float32Array> {
  const lengths = new Map<number, number>();
  for (const { start, values } of frame.series)
    lengths.set(start, Math.max(lengths.get(start) ?? 0, values.length + horizon));
  const calendars = new Map<number, Float32Array>();
  for (const [start, length] of lengths) calendars.set(start, calendarChannels(frame.grid, start, length, calendar));
  return calendars;
}

/** Writes the channels of a step that do not come from the target; it may lie up to a horizon after the series' end. */
export function writeKnown(
  { channels, covariateWidths }: Pick<PreparedFrame, "channels" | "covariateWidths">,
  { covariates, calendar }: PreparedSeries,
  time: number,
  out: Float32Array,
  at: number,
): void {
  let i = at;
  if (channels.covariates !== undefined) {
    const { all, ahead } = covariateWidths;
    const later = time + channels.covariates.ahead;
    for (let c = 0; c < all; c++) out[i++] = covariates[time * all + c]!;
    for (let c = 0; c < ahead; c++) out[i++] = covariates[later * all + c]!;
  }
  const calendarWidth = 2 * channels.calendar.length;
  for (let c = 0; c < calendarWidth; c++) out[i++] = calendar[time * calendarWidth + c]!;
}

/**
 * Undoes difference, season and transform.
 * @param origin the step that values[0] is for
 * @param changes [K] on the scale of `PreparedSeries.changes`: the affine scaling is undone already
 * @returns [K] in the data's units, finite; NaN where `changes` is, or where the series has no level to go on from
 */
export function invertForecast(
  prepared: PreparedFrame,
  s: number,
  origin: number,
  changes: Float64Array,
): Float64Array {
  const series = prepared.series[s]!;
  const { difference } = prepared.preparation.config;
  const levels = difference === 0 ? changes : integrateChanges(changes, recentLevels(series, origin, difference));
  return valuesOf(levels, series.fitted, series.phase + origin);
}

/**
 * `invertForecast` the other way: what came, as the changes that would have forecast it.
 * @param values [K] in the data's units, NaN = unobserved @returns [K] on the scale of `PreparedSeries.changes`
 */
export function prepareActual(prepared: PreparedFrame, s: number, origin: number, values: Float64Array): Float64Array {
  const series = prepared.series[s]!;
  const { difference } = prepared.preparation.config;
  const levels = levelsOf(values, series.fitted, series.phase + origin);
  if (difference === 0) return levels;
  const before = recentLevels(series, origin, difference);
  return levels.map((level, k) => level - (k < difference ? before[k]! : levels[k - difference]!));
}

/** The last levels before `origin`, gaps filled with what was known by then. @returns [lag]; all NaN when nothing was */
function recentLevels({ levels, firstObserved }: PreparedSeries, origin: number, lag: number): Float64Array {
  const recent = new Float64Array(lag);
  const missing = Math.max(0, lag - origin);
  interpolateUpTo(levels, origin - lag + missing, origin, recent.subarray(missing));
  // A series shorter than the lag goes on from its first level.
  recent.fill(firstObserved < origin ? levels[firstObserved]! : Number.NaN, 0, missing);
  return recent;
}
