// Rolling-origin evaluation. In: a frame and models that are not fitted yet. Out: what each would have forecast at each origin,
// had it known nothing at or after it. Every model sees views cut at the origin and nothing else.
import { HindcastError } from "../base/errors.js";
import { baselines } from "../forecast/baselines.js";
import type { FitContext, Forecaster, Predictor } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { type Fold, type FoldOptions, knownAt, planFolds, type Span } from "./folds.js";

/** When a model is fitted again: never after the first fold, at every fold, or at every Kth. */
export type Refit = "never" | "every" | number;

export interface BacktestOptions extends FoldOptions {
  readonly refit: Refit;
  /** What a model knows at an origin: everything before it, or as many steps as at the first. */
  readonly span: Span;
  /** Season of the seasonal naive that `skill` compares with, and of MASE's scale; 1 for none. */
  readonly season: number;
}

export interface ModelFold {
  /** The predictor's name, and why it was chosen. */
  readonly chose: string;
  readonly reason?: string;
  /** [series × horizon], row-major; NaN = no forecast (series not in the fold, or said to `notify`). */
  readonly forecasts: Float64Array;
}

export interface BacktestModel {
  /** What was asked for. */
  readonly name: string;
  /** One for each fold. */
  readonly folds: readonly ModelFold[];
}

export interface BacktestResult {
  /** Holds the actuals: step k of series s in a fold is `values[origins[s] + k]`, unobserved past the end. */
  readonly frame: Frame;
  readonly horizon: number;
  readonly season: number;
  /** The oldest first. */
  readonly folds: readonly Fold[];
  readonly models: readonly BacktestModel[];
  /** The seasonal naive's forecasts, whether it is among the models or not: for each fold [series × horizon]. */
  readonly reference: readonly Float64Array[];
}

/**
 * Forecasters of the same name are run once. A model that cannot be fitted to these data is said to `notify` and left out, as
 * long as another model that was asked for (a baseline is not) can.
 * @throws HindcastError "data" when no series is long enough, or no model asked for can be fitted; the signal's reason when aborted
 */
export async function backtest(
  frame: Frame,
  forecasters: readonly Forecaster[],
  options: BacktestOptions,
  context: FitContext,
): Promise<BacktestResult> {
  const folds = planFolds(frame, options, context.notify);
  const { horizon, season } = options;
  const models: BacktestModel[] = [];
  const unique = forecasters.filter(({ name }, i) => forecasters.findIndex((other) => other.name === name) === i);
  let askedCount = unique.filter(({ name }) => !baselines.has(name)).length;
  for (const forecaster of unique) {
    try {
      models.push({ name: forecaster.name, folds: await runFolds(frame, forecaster, folds, options, context) });
    } catch (error) {
      const unfit = error instanceof HindcastError && error.code === "data";
      if (!unfit || (!baselines.has(forecaster.name) && --askedCount === 0)) throw error;
      context.notify({ level: "warning", text: `${forecaster.name} is left out: ${error.message}` });
    }
  }
  const beside =
    models.find(({ name }) => name === "seasonal-naive")?.folds ??
    (await runFolds(frame, baselines.get("seasonal-naive")({ season }), folds, options, context));
  return { frame, horizon, season, folds, models, reference: beside.map(({ forecasts }) => forecasts) };
}

async function runFolds(
  frame: Frame,
  forecaster: Forecaster,
  folds: readonly Fold[],
  options: BacktestOptions,
  context: FitContext,
): Promise<ModelFold[]> {
  const { horizon, span } = options;
  const every = options.refit === "never" ? folds.length : options.refit === "every" ? 1 : options.refit;
  const done: ModelFold[] = [];
  let predictor: Predictor | undefined;
  try {
    for (let f = 0; f < folds.length; f++) {
      context.signal.throwIfAborted();
      context.progress.stage(`fold ${f + 1}/${folds.length} · ${forecaster.name}`);
      const known = knownAt(frame, folds, f, span);
      if (f % every === 0) {
        predictor?.dispose();
        predictor = undefined;
        predictor = await forecaster.fit(known.frame, horizon, context);
      }
      const { name: chose, reason } = predictor!;
      const forecasts = spreadRows(
        await predictor!.predict(known.frame, horizon),
        known.from,
        frame.series.length,
        horizon,
      );
      done.push(reason === undefined ? { chose, forecasts } : { chose, reason, forecasts });
    }
  } finally {
    predictor?.dispose();
  }
  if (done.every(({ forecasts }) => forecasts.every(Number.isNaN)))
    throw new HindcastError("data", `${forecaster.name} can forecast no series`, "try --model naive, or add history");
  return done;
}

/**
 * Puts the rows of a fold's own series where they stand in the whole frame.
 * @param rows [from.length × horizon] each row all finite, or all NaN
 * @returns [seriesCount × horizon], NaN elsewhere
 */
export function spreadRows(rows: Float64Array, from: Int32Array, seriesCount: number, horizon: number): Float64Array {
  const forecasts = new Float64Array(seriesCount * horizon).fill(Number.NaN);
  from.forEach((s, i) => {
    const row = rows.subarray(i * horizon, (i + 1) * horizon);
    if (row.length !== horizon || !(row.every(Number.isFinite) || row.every(Number.isNaN)))
      throw new Error(`a predictor broke its contract: [${row.join(", ")}] for horizon ${horizon}`);
    forecasts.set(row, s * horizon);
  });
  return forecasts;
}
