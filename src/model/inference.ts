// A network's forecasts without TensorFlow.js, on the recurrent kernels alone, so that a saved model answers in milliseconds.
// In: config, weights and windows. Out: what `Network.forward` gives for them.
import type { FusedNetwork, NetworkShape } from "../engine/kernels/fused/kernels.js";
import { loadKernels } from "../engine/kernels/fused/load.js";
import { type NetworkConfig, outputCount } from "./config.js";
import { checkWeights, type NamedArray, planNetwork } from "./parameters.js";

export type { NamedArray } from "./parameters.js";

/** Rows computed together, so that the states of a large batch need no memory of its size. */
const chunkRows = 256;

/** What the kernels need to know to lay a network out. */
export function shapeOf(config: NetworkConfig, batch: number): Omit<NetworkShape, "trains" | "threads"> {
  const { cell, layers, bidirectional, inputs, window, truncate } = config;
  return { cell, layers, bidirectional, inputs, time: window, outputs: outputCount(config), batch, truncate };
}

/**
 * Writes weights, in the order of `planNetwork`, into a network of the kernels.
 * @throws HindcastError "model" when they are not those of the config
 */
export function fillWeights(network: FusedNetwork, config: NetworkConfig, weights: readonly NamedArray[]): void {
  checkWeights(planNetwork(config), weights);
  let at = 0;
  for (const { values } of weights) {
    network.parameters.set(values, at);
    at += values.length;
  }
  network.loadParameters();
}

/**
 * @param inputs [batch × T × I], finite also where masked; may be longer, the rest is not looked at
 * @param mask [batch × T], 0 where a step is padding; null when none is; may be longer likewise
 * @returns [batch × outputCount(config)]
 * @throws HindcastError "model" when the weights are not this network's
 */
export function predictArrays(
  config: NetworkConfig,
  weights: readonly NamedArray[],
  inputs: Float32Array,
  mask: Float32Array | null,
  batch: number,
): Float32Array {
  const shape = shapeOf(config, Math.min(batch, chunkRows));
  const network = loadKernels().kernels.openNetwork({ ...shape, trains: false, threads: 1 });
  fillWeights(network, config, weights);
  const { time, outputs } = shape;
  const forecasts = new Float32Array(batch * outputs);
  for (let from = 0; from < batch; from += chunkRows) {
    const end = Math.min(from + chunkRows, batch);
    network.inputs.set(inputs.subarray(from * time * config.inputs, end * time * config.inputs));
    if (mask !== null) network.mask.set(mask.subarray(from * time, end * time));
    network.predict(end - from, mask !== null);
    forecasts.set(network.output.subarray(0, (end - from) * outputs), from * outputs);
  }
  return forecasts;
}
