// The encoder's layout: what leads from the window to the state that the head reads. In: a config. Out: its layers with their
// places among the parameters, and the width of the state.
import { gateCounts } from "../../engine/kernels/cells.js";
import { type AttentionKind, type NetworkConfig, stepCount, stepWidth } from "../config.js";

export interface ParameterPlan {
  readonly name: string;
  readonly shape: readonly number[];
  /** "forgetBias": a bias whose second quarter, the forget gate's, starts at 1. */
  readonly role: "kernel" | "recurrentKernel" | "bias" | "forgetBias";
}

/** One walk through the window by one cell. */
export interface PassPlan {
  readonly reverse: boolean;
  /** Its kernel's place among the parameters; recurrent kernel and bias follow it. */
  readonly first: number;
}

export interface LayerPlan {
  /** In the saved model; with both directions, of the layer inside the Bidirectional one. */
  readonly name: string;
  readonly units: number;
  /** Width of what comes in and what goes out, all passes side by side. */
  readonly inputs: number;
  readonly outputs: number;
  /** All layers but the last hand on every state. */
  readonly sequences: boolean;
  readonly passes: readonly PassPlan[];
}

/**
 * Convolution over the steps, which keeps their number: y_t = relu(b + Σ_w x_{t - before + w} · K_w) with `before` steps of the reach
 * before t and as many, or one more, behind it; zeros stand around the window.
 */
export interface ConvolutionPlan {
  readonly name: string;
  readonly inputs: number;
  readonly filters: number;
  readonly width: number;
  readonly before: number;
  /** Its kernel's place among the parameters, which the bias follows. */
  readonly first: number;
}

/**
 * Weights a_t = softmax_t(e_t + l_t) over the states h_t of the last recurrent layer, by how each goes with its last state h_T and by
 * where in the window it stands; the state for the head is [Σ_t a_t · h_t, h_T].
 * additive (Bahdanau, Cho & Bengio 2015): e_t = v · tanh(h_t W + b + h_T Q); parameters W, b, Q, v.
 * dot (Luong, Pham & Manning 2015, "general"): e_t = h_t · (h_T Q); parameter Q.
 * l = h_T L + p (the same, "location"), without which a lag could be found by what stands there alone; parameters L, p.
 */
export interface AttentionPlan {
  readonly kind: AttentionKind;
  /** F: width of the states */
  readonly inputs: number;
  /** A: width in which they are compared */
  readonly units: number;
  readonly stepCount: number;
  /** Place of the parameters, in the order given above. */
  readonly first: number;
  /** Place of L. */
  readonly location: number;
}

export interface EncoderPlan {
  /** Steps that the recurrent layers take. */
  readonly stepCount: number;
  readonly convolution: ConvolutionPlan | null;
  readonly layers: readonly LayerPlan[];
  readonly attention: AttentionPlan | null;
  /** S: width of the state [B × S] that the head reads */
  readonly stateWidth: number;
  readonly parameters: readonly ParameterPlan[];
}

const convolutionName = "convolution";
export const attentionNames = {
  states: "attention_states",
  query: "attention_query",
  score: "attention_score",
  location: "attention_location",
} as const;

/** Name of the stock Bidirectional layer around a layer. */
export function bidirectionalName(layer: string): string {
  return `bidirectional_${layer}`;
}

export function planEncoder(config: NetworkConfig): EncoderPlan {
  const { cell, bidirectional, attention = null } = config;
  const parameters: ParameterPlan[] = [];
  let inputs = stepWidth(config);
  const convolution = planConvolution(config, inputs, parameters);
  if (convolution !== null) inputs = convolution.filters;
  const layers = config.layers.map((units, index): LayerPlan => {
    const name = `${cell}_${index + 1}`;
    const width = gateCounts[cell] * units;
    const passes = (bidirectional ? [false, true] : [false]).map((reverse): PassPlan => {
      const scope = bidirectional ? `${bidirectionalName(name)}/${reverse ? "backward" : "forward"}_${name}` : name;
      const first = parameters.length;
      parameters.push(
        { name: `${scope}/kernel`, shape: [inputs, width], role: "kernel" },
        { name: `${scope}/recurrent_kernel`, shape: [units, width], role: "recurrentKernel" },
        { name: `${scope}/bias`, shape: [width], role: cell === "lstm" ? "forgetBias" : "bias" },
      );
      return { reverse, first };
    });
    const outputs = passes.length * units;
    const sequences = attention !== null || index < config.layers.length - 1;
    const layer = { name, units, inputs, outputs, sequences, passes };
    inputs = outputs;
    return layer;
  });
  return {
    stepCount: stepCount(config),
    convolution,
    layers,
    attention: attention === null ? null : planAttention(attention, inputs, config, parameters),
    stateWidth: attention === null ? inputs : 2 * inputs,
    parameters,
  };
}

function planConvolution(
  { conv = null }: NetworkConfig,
  inputs: number,
  parameters: ParameterPlan[],
): ConvolutionPlan | null {
  if (conv === null) return null;
  const { filters, width } = conv;
  const first = parameters.length;
  parameters.push(
    { name: `${convolutionName}/kernel`, shape: [width, inputs, filters], role: "kernel" },
    { name: `${convolutionName}/bias`, shape: [filters], role: "bias" },
  );
  return { name: convolutionName, inputs, filters, width, before: Math.floor((width - 1) / 2), first };
}

function planAttention(
  kind: AttentionKind,
  inputs: number,
  config: NetworkConfig,
  parameters: ParameterPlan[],
): AttentionPlan {
  const first = parameters.length;
  const { states, query, score, location } = attentionNames;
  const steps = stepCount(config);
  const units = kind === "additive" ? config.layers.at(-1)! : inputs;
  if (kind === "additive")
    parameters.push(
      { name: `${states}/kernel`, shape: [inputs, units], role: "kernel" },
      { name: `${states}/bias`, shape: [units], role: "bias" },
    );
  parameters.push({ name: `${query}/kernel`, shape: [inputs, units], role: "kernel" });
  if (kind === "additive") parameters.push({ name: `${score}/kernel`, shape: [units, 1], role: "kernel" });
  const plan = { kind, inputs, units, stepCount: steps, first, location: parameters.length };
  parameters.push(
    { name: `${location}/kernel`, shape: [inputs, steps], role: "kernel" },
    { name: `${location}/bias`, shape: [steps], role: "bias" },
  );
  return plan;
}
