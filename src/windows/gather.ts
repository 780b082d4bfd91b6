// From planned windows to the numbers a network takes. In: prepared series and a plan. Out: batches, written into buffers made
// once. Dimensions: B batch, T time (the window), I inputs (channels), K horizon.
import { interpolateUpTo } from "../base/interpolation.js";
import { type Affine, scalers } from "../scale/scalers.js";
import { forecastCandidates } from "./candidates.js";
import { maskValue } from "./mask.js";
import type { WindowPlan } from "./plan.js";
import { channelCount, knownCount, type PreparedFrame, type PreparedSeries, writeKnown } from "./prepare.js";

/** How windows are laid out. */
export interface WindowShape {
  /** T */
  readonly window: number;
  /** Steps that a network takes as one, so that padding has to end where one of them does; 1 when absent. */
  readonly segment?: number;
  /** Padding repeats the first step instead of being marked. */
  readonly repeatsPadding?: boolean;
  /** C seasons whose naive forecasts are wanted, for so many steps from the origin on; none when absent. */
  readonly lags?: readonly number[];
  readonly horizon?: number;
}

export interface Batch {
  readonly shape: WindowShape;
  /** B: windows there is room for. */
  readonly batchSize: number;
  /** [B × T × I] channel 0 is the scaled target; every channel of a padded step is `maskValue`. Never NaN. */
  readonly inputs: Float32Array;
  /** [B × T] 0 where padded, else 1; a segment is padded where all its steps are. */
  readonly mask: Float32Array;
  /** [B × K] scaled; 0 where unobserved. */
  readonly targets: Float32Array;
  /** [B × K] 0 where the target is unobserved, else 1. */
  readonly weights: Float32Array;
  /** [B × C × K] scaled, never NaN; empty without lags. */
  readonly candidates: Float32Array;
  /** [B] change = scaled · spread + offset; NaN for a window before whose origin nothing was ever observed. */
  readonly offsets: Float64Array;
  /** [B] */
  readonly spreads: Float64Array;
  /** Whether any of the windows gathered last is padded. */
  padded: boolean;
  /** [T] the changes of one window, gaps filled. */
  readonly filled: Float64Array;
}

/** The targets' horizon is the one that `prepared` was made for. */
export function createBatch(prepared: PreparedFrame, shape: WindowShape, batchSize: number): Batch {
  const stepCount = batchSize * shape.window;
  const targetCount = batchSize * prepared.horizon;
  return {
    shape,
    batchSize,
    inputs: new Float32Array(stepCount * channelCount(prepared.channels)),
    mask: new Float32Array(stepCount),
    targets: new Float32Array(targetCount),
    weights: new Float32Array(targetCount),
    candidates: new Float32Array(batchSize * candidateCount(shape)),
    offsets: new Float64Array(batchSize),
    spreads: new Float64Array(batchSize),
    padded: false,
    filled: new Float64Array(shape.window),
  };
}

/** Numbers that the candidates of a window are. */
function candidateCount({ lags = [], horizon = 0 }: WindowShape): number {
  return lags.length * horizon;
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
    gatherCandidates(series, origin, affine, limitOf(prepared), batch, b);
    batch.offsets[b] = series.firstObserved < origin ? affine.offset : Number.NaN;
    batch.spreads[b] = affine.spread;
  }
}

/** Fills a batch with windows of one plan: see `gatherBatch`. */
export type Gather = (indices: Int32Array, from: number, count: number, batch: Batch) => void;

/** Windows that take up to this are gathered once, and their rows copied from then on: epoch after epoch they are the same. */
const keptBytes = 64 * 2 ** 20;

/** `gatherBatch` on one plan, for whoever goes through it many times. */
export function createGather(prepared: PreparedFrame, plan: WindowPlan, shape: WindowShape): Gather {
  const windowCount = plan.origins.length;
  const inputCount = shape.window * (channelCount(prepared.channels) + 1);
  const floatCount = inputCount + 2 * prepared.horizon + candidateCount(shape);
  if (4 * windowCount * floatCount > keptBytes)
    return (indices, from, count, batch) => gatherBatch(prepared, plan, indices, from, count, batch);
  const all = createBatch(prepared, shape, windowCount);
  const indices = Int32Array.from({ length: windowCount }, (_, i) => i);
  gatherBatch(prepared, plan, indices, 0, windowCount, all);
  const isWhole = all.weights.every((weight) => weight === 1);
  return (indices, from, count, batch) => copyBatch(all, isWhole, indices, from, count, batch);
}

