// The trainable network: an encoder and a dense head over TensorFlow.js variables. In: a config and a seeded
// stream for the first weights. Out: differentiable forecasts of batches, and the weights as plain arrays.
import {
  add,
  concat,
  customGrad,
  matMul,
  mul,
  reshape,
  softmax,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { Random } from "../base/random.js";
import { type NetworkConfig, stepCount, stepWidth } from "./config.js";
import { drawDropout } from "./dropout.js";
import { encodeTensors } from "./encoder/tensors.js";
import { initialise } from "./initialisers.js";
import { checkWeights, type NamedArray, type NetworkPlan, planNetwork, sizeOf } from "./parameters.js";

export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly variable: Variable;
}

export interface Network {
  readonly config: NetworkConfig;
  readonly parameters: readonly Parameter[];
  /**
   * @param inputs [B, T, I], finite also where masked
   * @param mask [B, T/N], float32, 0 where a step of the recurrent layers is padding; null when none is
   * @param training dropout masks are drawn from it; without it nothing is dropped
   * @param candidates [B, C, K] for a network that mixes them
   * @returns [B, head.outputs], which is outputCount(config) for a point forecast
   */
  forward(inputs: Tensor3D, mask: Tensor2D | null, training?: Random, candidates?: Tensor3D): Tensor2D;
  exportWeights(): NamedArray[];
  /** @throws HindcastError "model" when they are not this network's */
  importWeights(weights: readonly NamedArray[]): void;
  dispose(): void;
}

export function buildNetwork(config: NetworkConfig, random: Random): Network {
  const plan = planNetwork(config);
  const parameters = plan.parameters.map((parameter): Parameter => {
    const { name, shape } = parameter;
    // A stream for each, so that another layer more leaves the others' first weights as they are.
    const start = tensor(initialise(parameter, random.fork(name)), [...shape]);
    const made = { name, shape, variable: variable(start) };
    start.dispose();
    return made;
  });
  const at = (index: number): Tensor => parameters[index]!.variable;

  return {
    config,
    parameters,
    forward: (inputs, mask, training, candidates) =>
      tidy(() => {
        const drop = (x: Tensor) =>
          training !== undefined && config.dropout > 0 ? mul(x, dropoutMask(x.shape, config.dropout, training)) : x;
        const x = reshape(inputs, [inputs.shape[0], stepCount(config), stepWidth(config)]) as Tensor3D;
        const state = encodeTensors(config, plan, at, x, mask, drop);
        const parts = plan.head.parts.map(({ first, detached }, p): Tensor => {
          const part = add(matMul(detached ? detach(state) : state, at(first) as Tensor2D), at(first + 1));
          return plan.mix === null || p > 0 ? part : add(part, mixTensors(plan.mix, at, state, candidates!));
        });
        return (parts.length === 1 ? parts[0]! : concat(parts, -1)) as Tensor2D;
      }),
    exportWeights: () =>
      parameters.map(({ name, shape, variable }) => ({ name, shape, values: Float32Array.from(variable.dataSync()) })),
    importWeights(weights) {
      checkWeights(plan, weights);
      weights.forEach(({ values, shape }, index) => {
        const replacement = tensor(Float32Array.from(values), [...shape]);
        parameters[index]!.variable.assign(replacement);
        replacement.dispose();
      });
    },
    dispose() {
      for (const { variable } of parameters) variable.dispose();
    },
  };
}

/** The same values, through which no gradient goes back. */
function detach(x: Tensor2D): Tensor2D {
  return customGrad((given) => ({
    value: (given as Tensor).clone(),
    gradFunc: () => zerosLike(given as Tensor),
  }))(x) as Tensor2D;
}

/** `addMix` over tensors. @returns [B, K] */
function mixTensors(
  { candidates: count, first }: NonNullable<NetworkPlan["mix"]>,
  at: (index: number) => Tensor,
  state: Tensor2D,
  candidates: Tensor3D,
): Tensor {
  const weights = softmax(add(matMul(state, at(first) as Tensor2D), at(first + 1)));
  return sum(mul(reshape(weights, [state.shape[0], count, 1]), candidates), 1);
}

function dropoutMask(shape: number[], rate: number, random: Random): Tensor {
  const values = new Float32Array(sizeOf(shape));
  drawDropout(values, values.length, rate, random);
  return tensor(values, shape);
}
