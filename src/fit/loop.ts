// The training loop. In: a network's config and first weights, windows planned for training and for validation. Out: the weights
// of its best epoch, and the record of how it got there. Every random choice comes from the seed.
import { setImmediate } from "node:timers/promises";
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import type { Random } from "../base/random.js";
import type { NetworkConfig } from "../model/config.js";
import { type NamedArray, predictArrays } from "../model/inference.js";
import { type Batch, createBatch, createGather, type Gather } from "../windows/gather.js";
import type { WindowPlan } from "../windows/plan.js";
import type { PreparedFrame } from "../windows/prepare.js";
import type { TrainingConfig, TrainingRecord } from "./config.js";
import { sumLoss } from "./loss.js";
import { learningRateFactor } from "./schedule.js";
import type { CreateTrainer, Trainer } from "./trainer.js";

export interface LoopContext {
  readonly createTrainer: CreateTrainer;
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

export interface Trained {
  /** Those of the epoch with the lowest validation loss, or of the last one when nothing is held back. */
  readonly weights: readonly NamedArray[];
  readonly record: TrainingRecord;
}

/**
 * @param start the first weights
 * @param stopAfter epochs to run of the `config.epochs` that the learning rate is planned for
 * @throws HindcastError "data" when the loss stays non-finite; the signal's reason when aborted
 */
export async function trainNetwork(
  networkConfig: NetworkConfig,
  start: readonly NamedArray[],
  prepared: PreparedFrame,
  plans: { readonly training: WindowPlan; readonly validation: WindowPlan },
  config: TrainingConfig,
  random: Random,
  context: LoopContext,
  stopAfter = config.epochs,
): Promise<Trained> {
  const batchSize = Math.min(config.batch, plans.training.origins.length);
  const trainer = context.createTrainer(networkConfig, start, batchSize, config, random.fork("dropout"));
  try {
    return await runEpochs(trainer, networkConfig, start, prepared, plans, config, random, context, stopAfter);
  } finally {
    trainer.close();
  }
}

async function runEpochs(
  trainer: Trainer,
  networkConfig: NetworkConfig,
  start: readonly NamedArray[],
  prepared: PreparedFrame,
  plans: { readonly training: WindowPlan; readonly validation: WindowPlan },
  config: TrainingConfig,
  random: Random,
  context: LoopContext,
  stopAfter: number,
): Promise<Trained> {
  const windowCount = plans.training.origins.length;
  const order = Int32Array.from({ length: windowCount }, (_, i) => i);
  const batchSize = Math.min(config.batch, windowCount);
  const stepsPerEpoch = Math.min(Math.ceil(windowCount / batchSize), config.stepsPerEpoch);
  const stepCount = stepsPerEpoch * config.epochs;
  const batch = createBatch(prepared, networkConfig, batchSize);
  const gather = createGather(prepared, plans.training, networkConfig);
  const shuffles = random.fork("shuffle");
  const validation = prepareValidation(networkConfig, prepared, plans.validation);

  const losses: number[] = [];
  const validationLosses: number[] = [];
  let best = trainer.exportWeights();
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
      gather(order, from, count, batch);
      const loss = trainer.step(batch, count, rate * learningRateFactor(config.schedule, step, stepCount));
      if (!Number.isFinite(loss)) {
        if (++halvings > maxHalvings) throw divergence();
        rate /= 2;
        context.notify({
          level: "warning",
          text: `the loss blew up in epoch ${epoch}; went back to the best weights at half the learning rate (${rate})`,
        });
        trainer.importWeights(best);
      } else {
        lossSum += loss;
        lossCount++;
      }
      step++;
    }
    const loss = lossCount > 0 ? lossSum / lossCount : Number.NaN;
    if (!Number.isFinite(loss)) throw divergence();
    losses.push(loss);
    const weights = trainer.exportWeights();
    const named = nameWeights(start, weights);
    const validationLoss = await evaluateLoss(networkConfig, validation, config, named, context.signal);
    if (validationLoss !== undefined) validationLosses.push(validationLoss);
    context.onEpoch(epoch, stopAfter, loss, validationLoss);

    if (validationLoss === undefined || validationLoss < bestLoss) {
      bestLoss = validationLoss ?? loss;
      bestEpoch = epoch;
      best = weights;
    } else if (config.patience > 0 && epoch - bestEpoch >= config.patience) stopped = "patience";
    if (stopped === "epochs" && context.isTimeUp()) stopped = "max-time";
  }

  const record: TrainingRecord = {
    loss: losses,
    validationLoss: validationLosses,
    bestEpoch: Math.max(bestEpoch, 1),
    stepCount: step,
    trainingWindowCount: windowCount,
    validationWindowCount: plans.validation.origins.length,
    stopped,
    refitted: false,
  };
  return { weights: nameWeights(start, best), record };
}

/** Flat weights under the names and shapes of `like`. */
function nameWeights(like: readonly NamedArray[], weights: Float32Array): NamedArray[] {
  let at = 0;
  return like.map(({ name, shape, values }) => {
    at += values.length;
    return { name, shape, values: weights.slice(at - values.length, at) };
  });
}

/** Windows to validate on, and where each batch of them is put. */
interface Validation {
  readonly order: Int32Array;
  readonly batch: Batch;
  readonly gather: Gather;
}

/** @returns undefined when nothing is held back */
function prepareValidation(
  networkConfig: NetworkConfig,
  prepared: PreparedFrame,
  plan: WindowPlan,
): Validation | undefined {
  if (plan.origins.length === 0) return undefined;
  const stride = Math.ceil(plan.origins.length / maxValidationWindows);
  const isTaken = (_: number, i: number) => i % stride === 0;
  const thinned = { series: plan.series.filter(isTaken), origins: plan.origins.filter(isTaken) };
  const order = Int32Array.from(thinned.origins, (_, i) => i);
  const batch = createBatch(prepared, networkConfig, Math.min(256, order.length));
  return { order, batch, gather: createGather(prepared, thinned, networkConfig) };
}

/** Mean weighted loss over the windows to validate on; undefined when there are none. */
async function evaluateLoss(
  networkConfig: NetworkConfig,
  validation: Validation | undefined,
  config: TrainingConfig,
  weights: readonly NamedArray[],
  signal: AbortSignal,
): Promise<number | undefined> {
  if (validation === undefined) return undefined;
  const { order, batch, gather } = validation;
  const windowCount = order.length;
  const { batchSize } = batch;
  let sum = 0;
  let weight = 0;
  for (let from = 0; from < windowCount; from += batchSize) {
    await setImmediate();
    signal.throwIfAborted();
    const count = Math.min(batchSize, windowCount - from);
    gather(order, from, count, batch);
    const forecast = predictArrays(networkConfig, weights, batch.inputs, batch.padded ? batch.mask : null, count);
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
