// Rolling-origin evaluation. In: a frame and models that are not fitted yet. Out: what each would have forecast at each origin,
// had it known nothing at or after it. Every model sees views cut at the origin and nothing else.
import { HindcastError } from "../base/errors.js";
import { baselines } from "../forecast/baselines.js";
import type { FitContext, Forecaster, Forecasts, PredictContext, Predictor } from "../forecast/predictor.js";
import type { QuantileColumn } from "../forecast/quantile-columns.js";
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
  /** Quantiles to ask of each model; none when left out. */
  readonly quantiles?: readonly QuantileColumn[];
}

export interface ModelFold {
  /** The predictor's name, and why it was chosen. */
  readonly chose: string;
  readonly reason?: string;
  /** [series × horizon], row-major; NaN = no forecast (series not in the fold, or said to `notify`). */
  readonly forecasts: Float64Array;
  /** For each of the result's quantiles [series × horizon], NaN where there is none; [] from a model that has none. */
  readonly quantiles: readonly Float64Array[];
  /** [series × horizon] −ln of the probability given to what came, of a model that tells levels of its target apart; NaN where there is none. */
  readonly crossEntropies?: Float64Array;
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
  readonly quantiles: readonly QuantileColumn[];
  /** The oldest first. */
  readonly folds: readonly Fold[];
  readonly models: readonly BacktestModel[];
  /** The seasonal naive's forecasts, whether it is among the models or not: for each fold [series × horizon]. */
  readonly reference: readonly Float64Array[];
}

/**
 * Forecasters of the same name are run once. A model that cannot be fitted to these data is said to `notify` and left out, as
 * long as another model that was asked for (a baseline is not) can.
 * @param run computes a unit elsewhere, in a thread or process of its own; here, one after the other, when left out
 * @throws HindcastError "data" when no series is long enough, or no model asked for can be fitted; the signal's reason when aborted
 */
export async function backtest(
  frame: Frame,
  forecasters: readonly Forecaster[],
  options: BacktestOptions,
  context: FitContext,
  run?: UnitRunner,
): Promise<BacktestResult> {
  const folds = planFolds(frame, options, context.notify);
  const { horizon, season } = options;
  const models: BacktestModel[] = [];
  const unique = forecasters.filter(({ name }, i) => forecasters.findIndex((other) => other.name === name) === i);
  let askedCount = unique.filter(({ name }) => !baselines.has(name)).length;
  const units = unitsOf(folds.length, options.refit);
  // With a runner all units are under way at once; each is taken in its turn, so that what is said keeps its order.
  const elsewhere = unique.map(({ name }) => (run === undefined ? [] : units.map((unit) => run(name, unit))));
  for (const [i, forecaster] of unique.entries()) {
    try {
      const done: ModelFold[] = [];
      for (const [u, unit] of units.entries())
        done.push(...(await (elsewhere[i]![u]?.() ?? runUnit(frame, forecaster, folds, unit, options, context))));
      if (done.every(({ forecasts }) => forecasts.every(Number.isNaN)))
        throw new HindcastError(
          "data",
          `${forecaster.name} can forecast no series`,
          "try --model naive, or add history",
        );
      models.push({ name: forecaster.name, folds: done });
    } catch (error) {
      const unfit = error instanceof HindcastError && error.code === "data";
      if (!unfit || (!baselines.has(forecaster.name) && --askedCount === 0)) throw error;
      context.notify({ level: "warning", text: `${forecaster.name} is left out: ${error.message}` });
    }
  }
  const shown = models.find(({ name }) => name === "seasonal-naive")?.folds.map(({ forecasts }) => forecasts);
  const reference = shown ?? (await seasonalNaive(frame, folds, options, context));
  return { frame, horizon, season, quantiles: options.quantiles ?? [], folds, models, reference };
}

/** What the seasonal naive says at each fold. @returns for each fold [series × horizon] */
export async function seasonalNaive(
  frame: Frame,
  folds: readonly Fold[],
  { horizon, season, span }: Pick<BacktestOptions, "horizon" | "season" | "span">,
  context: PredictContext,
): Promise<Float64Array[]> {
  const predictor = baselines
    .get("seasonal-naive")({ seasons: [season] })
    .predictor(context);
  const forecasts: Float64Array[] = [];
  for (let f = 0; f < folds.length; f++) {
    const known = knownAt(frame, folds, f, span);
    const { point } = await predictor.predict(known.frame, horizon);
    forecasts.push(spreadRows(point, known.from, frame.series.length, horizon));
  }
  return forecasts;
}

/** Folds that one fit serves: they can be computed apart from all others. */
export interface Unit {
  /** Index of the first fold, and of the one after the last. */
  readonly from: number;
  readonly to: number;
}

/**
 * Begins a unit of the model called `name`. @returns waits for it, and then says, gives or throws what `runUnit` would; never called
 * when an earlier unit of the model fails
 */
export type UnitRunner = (name: string, unit: Unit) => () => Promise<readonly ModelFold[]>;

/** In the order of the folds. */
export function unitsOf(foldCount: number, refit: Refit): Unit[] {
  const every = refit === "never" ? foldCount : refit === "every" ? 1 : refit;
  return Array.from({ length: Math.ceil(foldCount / every) }, (_, u) => ({
    from: u * every,
    to: Math.min((u + 1) * every, foldCount),
  }));
}

