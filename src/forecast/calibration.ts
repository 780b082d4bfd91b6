// What prediction intervals rest on, as plain data that is kept with a model. In: point forecasts and how far such forecasts lay
// from what came. Out: quantiles around them, for any level.

import { mean, saturate } from "../base/numeric.js";
import * as z from "../base/schema.js";
import type { Frame, Series } from "../series/frame.js";
import type { PointPredictor, Predictor } from "./predictor.js";

export const calibrationSchema = z.strictObject({
  /** Lag of the differences whose mean size is a series' scale: the season in steps; 1 for none. */
  season: z.int().min(1),
  /** Newest steps that the recent part of a scale is taken over. */
  recentSteps: z.int().min(1),
  /** Ascending, from `lowestLevel` to `highestLevel`, with 0.5 in the middle. */
  levels: z.array(z.number()).readonly(),
  /** Steps ahead, from 1 on, ascending. */
  steps: z.array(z.int().min(1)).min(1).readonly(),
  /**
   * [steps][levels] quantiles of actual − forecast, in scales. Ascending in the level and 0 at the median, so that every interval
   * holds the forecast; moving away from 0 with the step.
   */
  offsets: z.array(z.array(z.number()).readonly()).readonly(),
  /** Of the series it was calibrated on: the long-run scale, and what its own errors are of those of the others. */
  series: z
    .array(
      z.strictObject({
        key: z.array(z.string()).readonly(),
        target: z.string(),
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
export function withIntervals(predictor: PointPredictor, calibration: Calibration): Predictor {
  return {
    name: predictor.name,
    async predict(frame, horizon, levels = []) {
      const point = await predictor.predict(frame, horizon);
      const scales = levels.length > 0 ? currentScales(calibration, frame) : new Float64Array();
      return { point, quantiles: levels.map((level) => shift(point, offsetsAt(calibration, level, horizon), scales)) };
    },
    dispose: () => predictor.dispose(),
  };
}

/** @param point [series × horizon] @param offsets [horizon], in scales @param scales [series] */
function shift(point: Float64Array, offsets: Float64Array, scales: Float64Array): Float64Array {
  const horizon = offsets.length;
  return point.map((value, i) => saturate(value + offsets[i % horizon]! * scales[Math.floor(i / horizon)]!));
}

/** What an error is measured in, at the end of each series. @returns [series] */
function currentScales(calibration: Calibration, frame: Frame): Float64Array {
  const { season, recentSteps, series } = calibration;
  const known = new Map(series.map((one) => [nameOf(one), one]));
  return Float64Array.from(frame.series, (one) => {
    const own = known.get(nameOf(one));
    return scaleOf(one.values, season, recentSteps, own?.scale) * (own?.factor ?? 1);
  });
}

function nameOf({ key, target }: Pick<Series, "key" | "target">): string {
  return JSON.stringify([key, target]);
}

/**
 * The mean of a series' long-run and its recent scale: errors follow the recent one, and the long run holds it where a
 * stretch happens to be quiet (locally weighted conformal prediction: Lei et al. 2018, section 5.2).
 * @param values [time] what is known, NaN = unobserved
 */
export function scaleOf(
  values: Float64Array,
  season: number,
  recentSteps: number,
  longRun = longRunScale(values, season),
): number {
  const recent = meanChange(values.subarray(-(recentSteps + season)), season);
  return Number.isNaN(recent) ? longRun : saturate((longRun + recent) / 2);
}

/** Mean size of the change over a season; over a step where there are no two seasons, and of the values where there is one value. */
export function longRunScale(values: Float64Array, season: number): number {
  const overSeason = meanChange(values, season);
  const change = Number.isNaN(overSeason) ? meanChange(values, 1) : overSeason;
  return saturate(Number.isNaN(change) ? Math.abs(mean(values)) || 0 : change);
}

/** @returns NaN where no two values lie `lag` steps apart */
function meanChange(values: Float64Array, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let t = lag; t < values.length; t++) {
    const change = Math.abs(values[t]! - values[t - lag]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return saturate(sum) / count;
}

/**
 * Between the levels and steps kept, by straight lines; past the last step, growing like a random walk.
 * @returns [horizon], in scales
 */
function offsetsAt({ levels, steps, offsets }: Calibration, level: number, horizon: number): Float64Array {
  const right = levels.findIndex((kept) => kept >= level);
  if (right === -1 || level < levels[0]!) throw new Error(`no calibration for the quantile ${level}`);
  const left = Math.max(0, right - 1);
  const share = right === left ? 0 : (level - levels[left]!) / (levels[right]! - levels[left]!);
  const atStep = offsets.map((row) => row[left]! + share * (row[right]! - row[left]!));
  const last = steps.at(-1)!;
  let i = 0;
  return Float64Array.from({ length: horizon }, (_, k) => {
    const step = k + 1;
    if (step >= last) return atStep.at(-1)! * Math.sqrt(step / last);
    while (steps[i + 1]! <= step) i++;
    const between = (step - steps[i]!) / (steps[i + 1]! - steps[i]!);
    return atStep[i]! + between * (atStep[i + 1]! - atStep[i]!);
  });
}
