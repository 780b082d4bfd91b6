// A thread of `--jobs`: fits one model and forecasts its folds. In: a task. Out: one message.
import { parentPort, workerData } from "node:worker_threads";
import { HindcastError } from "../base/errors.js";
import type { Note } from "../base/notes.js";
import { createForecaster } from "../choose/model.js";
import { runUnit } from "../evaluate/backtest.js";
import { planFolds } from "../evaluate/folds.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import type { UnitAnswer, UnitTask } from "./jobs.js";
import { setUpModels } from "./model-options.js";

/** @param now milliseconds since the epoch */
export async function work(now: () => number): Promise<void> {
  const task = workerData as UnitTask;
  const notes: Note[] = [];
  parentPort!.postMessage(await answer(task, notes, now));
}

async function answer(task: UnitTask, notes: Note[], now: () => number): Promise<UnitAnswer> {
  const { args, frame, horizon, season, model, unit, dataDirectory } = task;
  const notify = (note: Note) => void notes.push(note);
  const context = {
    notify,
    signal: new AbortController().signal,
    progress: { stage() {}, update() {}, stop() {} },
  };
  const { options } = setUpModels(args, { now, dataDirectory, notify });
  const step = args.step ?? horizon;
  const { folds: foldCount, refit, span } = args;
  const folds = planFolds(frame, { horizon, folds: foldCount, step }, () => {});
  const backtest = { horizon, folds: foldCount, step, refit, span, season, quantiles: quantileColumns(args) };
  try {
    return { notes, folds: await runUnit(frame, createForecaster(model, options), folds, unit, backtest, context) };
  } catch (error) {
    if (!(error instanceof HindcastError)) throw error;
    const { code, message, hint } = error;
    return { notes, failure: { code, message, hint } };
  }
}
