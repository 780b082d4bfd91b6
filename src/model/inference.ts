// A network's forecasts without TensorFlow.js, on the typed-array kernels alone, so that a saved model answers in milliseconds.
// In: config, weights and windows. Out: what `Network.forward` gives for them.
import { type RecurrentArrays, recurrentForward } from "../engine/kernels/recurrent.js";
import type { NetworkConfig } from "./config.js";
import { checkWeights, type LayerPlan, type NamedArray, planNetwork } from "./parameters.js";

export type { NamedArray } from "./parameters.js";

/** Rows computed together, so that the states of a large batch need no memory of its size. */
const chunkRows = 64;

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
  const plan = planNetwork(config);
  checkWeights(plan, weights);
  const { window } = config;
  const { head } = plan;
  const kernel = weights[head.first]!.values;
  const bias = weights[head.first + 1]!.values;
  const forecasts = new Float32Array(batch * head.outputs);
  for (let from = 0; from < batch; from += chunkRows) {
    const rows = Math.min(chunkRows, batch - from);
    const rowSize = window * config.inputs;
    let x = inputs.subarray(from * rowSize, (from + rows) * rowSize);
    const chunkMask = mask === null ? null : mask.subarray(from * window, (from + rows) * window);
    for (const layer of plan.layers) x = runLayer(config, layer, weights, x, chunkMask, rows);
    for (let row = 0; row < rows; row++)
      for (let output = 0; output < head.outputs; output++) {
        let sum = bias[output]!;
        for (let i = 0; i < head.inputs; i++) sum += x[row * head.inputs + i]! * kernel[i * head.outputs + output]!;
        forecasts[(from + row) * head.outputs + output] = sum;
      }
  }
  return forecasts;
}

/** @returns [batch × T × outputs] where the layer hands on every state, else [batch × outputs] */
function runLayer(
  { cell, window }: NetworkConfig,
  { inputs, units, outputs, sequences, passes }: LayerPlan,
  weights: readonly NamedArray[],
  x: Float32Array,
  mask: Float32Array | null,
  batch: number,
): Float32Array {
  const states = passes.map(({ reverse, first }) => {
    const arrays: RecurrentArrays = {
      x,
      kernel: weights[first]!.values,
      recurrentKernel: weights[first + 1]!.values,
      bias: weights[first + 2]!.values,
      mask,
      initialState: null,
    };
    return recurrentForward({ cell, batch, time: window, inputs, units, reverse, sequences, truncate: 0 }, arrays)
      .output;
  });
  if (states.length === 1) return states[0]!;
  const joined = new Float32Array(states[0]!.length * states.length);
  states.forEach((values, pass) => {
    for (let row = 0; row * units < values.length; row++)
      joined.set(values.subarray(row * units, (row + 1) * units), row * outputs + pass * units);
  });
  return joined;
}
