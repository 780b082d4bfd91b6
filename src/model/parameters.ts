// Which weights a network has. In: its config. Out: names, shapes and order, the same for training, inference and the saved
// model, whose stock layers want these very names.
import { HindcastError } from "../base/errors.js";
import { type NetworkConfig, outputCount } from "./config.js";
import { type EncoderPlan, planEncoder } from "./encoder/plan.js";
import type { DenseParts } from "./heads/dense.js";
import type { HeadPart } from "./heads/head.js";
import { partsOf } from "./heads/index.js";

/** Weights by name, outside of any engine. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major */
  readonly values: Float32Array;
}

export interface HeadPartPlan extends HeadPart {
  /** Its dense layer's width: that of all the steps it says. */
  readonly outputs: number;
  /** Its kernel's place among the parameters, which the bias follows. */
  readonly first: number;
}

export interface NetworkPlan extends EncoderPlan {
  /** The dense layers of the head's parts, all in one: what they say of the steps, part by part [K × its width]. */
  readonly head: {
    readonly inputs: number;
    readonly outputs: number;
    readonly parts: readonly HeadPartPlan[];
  };
  /** The dense layer whose softmax weighs the candidates: its kernel's place, which the bias follows; null without a mix. */
  readonly mix: { readonly candidates: number; readonly first: number } | null;
}

export const mixName = "mix";

export function planNetwork(config: NetworkConfig): NetworkPlan {
  const encoder = planEncoder(config);
  const parameters = [...encoder.parameters];
  const parts = partsOf(config.head).map((part): HeadPartPlan => {
    const [first, outputs] = [parameters.length, outputCount(config) * part.width];
    parameters.push(
      { name: `${part.name}/kernel`, shape: [encoder.stateWidth, outputs], role: "kernel" },
      { name: `${part.name}/bias`, shape: [outputs], role: "bias" },
    );
    return { ...part, outputs, first };
  });
  const head = { inputs: encoder.stateWidth, outputs: parts.reduce((sum, { outputs }) => sum + outputs, 0), parts };
  const candidates = config.mix?.length ?? 0;
  const mix = candidates === 0 ? null : { candidates, first: parameters.length };
  if (mix !== null)
    parameters.push(
      { name: `${mixName}/kernel`, shape: [encoder.stateWidth, candidates], role: "kernel" },
      { name: `${mixName}/bias`, shape: [candidates], role: "bias" },
    );
  return { ...encoder, head, mix, parameters };
}

/** All that is said of the last state, the head's parts and the mix's logits, as one dense layer. */
export function denseParts({ head, mix }: NetworkPlan): DenseParts {
  if (mix === null) return head;
  const logits = { outputs: mix.candidates, first: mix.first };
  return { ...head, outputs: head.outputs + mix.candidates, parts: [...head.parts, logits] };
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
