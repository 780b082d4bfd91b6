// One network in training. In: its config and first weights; batches. Out: weights, moved step by step. There are two: the kernels'
// own, which takes a whole step in one call, and TensorFlow.js's automatic differentiation on an engine that was asked for.
import type { Random } from "../base/random.js";
import type { NetworkConfig } from "../model/config.js";
import type { NamedArray } from "../model/inference.js";
import type { Batch } from "../windows/gather.js";
import type { TrainingConfig } from "./config.js";

export interface Trainer {
  /** A step on the first `count` windows of a batch. @returns the loss before it; not finite means that nothing was moved */
  step(batch: Batch, count: number, learningRate: number): number;
  /** The weights as they are now, flat, in the order of the first ones. */
  exportWeights(): Float32Array;
  importWeights(weights: Float32Array): void;
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

export interface TrainerSource {
  /** What computes, as a model's record names it: "kernels avx2", or an engine. */
  readonly name: string;
  readonly create: CreateTrainer;
}
