// One network in training. In: its config and first weights; batches. Out: weights, moved step by step. There are two: the kernels'
// own, which takes a whole step in one call, and TensorFlow.js's automatic differentiation on an engine that was asked for.
import type { Random } from "../base/random.js";
import type { NetworkConfig } from "../model/config.js";
import type { NamedArray } from "../model/inference.js";
import type { Batch } from "../windows/gather.js";
import type { TrainingConfig } from "./config.js";

/** Where a training stands, the same for all trainers. */
export interface TrainerState {
  /** Flat, in the order of the first ones. */
  readonly weights: Float32Array;
  /** The optimiser's first moments of all weights, then the second ones. */
  readonly moments: Float32Array;
  /** Steps that moved the weights. */
  readonly movedCount: number;
  /** Of the stream that dropout masks are drawn from. */
  readonly dropouts: readonly number[];
}

export interface Trainer {
  /** A step on the first `count` windows of a batch. @returns the loss before it; not finite means that nothing was moved */
  step(batch: Batch, count: number, learningRate: number): number;
  /** The weights as they are now, flat, in the order of the first ones. */
  exportWeights(): Float32Array;
  importWeights(weights: Float32Array): void;
  /** All that the next steps depend on. */
  exportState(): TrainerState;
  /** Goes on as the trainer did that the state is from. */
  importState(state: TrainerState): void;
  close(): void;
}

/** @param dropouts where dropout masks are drawn from */
export type CreateTrainer = (
  config: NetworkConfig,
  start: readonly NamedArray[],
  batchSize: number,
  training: TrainingConfig,
  dropouts: Random,
) => Trainer;

/** As `CreateTrainer`, which may have to load what trains first. */
export type OpenTrainer = (...given: Parameters<CreateTrainer>) => Trainer | Promise<Trainer>;

export interface TrainerSource {
  /** What computes, as a model's record names it: "kernels avx2", or an engine; known for sure once a trainer was made. */
  readonly name: string;
  readonly create: OpenTrainer;
}
