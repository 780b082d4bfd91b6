// From planned windows to the numbers a network takes. In: prepared series and a plan. Out: batches, written into buffers made
// once. Dimensions: B batch, T time (the window), I inputs (channels), K horizon.
import { fillGaps } from "../features/gaps.js";
import { type Affine, scalers } from "../scale/scalers.js";
import { maskValue } from "./mask.js";
import type { WindowPlan } from "./plan.js";
import { channelCount, type PreparedFrame, type PreparedSeries } from "./prepare.js";

export interface Batch {
  /** B: windows there is room for. */
  readonly batchSize: number;
  /** [B × T × I] channel 0 is the scaled target; every channel of a padded step is `maskValue`. Never NaN. */
  readonly inputs: Float32Array;
  /** [B × T] 0 where padded, else 1. */
  readonly mask: Float32Array;
  /** [B × K] scaled; 0 where unobserved. */
  readonly targets: Float32Array;
  /** [B × K] 0 where the target is unobserved, else 1. */
  readonly weights: Float32Array;
  /** [B] change = scaled · spread + offset; NaN for a window before whose origin nothing was ever observed. */
  readonly offsets: Float64Array;
  /** [B] */
  readonly spreads: Float64Array;
  /** Whether any of the windows gathered last is padded. */
  padded: boolean;
  /** [T] the changes of one window, gaps filled. */
  readonly filled: Float64Array;
}

/** @param shape its window; the horizon is the one that `prepared` was made for */
export function createBatch(prepared: PreparedFrame, shape: { readonly window: number }, batchSize: number): Batch {
  const stepCount = batchSize * shape.window;
  const targetCount = batchSize * prepared.horizon;
  return {
    batchSize,
    inputs: new Float32Array(stepCount * channelCount(prepared.channels)),
    mask: new Float32Array(stepCount),
    targets: new Float32Array(targetCount),
    weights: new Float32Array(targetCount),
    offsets: new Float64Array(batchSize),
    spreads: new Float64Array(batchSize),
    padded: false,
    filled: new Float64Array(shape.window),
  };
}

/**
 * Writes the windows plan[indices[from]] … plan[indices[from + count − 1]] into rows 0 … count − 1; rows after them keep what
 * they hold. Inputs of a window depend on nothing at or after its origin, save for what the preparation was fitted on.
 * @param count at most the batch's size
 */
export function gatherBatch(
  prepared: PreparedFrame,
  plan: WindowPlan,
  indices: Int32Array,
  from: number,
  count: number,
  batch: Batch,
): void {
  batch.padded = false;
  for (let b = 0; b < count; b++) {
    const index = indices[from + b]!;
    const series = prepared.series[plan.series[index]!]!;
    const origin = plan.origins[index]!;
    const affine = gatherInputs(prepared, series, origin, batch, b);
    gatherTargets(series, origin, affine, limitOf(prepared), batch, b);
    batch.offsets[b] = series.firstObserved < origin ? affine.offset : Number.NaN;
    batch.spreads[b] = affine.spread;
  }
}

/** @returns the scaling of the window */
function gatherInputs(
  prepared: PreparedFrame,
  series: PreparedSeries,
  origin: number,
  batch: Batch,
  b: number,
): Affine {
  const { changes, calendar } = series;
  const { channels } = prepared;
  const window = batch.filled.length;
  const width = channelCount(channels);
  const calendarWidth = 2 * channels.calendar.length;
  const begin = Math.min(Math.max(series.first, origin - window), origin);
  const padding = window - (origin - begin);
  const filled = batch.filled.subarray(0, origin - begin);
  fillGaps(changes, begin, origin, filled);
  const affine = affineOf(prepared, series, begin, origin, filled);
  const limit = limitOf(prepared);

  if (padding > 0) batch.padded = true;
  batch.mask.fill(0, b * window, b * window + padding);
  batch.mask.fill(1, b * window + padding, (b + 1) * window);
  let i = b * window * width;
  batch.inputs.fill(maskValue, i, i + padding * width);
  i += padding * width;
  for (let t = begin; t < origin; t++) {
    const value = filled[t - begin]!;
    batch.inputs[i++] = Number.isNaN(value) ? 0 : scaleValue(value, affine, limit);
    if (channels.gapIndicator) batch.inputs[i++] = Number.isNaN(changes[t]!) ? 1 : 0;
    for (let c = t * calendarWidth; c < (t + 1) * calendarWidth; c++) batch.inputs[i++] = calendar[c]!;
  }
  return affine;
}

function gatherTargets(
  { changes }: PreparedSeries,
  origin: number,
  affine: Affine,
  limit: number,
  batch: Batch,
  b: number,
): void {
  const horizon = batch.targets.length / batch.batchSize;
  for (let k = 0, i = b * horizon; k < horizon; k++, i++) {
    const value = changes[origin + k] ?? Number.NaN;
    const isObserved = !Number.isNaN(value);
    batch.targets[i] = isObserved ? scaleValue(value, affine, limit) : 0;
    batch.weights[i] = isObserved ? 1 : 0;
  }
}

const unscaled: Affine = { offset: 0, spread: 1 };
/** A window quieter than this share of its series' typical change is not magnified any further. */
const quietShare = 0.5;

function affineOf(
  { preparation }: PreparedFrame,
  { changes, observedBefore, fitted }: PreparedSeries,
  begin: number,
  origin: number,
  filled: Float64Array,
): Affine {
  const { scale, scaler } = preparation.config;
  switch (scale) {
    case "none":
      return unscaled;
    case "global":
      return preparation.affine ?? unscaled;
    case "series":
      return fitted.affine ?? unscaled;
    case "window": {
      const isObserved = observedBefore === null || observedBefore[origin]! > observedBefore[begin]!;
      const values = isObserved ? changes.subarray(begin, origin) : filled;
      return scalers.get(scaler).fit(values, quietShare * fitted.typicalChange);
    }
    default:
      return scale satisfies never;
  }
}

/** Scaled values stay within this, so that an outlier is large, but neither infinite nor near `maskValue`. */
const scaledLimit = 1000;
/** Unscaled values only need to fit a float32, with room for squares. */
const unscaledLimit = 1e18;

function limitOf({ preparation }: PreparedFrame): number {
  const { scale, scaler } = preparation.config;
  return scale === "none" || scaler === "none" ? unscaledLimit : scaledLimit;
}

function scaleValue(value: number, { offset, spread }: Affine, limit: number): number {
  const scaled = Math.fround(Math.min(Math.max((value - offset) / spread, -limit), limit));
  // An unscaled step may hold the very number that marks padding: it moves by one unit in the last place.
  return scaled === maskValue ? maskValue + 2 ** -10 : scaled;
}