/** @param isWhole whether every target of every window is observed */
function copyBatch(all: Batch, isWhole: boolean, indices: Int32Array, from: number, count: number, batch: Batch): void {
  const { filled, batchSize } = batch;
  const window = filled.length;
  batch.padded = false;
  for (let b = 0; b < count; b++) {
    const index = indices[from + b]!;
    batch.offsets[b] = all.offsets[index]!;
    batch.spreads[b] = all.spreads[index]!;
    // Padding stands at the beginning.
    if (all.mask[index * window] === 0) batch.padded = true;
  }
  const copy = (rows: Float32Array, to: Float32Array) =>
    copyRows(rows, indices, from, count, to, to.length / batchSize);
  copy(all.inputs, batch.inputs);
  copy(all.targets, batch.targets);
  if (isWhole) batch.weights.fill(1, 0, (count * batch.weights.length) / batchSize);
  else copy(all.weights, batch.weights);
  copy(all.candidates, batch.candidates);
  if (batch.padded) copy(all.mask, batch.mask);
  else batch.mask.fill(1, 0, count * window);
}

function copyRows(
  rows: Float32Array,
  indices: Int32Array,
  from: number,
  count: number,
  to: Float32Array,
  width: number,
): void {
  for (let b = 0, k = 0; b < count; b++) {
    let i = indices[from + b]! * width;
    const end = i + width;
    // Four at a time, in half the time that one at a time takes.
    for (; i + 4 <= end; i += 4, k += 4) {
      to[k] = rows[i]!;
      to[k + 1] = rows[i + 1]!;
      to[k + 2] = rows[i + 2]!;
      to[k + 3] = rows[i + 3]!;
    }
    for (; i < end; i++, k++) to[k] = rows[i]!;
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
  const { changes, observedBefore } = series;
  const { channels } = prepared;
  const window = batch.filled.length;
  const width = channelCount(channels);
  const begin = Math.min(Math.max(series.first, origin - window), origin);
  const padding = window - (origin - begin);
  const known = changes.subarray(begin, origin);
  const observedCount = observedBefore === null ? known.length : observedBefore[origin]! - observedBefore[begin]!;
  const filled = observedCount === known.length ? known : batch.filled.subarray(0, known.length);
  if (filled !== known) interpolateUpTo(changes, begin, origin, filled);
  const affine = affineOf(prepared, series, observedCount > 0 ? known : filled);
  const limit = limitOf(prepared);

  const { inputs } = batch;
  let i = (b * window + padding) * width;
  scaleValues(filled, 0, filled.length, affine, limit, inputs, i, width);
  if (width > 1) {
    const firstKnown = width - knownCount(channels);
    for (let t = begin; t < origin; t++, i += width) {
      if (channels.gapIndicator) inputs[i + 1] = Number.isNaN(changes[t]!) ? 1 : 0;
      writeKnown(prepared, series, t, inputs, i + firstKnown);
    }
  }
  padWindow(batch, b, padding);
  return affine;
}

/**
 * Marks the first `padding` steps of window b as padding. What of it shares a segment with known steps, or all of it where no step may
 * be masked, repeats the first known step instead; it is zeros where there is none.
 */
export function padWindow(batch: Batch, b: number, padding: number): void {
  const { inputs, mask, shape } = batch;
  const { window, segment = 1, repeatsPadding = false } = shape;
  const width = inputs.length / (batch.batchSize * window);
  const marked = repeatsPadding ? 0 : Math.floor(padding / segment) * segment;
  const start = b * window;
  const known = (start + padding) * width;
  mask.fill(0, start, start + (repeatsPadding ? 0 : padding));
  mask.fill(1, start + (repeatsPadding ? 0 : padding), start + window);
  if (marked > 0) batch.padded = true;
  inputs.fill(maskValue, start * width, (start + marked) * width);
  if (padding === window) inputs.fill(0, (start + marked) * width, known);
  else for (let i = (start + marked) * width; i < known; i += width) inputs.copyWithin(i, known, known + width);
}

function gatherCandidates(
  { changes, first }: PreparedSeries,
  origin: number,
  affine: Affine,
  limit: number,
  batch: Batch,
  b: number,
): void {
  const { lags = [] } = batch.shape;
  if (lags.length === 0) return;
  const count = candidateCount(batch.shape);
  const said = new Float64Array(count);
  forecastCandidates(changes, first, origin, lags, said);
  scaleValues(said, 0, count, affine, limit, batch.candidates, b * count, 1);
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
  const first = b * horizon;
  const known = Math.max(0, Math.min(horizon, changes.length - origin));
  scaleValues(changes, origin, known, affine, limit, batch.targets, first, 1);
  for (let k = 0; k < known; k++) batch.weights[first + k] = Number.isNaN(changes[origin + k]!) ? 0 : 1;
  batch.targets.fill(0, first + known, first + horizon);
  batch.weights.fill(0, first + known, first + horizon);
}

const unscaled: Affine = { offset: 0, spread: 1 };
/** A window quieter than this share of its series' typical change is not magnified any further. */
export const quietShare = 0.5;

/** @param values of the window: what is observed of it, or else what stands for it */
function affineOf({ preparation }: PreparedFrame, { fitted }: PreparedSeries, values: Float64Array): Affine {
  const { scale, scaler } = preparation.config;
  if (scale === "window") return scalers.get(scaler).fit(values, quietShare * fitted.typicalChange);
  // Whichever of them was fitted: the panel's for scale global, the series' for scale series, none for scale none.
  return preparation.affine ?? fitted.affine ?? unscaled;
}

/**
 * Normalises window b by what it holds by now, where windows are normalised by themselves: as one would be that ended there. What is
 * padding stays as it is.
 */
export function rescaleWindow(prepared: PreparedFrame, { fitted }: PreparedSeries, batch: Batch, b: number): void {
  const { scale, scaler } = prepared.preparation.config;
  if (scale !== "window") return;
  const { window } = batch.shape;
  const width = channelCount(prepared.channels);
  const begin = batch.mask.subarray(b * window, (b + 1) * window).indexOf(1);
  const place = (t: number) => (b * window + t) * width;
  const values = Float64Array.from({ length: window - begin }, (_, t) => batch.inputs[place(begin + t)]!);
  const held = { offset: batch.offsets[b]!, spread: batch.spreads[b]! };
  // Scalers commute with a change of unit, so that fitting to what is scaled already is fitting anew.
  const affine = scalers.get(scaler).fit(values, (quietShare * fitted.typicalChange) / held.spread);
  const limit = limitOf(prepared);
  scaleValues(values, 0, values.length, affine, limit, batch.inputs, place(begin), width);
  batch.offsets[b] = held.offset + affine.offset * held.spread;
  batch.spreads[b] = affine.spread * held.spread;
}

/** Scaled values stay within this, so that an outlier is large, but neither infinite nor near `maskValue`. */
export const scaledLimit = 1000;
/** Unscaled values only need to fit a float32, with room for squares. */
export const unscaledLimit = 1e18;

function limitOf({ preparation }: PreparedFrame): number {
  const { scale, scaler } = preparation.config;
  return scale === "none" || scaler === "none" ? unscaledLimit : scaledLimit;
}

/** values[from … from + count − 1], scaled, to every `stride`th place of `out` from `at` on; 0 for NaN. */
function scaleValues(
  values: Float64Array,
  from: number,
  count: number,
  { offset, spread }: Affine,
  limit: number,
  out: Float32Array,
  at: number,
  stride: number,
): void {
  for (let k = 0; k < count; k++, at += stride) {
    const value = values[from + k]!;
    const scaled = Math.fround((value - offset) / spread);
    if (scaled > limit) out[at] = limit;
    else if (scaled < -limit) out[at] = -limit;
    // An unscaled step may hold the very number that marks padding: it moves by one unit in the last place.
    else if (scaled === maskValue) out[at] = maskValue + 2 ** -10;
    else out[at] = Number.isNaN(scaled) ? 0 : scaled;
  }
}
