// Champion against challenger, on the same newest folds, which neither has seen. In: a frame, the champion as it is, and both as
// recipes. Out: one score each, and by which rule; then who is to forecast, and why.
import { HindcastError } from "../base/errors.js";
import { observedCount } from "../base/numeric.js";
import { type BacktestResult, backtest, spreadResult } from "../evaluate/backtest.js";
import { seasonOfFolds } from "../evaluate/folds.js";
import { overallScores } from "../evaluate/score-table.js";
import type { FitContext, Forecaster, Predictor } from "../forecast/predictor.js";
import type { QuantileColumn } from "../forecast/quantile-columns.js";
import { type Frame, seriesName } from "../series/frame.js";
import { knownSteps } from "../series/known-steps.js";
import type { Promotion } from "./promotion.js";

/**
 * How both were scored:
 * - as-is: the champion forecasts as it is, at origins after the end of its training, and the challenger is fitted on what lies
 *   before the first of them;
 * - refit: too little came since for that; models of both settings are fitted on what lies before the folds;
 * - same-settings: as refit, but the settings are the same, so one model stands for both;
 * - alone: there is no champion to compare with;
 * - none: the data are too short for a fold.
 */
export type Rule = "as-is" | "refit" | "same-settings" | "alone" | "none";

export interface Comparison {
  readonly rule: Rule;
  /** null where nothing was scored. */
  readonly metric: "mase" | "mae" | null;
  readonly folds: number;
  /** Points scored. */
  readonly scored: number;
  readonly champion: number | null;
  readonly challenger: number | null;
  /** Of the models called "challenger" and "champion", on all series; undefined where nothing was scored. */
  readonly result?: BacktestResult;
}

export interface ComparisonOptions {
  readonly horizon: number;
  readonly folds: number;
  readonly step: number;
  readonly seasons: "auto" | readonly number[];
  /** Models that are shown beside the two, and quantiles to ask of each: for a report. */
  readonly beside?: readonly Forecaster[];
  readonly quantiles?: readonly QuantileColumn[];
}

export interface Contestants {
  readonly challenger: Forecaster;
  /** undefined when there is none that could forecast these data. */
  readonly champion:
    | {
        /** The end of what it was trained on. */
        readonly context: Frame;
        readonly open: () => Promise<Predictor>;
        /** Its settings; undefined when they are the challenger's. */
        readonly refit: Forecaster | undefined;
      }
    | undefined;
}

const nothingScored = { metric: null, folds: 0, scored: 0, champion: null, challenger: null } as const;

/** @throws HindcastError "data" when the challenger cannot be fitted */
export async function compare(
  frame: Frame,
  { challenger, champion }: Contestants,
  options: ComparisonOptions,
  context: FitContext,
): Promise<Comparison> {
  const unseen = champion === undefined ? undefined : unseenFolds(frame, champion.context, options);
  const scoredFrame = unseen?.frame ?? frame;
  const folds = unseen?.folds ?? options.folds;
  const { signal, progress } = context;
  const silent: FitContext = { signal, progress, notify: () => {} };
  const plan = { horizon: options.horizon, step: options.step, folds };
  if (scoredFrame.series.every(({ values }) => values.length <= options.horizon))
    return { rule: "none", ...nothingScored };
  const season = seasonOfFolds(scoredFrame, plan, options.seasons);
  const forecasters: Forecaster[] = [{ ...challenger, name: "challenger" }];
  let rule: Rule = champion === undefined ? "alone" : "same-settings";
  if (champion !== undefined && unseen !== undefined) {
    rule = "as-is";
    forecasters.push({ name: "champion", fit: () => champion.open() });
  } else if (champion?.refit !== undefined) {
    rule = "refit";
    forecasters.push({ ...champion.refit, name: "champion" });
  }
  const { beside = [], quantiles = [] } = options;
  const result = await backtest(
    scoredFrame,
    [...forecasters, ...beside],
    { ...plan, refit: "never", span: "expanding", season, quantiles },
    silent,
  );
  const overall = overallScores(result);
  const scoresOf = (name: string) => {
    const scores = overall.get(name);
    const scoreOf = (metric: string) => scores?.get(metric) ?? null;
    return scores && { scored: scoreOf("n") ?? 0, mase: scoreOf("mase"), mae: scoreOf("mae") };
  };
  const own = scoresOf("challenger");
  if (own === undefined)
    throw new HindcastError("data", "the challenger can forecast none of the newest folds", "try another --model");
  const other = rule === "same-settings" ? own : scoresOf("champion");
  const metric = own.mase !== null && (other === undefined || other.mase !== null) ? "mase" : "mae";
  // One that leaves series out has an easier task, and no score.
  const isWhole = (one: typeof own) => one.scored >= Math.max(own.scored, other?.scored ?? 0);
  return {
    rule,
    metric,
    folds: result.folds.length,
    scored: own.scored,
    challenger: isWhole(own) ? own[metric] : null,
    champion: other !== undefined && isWhole(other) ? other[metric] : null,
    result: scoredFrame === frame ? result : spreadResult(result, frame),
  };
}

