// How a network is trained, as data: from flags and defaults, and kept with the model.
import * as z from "../base/schema.js";
import { lossKinds } from "../engine/kernels/fused/kernels.js";

export const scheduleNames = ["constant", "cosine", "one-cycle"] as const;
export type ScheduleName = (typeof scheduleNames)[number];

export const trainingConfigSchema = z.strictObject({
  loss: z.enum(lossKinds),
  /** Passes over the training windows at most; early stopping may end sooner. */
  epochs: z.int().min(1),
  /** Windows a step. */
  batch: z.int().min(1),
  /** Steps an epoch at most: a large panel's epoch is a fresh random share of its windows. */
  stepsPerEpoch: z.int().min(1),
  /** Peak learning rate. */
  learningRate: z.number().positive(),
  schedule: z.enum(scheduleNames),
  /** Largest global norm of the gradient; 0 for no clipping. */
  clip: z.number().min(0),
  /** Decoupled weight decay. */
  weightDecay: z.number().min(0),
  /** Epochs without a better validation loss before training stops; 0 for never. */
  patience: z.int().min(0),
  seed: z.int(),
});

export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/** What happened while a network was trained; kept with the model. */
export const trainingRecordSchema = z.strictObject({
  /** Mean loss of each epoch, on scaled values. */
  loss: z.array(z.number()),
  /** Loss on the held-back windows after each epoch; empty when none were held back. */
  validationLoss: z.array(z.number()),
  /** Epochs (from 1) whose weights were kept. */
  bestEpoch: z.int().min(1),
  stepCount: z.int().min(0),
  trainingWindowCount: z.int().min(0),
  validationWindowCount: z.int().min(0),
  stopped: z.enum(["epochs", "patience", "max-time"]),
  /** Whether, once the number of epochs was known, the network was trained afresh on all windows. */
  refitted: z.boolean(),
});

export type TrainingRecord = z.infer<typeof trainingRecordSchema>;
