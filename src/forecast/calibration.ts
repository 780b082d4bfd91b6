// What prediction intervals rest on, as plain data that is kept with a model. In: forecasts and how far such forecasts lay from what
// came, in the scale of their series or in the model's own measure. Out: quantiles around them, for any level.

import { extent, lastObservedIndex, saturate } from "../base/numeric.js";
import * as z from "../base/schema.js";
import { type Frame, seriesId } from "../series/frame.js";
import { seriesFields } from "../series/series-fields.js";
import type { Predictor } from "./predictor.js";
import { scaleOf } from "./scale.js";

export const calibrationSchema = z.strictObject({
  /** own: errors are measured by the model's own quantiles; absent: in the scale of their series. */
  measure: z.literal("own").optional(),
  /** Lag of the differences whose mean size is a series' scale: the season in steps, the steps ahead, or 1. */
  season: z.int().min(1),
  /** Newest steps that the recent part of a scale is taken over. */
  recentSteps: z.int().min(1),
  /** Ascending, from `lowestLevel` to `highestLevel`, with 0.5 in the middle. */
  levels: z.array(z.number()).readonly(),
  /** Steps ahead, from 1 on, ascending. */
  steps: z.array(z.int().min(1)).min(1).readonly(),
  /**
   * [steps][levels] quantiles of actual − forecast, in the measure. Ascending in the level and 0 at the median, so that every interval
   * holds the forecast; in scales, moving away from 0 with the step.
   */
  offsets: z.array(z.array(z.number()).readonly()).readonly(),
  /** Of the series it was calibrated on: the long-run scale, and what its own errors are of those of the others. */
  series: z
    .array(
      z.strictObject({
        ...seriesFields,
        scale: z.number().min(0),
        factor: z.number().positive(),
      }),
    )
    .readonly(),
});
export type Calibration = Readonly<z.infer<typeof calibrationSchema>>;

/** Last steps of a series that its intervals depend on. */
export function calibrationSteps({ season, recentSteps }: Calibration): number {
  return season + recentSteps;
}

/** The predictor with the quantiles of its held-out errors around each forecast. */
export function withIntervals(predictor: Predictor, calibration: Calibration): Predictor {
  return {
    name: predictor.name,
    async predict(frame, horizon, levels = []) {
      const { point } = await predictor.predict(frame, horizon);
      if (levels.length === 0) return { point, quantiles: [] };
      const scales = currentScales(calibration, frame);
      const reaches = frame.series.map(({ values }) => reachOf(values, calibration));
      // What is ahead of a series' end, but not of its last value, was no forecast's first step.
      const gaps = frame.series.map(({ values }) => gapAfter(values));
      const longest = gaps.reduce((most, gap) => Math.max(most, gap), 0);
      const shifted = (level: number) =>
        shift(point, horizon, { offsets: offsetsAt(calibration, level, longest + horizon), scales, reaches, gaps });
      return { point, quantiles: levels.map(shifted) };
    },
  };
}

/** Steps without a value at the end; none where there never was one, which is not forecast. */
function gapAfter(values: Float64Array): number {
  const last = lastObservedIndex(values);
  return last < 0 ? 0 : values.length - 1 - last;
}

interface Shift {
  /** [steps after the last value], in scales */
  readonly offsets: Float64Array;
  /** [series] */
  readonly scales: Float64Array;
  /** [series] that no quantile is further from its forecast */
  readonly reaches: readonly number[];
  /** [series] steps without a value at the end */
  readonly gaps: readonly number[];
}

/** @param point [series × horizon] */
function shift(point: Float64Array, horizon: number, { offsets, scales, reaches, gaps }: Shift): Float64Array {
  return point.map((value, i) => {
    const s = Math.floor(i / horizon);
    const distance = offsets[gaps[s]! + (i % horizon)]! * scales[s]!;
    return saturate(value + Math.min(Math.max(distance, -reaches[s]!), reaches[s]!));
  });
}

/** Of a series' newest values, the range that no quantile is further from its forecast than, this many times. */
const mostRanges = 10;

/**
 * Where an error was measured in the scale of a quiet stretch, and an outlier has made the scale a hundred times as large since, their
 * product says nothing any more. @returns Infinity for a series that did not change
 */
function reachOf(values: Float64Array, calibration: Calibration): number {
  const { min, max } = extent(values.subarray(-calibrationSteps(calibration)));
  return max > min ? mostRanges * (max - min) : Number.POSITIVE_INFINITY;
}

/** Forecasts, and what errors above and below them are measured in. All are [series × horizon]. */
export interface Measured {
  readonly point: Float64Array;
  readonly above: Float64Array;
  readonly below: Float64Array;
}
/** @param known ends where the forecasts begin */
export type Measure = (known: Frame, horizon: number) => Promise<Measured>;

/** Errors as they are. */
export function unmeasured(predictor: Predictor): Measure {
  return async (known, horizon) => {
    const { point } = await predictor.predict(known, horizon);
    const ones = new Float64Array(point.length).fill(1);
    return { point, above: ones, below: ones };
  };
}

