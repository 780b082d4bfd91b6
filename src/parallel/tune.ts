// The trials of a search on several threads. In: models by name and their options as data. Out: what `runTrial` gives, whatever the threads.
import { createForecaster, type ModelOptions } from "../choose/model.js";
import { runTrial, type TrialOutcome } from "../choose/tune-trial.js";
import type { BacktestOptions } from "../evaluate/backtest.js";
import { planFolds } from "../evaluate/folds.js";
import type { FitContext } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { type ModelRecipe, trainerSource } from "./backtest.js";
import type { Meters } from "./jobs.js";
import { openPool, type PoolOptions, settle } from "./pool.js";
import { shareFrame } from "./shared-frame.js";

export interface TuneSetup {
  readonly frame: Frame;
  readonly options: BacktestOptions;
  readonly recipe: Omit<ModelRecipe, "models">;
}

export interface TuneTask {
  readonly model: string;
  readonly models: Omit<ModelOptions, "clock" | "openTrainer">;
  readonly limits: readonly (number | null)[];
}

/** @returns what runs a trial; `close` ends the threads */
export function openTrialThreads(setup: TuneSetup, options: PoolOptions, context: FitContext) {
  const shared: TuneSetup = { ...setup, frame: shareFrame(setup.frame) };
  const pool = openPool<TuneTask, TrialOutcome>({ job: "tune", setup: shared }, options, context);
  context.progress.stage(`tune, ${options.threadCount} at once`);
  const run = async (task: TuneTask) => settle(await pool.run(task), context.notify);
  return { run, close: pool.close };
}

/** The thread's side, and with one job the only one. */
export function openTune({ frame, options, recipe }: TuneSetup, { now }: Pick<Meters, "now">) {
  // What the folds leave out was said where they were planned.
  const folds = planFolds(frame, options, () => {});
  const open = trainerSource(recipe);
  return ({ model, models, limits }: TuneTask, context: FitContext): Promise<TrialOutcome> => {
    const forecaster = createForecaster(model, { ...models, clock: now, openTrainer: () => open(context.notify) });
    return runTrial(frame, folds, forecaster, options, limits, context);
  };
}
