// A backtest with each model in a process of its own, so that none profits or suffers from what another left behind, and what each
// took is known. In: models by name, since what fits them cannot be sent. Out: what `backtest` runs units with, and the costs.
import { createForecaster } from "../choose/model.js";
import { type ModelFold, runUnit, type UnitRunner, unitsOf } from "../evaluate/backtest.js";
import type { ModelCost } from "../evaluate/compare.js";
import { planFolds } from "../evaluate/folds.js";
import type { FitContext, Forecaster } from "../forecast/predictor.js";
import { type BacktestSetup, trainerSource } from "./backtest.js";
import type { Meters } from "./jobs.js";
import { type Outcome, openPool, type PoolOptions, settle } from "./pool.js";

export interface CompareTask {
  readonly model: string;
}

interface Compared {
  /** One for each fold. */
  readonly folds: readonly ModelFold[];
  readonly cost: ModelCost;
}

export interface ModelProcesses {
  readonly run: UnitRunner;
  /** By model, as they are done. */
  readonly costs: ReadonlyMap<string, ModelCost>;
  readonly close: () => Promise<void>;
}

export function openModelProcesses(
  setup: BacktestSetup,
  options: Omit<PoolOptions, "processes">,
  context: FitContext,
): ModelProcesses {
  const pool = openPool<CompareTask, Compared>({ job: "compare", setup }, { ...options, processes: true }, context);
  context.progress.stage("compare");
  const outcomes = new Map<string, Promise<Outcome<Compared>>>();
  const costs = new Map<string, ModelCost>();
  const run: UnitRunner = (model, { from, to }) => {
    const outcome = outcomes.get(model) ?? pool.run({ model });
    outcomes.set(model, outcome);
    return async () => {
      // Of all the folds at once, so that what was said of them is passed on with the first.
      const { folds, cost } = settle(await outcome, from === 0 ? context.notify : () => {});
      costs.set(model, cost);
      return folds.slice(from, to);
    };
  };
  return { run, costs, close: pool.close };
}

/** The process's side. */
export function openCompare({ frame, options, recipe }: BacktestSetup, { now, peakBytes }: Meters) {
  // What the folds leave out was said where the units were planned.
  const folds = planFolds(frame, options, () => {});
  const open = trainerSource(recipe);
  return async ({ model }: CompareTask, context: FitContext): Promise<Compared> => {
    const created = createForecaster(model, { ...recipe.models, clock: now, openTrainer: () => open(context.notify) });
    const { forecaster, perSeries } = timed(created, now);
    const done: ModelFold[] = [];
    for (const unit of unitsOf(folds.length, options.refit))
      done.push(...(await runUnit(frame, forecaster, folds, unit, options, context)));
    return { folds: done, cost: { ...perSeries(), peakBytes: peakBytes() } };
  };
}

/** The same forecaster, and milliseconds a series on average over its fits and over its forecasts. */
function timed(forecaster: Forecaster, now: () => number) {
  const fit = { ms: 0, series: 0 };
  const forecast = { ms: 0, series: 0 };
  const measure = async <T>(total: typeof fit, seriesCount: number, work: () => Promise<T>): Promise<T> => {
    const startedMs = now();
    const result = await work();
    total.ms += now() - startedMs;
    total.series += seriesCount;
    return result;
  };
  const same: Forecaster = {
    name: forecaster.name,
    fit: async (frame, horizon, context) => {
      const predictor = await measure(fit, frame.series.length, () => forecaster.fit(frame, horizon, context));
      return {
        ...predictor,
        predict: (asked, steps, levels) =>
          measure(forecast, asked.series.length, () => predictor.predict(asked, steps, levels)),
      };
    },
  };
  return {
    forecaster: same,
    perSeries: () => ({ fitMs: fit.ms / fit.series, forecastMs: forecast.ms / forecast.series }),
  };
}