/** The quantiles that a model's own measure is taken by, on either side of its forecast. */
const ownLevels = [0.1, 0.9] as const;
/** An own measure is no less than this share of the series' scale: a model may be certain, and wrong. */
const leastShare = 0.05;

/**
 * Errors in the model's own distance from its forecast to its quantiles, each on its side: what is calibrated then is by how much these
 * quantiles have to be stretched (conformalised quantile regression, Romano, Patterson & Candès 2019, as scaled by Kivaranovic,
 * Johnson & Leeb 2020), and intervals stay as wide where the model is unsure, and as skew, as it says.
 */
export function measureByOwn(predictor: Predictor, season: number, recentSteps: number): Measure {
  return async (known, horizon) => {
    const { point, quantiles } = await predictor.predict(known, horizon, ownLevels);
    const scales = known.series.map(({ values }) => scaleOf(values, season, recentSteps));
    return ownMeasure(point, quantiles, scales);
  };
}

/** @param quantiles at `ownLevels` @param scales [series] */
function ownMeasure(point: Float64Array, quantiles: readonly Float64Array[], scales: ArrayLike<number>): Measured {
  const horizon = point.length / scales.length;
  const [low, high] = quantiles as [Float64Array, Float64Array];
  const least = (i: number) => leastShare * scales[Math.floor(i / horizon)]!;
  return {
    point,
    above: high.map((value, i) => saturate(Math.max(value - point[i]!, least(i)))),
    below: low.map((value, i) => saturate(Math.max(point[i]! - value, least(i)))),
  };
}

/** The predictor with its own quantiles as its held-out errors stretch them. @param calibration in its own measure */
export function withOwnIntervals(predictor: Predictor, calibration: Calibration): Predictor {
  return {
    ...predictor,
    async predict(frame, horizon, levels = []) {
      if (levels.length === 0) return predictor.predict(frame, horizon);
      const forecasts = await predictor.predict(frame, horizon, ownLevels);
      const { scales, factors } = currentMeasures(calibration, frame);
      const { point, above, below } = ownMeasure(forecasts.point, forecasts.quantiles, scales);
      const quantiles = levels.map((level) => {
        const offsets = offsetsAt(calibration, level, horizon);
        return point.map((value, i) => {
          const offset = offsets[i % horizon]! * factors[Math.floor(i / horizon)]!;
          return saturate(value + offset * (offset < 0 ? below : above)[i]!);
        });
      });
      return { ...forecasts, quantiles };
    },
  };
}

/** What an error is measured in, at the end of each series. @returns [series] */
function currentScales(calibration: Calibration, frame: Frame): Float64Array {
  const { scales, factors } = currentMeasures(calibration, frame);
  return scales.map((scale, s) => scale * factors[s]!);
}

/** Whoever forecasts a few series at a time, over and over, looks them up among as many as were calibrated on. */
const indexes = new WeakMap<Calibration, ReadonlyMap<string, Calibration["series"][number]>>();

function indexOf(calibration: Calibration): ReadonlyMap<string, Calibration["series"][number]> {
  const index = indexes.get(calibration) ?? new Map(calibration.series.map((one) => [seriesId(one), one]));
  indexes.set(calibration, index);
  return index;
}

/** The scale at the end of each series, and what its errors are of those of the others. @returns [series] each */
function currentMeasures(calibration: Calibration, frame: Frame): { scales: Float64Array; factors: Float64Array } {
  const { season, recentSteps } = calibration;
  const known = indexOf(calibration);
  const own = frame.series.map((one) => known.get(seriesId(one)));
  return {
    scales: Float64Array.from(frame.series, ({ values }, s) => scaleOf(values, season, recentSteps, own[s]?.scale)),
    factors: Float64Array.from(own, (one) => one?.factor ?? 1),
  };
}

/**
 * Between the levels and steps kept, by straight lines; past the last step, scales grow like a random walk, and an own measure does by
 * itself. @returns [horizon]
 */
function offsetsAt({ measure, levels, steps, offsets }: Calibration, level: number, horizon: number): Float64Array {
  const right = levels.findIndex((kept) => kept >= level);
  if (right === -1 || level < levels[0]!) throw new Error(`no calibration for the quantile ${level}`);
  const left = Math.max(0, right - 1);
  const share = right === left ? 0 : (level - levels[left]!) / (levels[right]! - levels[left]!);
  const atStep = offsets.map((row) => row[left]! + share * (row[right]! - row[left]!));
  const last = steps.at(-1)!;
  let i = 0;
  return Float64Array.from({ length: horizon }, (_, k) => {
    const step = k + 1;
    if (step >= last) return atStep.at(-1)! * (measure === "own" ? 1 : Math.sqrt(step / last));
    while (steps[i + 1]! <= step) i++;
    const between = (step - steps[i]!) / (steps[i + 1]! - steps[i]!);
    return atStep[i]! + between * (atStep[i + 1]! - atStep[i]!);
  });
}
