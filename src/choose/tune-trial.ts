// One trial of a search: a backtest, a fold after the other, that is broken off when others did better by then. In: a model that is
// not fitted yet, folds, and the score that each fold may come to at most. Out: its scores.
import { HindcastError } from "../base/errors.js";
import { type BacktestOptions, type ModelFold, runUnit } from "../evaluate/backtest.js";
import type { Fold } from "../evaluate/folds.js";
import { overallScores } from "../evaluate/score-table.js";
import type { FitContext, Forecaster } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";

export interface TrialOutcome {
  /** [folds done] MASE over all folds up to each, the oldest first. */
  readonly scores: readonly number[];
  /** Why there are no more; null when there are all, or when it was broken off. */
  readonly error: string | null;
}

/**
 * Fits at each fold anew, so that a score does not rest on one training.
 * @param limits [folds] a score above it ends the trial; null for no limit
 */
export async function runTrial(
  frame: Frame,
  folds: readonly Fold[],
  forecaster: Forecaster,
  options: BacktestOptions,
  limits: readonly (number | null)[],
  context: FitContext,
): Promise<TrialOutcome> {
  const done: ModelFold[] = [];
  const scores: number[] = [];
  // What models have to say is said when one of them is trained to be used.
  const quiet = { ...context, notify: () => {} };
  try {
    for (let f = 0; f < folds.length; f++) {
      done.push(...(await runUnit(frame, forecaster, folds, { from: f, to: f + 1 }, options, quiet)));
      const score = scoreSoFar(frame, folds, forecaster.name, done, options);
      if (score === undefined) return { scores, error: "MASE is not defined for what it forecasts" };
      scores.push(score);
      if (score > (limits[f] ?? Number.POSITIVE_INFINITY)) break;
    }
  } catch (error) {
    if (!(error instanceof HindcastError) || error.code !== "data") throw error;
    return { scores, error: error.message };
  }
  return { scores, error: null };
}

/** As `backtest` has it. */
function scoreSoFar(
  frame: Frame,
  folds: readonly Fold[],
  name: string,
  done: readonly ModelFold[],
  { horizon, season }: BacktestOptions,
): number | undefined {
  const scores = overallScores({
    frame,
    horizon,
    season,
    quantiles: [],
    folds: folds.slice(0, done.length),
    models: [{ name, folds: done }],
    // Of the skill, which is not looked at.
    reference: done.map(({ forecasts }) => forecasts),
  });
  return scores.get(name)?.get("mase") ?? undefined;
}
