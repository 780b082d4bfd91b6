// The encoder as ONNX operators. In: a config, its plan, its weights and the name of the windows. Out: the name of the state that the
// head reads.
import { type NetworkConfig, windowShape } from "../model/config.js";
import type { AttentionPlan, ConvolutionPlan, EncoderPlan, LayerPlan } from "../model/encoder/plan.js";
import type { NamedArray } from "../model/inference.js";
import { maskValue } from "../windows/mask.js";
import type { Graph } from "./onnx-graph.js";
import { cast, integers, join, reshape, squeeze, unsqueeze } from "./onnx-shapes.js";

/** Operators, and where their gates stand among those of the stock layers. */
const operatorsOf = {
  rnn: { type: "RNN", gates: [0] },
  lstm: { type: "LSTM", gates: [0, 3, 1, 2] },
  gru: { type: "GRU", gates: [0, 1, 2] },
} as const;

/** Of the window's steps, in their order, those that are no padding first; and how many there are. */
interface Walk {
  /** [B, T/N, N·I] */
  readonly steps: string;
  /** [B]; "" when none is padding */
  readonly lengths: string;
}

/** @param window [B, T, I] @param mayPad whether steps may be marked as padding @returns [B, S] */
export function addEncoder(
  graph: Graph,
  config: NetworkConfig,
  plan: EncoderPlan,
  weights: readonly NamedArray[],
  window: string,
  mayPad: boolean,
): string {
  const { segment = 1, inputs } = config;
  const steps = segment === 1 ? window : reshape(graph, window, [0, plan.stepCount, inputs * segment]);
  const isMasked = mayPad && windowShape(config).repeatsPadding !== true;
  const walk = isMasked ? skipPadding(graph, steps, plan.stepCount) : { steps, lengths: "" };
  let x =
    plan.convolution === null
      ? graph.operator("Transpose", [walk.steps], { perm: [1, 0, 2] })
      : convolve(graph, plan.convolution, weights, walk.steps);
  let last = x;
  for (const layer of plan.layers) {
    const [sequence, end] = runLayer(graph, config, layer, weights, x, walk.lengths);
    // [T/N, D, B, H] and [D, B, H]: the passes side by side
    const width = layer.outputs;
    x = reshape(graph, graph.operator("Transpose", [sequence], { perm: [0, 2, 1, 3] }), [0, 0, width]);
    last = reshape(graph, graph.operator("Transpose", [end], { perm: [1, 0, 2] }), [0, width]);
  }
  if (plan.attention === null) return last;
  return attend(graph, plan.attention, weights, graph.operator("Transpose", [x], { perm: [1, 0, 2] }), last);
}

/** The recurrent operators know padding behind a window only, so what is known moves to its beginning. */
function skipPadding(graph: Graph, steps: string, stepCount: number): Walk {
  const isMark = graph.operator("Equal", [steps, graph.constant(Float32Array.of(maskValue), [])]);
  const asFloat = cast(graph, isMark, "float");
  const padded = graph.operator("ReduceMin", [asFloat], { axes: [2], keepdims: 0 });
  const known = graph.operator("Sub", [graph.constant(Float32Array.of(1), []), padded]);
  // Where values are equal, the earlier one comes first.
  const [, order] = graph.operators("TopK", [known, integers(graph, [stepCount])], { axis: 1 }, 2);
  const count = graph.operator("ReduceSum", [known, integers(graph, [1])], { keepdims: 0 });
  return {
    steps: graph.operator("GatherND", [steps, unsqueeze(graph, order!, 2)], { batch_dims: 1 }),
    lengths: cast(graph, count, "int32"),
  };
}