/**
 * The series that hold a horizon or more which the champion has not seen, and the folds that fit into that in all of them.
 * @returns undefined when fewer than half of the series are such
 */
export function unseenFolds(
  frame: Frame,
  seen: Frame,
  { horizon, step, folds }: Pick<ComparisonOptions, "horizon" | "step" | "folds">,
): { frame: Frame; folds: number } | undefined {
  const known = knownSteps(frame, seen);
  const newSteps = frame.series.map(({ values }, s) => values.length - Math.max(1, known[s]!));
  const series = frame.series.filter((_, s) => newSteps[s]! >= horizon);
  if (series.length === 0 || series.length * 2 < frame.series.length) return undefined;
  const least = newSteps.filter((count) => count >= horizon).reduce((a, b) => Math.min(a, b));
  return { frame: { ...frame, series }, folds: Math.min(folds, 1 + Math.floor((least - horizon) / step)) };
}

/** Observed values that `seen` ends before. */
export function newObservedCount(frame: Frame, seen: Frame): number {
  const known = knownSteps(frame, seen);
  return frame.series.reduce((sum, { values }, s) => sum + observedCount(values.subarray(known[s]!)), 0);
}

/** Series of `seen` that `frame` has no more. */
export function missingSeries(frame: Frame, seen: Frame): string[] {
  const names = new Set(frame.series.map((series) => seriesName(frame, series)));
  return seen.series.map((series) => seriesName(seen, series)).filter((name) => !names.has(name));
}

/**
 * Who is to forecast. With `better` a tie goes to the challenger, which has seen the newest data; a margin m asks of it a score of
 * (1 − m) times the champion's, or lower.
 * @param isNewer whether the data go on after what the champion was trained on
 */
export function decide(
  promotion: Promotion,
  margin: number,
  hasChampion: boolean,
  { rule, metric, champion, challenger }: Comparison,
  isNewer: boolean,
): { readonly isPromoted: boolean; readonly reason: string } {
  if (!hasChampion) return { isPromoted: true, reason: "there was no champion that could go on" };
  if (promotion !== "better") return { isPromoted: promotion === "always", reason: `--promote ${promotion}` };
  if (rule === "same-settings")
    return {
      isPromoted: true,
      reason: `the same settings, on ${isNewer ? "newer data" : "data without newer values"}`,
    };
  if (rule === "none") return { isPromoted: false, reason: "the data are too short to compare" };
  if (challenger === null) return { isPromoted: false, reason: "the challenger leaves series out or has no score" };
  if (champion === null) return { isPromoted: true, reason: "the champion leaves series out or has no score" };
  const asked = margin === 0 ? "" : ` less ${margin}`;
  const isPromoted = challenger <= champion * (1 - margin);
  return {
    isPromoted,
    reason: `${metric} ${shorten(challenger)} is ${isPromoted ? "at most" : "above"} the champion's ${shorten(champion)}${asked}`,
  };
}

function shorten(score: number): string {
  return String(Number(score.toPrecision(4)));
}
