// Which weights a network has. In: its config. Out: names, shapes and order, the same for training, inference and the saved
// model, whose stock layers want these very names.
import { HindcastError } from "../base/errors.js";
import { gateCounts } from "../engine/kernels/cells.js";
import { type NetworkConfig, outputCount } from "./config.js";

/** Weights by name, outside of any engine. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major */
  readonly values: Float32Array;
}

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

export interface NetworkPlan {
  readonly layers: readonly LayerPlan[];
  /** The dense layer: its kernel's place among the parameters, which the bias follows. */
  readonly head: { readonly inputs: number; readonly outputs: number; readonly first: number };
  readonly parameters: readonly ParameterPlan[];
}

export const headName = "head";

/** Name of the stock Bidirectional layer around a layer. */
export function bidirectionalName(layer: string): string {
  return `bidirectional_${layer}`;
}

export function planNetwork(config: NetworkConfig): NetworkPlan {
  const { cell, bidirectional } = config;
  const parameters: ParameterPlan[] = [];
  let inputs = config.inputs;
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
    const layer = { name, units, inputs, outputs, sequences: index < config.layers.length - 1, passes };
    inputs = outputs;
    return layer;
  });
  const head = { inputs, outputs: outputCount(config), first: parameters.length };
  parameters.push(
    { name: `${headName}/kernel`, shape: [head.inputs, head.outputs], role: "kernel" },
    { name: `${headName}/bias`, shape: [head.outputs], role: "bias" },
  );
  return { layers, head, parameters };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

/** Count of trainable numbers. */
export function parameterCount(config: NetworkConfig): number {
  return planNetwork(config).parameters.reduce((count, { shape }) => count + sizeOf(shape), 0);
}

/** @throws HindcastError "model" when `weights` are not those of the network, in its order */
export function checkWeights(plan: NetworkPlan, weights: readonly NamedArray[]): void {
  const hint = "use the weights of a network with the same cell, layers, inputs and horizon";
  if (weights.length !== plan.parameters.length)
    throw new HindcastError("model", `${weights.length} weights for ${plan.parameters.length} parameters`, hint);
  plan.parameters.forEach(({ name, shape }, index) => {
    const given = weights[index]!;
    const fits =
      given.name === name && given.shape.join() === shape.join() && given.values.length === sizeOf(given.shape);
    if (!fits)
      throw new HindcastError(
        "model",
        `weight ${given.name} [${given.shape}] with ${given.values.length} numbers; expected ${name} [${shape}]`,
        hint,
      );
  });
}
