// The trainable network: stacked recurrent layers and a dense head over TensorFlow.js variables. In: a config and a seeded
// stream for the first weights. Out: differentiable forecasts of batches, and the weights as plain arrays.
import {
  add,
  concat,
  matMul,
  mul,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tidy,
  type Variable,
  variable,
} from "@tensorflow/tfjs-core";
import type { Random } from "../base/random.js";
import { recurrent } from "../engine/kernels/op.js";
import type { NetworkConfig } from "./config.js";
import { drawDropout } from "./dropout.js";
import { initialise } from "./initialisers.js";
import { checkWeights, type LayerPlan, type NamedArray, planNetwork, sizeOf } from "./parameters.js";

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
   * @param mask [B, T], float32, 0 where a step is padding; null when none is
   * @param training dropout masks are drawn from it; without it nothing is dropped
   * @returns [B, outputCount(config)]
   */
  forward(inputs: Tensor3D, mask: Tensor2D | null, training?: Random): Tensor2D;
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

  const runLayer = ({ sequences, passes }: LayerPlan, x: Tensor3D, mask: Tensor2D | null): Tensor => {
    const states = passes.map(({ reverse, first }): Tensor => {
      const tensors = { x, kernel: at(first), recurrentKernel: at(first + 1), bias: at(first + 2), mask };
      return recurrent(tensors, { cell: config.cell, reverse, sequences, truncate: config.truncate });
    });
    return states.length === 1 ? states[0]! : concat(states, -1);
  };

  return {
    config,
    parameters,
    forward: (inputs, mask, training) =>
      tidy(() => {
        let x: Tensor = inputs;
        for (const layer of plan.layers) {
          x = runLayer(layer, x as Tensor3D, mask);
          if (training !== undefined && config.dropout > 0) x = mul(x, dropoutMask(x.shape, config.dropout, training));
        }
        return add(matMul(x as Tensor2D, at(plan.head.first) as Tensor2D), at(plan.head.first + 1)) as Tensor2D;
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

function dropoutMask(shape: number[], rate: number, random: Random): Tensor {
  const values = new Float32Array(sizeOf(shape));
  drawDropout(values, values.length, rate, random);
  return tensor(values, shape);
}
