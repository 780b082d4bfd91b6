// The training loop. In: a network's config and first weights, windows planned for training and for validation. Out: the weights
// of its best epoch, and the record of how it got there. Every random choice comes from the seed.
import { setImmediate } from "node:timers/promises";
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import type { Random } from "../base/random.js";
import { nextTurn } from "../base/turn.js";
import { type NetworkConfig, windowShape } from "../model/config.js";
import { type NamedArray, predictArrays } from "../model/inference.js";
import { type Batch, createBatch, createGather, type Gather } from "../windows/gather.js";
import type { WindowPlan } from "../windows/plan.js";
import type { PreparedFrame } from "../windows/prepare.js";
import { type Checkpoint, checkSaved, type Progress, type Slot, type TrainingTask, trainingKey } from "./checkpoint.js";
import type { TrainingConfig, TrainingRecord } from "./config.js";
import { sumLoss } from "./loss.js";
import { learningRateFactor } from "./schedule.js";
import type { OpenTrainer, Trainer } from "./trainer.js";

export interface LoopContext {
  readonly createTrainer: OpenTrainer;
  readonly notify: Notify;
  readonly signal: AbortSignal;
  /** True once the time allowed for training is used up. */
  readonly isTimeUp: () => boolean;
  /** Where trainings are kept while they run, and taken up again. */
  readonly checkpoint?: Checkpoint | undefined;
  readonly onEpoch: (epoch: Epoch) => void;
}

/** One epoch that is over, of a training from its first to its last. */
export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  /** So many at most. */
  readonly epochs: number;
  readonly loss: number;
  /** undefined when nothing is held back */
  readonly validationLoss: number | undefined;
  /** Of its last step. */
  readonly learningRate: number;
}

/** Validation windows looked at after an epoch; of more, an even share. */
const maxValidationWindows = 1024;
/** A step or an epoch that blows up is taken back and tried again at half the rate, this many times in one training at most. */
const maxHalvings = 8;
/** Training windows looked at after an epoch when none are held back. */
const probeWindows = 16;
/**
 * Multiplications after which the event loop has a turn, so that a signal is seen, and a bar is drawn, without a timer: a few milliseconds'
 * worth, or a second's where there are only typed arrays.
 */
const workOfTurn = 2e8;
/** An epoch after which the loss is above this many times that of the first weights has blown up, be the loss finite or not. */
const blowUpFactor = 100;

export interface Trained {
  /** Those of the epoch with the lowest validation loss, or of the last one when nothing is held back. */
  readonly weights: readonly NamedArray[];
  readonly record: TrainingRecord;
}

/**
 * A training that the checkpoint holds goes on where it was, and ends with the weights that it would have had.
 * @param start the first weights
 * @param stopAfter epochs to run of the `config.epochs` that the learning rate is planned for
 * @throws HindcastError "data" when the loss blows up at every rate; the signal's reason when aborted
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
  const task: TrainingTask = { networkConfig, start, prepared, plans, config, stopAfter };
  const batchSize = Math.min(config.batch, plans.training.origins.length);
  // Also for a training that is done, because what computes is known only then.
  const trainer = await context.createTrainer(networkConfig, start, batchSize, config, random.fork("dropout"));
  try {
    const slot = context.checkpoint?.open(trainingKey(task));
    const { weights, record } = await runOrResume(trainer, task, random.fork("shuffle"), slot, context);
    return { weights: nameWeights(start, weights), record };
  } finally {
    trainer.close();
  }
}

async function runOrResume(
  trainer: Trainer,
  task: TrainingTask,
  shuffles: Random,
  slot: Slot | undefined,
  context: LoopContext,
): Promise<{ readonly weights: Float32Array; readonly record: TrainingRecord }> {
  const saved = slot?.saved;
  if (saved !== undefined) checkSaved(saved, countWeights(task.start));
  if (saved?.kind === "done") return saved;
  if (saved !== undefined) trainer.importState(saved.trainer);
  const progress = saved?.progress ?? beginning(trainer, task.config);
  const keep = async () => slot?.keep({ kind: "running", progress, trainer: trainer.exportState() });
  const isKeepDue = () => slot?.isDue() ?? false;
  try {
    const record = await runEpochs(trainer, task, progress, shuffles, context, isKeepDue, keep);
    await slot?.keep({ kind: "done", weights: progress.best, record });
    return { weights: progress.best, record };
  } catch (error) {
    if (context.signal.aborted) await keep();
    throw error;
  }
}

function beginning(trainer: Trainer, { learningRate }: TrainingConfig): Progress {
  return {
    epoch: 1,
    stepsDone: 0,
    lossSum: 0,
    lossCount: 0,
    losses: [],
    validationLosses: [],
    best: trainer.exportWeights(),
    bestLoss: null,
    bestEpoch: 0,
    rate: learningRate,
    halvings: 0,
  };
}

/**
 * @param at where the training stands; moved forward, and whole whenever something is waited for, so that it can be kept then
 * @param shuffles the stream of the windows' order, at its beginning
 * @param isKeepDue asked between two steps, whether it is time to keep
 */
