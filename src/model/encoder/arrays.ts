// The encoder on typed arrays and the recurrent kernels, for forecasting without TensorFlow.js. In: its plan, its weights and a
// batch. Out: the state that the head reads, and how attention weighed the steps.
import { loadKernels } from "../../engine/kernels/fused/load.js";
import type { NetworkConfig } from "../config.js";
import type { AttentionPlan, ConvolutionPlan, EncoderPlan, LayerPlan } from "./plan.js";

export interface Encoded {
  /** [B × S] */
  readonly state: Float32Array;
  /** [B × T/N], rows that sum to one; null without attention */
  readonly attention: Float32Array | null;
}

/** A parameter's values by its place. */
type At = (index: number) => Float32Array;

/** @param x [B × T/N × N·I] @param mask [B × T/N], null when nothing is padding */
export function encodeArrays(
  config: NetworkConfig,
  plan: EncoderPlan,
  at: At,
  x: Float32Array,
  mask: Float32Array | null,
  batch: number,
): Encoded {
  const { stepCount, convolution, layers, attention } = plan;
  let states = convolution === null ? x : convolve(convolution, at, x, batch * stepCount, stepCount);
  for (const layer of layers) states = runLayer(config, layer, at, states, mask, batch, stepCount);
  return attention === null
    ? { state: states, attention: null }
    : attend(attention, at, states, layers.at(-1)!, batch, stepCount);
}

/** out [rows × columns] = left [rows × depth] · kernel [depth × columns] + bias */
export function affineRows(
  left: Float32Array,
  kernel: Float32Array,
  bias: Float32Array | null,
  rows: number,
  depth: number,
  columns: number,
): Float32Array {
  const out = new Float32Array(rows * columns);
  const sums = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    if (bias === null) sums.fill(0);
    else sums.set(bias);
    for (let d = 0; d < depth; d++) {
      const factor = left[r * depth + d]!;
      const at = d * columns;
      for (let c = 0; c < columns; c++) sums[c]! += factor * kernel[at + c]!;
    }
    out.set(sums, r * columns);
  }
  return out;
}

/** In place, over each of the rows of `width`. */
export function softmaxRows(scores: Float32Array, width: number): void {
  for (let from = 0; from < scores.length; from += width) {
    let top = Number.NEGATIVE_INFINITY;
    for (let i = from; i < from + width; i++) top = Math.max(top, scores[i]!);
    let sum = 0;
    for (let i = from; i < from + width; i++) sum += Math.exp(scores[i]! - top);
    for (let i = from; i < from + width; i++) scores[i] = Math.exp(scores[i]! - top) / sum;
  }
}

function convolve(
  { inputs, filters, width, before, first }: ConvolutionPlan,
  at: At,
  x: Float32Array,
  rows: number,
  steps: number,
): Float32Array {
  const [kernel, bias] = [at(first), at(first + 1)];
  const depth = width * inputs;
  const out = new Float32Array(rows * filters);
  const taps = new Float32Array(depth);
  for (let row = 0; row < rows; row++) {
    const begin = row - (row % steps);
    const reach = row - before;
    const [from, to] = [Math.max(reach, begin), Math.min(reach + width, begin + steps)];
    taps.fill(0);
    taps.set(x.subarray(from * inputs, to * inputs), (from - reach) * inputs);
    out.set(affineRows(taps, kernel, bias, 1, depth, filters), row * filters);
  }
  for (let i = 0; i < out.length; i++) if (out[i]! < 0) out[i] = 0;
  return out;
}

/** @returns [B × T/N × F] with `sequences`, else [B × F]; all passes side by side */
function runLayer(
  { cell }: NetworkConfig,
  { units, inputs, outputs, sequences, passes }: LayerPlan,
  at: At,
  x: Float32Array,
  mask: Float32Array | null,
  batch: number,
  time: number,
): Float32Array {
  const { kernels } = loadKernels();
  const results = passes.map(({ reverse, first }) => {
    const arrays = {
      x,
      kernel: at(first),
      recurrentKernel: at(first + 1),
      bias: at(first + 2),
      mask,
      initialState: null,
    };
    return kernels.forward({ cell, batch, time, inputs, units, reverse, sequences, truncate: 0 }, arrays).output;
  });
  if (results.length === 1) return results[0]!;
  const rows = sequences ? batch * time : batch;
  const joined = new Float32Array(rows * outputs);
  results.forEach((result, p) => {
    for (let row = 0; row < rows; row++)
      joined.set(result.subarray(row * units, (row + 1) * units), row * outputs + p * units);
  });
  return joined;
}

function attend(
  { kind, inputs, units, first, location }: AttentionPlan,
  at: At,
  states: Float32Array,
  layer: LayerPlan,
  batch: number,
  steps: number,
): Encoded {
  const last = lastStates(states, layer, batch, steps);
  const weights = affineRows(last, at(location), at(location + 1), batch, inputs, steps);
  const isAdditive = kind === "additive";
  const keys = isAdditive ? affineRows(states, at(first), at(first + 1), batch * steps, inputs, units) : states;
  const query = affineRows(last, at(isAdditive ? first + 2 : first), null, batch, inputs, units);
  const score = isAdditive ? at(first + 3) : null;
  for (let row = 0; row < batch * steps; row++) {
    const q = Math.floor(row / steps) * units;
    let sum = 0;
    for (let u = 0; u < units; u++) {
      const key = keys[row * units + u]!;
      sum += score === null ? key * query[q + u]! : score[u]! * Math.tanh(key + query[q + u]!);
    }
    weights[row]! += sum;
  }
  softmaxRows(weights, steps);

  const state = new Float32Array(batch * 2 * inputs);
  for (let b = 0; b < batch; b++) {
    const context = new Float64Array(inputs);
    for (let t = 0; t < steps; t++) {
      const row = b * steps + t;
      for (let i = 0; i < inputs; i++) context[i]! += weights[row]! * states[row * inputs + i]!;
    }
    state.set(context, b * 2 * inputs);
    state.set(last.subarray(b * inputs, (b + 1) * inputs), (2 * b + 1) * inputs);
  }
  return { state, attention: weights };
}

/** @returns [B × F] the state after the last step that each pass walked */
function lastStates(
  states: Float32Array,
  { units, outputs, passes }: LayerPlan,
  batch: number,
  steps: number,
): Float32Array {
  const last = new Float32Array(batch * outputs);
  for (let b = 0; b < batch; b++)
    passes.forEach(({ reverse }, p) => {
      const from = (b * steps + (reverse ? 0 : steps - 1)) * outputs + p * units;
      last.set(states.subarray(from, from + units), b * outputs + p * units);
    });
  return last;
}
