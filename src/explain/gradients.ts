// What each number of one window adds to its forecast: integrated gradients (Sundararajan, Taly & Yan 2017, Axiomatic attribution for deep
// networks, section 3). In: a fitted network and a series. Out: contributions in the data's units, which sum to the forecast less that of
// a window that says nothing.
import type { FittedNetwork } from "../fit/fit.js";
import { forecastBatch } from "../forecast/batch.js";
import type { Frame } from "../series/frame.js";
import type { Batch } from "../windows/gather.js";
import { prepareFrame } from "../windows/prepare.js";
import { listParts, type Part } from "./parts.js";
import { copyBatch, gatherAll, wholeOf } from "./windows.js";

export interface Contributions {
  /** Mean over the steps of the horizon. */
  readonly forecast: number;
  /** Of a window of zeros: a target that stays at its level, covariates at their means, no calendar. */
  readonly baseline: number;
  readonly parts: readonly { readonly part: Part; readonly contribution: number }[];
  /** What the contributions of all inputs sum to, less what they should: what the sum along the path leaves. */
  readonly error: number;
}

const fewestPathSteps = 16;
/** A sum that is off by no more than this share of the contributions' sizes is not made finer. */
const tolerance = 0.002;
const mostForecasts = 200_000;
/** Windows forecast together. */
const rowCount = 512;

/** @param s of the series, whose forecast goes on from its end @param season see `listParts` */
export function integrateGradients(
  fitted: FittedNetwork,
  frame: Frame,
  s: number,
  horizon: number,
  season: number,
): Contributions {
  const prepared = prepareFrame(frame, fitted.preparation, fitted.channels, horizon);
  const origin = frame.series[s]!.values.length;
  const planOf = (count: number) => ({
    series: new Int32Array(count).fill(s),
    origins: new Int32Array(count).fill(origin),
  });
  const one = gatherAll(fitted, prepared, planOf(1), horizon);
  const width = one.inputs.length;
  const x = new Float32Array(width + one.candidates.length);
  x.set(one.inputs);
  x.set(one.candidates, width);
  const steps = one.mask.length;
  // Padding is no input, and what is zero has nothing to add.
  const isKnown = (i: number) => i >= width || one.mask[Math.floor(i / (width / steps))] === 1;
  const moved = Array.from(x.keys()).filter((i) => x[i] !== 0 && isKnown(i));

  const rows = gatherAll(fitted, prepared, planOf(rowCount), horizon);
  /** @param place [rows] the number to change, by so much; all others are α times what they are */
  const forecastAll = (alphas: Float64Array, places: Int32Array, changes: Float64Array): Float64Array => {
    const means = new Float64Array(alphas.length);
    for (let from = 0; from < alphas.length; from += rowCount) {
      const count = Math.min(rowCount, alphas.length - from);
      const batch = copyBatch(rows);
      for (let b = 0; b < count; b++)
        writeRow(batch, b, x, moved, width, alphas[from + b]!, places[from + b]!, changes[from + b]!);
      const values = forecastBatch(fitted, prepared, planOf(count), wholeOf(batch, count), horizon);
      for (let b = 0; b < count; b++) means[from + b] = meanOf(values.subarray(b * horizon, (b + 1) * horizon));
    }
    return means;
  };
  const [baseline, forecast] = forecastAll(Float64Array.of(0, 1), Int32Array.of(-1, -1), Float64Array.of(0, 0));
  const whole = forecast! - baseline!;

  let found: Float64Array = new Float64Array(x.length);
  let error = 0;
  for (let pathSteps = fewestPathSteps; ; pathSteps *= 2) {
    found = integrate(x, moved, pathSteps, forecastAll);
    error = found.reduce((sum, value) => sum + value, 0) - whole;
    const isFine = Math.abs(error) <= tolerance * found.reduce((sum, value) => sum + Math.abs(value), 0);
    if (isFine || 4 * moved.length * pathSteps > mostForecasts) break;
  }
  const parts = listParts(fitted.config, fitted.channels, season, one.shape.horizon ?? horizon).map((part) => ({
    part,
    contribution:
      part.inputs.reduce((sum, i) => sum + found[i]!, 0) +
      part.candidates.reduce((sum, i) => sum + found[width + i]!, 0),
  }));
  return { forecast: forecast!, baseline: baseline!, parts, error };
}

/**
 * The midpoint rule along the straight path from zeros to `x`, where a number's slope times its own step is the difference between
 * the forecasts half such a step to either side.
 */
function integrate(
  x: Float32Array,
  moved: readonly number[],
  pathSteps: number,
  forecastAll: (alphas: Float64Array, places: Int32Array, changes: Float64Array) => Float64Array,
): Float64Array {
  const found = new Float64Array(x.length);
  const count = 2 * moved.length;
  const places = Int32Array.from({ length: count }, (_, i) => moved[i >> 1]!);
  const changes = Float64Array.from(places, (place, i) => ((i % 2 === 0 ? -0.5 : 0.5) * x[place]!) / pathSteps);
  for (let m = 0; m < pathSteps; m++) {
    const forecasts = forecastAll(new Float64Array(count).fill((m + 0.5) / pathSteps), places, changes);
    moved.forEach((place, i) => {
      found[place]! += forecasts[2 * i + 1]! - forecasts[2 * i]!;
    });
  }
  return found;
}

function writeRow(
  batch: Batch,
  b: number,
  x: Float32Array,
  moved: readonly number[],
  width: number,
  alpha: number,
  place: number,
  change: number,
): void {
  const candidateWidth = x.length - width;
  for (const i of moved) {
    const value = alpha * x[i]! + (i === place ? change : 0);
    if (i < width) batch.inputs[b * width + i] = value;
    else batch.candidates[b * candidateWidth + i - width] = value;
  }
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
