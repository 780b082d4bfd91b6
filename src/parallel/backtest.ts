// The units of a backtest on several threads: each fit, with the folds that rest on it, is a task. In: models by name, since what fits
// them cannot be posted. Out: what `runUnit` gives, byte for byte.
import type { Notify } from "../base/notes.js";
import { createForecaster, type ModelOptions } from "../choose/model.js";
import type { EngineName } from "../engine/engine.js";
import { type BacktestOptions, type ModelFold, runUnit, type Unit, type UnitRunner } from "../evaluate/backtest.js";
import { planFolds } from "../evaluate/folds.js";
import { openTrainer } from "../fit/open-trainer.js";
import type { TrainerSource } from "../fit/trainer.js";
import type { FitContext } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { openPool, type PoolOptions, settle } from "./pool.js";
import { shareFrame } from "./shared-frame.js";

/** How a thread makes the models: options as data, and what to train with. */
export interface ModelRecipe {
  readonly models: Omit<ModelOptions, "clock" | "openTrainer">;
  readonly engine: "auto" | EngineName;
  readonly dataDirectory: string;
  /** Of one fit. */
  readonly threads: number;
}

export interface BacktestSetup {
  readonly frame: Frame;
  readonly options: BacktestOptions;
  readonly recipe: ModelRecipe;
}

export interface BacktestTask {
  readonly model: string;
  readonly unit: Unit;
}

/** @returns what `backtest` runs units with; `close` ends the threads */
export function openUnitThreads(
  setup: BacktestSetup,
  options: PoolOptions,
  context: FitContext,
): { readonly run: UnitRunner; readonly close: () => Promise<void> } {
  const shared: BacktestSetup = { ...setup, frame: shareFrame(setup.frame) };
  const pool = openPool<BacktestTask, ModelFold[]>({ job: "backtest", setup: shared }, options, context);
  context.progress.stage(`backtest, ${options.threadCount} at once`);
  const run: UnitRunner = (model, unit) => {
    const outcome = pool.run({ model, unit });
    return async () => settle(await outcome, context.notify);
  };
  return { run, close: pool.close };
}

/** The thread's side. @param now milliseconds */
export function openBacktest({ frame, options, recipe }: BacktestSetup, now: () => number) {
  // What the folds leave out was said where the units were planned.
  const folds = planFolds(frame, options, () => {});
  const open = trainerSource(recipe);
  return ({ model, unit }: BacktestTask, context: FitContext): Promise<ModelFold[]> => {
    const openOnce = () => open(context.notify);
    const forecaster = createForecaster(model, { ...recipe.models, clock: now, openTrainer: openOnce });
    return runUnit(frame, forecaster, folds, unit, options, context);
  };
}

/** @returns what opens the trainer the first time it is called */
export function trainerSource({ engine, dataDirectory, threads }: Omit<ModelRecipe, "models">) {
  let trainers: Promise<TrainerSource> | undefined;
  return async (notify: Notify) => {
    trainers ??= openTrainer(engine, { dataDirectory, threads, notify });
    return (await trainers).create;
  };
}
