// A network's forecasts without TensorFlow.js, on the recurrent kernels alone, so that a saved model answers in milliseconds.
// In: config, weights and windows. Out: what `Network.forward` gives for them.
import type { FusedNetwork, NetworkShape } from "../engine/kernels/fused/kernels.js";
import { loadKernels } from "../engine/kernels/fused/load.js";
import { isFused, type NetworkConfig, stepCount, stepWidth } from "./config.js";
import { affineRows, type Encoded, encodeArrays } from "./encoder/arrays.js";
import { joinParts } from "./heads/dense.js";
import { addMix } from "./mix.js";
import { checkWeights, denseParts, type NamedArray, planNetwork } from "./parameters.js";

export type { NamedArray } from "./parameters.js";

/** Rows computed together, so that the states of a large batch need no memory of its size. */
const chunkRows = 256;

/** What the kernels need to know to lay a network out. */
export function shapeOf(config: NetworkConfig, batch: number): Omit<NetworkShape, "trains" | "threads"> {
  const { cell, layers, bidirectional, truncate } = config;
  const sizes = {
    inputs: stepWidth(config),
    time: stepCount(config),
    outputs: denseParts(planNetwork(config)).outputs,
  };
  return { cell, layers, bidirectional, ...sizes, batch, truncate };
}

/**
 * From windows' steps to those of the recurrent layers: a segment is padding where its last step is.
 * @param mask [batch × T] @returns [batch × T/N]
 */
export function segmentMask({ segment = 1 }: NetworkConfig, mask: Float32Array): Float32Array {
  if (segment === 1) return mask;
  return Float32Array.from({ length: mask.length / segment }, (_, i) => mask[i * segment + segment - 1]!);
}

/**
 * Writes weights, in the order of `planNetwork`, into a network of the kernels.
 * @throws HindcastError "model" when they are not those of the config
 */
export function fillWeights(network: FusedNetwork, config: NetworkConfig, weights: readonly NamedArray[]): void {
  const plan = planNetwork(config);
  checkWeights(plan, weights);
  const { kernel, bias } = joinParts(denseParts(plan), weights);
  let at = 0;
  for (const values of [...weights.slice(0, plan.head.parts[0]!.first).map((weight) => weight.values), kernel, bias]) {
    network.parameters.set(values, at);
    at += values.length;
  }
  network.loadParameters();
}

/**
 * @param inputs [batch × T × I], finite also where masked; may be longer, the rest is not looked at
 * @param mask [batch × T], 0 where a step is padding; null when none is; may be longer likewise
 * @param candidates [batch × C × K] for a network that mixes them; may be longer likewise
 * @returns [batch × head.outputs], which is outputCount(config) for a point forecast
 * @throws HindcastError "model" when the weights are not this network's
 */
export function predictArrays(
  config: NetworkConfig,
  weights: readonly NamedArray[],
  inputs: Float32Array,
  mask: Float32Array | null,
  batch: number,
  candidates?: Float32Array,
): Float32Array {
  return isFused(config)
    ? predictFused(config, weights, inputs, mask, batch)
    : predictInParts(config, weights, inputs, mask, batch, candidates);
}

function predictFused(
  config: NetworkConfig,
  weights: readonly NamedArray[],
  inputs: Float32Array,
  mask: Float32Array | null,
  batch: number,
): Float32Array {
  const { network, outputs } = openToForecast(config, Math.min(batch, chunkRows));
  fillWeights(network, config, weights);
  const { window } = config;
  const forecasts = new Float32Array(batch * outputs);
  for (let from = 0; from < batch; from += chunkRows) {
    const end = Math.min(from + chunkRows, batch);
    network.inputs.set(inputs.subarray(from * window * config.inputs, end * window * config.inputs));
    if (mask !== null) network.mask.set(segmentMask(config, mask.subarray(from * window, end * window)));
    network.predict(end - from, mask !== null);
    forecasts.set(network.output.subarray(0, (end - from) * outputs), from * outputs);
  }
  return forecasts;
}

interface Opened {
  readonly network: FusedNetwork;
  readonly rows: number;
  readonly outputs: number;
}

/** What a config's forecasts were last made with: they are made again after each epoch, or at each step that is fed back. */
const lastOpened = new WeakMap<NetworkConfig, Opened>();

function openToForecast(config: NetworkConfig, rows: number): Opened {
  let opened = lastOpened.get(config);
  if (opened === undefined || opened.rows < rows) {
    const shape = shapeOf(config, rows);
    const network = loadKernels().kernels.openNetwork({ ...shape, trains: false, threads: 1 });
    opened = { network, rows, outputs: shape.outputs };
    lastOpened.set(config, opened);
  }
  return opened;
}

function predictInParts(
  config: NetworkConfig,
  weights: readonly NamedArray[],
  inputs: Float32Array,
  mask: Float32Array | null,
  batch: number,
  candidates?: Float32Array,
): Float32Array {
  const { head, mix } = planNetwork(config);
  const at = (index: number) => weights[index]!.values;
  const forecasts = new Float32Array(batch * head.outputs);
  encodeInChunks(config, weights, inputs, mask, batch, ({ state }, from, count) => {
    let offset = 0;
    head.parts.forEach(({ first, outputs }, p) => {
      const part = affineRows(state, at(first), at(first + 1), count, head.inputs, outputs);
      if (mix !== null && p === 0) {
        const width = mix.candidates * outputs;
        const own = candidates!.subarray(from * width, (from + count) * width);
        addMix(part, state, own, at(mix.first), at(mix.first + 1), count);
      }
      for (let b = 0; b < count; b++)
        forecasts.set(part.subarray(b * outputs, (b + 1) * outputs), (from + b) * head.outputs + offset);
      offset += outputs;
    });
  });
  return forecasts;
}

/**
 * How attention weighed the steps of each window, the oldest first: what the forecasts rest on.
 * @param inputs, mask as for `predictArrays`
 * @returns [batch × T/N], rows that sum to one; null for a network without attention
 * @throws HindcastError "model" when the weights are not this network's
 */
export function attentionWeights(
  config: NetworkConfig,
  weights: readonly NamedArray[],
  inputs: Float32Array,
  mask: Float32Array | null,
  batch: number,
): Float32Array | null {
  if ((config.attention ?? null) === null) return null;
  const steps = stepCount(config);
  const all = new Float32Array(batch * steps);
  encodeInChunks(config, weights, inputs, mask, batch, ({ attention }, from) => all.set(attention!, from * steps));
  return all;
}

/** @throws HindcastError "model" when the weights are not this network's */
function encodeInChunks(
  config: NetworkConfig,
  weights: readonly NamedArray[],
  inputs: Float32Array,
  mask: Float32Array | null,
  batch: number,
  take: (encoded: Encoded, from: number, count: number) => void,
): void {
  const plan = planNetwork(config);
  checkWeights(plan, weights);
  const at = (index: number) => weights[index]!.values;
  const { window, inputs: width } = config;
  for (let from = 0; from < batch; from += chunkRows) {
    const end = Math.min(from + chunkRows, batch);
    const x = inputs.subarray(from * window * width, end * window * width);
    const stepMask = mask === null ? null : segmentMask(config, mask.subarray(from * window, end * window));
    take(encodeArrays(config, plan, at, x, stepMask, end - from), from, end - from);
  }
}
