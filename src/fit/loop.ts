// The training loop. In: a network, windows planned for training and for validation. Out: the network holding the weights of
// its best epoch, and the record of how it got there. Every random choice comes from the seed.
import { setImmediate } from "node:timers/promises";
import {
  type Scalar,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tensor2d,
  tensor3d,
  tidy,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import type { Random } from "../base/random.js";
import { predictArrays } from "../model/inference.js";
import type { Network } from "../model/recurrent.js";
import { type Batch, createBatch, gatherBatch } from "../windows/gather.js";
import type { WindowPlan } from "../windows/plan.js";
import type { PreparedFrame } from "../windows/prepare.js";
import type { TrainingConfig, TrainingRecord } from "./config.js";
import { sumLoss, weightedLoss } from "./loss.js";
import { createAdam } from "./optimiser.js";
import { learningRateFactor } from "./schedule.js";

export interface LoopContext {
  readonly notify: Notify;
  readonly signal: AbortSignal;
  /** True once the time allowed for training is used up. */
  readonly isTimeUp: () => boolean;
  readonly onEpoch: (epoch: number, epochs: number, loss: number, validationLoss: number | undefined) => void;
}

/** Validation windows looked at after an epoch; of more, an even share. */
const maxValidationWindows = 1024;
/** A step that blows up is taken back and tried again at half the rate, this many times in one training at most. */
const maxHalvings = 8;

/**
 * Trains `network` in place; afterwards it holds the weights of the epoch with the lowest validation loss, or of the last one
 * when nothing is held back.
 * @param stopAfter epochs to run of the `config.epochs` that the learning rate is planned for
 * @throws HindcastError "data" when the loss stays non-finite; the signal's reason when aborted
 */
export async function trainNetwork(
  network: Network,
  prepared: PreparedFrame,
  plans: { readonly training: WindowPlan; readonly validation: WindowPlan },
  config: TrainingConfig,
  random: Random,
  context: LoopContext,
  stopAfter = config.epochs,
): Promise<TrainingRecord> {
  const windowCount = plans.training.origins.length;
  const order = Int32Array.from({ length: windowCount }, (_, i) => i);
  const batchSize = Math.min(config.batch, windowCount);
  const stepsPerEpoch = Math.min(Math.ceil(windowCount / batchSize), config.stepsPerEpoch);
  const stepCount = stepsPerEpoch * config.epochs;
  const batch = createBatch(prepared, network.config, batchSize);

  const variables = network.parameters.map((parameter) => parameter.variable);
  const weights = variables.map((variable) => Float32Array.from(variable.dataSync() as Float32Array));
  const optimiser = createAdam(
    weights,
    network.parameters.map((parameter) => parameter.shape.length > 1),
    config,
  );
  const shuffles = random.fork("shuffle");
  const dropouts = random.fork("dropout");

  const assign = () => {
    for (let p = 0; p < variables.length; p++) {
      const variable = variables[p]!;
      tidy(() => variable.assign(tensorOf(weights[p]!, variable.shape)));
    }
  };

  const losses: number[] = [];
  const validationLosses: number[] = [];
  let best = weights.map((array) => array.slice());
  let bestLoss = Number.POSITIVE_INFINITY;
  let bestEpoch = 0;
  let rate = config.learningRate;
  let halvings = 0;
  let step = 0;
  let stopped: TrainingRecord["stopped"] = "epochs";

  for (let epoch = 1; epoch <= stopAfter && stopped === "epochs"; epoch++) {
    shuffles.shuffle(order);
    let lossSum = 0;
    let lossCount = 0;
    for (let i = 0; i < stepsPerEpoch; i++) {
      // One turn of the event loop a step: a signal is seen, and a bar is drawn, without a timer.
      await setImmediate();
      context.signal.throwIfAborted();
      const from = i * batchSize;
      const count = Math.min(batchSize, windowCount - from);
      gatherBatch(prepared, plans.training, order, from, count, batch);
      const { loss, gradients } = lossAndGradients(network, batch, count, config, dropouts);
      const norm = Number.isFinite(loss)
        ? optimiser.step(gradients, rate * learningRateFactor(config.schedule, step, stepCount))
        : Number.NaN;
      if (!Number.isFinite(norm)) {
        if (++halvings > maxHalvings) throw divergence();
        rate /= 2;
        context.notify({
          level: "warning",
          text: `the loss blew up in epoch ${epoch}; went back to the best weights at half the learning rate (${rate})`,
        });
        for (let p = 0; p < weights.length; p++) weights[p]!.set(best[p]!);
      } else {
        lossSum += loss;
        lossCount++;
      }
      assign();
      step++;
    }
    const loss = lossCount > 0 ? lossSum / lossCount : Number.NaN;
    if (!Number.isFinite(loss)) throw divergence();
    losses.push(loss);
    const validationLoss = await evaluateLoss(network, prepared, plans.validation, config, weights, context.signal);
    if (validationLoss !== undefined) validationLosses.push(validationLoss);
    context.onEpoch(epoch, stopAfter, loss, validationLoss);

    if (validationLoss === undefined || validationLoss < bestLoss) {
      bestLoss = validationLoss ?? loss;
      bestEpoch = epoch;
      best = weights.map((array) => array.slice());
    } else if (config.patience > 0 && epoch - bestEpoch >= config.patience) stopped = "patience";
    if (stopped === "epochs" && context.isTimeUp()) stopped = "max-time";
  }

  for (let p = 0; p < weights.length; p++) weights[p]!.set(best[p]!);
  assign();
  return {
    loss: losses,
    validationLoss: validationLosses,
    bestEpoch: Math.max(bestEpoch, 1),
    stepCount: step,
    trainingWindowCount: windowCount,
    validationWindowCount: plans.validation.origins.length,
    stopped,
    refitted: false,
  };
}

function lossAndGradients(network: Network, batch: Batch, count: number, config: TrainingConfig, dropouts: Random) {
  const { window, inputs } = network.config;
  const outputs = batch.targets.length / batch.batchSize;
  const variables = network.parameters.map((parameter) => parameter.variable);
  const { value, grads } = tidy(() => {
    const x: Tensor3D = tensor3d(batch.inputs.subarray(0, count * window * inputs), [count, window, inputs]);
    const mask: Tensor2D | null = batch.padded
      ? tensor2d(batch.mask.subarray(0, count * window), [count, window])
      : null;
    const y = tensor2d(batch.targets.subarray(0, count * outputs), [count, outputs]);
    const w = tensor2d(batch.weights.subarray(0, count * outputs), [count, outputs]);
    return variableGrads(
      () => weightedLoss(config.loss, network.forward(x, mask, dropouts), y, w) as Scalar,
      variables,
    );
  });
  const loss = value.dataSync()[0]!;
  const gradients = variables.map((variable) => grads[variable.name]!.dataSync() as Float32Array);
  value.dispose();
  for (const gradient of Object.values(grads)) gradient.dispose();
  return { loss, gradients };
}

/** Mean weighted loss over the windows of a plan; undefined when it has none. */
async function evaluateLoss(
  network: Network,
  prepared: PreparedFrame,
  plan: WindowPlan,
  config: TrainingConfig,
  weights: readonly Float32Array[],
  signal: AbortSignal,
): Promise<number | undefined> {
  if (plan.origins.length === 0) return undefined;
  const stride = Math.ceil(plan.origins.length / maxValidationWindows);
  const order = Int32Array.from({ length: Math.floor((plan.origins.length - 1) / stride) + 1 }, (_, i) => i * stride);
  const windowCount = order.length;
  const batchSize = Math.min(256, windowCount);
  const batch = createBatch(prepared, network.config, batchSize);
  const named = network.parameters.map(({ name, shape }, p) => ({ name, shape, values: weights[p]! }));
  let sum = 0;
  let weight = 0;
  for (let from = 0; from < windowCount; from += batchSize) {
    await setImmediate();
    signal.throwIfAborted();
    const count = Math.min(batchSize, windowCount - from);
    gatherBatch(prepared, plan, order, from, count, batch);
    const forecast = predictArrays(network.config, named, batch.inputs, batch.padded ? batch.mask : null, count);
    const outputs = forecast.length / count;
    const part = sumLoss(config.loss, forecast, batch.targets, batch.weights, count * outputs);
    sum += part.sum;
    weight += part.weight;
  }
  return weight === 0 ? undefined : sum / weight;
}

function divergence(): HindcastError {
  return new HindcastError(
    "data",
    "training does not converge: the loss is not finite even at a much lower learning rate",
    "lower --lr, set --clip 1, or choose another --scaler or --transform",
  );
}

function tensorOf(values: Float32Array, shape: readonly number[]) {
  return tensor(values, [...shape]);
}