/** @returns [T/N, B, F] */
function convolve(
  graph: Graph,
  { name, inputs, filters, width, before, first }: ConvolutionPlan,
  weights: readonly NamedArray[],
  steps: string,
): string {
  // From [width, inputs, filters] to [filters, inputs, width]
  const { values } = weights[first]!;
  const kernel = new Float32Array(values.length);
  for (let w = 0, at = 0; w < width; w++)
    for (let i = 0; i < inputs; i++)
      for (let f = 0; f < filters; f++) kernel[(f * inputs + i) * width + w] = values[at++]!;
  const turned = graph.operator("Transpose", [steps], { perm: [0, 2, 1] });
  const reached = graph.operator(
    "Conv",
    [
      turned,
      graph.constant(kernel, [filters, inputs, width], `${name}/W`),
      graph.constant(weights[first + 1]!.values, [filters], `${name}/B`),
    ],
    { kernel_shape: [width], pads: [before, width - 1 - before] },
  );
  return graph.operator("Transpose", [graph.operator("Relu", [reached])], { perm: [2, 0, 1] });
}

/** @param x [T/N, B, I] @returns [T/N, D, B, H] and [D, B, H] */
function runLayer(
  graph: Graph,
  { cell }: NetworkConfig,
  { name, units, inputs, passes }: LayerPlan,
  weights: readonly NamedArray[],
  x: string,
  lengths: string,
): readonly [string, string] {
  const { type, gates } = operatorsOf[cell];
  const width = gates.length * units;
  const [kernel, recurrent, bias] = [0, 1, 2].map((part) =>
    passes.map(({ first }) => {
      const { values } = weights[first + part]!;
      return turnGates(values, values.length / width, units, gates);
    }),
  );
  const directions = passes.length;
  // What is fed back has a bias of its own there, and the reset of the GRU comes before the product.
  const biases = bias!.flatMap((own) => [own, new Float32Array(width)]);
  const [sequence, end] = graph.operators(
    type,
    [
      x,
      graph.constant(join(kernel!), [directions, width, inputs], `${name}/W`),
      graph.constant(join(recurrent!), [directions, width, units], `${name}/R`),
      graph.constant(join(biases), [directions, 2 * width], `${name}/B`),
      lengths,
    ],
    {
      hidden_size: units,
      direction: directions === 2 ? "bidirectional" : "forward",
      ...(cell === "gru" && { linear_before_reset: 0 }),
    },
    2,
  );
  return [sequence!, end!];
}

/** From [rows × gates · H] to [gates · H × rows], the gates in another order. */
function turnGates(values: Float32Array, rows: number, units: number, gates: readonly number[]): Float32Array {
  const width = gates.length * units;
  const turned = new Float32Array(values.length);
  let at = 0;
  for (const gate of gates)
    for (let unit = 0; unit < units; unit++)
      for (let row = 0; row < rows; row++) turned[at++] = values[row * width + gate * units + unit]!;
  return turned;
}

/** @param states [B, T/N, F] @param last [B, F] @returns [B, 2F] */
function attend(
  graph: Graph,
  { kind, first, location }: AttentionPlan,
  weights: readonly NamedArray[],
  states: string,
  last: string,
): string {
  const weight = (index: number) => {
    const { name, shape, values } = weights[index]!;
    return graph.constant(values, shape, name);
  };
  let scores: string;
  if (kind === "additive") {
    const keys = graph.operator("Add", [graph.operator("MatMul", [states, weight(first)]), weight(first + 1)]);
    const query = unsqueeze(graph, graph.operator("MatMul", [last, weight(first + 2)]), 1);
    const compared = graph.operator("Tanh", [graph.operator("Add", [keys, query])]);
    scores = squeeze(graph, graph.operator("MatMul", [compared, weight(first + 3)]), 2);
  } else {
    const query = unsqueeze(graph, graph.operator("MatMul", [last, weight(first)]), 2);
    scores = squeeze(graph, graph.operator("MatMul", [states, query]), 2);
  }
  const located = graph.operator("Gemm", [last, weight(location), weight(location + 1)]);
  const shares = graph.operator("Softmax", [graph.operator("Add", [scores, located])], { axis: -1 });
  const context = squeeze(graph, graph.operator("MatMul", [unsqueeze(graph, shares, 1), states]), 1);
  return graph.operator("Concat", [context, last], { axis: -1 });
}
