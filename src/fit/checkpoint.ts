// What is kept of trainings, as plain data, so that one that was cut off goes on as if nothing had been. In: what a training depends
// on; where it stands. Out: its key; the same as text, and back.
import { createHash } from "node:crypto";
import { HindcastError } from "../base/errors.js";
import { isRandomState } from "../base/random.js";
import * as z from "../base/schema.js";
import type { NetworkConfig } from "../model/config.js";
import type { NamedArray } from "../model/inference.js";
import type { WindowPlan } from "../windows/plan.js";
import type { PreparedFrame } from "../windows/prepare.js";
import { type TrainingConfig, trainingRecordSchema } from "./config.js";

const count = z.int().min(0);
const floats = z.string().transform((text): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / Float32Array.BYTES_PER_ELEMENT));
});
/** JSON has no word for what is not finite. */
const losses = z.array(z.number().nullable()).transform((values) => values.map((value) => value ?? Number.NaN));

const progressSchema = z.strictObject({
  /** The epoch under way, from 1 on, and the steps of it that are done. */
  epoch: z.int().min(1),
  stepsDone: count,
  /** Sum of the losses of this epoch, and how many were finite. */
  lossSum: z.number(),
  lossCount: count,
  /** Of the epochs before it. */
  losses,
  validationLosses: losses,
  /** The best weights so far, flat; the loss and the epoch that they are of: null and 0 before the first one is over. */
  best: floats,
  bestLoss: z.number().nullable(),
  bestEpoch: count,
  /** Peak learning rate, and how often it was halved. */
  rate: z.number(),
  halvings: count,
});
/** Where the epochs of a training stand; what `trainNetwork` moves forward. */
export type Progress = z.infer<typeof progressSchema>;

export const savedTrainingSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("running"),
    progress: progressSchema,
    trainer: z.strictObject({
      weights: floats,
      moments: floats,
      movedCount: count,
      dropouts: z.array(z.number()).readonly(),
    }),
  }),
  z.strictObject({
    kind: z.literal("done"),
    weights: floats,
    record: z.strictObject({ ...trainingRecordSchema.shape, loss: losses, validationLoss: losses }),
  }),
]);
export type SavedTraining = z.infer<typeof savedTrainingSchema>;

/** What `savedTrainingSchema` reads, to be written as JSON. */
export function packTraining(saved: SavedTraining): object {
  if (saved.kind === "done") return { ...saved, weights: packFloats(saved.weights) };
  const { progress, trainer } = saved;
  return {
    ...saved,
    progress: { ...progress, best: packFloats(progress.best) },
    trainer: { ...trainer, weights: packFloats(trainer.weights), moments: packFloats(trainer.moments) },
  };
}

function packFloats({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/** @throws HindcastError "model" for what no training with so many weights has left, whatever its checksum says */
export function checkSaved(saved: SavedTraining, weightCount: number): void {
  const isOf = (values: Float32Array) => values.length === weightCount && values.every(Number.isFinite);
  const fits =
    saved.kind === "done"
      ? isOf(saved.weights)
      : isOf(saved.progress.best) &&
        isOf(saved.trainer.weights) &&
        saved.trainer.moments.length === 2 * weightCount &&
        isRandomState(saved.trainer.dropouts);
  if (!fits)
    throw new HindcastError(
      "model",
      "what the checkpoint holds is not of this training",
      "leave out --resume to train from the start; or remove the checkpoint",
    );
}

/** The place of one training in a checkpoint. */
export interface Slot {
  /** What an earlier run has left here. */
  readonly saved: SavedTraining | undefined;
  /** Whether it is time to keep a training that is running. */
  isDue(): boolean;
  /** Takes what is given as it is now, and writes it when it is time to. A checkpoint that cannot be written stops no training. */
  keep(saved: SavedTraining): Promise<void>;
}

export interface Checkpoint {
  /** @throws HindcastError "engine" for a training that another engine began */
  open(key: string): Slot;
}

/** What makes a training the one it is, given that the frame and the engine are the same. */
export interface TrainingTask {
  readonly networkConfig: NetworkConfig;
  /** The first weights. */
  readonly start: readonly NamedArray[];
  readonly prepared: PreparedFrame;
  readonly plans: { readonly training: WindowPlan; readonly validation: WindowPlan };
  readonly config: TrainingConfig;
  /** Epochs to run of the `config.epochs` that the learning rate is planned for. */
  readonly stopAfter: number;
}

/** The same for the same training in every run, and another for every other one. */
export function trainingKey({ networkConfig, start, prepared, plans, config, stopAfter }: TrainingTask): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([networkConfig, config, stopAfter, prepared.channels, prepared.preparation]));
  for (const { name, shape, values } of start) hash.update(JSON.stringify([name, shape])).update(values);
  for (const { series, origins } of [plans.training, plans.validation])
    hash.update(JSON.stringify(origins.length)).update(series).update(origins);
  for (const { changes } of prepared.series) hash.update(JSON.stringify(changes.length)).update(changes);
  return hash.digest("hex").slice(0, 32);
}
