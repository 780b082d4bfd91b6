// What every implementation of the kernels offers: recurrent layers one at a time, for automatic differentiation around them,
// and whole networks, for training and inference without TensorFlow.js. In and out: row-major float32 arrays.
import type { CellKind } from "../cells.js";
import type { RecurrentArrays, RecurrentGradients, RecurrentProblem } from "../problem.js";
import type { RecurrentResult } from "../recurrent.js";

export interface FusedKernels {
  /** The instruction set of the add-on ("avx512", "avx2", "sse2", "neon"), "relaxed" or "simd" of WebAssembly, or "js". */
  readonly name: string;
  readonly kind: "native" | "wasm" | "js";
  forward(problem: RecurrentProblem, arrays: RecurrentArrays): RecurrentResult;
  /**
   * @param tape what the same kernels' `forward` left for the same problem and arrays
   * @param dOutput gradient of the output, shaped as it
   */
  backward(
    problem: RecurrentProblem,
    arrays: RecurrentArrays,
    tape: Float32Array,
    dOutput: Float32Array,
  ): RecurrentGradients;
  openNetwork(shape: NetworkShape): FusedNetwork;
}

/** Stacked recurrent layers and a dense head. */
export interface NetworkShape {
  readonly cell: CellKind;
  /** H of each layer, the first one nearest the input. */
  readonly layers: readonly number[];
  readonly bidirectional: boolean;
  /** I */
  readonly inputs: number;
  /** T */
  readonly time: number;
  /** K, the width of the head */
  readonly outputs: number;
  /** Rows that one call computes at most. */
  readonly batch: number;
  /** Backpropagation goes back this many steps; 0 for all. */
  readonly truncate: number;
  /** Without it only `predict` works, in memory that does not grow with T but for the outputs of all but the last layer. */
  readonly trains: boolean;
  /** That share a training step, where the implementation has threads; they change no result. */
  readonly threads: number;
}

/** A network with its weights and its optimiser's state. Its arrays are written and read in place, and stay valid. */
export interface FusedNetwork {
  /** [batch × T × I], finite also where masked */
  readonly inputs: Float32Array;
  /** [batch × T]; at a 0 the step is left out and the state carried on */
  readonly mask: Float32Array;
  /** [batch × K]: forecasts after `predict` and `step` */
  readonly output: Float32Array;
  /** Each layer's kernel, recurrent kernel and bias (of both passes, if bidirectional), then the head's kernel and bias. */
  readonly parameters: Float32Array;
  /** [batch × K] each. */
  readonly targets: Float32Array;
  readonly weights: Float32Array;
  /** For each layer the factors of its outputs, for dropout: [batch × T × F], of the last layer [batch × F]. */
  readonly scales: readonly Float32Array[];
  /** Gradients of `parameters`, once `storeGradients` was called. */
  readonly gradients: Float32Array;
  /** The optimiser's first moments of all parameters, then the second ones. */
  readonly moments: Float32Array;
  /** Takes what was written to `parameters` into use. */
  loadParameters(): void;
  /** Writes the weights in use to `parameters`. */
  storeParameters(): void;
  loadMoments(): void;
  storeMoments(): void;
  storeGradients(): void;
  /** The first `count` rows of `inputs` to `output`. */
  predict(count: number, masked: boolean): void;
  /** Forward, loss, backpropagation through time, clipping by global norm, and Adam with decoupled weight decay. */
  step(options: StepOptions): StepResult;
  /** Ends the threads; without them a network needs no closing. */
  close(): void;
}

export const lossKinds = ["mse", "mae", "huber"] as const;
export type LossKind = (typeof lossKinds)[number];

export interface StepOptions {
  /** Rows of the batch that are used. */
  readonly count: number;
  readonly masked: boolean;
  /** Whether `scales` apply. */
  readonly scaled: boolean;
  readonly loss: LossKind;
  readonly learningRate: number;
  /** Largest global norm of the gradient; 0 for no clipping. */
  readonly clip: number;
  /** Of matrices, per unit of learning rate. */
  readonly weightDecay: number;
  /** Number of this step, from 1 on: Adam's bias correction depends on it. */
  readonly step: number;
}

export interface StepResult {
  /** Mean over the batch and horizon, by weight, before the update. */
  readonly loss: number;
  /** Before clipping; when it is not finite, nothing was moved. */
  readonly gradientNorm: number;
}

/** Adam's decay rates and floor (Kingma & Ba 2015). */
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
