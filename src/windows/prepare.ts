// The one chain from a frame to what windows are cut from, used alike to fit and to forecast, and the way back. In: a frame and
// a fitted preparation. Out: per series its levels, the changes that are scaled, and its calendar.
import * as z from "zod";
import { calendarChannels, calendarFeatures } from "../features/calendar.js";
import { countObserved, fillGaps } from "../features/gaps.js";
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
import type { Frame } from "../series/frame.js";

/** The channels of a network's input beside the first one, which is the scaled target; in this order. */
export const channelConfigSchema = z.strictObject({
  /** A channel that is 1 where a step was not observed. */
  gapIndicator: z.boolean(),
  /** A sine and a cosine for each. */
  calendar: z.array(z.enum(calendarFeatures)).readonly(),
});
export type ChannelConfig = Readonly<z.infer<typeof channelConfigSchema>>;

/** I */
export function channelCount({ gapIndicator, calendar }: ChannelConfig): number {
  return 1 + (gapIndicator ? 1 : 0) + 2 * calendar.length;
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
  readonly fitted: SeriesPreparation;
  /** Phase of the first step in its seasonal indices. */
  readonly phase: number;
}

export interface PreparedFrame {
  readonly series: readonly PreparedSeries[];
  readonly preparation: Preparation;
  readonly channels: ChannelConfig;
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
      fitted,
      phase,
    };
  });
  return { series, preparation, channels, horizon };
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

/** The calendar channels of one step, which may lie up to a horizon after the series' end. @returns a view */
export function calendarAt(prepared: PreparedFrame, s: number, time: number): Float32Array {
  const width = 2 * prepared.channels.calendar.length;
  return prepared.series[s]!.calendar.subarray(time * width, (time + 1) * width);
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

/** The last levels before `origin`, gaps filled with what was known by then. @returns [lag]; all NaN when nothing was */
function recentLevels({ levels, firstObserved }: PreparedSeries, origin: number, lag: number): Float64Array {
  const recent = new Float64Array(lag);
  const missing = Math.max(0, lag - origin);
  fillGaps(levels, origin - lag + missing, origin, recent.subarray(missing));
  // A series shorter than the lag goes on from its first level.
  recent.fill(firstObserved < origin ? levels[firstObserved]! : Number.NaN, 0, missing);
  return recent;
}
