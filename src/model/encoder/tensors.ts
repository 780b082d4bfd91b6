// The encoder over TensorFlow.js tensors, for training. In: its plan, its variables and a batch. Out: the state that the head reads,
// differentiable. Made of operations whose gradients every backend has.
import {
  add,
  concat,
  matMul,
  mul,
  pad,
  relu,
  reshape,
  slice,
  softmax,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tanh,
} from "@tensorflow/tfjs-core";
import { recurrent } from "../../engine/kernels/op.js";
import type { NetworkConfig } from "../config.js";
import type { AttentionPlan, ConvolutionPlan, EncoderPlan, LayerPlan } from "./plan.js";

/** A parameter by its place. */
type At = (index: number) => Tensor;

/**
 * @param x [B, T/N, N·I] @param mask [B, T/N], null when nothing is padding
 * @param drop applied to the outputs of every layer
 * @returns [B, S]
 */
export function encodeTensors(
  config: NetworkConfig,
  plan: EncoderPlan,
  at: At,
  x: Tensor3D,
  mask: Tensor2D | null,
  drop: (x: Tensor) => Tensor,
): Tensor2D {
  let states = plan.convolution === null ? x : convolve(plan.convolution, at, x);
  let ends: Tensor[] = [];
  plan.layers.forEach((layer, index) => {
    const passes = runLayer(config, layer, at, states, mask);
    const isLast = index === plan.layers.length - 1;
    if (isLast && layer.sequences)
      ends = passes.map((pass, p) => lastState(pass as Tensor3D, layer.passes[p]!.reverse));
    const joined = passes.length === 1 ? passes[0]! : concat(passes, -1);
    states = (isLast && layer.sequences ? joined : drop(joined)) as Tensor3D;
  });
  if (plan.attention === null) return states as unknown as Tensor2D;
  const last = (ends.length === 1 ? ends[0]! : concat(ends, -1)) as Tensor2D;
  return drop(attend(plan.attention, at, states, last)) as Tensor2D;
}

/** As one product: the steps of each reach side by side. */
function convolve({ width, before, inputs, filters, first }: ConvolutionPlan, at: At, x: Tensor3D): Tensor3D {
  const [batch, steps] = x.shape;
  const padded = pad(x, [
    [0, 0],
    [before, width - 1 - before],
    [0, 0],
  ]);
  const taps = Array.from({ length: width }, (_, w) => slice(padded, [0, w, 0], [batch, steps, inputs]));
  const columns = reshape(concat(taps, -1), [batch * steps, width * inputs]);
  const product = matMul(columns, reshape(at(first), [width * inputs, filters]) as Tensor2D);
  return reshape(relu(add(product, at(first + 1))), [batch, steps, filters]);
}

function runLayer(
  { cell, truncate }: NetworkConfig,
  { sequences, passes }: LayerPlan,
  at: At,
  x: Tensor3D,
  mask: Tensor2D | null,
): Tensor[] {
  return passes.map(({ reverse, first }) =>
    recurrent(
      { x, kernel: at(first), recurrentKernel: at(first + 1), bias: at(first + 2), mask },
      { cell, reverse, sequences, truncate },
    ),
  );
}

/** @param states [B, T, H] @returns [B, H] that after the last step walked */
function lastState(states: Tensor3D, reverse: boolean): Tensor {
  const [batch, steps, units] = states.shape;
  return reshape(slice(states, [0, reverse ? 0 : steps - 1, 0], [batch, 1, units]), [batch, units]);
}

function attend(
  { kind, inputs, units, first, location }: AttentionPlan,
  at: At,
  states: Tensor3D,
  last: Tensor2D,
): Tensor {
  const [batch, steps] = states.shape;
  const flat = reshape(states, [batch * steps, inputs]) as Tensor2D;
  let scores: Tensor;
  if (kind === "additive") {
    const keys = reshape(add(matMul(flat, at(first) as Tensor2D), at(first + 1)), [batch, steps, units]);
    const query = reshape(matMul(last, at(first + 2) as Tensor2D), [batch, 1, units]);
    const compared = reshape(tanh(add(keys, query)), [batch * steps, units]) as Tensor2D;
    scores = reshape(matMul(compared, at(first + 3) as Tensor2D), [batch, steps]);
  } else {
    const query = reshape(matMul(last, at(first) as Tensor2D), [batch, 1, inputs]);
    scores = sum(mul(states, query), 2);
  }
  const located = add(matMul(last, at(location) as Tensor2D), at(location + 1));
  const weights = reshape(softmax(add(scores, located)), [batch, steps, 1]);
  return concat([sum(mul(states, weights), 1), last], -1);
}