/** Fits at the unit's first origin, and forecasts from each of its origins. */
export async function runUnit(
  frame: Frame,
  forecaster: Forecaster,
  folds: readonly Fold[],
  unit: Unit,
  options: BacktestOptions,
  context: FitContext,
): Promise<ModelFold[]> {
  const { horizon, span } = options;
  const levels = (options.quantiles ?? []).map(({ level }) => level);
  const done: ModelFold[] = [];
  let predictor: Predictor | undefined;
  for (let f = unit.from; f < unit.to; f++) {
    context.signal.throwIfAborted();
    context.progress.stage(`fold ${f + 1}/${folds.length} · ${forecaster.name}`);
    const known = knownAt(frame, folds, f, span);
    predictor ??= await forecaster.fit(known.frame, horizon, context).catch((error: unknown) => {
      throw sayWhatIsKnown(error, frame, folds, f);
    });
    const { name: chose, reason } = predictor;
    const { point, quantiles, crossEntropy } = await predictor.predict(known.frame, horizon, levels);
    const spread = (rows: Float64Array) => spreadRows(rows, known.from, frame.series.length, horizon);
    done.push({
      chose,
      ...(reason === undefined ? {} : { reason }),
      forecasts: spread(point),
      quantiles: quantiles.map(spread),
      ...(crossEntropy && { crossEntropies: crossEntropiesOf(crossEntropy, frame, folds[f]!, known.from, horizon) }),
    });
  }
  return done;
}

/** What was too little to fit on is what lies before fold `f`, and not all of the data. */
function sayWhatIsKnown(error: unknown, { series }: Frame, folds: readonly Fold[], f: number): unknown {
  if (!(error instanceof HindcastError && error.code === "data")) return error;
  const { origins } = folds[f]!;
  const s = origins.findIndex((origin) => origin > 0);
  const stepCount = series[s]!.values.length - origins[s]!;
  const [takes, fewer] = folds.length === 1 ? ["are scored", ""] : [`${folds.length} folds take`, "fewer --folds; or "];
  const message = `before the last ${stepCount} steps, which ${takes}, ${error.message}`;
  return new HindcastError("data", message, `${fewer}${error.hint}`, { cause: error });
}

/** @param from the fold's own series in the whole frame @returns [series × horizon] of the whole frame */
function crossEntropiesOf(
  crossEntropy: NonNullable<Forecasts["crossEntropy"]>,
  frame: Frame,
  { origins }: Fold,
  from: Int32Array,
  horizon: number,
): Float64Array {
  const actual = new Float64Array(from.length * horizon).fill(Number.NaN);
  from.forEach((s, i) => {
    actual.set(frame.series[s]!.values.subarray(origins[s]!, origins[s]! + horizon), i * horizon);
  });
  return placeRows(crossEntropy(actual), from, frame.series.length, horizon);
}

/**
 * Puts the rows of a fold's own series where they stand in the whole frame.
 * @param rows [from.length × horizon] each row all finite, or all NaN
 * @returns [seriesCount × horizon], NaN elsewhere
 */
export function spreadRows(rows: Float64Array, from: Int32Array, seriesCount: number, horizon: number): Float64Array {
  for (const i of from.keys()) {
    const row = rows.subarray(i * horizon, (i + 1) * horizon);
    if (row.length !== horizon || !(row.every(Number.isFinite) || row.every(Number.isNaN)))
      throw new Error(`a predictor broke its contract: [${row.join(", ")}] for horizon ${horizon}`);
  }
  return placeRows(rows, from, seriesCount, horizon);
}

function placeRows(rows: Float64Array, from: Int32Array, seriesCount: number, horizon: number): Float64Array {
  const all = new Float64Array(seriesCount * horizon).fill(Number.NaN);
  from.forEach((s, i) => {
    all.set(rows.subarray(i * horizon, (i + 1) * horizon), s * horizon);
  });
  return all;
}

/** A backtest of some of a frame's series as one of all: the others are in none of its folds. */
export function spreadResult(result: BacktestResult, frame: Frame): BacktestResult {
  const { horizon } = result;
  const placeOf = new Map(frame.series.map((series, s) => [series, s]));
  const from = Int32Array.from(result.frame.series, (series) => placeOf.get(series)!);
  const spread = (rows: Float64Array) => placeRows(rows, from, frame.series.length, horizon);
  return {
    ...result,
    frame,
    folds: result.folds.map(({ fold, origins }) => {
      const all = new Int32Array(frame.series.length).fill(-1);
      from.forEach((s, i) => {
        all[s] = origins[i]!;
      });
      return { fold, origins: all };
    }),
    models: result.models.map(({ name, folds }) => ({
      name,
      folds: folds.map(({ crossEntropies, ...fold }) => ({
        ...fold,
        forecasts: spread(fold.forecasts),
        quantiles: fold.quantiles.map(spread),
        ...(crossEntropies && { crossEntropies: spread(crossEntropies) }),
      })),
    })),
    reference: result.reference.map(spread),
  };
}