async function runEpochs(
  trainer: Trainer,
  { networkConfig, start, prepared, plans, config, stopAfter }: TrainingTask,
  at: Progress,
  shuffles: Random,
  context: LoopContext,
  isKeepDue: () => boolean,
  keep: () => Promise<void>,
): Promise<TrainingRecord> {
  const windowCount = plans.training.origins.length;
  const order = Int32Array.from({ length: windowCount }, (_, i) => i);
  const batchSize = Math.min(config.batch, windowCount);
  const stepsPerEpoch = Math.min(Math.ceil(windowCount / batchSize), config.stepsPerEpoch);
  const stepCount = stepsPerEpoch * config.epochs;
  const stepWork = 3 * batchSize * networkConfig.window * countWeights(start);
  const stepsPerTurn = Math.max(1, Math.floor(workOfTurn / stepWork));
  const batch = createBatch(prepared, windowShape(networkConfig), batchSize);
  const gather = createGather(prepared, plans.training, windowShape(networkConfig));
  const validation = prepareValidation(networkConfig, prepared, plans.validation, maxValidationWindows);
  // With nothing held back nothing would see what the last step of an epoch did.
  const probe = validation ?? prepareValidation(networkConfig, prepared, plans.training, probeWindows);
  const evaluate = (weights: readonly NamedArray[]) =>
    evaluateLoss(networkConfig, probe, config, weights, context.signal);
  const isBlownUp = async (loss: number) =>
    !(loss <= blowUpFactor) && !(loss <= blowUpFactor * Math.abs((await evaluate(start)) ?? 0));

  let stopped: TrainingRecord["stopped"] = "epochs";
  const goBack = () => {
    if (++at.halvings > maxHalvings) throw divergence();
    at.rate /= 2;
    context.notify({
      level: "warning",
      text: `the loss blew up in epoch ${at.epoch}; went back to the best weights at half the learning rate (${at.rate})`,
    });
    trainer.importWeights(at.best);
  };

  let shuffledCount = 0;
  while (at.epoch <= stopAfter && stopped === "epochs") {
    const { epoch } = at;
    // The order of an epoch follows from all those before it, and is the same when it is tried again.
    for (; shuffledCount < epoch; shuffledCount++) shuffles.shuffle(order);
    while (at.stepsDone < stepsPerEpoch) {
      if (at.stepsDone % stepsPerTurn === 0) await setImmediate();
      context.signal.throwIfAborted();
      if (isKeepDue()) await keep();
      const from = at.stepsDone * batchSize;
      const count = Math.min(batchSize, windowCount - from);
      gather(order, from, count, batch);
      const step = (epoch - 1) * stepsPerEpoch + at.stepsDone;
      const loss = trainer.step(batch, count, at.rate * learningRateFactor(config.schedule, step, stepCount));
      if (!Number.isFinite(loss)) goBack();
      else {
        at.lossSum += loss;
        at.lossCount++;
      }
      at.stepsDone++;
    }
    const loss = at.lossCount > 0 ? at.lossSum / at.lossCount : Number.NaN;
    if (!Number.isFinite(loss)) throw divergence();
    const weights = trainer.exportWeights();
    const probed = await evaluate(nameWeights(start, weights));
    if (probed !== undefined && (await isBlownUp(probed))) {
      // What was reached before is worth more than a failure.
      if (at.bestEpoch > 0 && at.halvings === maxHalvings) stopped = "patience";
      else goBack();
      Object.assign(at, { stepsDone: 0, lossSum: 0, lossCount: 0 });
      continue;
    }
    const validationLoss = validation === undefined ? undefined : probed;
    at.losses.push(loss);
    if (validationLoss !== undefined) at.validationLosses.push(validationLoss);
    const learningRate = at.rate * learningRateFactor(config.schedule, epoch * stepsPerEpoch - 1, stepCount);
    context.onEpoch({ epoch, epochs: stopAfter, loss, validationLoss, learningRate });

    if (validationLoss === undefined || validationLoss < (at.bestLoss ?? Number.POSITIVE_INFINITY)) {
      at.bestLoss = validationLoss ?? loss;
      at.bestEpoch = epoch;
      at.best = weights;
    } else if (config.patience > 0 && epoch - at.bestEpoch >= config.patience) stopped = "patience";
    if (stopped === "epochs" && context.isTimeUp()) stopped = "max-time";
    Object.assign(at, { epoch: epoch + 1, stepsDone: 0, lossSum: 0, lossCount: 0 });
  }
  return {
    loss: at.losses,
    validationLoss: at.validationLosses,
    bestEpoch: Math.max(at.bestEpoch, 1),
    stepCount: (at.epoch - 1) * stepsPerEpoch,
    trainingWindowCount: windowCount,
    validationWindowCount: plans.validation.origins.length,
    stopped,
    refitted: false,
  };
}

function countWeights(start: readonly NamedArray[]): number {
  return start.reduce((count, { values }) => count + values.length, 0);
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

/** @returns undefined when there are none */
function prepareValidation(
  networkConfig: NetworkConfig,
  prepared: PreparedFrame,
  plan: WindowPlan,
  maxWindows: number,
): Validation | undefined {
  if (plan.origins.length === 0) return undefined;
  const stride = Math.ceil(plan.origins.length / maxWindows);
  const isTaken = (_: number, i: number) => i % stride === 0;
  const thinned = { series: plan.series.filter(isTaken), origins: plan.origins.filter(isTaken) };
  const order = Int32Array.from(thinned.origins, (_, i) => i);
  const batch = createBatch(prepared, windowShape(networkConfig), Math.min(256, order.length));
  return { order, batch, gather: createGather(prepared, thinned, windowShape(networkConfig)) };
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
    await nextTurn(signal);
    const count = Math.min(batchSize, windowCount - from);
    gather(order, from, count, batch);
    const mask = batch.padded ? batch.mask : null;
    const forecast = predictArrays(networkConfig, weights, batch.inputs, mask, count, batch.candidates);
    const part = sumLoss(networkConfig, config.loss, forecast, batch, count);
    sum += part.sum;
    weight += part.weight;
  }
  return weight === 0 ? undefined : sum / weight;
}

function divergence(): HindcastError {
  return new HindcastError(
    "data",
    "training does not converge: the loss blows up even at a much lower learning rate",
    "lower --lr, set --clip 1, or choose another --scaler or --transform",
  );
}
