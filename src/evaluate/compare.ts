// A backtest as a leaderboard. In: a backtest, and what each model took. Out: a row a model, the lowest MASE first, with p-values
// against the best of them and against the seasonal naive.
//
// What is tested: the loss at an origin is the mean of |y − f| / scale, MASE's term, over the steps of its horizon and then over the
// series that both models are scored in; the expected difference of two models' losses is 0. Averaging over the horizon is the
// average superior predictive ability of Quaedvlieg (2021), Journal of Business & Economic Statistics 39(1). Series count once,
// together: errors at one origin are correlated among them, and only origins are taken for independent evidence.
import { type Cell, recordsOf, type Table, type TableRecord } from "../base/table.js";
import { knownValues } from "../series/frame.js";
import type { BacktestResult } from "./backtest.js";
import { leastOriginCount, testEquality } from "./diebold-mariano.js";
import { mase, seasonalScales } from "./metrics.js";
import { scoreTable } from "./score-table.js";

/** What a model took, alone in its process. */
export interface ModelCost {
  /** Milliseconds a series, of one fit and of one forecast. */
  readonly fitMs: number;
  readonly forecastMs: number;
  /** The most memory that was resident at once. */
  readonly peakBytes: number;
}

export interface LeaderboardOptions {
  /** Steps from one origin to the next. */
  readonly step: number;
  /** Season of the scales of MASE and RMSSE; the backtest's own by default. */
  readonly maseSeason?: number | undefined;
  /** By model; without it the leaderboard has no columns of time and memory, and the same seed gives the same bytes. */
  readonly costs?: ReadonlyMap<string, ModelCost>;
}

/** Scores worth a place on a narrow screen after MASE and skill, the most telling first. */
const telling = ["coverage", "mse", "winkler", "smape", "rmsse"];
const costColumns = ["fit_ms", "forecast_ms", "peak_mb"];

/** So many origins as there can be tell no more of a chance. */
const pDecimals = 4;

/** Models of equal MASE keep the order of the backtest; one without MASE stands last and has no rank. */
export function leaderboardTable(result: BacktestResult, options: LeaderboardOptions): Table {
  const { step, costs, maseSeason = result.season } = options;
  const overall = scoreTable(result, { by: [], maseSeason });
  const maseOf = (row: TableRecord) => (typeof row.mase === "number" ? row.mase : Number.POSITIVE_INFINITY);
  // Two that are not known are neither lower nor higher, and their difference is NaN.
  const ranked = recordsOf(overall).sort((a, b) => maseOf(a) - maseOf(b) || 0);
  const losses = new Map(
    result.models.map(({ name, folds }) => [
      name,
      scaledErrors(
        result,
        folds.map(({ forecasts }) => forecasts),
        maseSeason,
      ),
    ]),
  );
  const naive = scaledErrors(result, result.reference, maseSeason);
  const best = losses.get(String(ranked[0]?.model));
  const overlap = overlapOf(result, step);
  const pValue = (own: LossTable | undefined, other: LossTable | undefined): Cell => {
    if (own === undefined || other === undefined || own === other) return null;
    const { pValue } = testEquality(foldDifferences(own, other), overlap);
    return Number.isNaN(pValue) ? null : Number(pValue.toFixed(pDecimals));
  };
  const scores = overall.columns.slice(overall.columns.indexOf("n") + 1).filter((name) => !leading.includes(name));
  const columns = ["rank", "model", "chose", "n", "mase", ...scores, "skill", "p_best", "p_naive"];
  const rows = ranked.map((row, i): Cell[] => {
    const name = String(row.model);
    const own = losses.get(name);
    const { fitMs, forecastMs, peakBytes } = costs?.get(name) ?? {};
    return [
      row.mase === null ? null : i + 1,
      ...["model", "chose", "n", "mase", ...scores, "skill"].map((column) => row[column]!),
      pValue(own, best),
      name === "seasonal-naive" ? null : pValue(own, naive),
      ...(costs === undefined
        ? []
        : [fitMs ?? null, forecastMs ?? null, peakBytes === undefined ? null : Math.round(peakBytes / 1e6)]),
    ];
  });
  return {
    type: "leaderboard",
    columns: costs === undefined ? columns : [...columns, ...costColumns],
    rows,
    spare: [
      "n",
      ...scores.filter((name) => !telling.includes(name)),
      ...telling.slice(1).reverse(),
      "forecast_ms",
      telling[0]!,
    ],
  };
}

/** Columns with a place of their own. */
const leading = ["mase", "skill"];

/** Why there are no p-values, or undefined where there may be. */
export function explainNoTest(result: BacktestResult, step: number): string | undefined {
  const least = leastOriginCount(overlapOf(result, step));
  const { length } = result.folds;
  if (length >= least) return undefined;
  return `${length} fold${length === 1 ? " is" : "s are"} too few to tell whether models differ: p_best and p_naive need --folds ${least}`;
}

/** Origins in a row whose horizons share steps. */
function overlapOf({ horizon }: BacktestResult, step: number): number {
  return Math.ceil(horizon / step);
}

/** For each fold [series]: MASE over its steps; NaN where it is undefined, or there is no forecast or actual. */
type LossTable = readonly Float64Array[];

/** @param forecasts for each fold [series × horizon] */
function scaledErrors(result: BacktestResult, forecasts: readonly Float64Array[], season: number): LossTable {
  const { frame, horizon, folds } = result;
  return folds.map(({ origins }, f) =>
    Float64Array.from(frame.series, (series, s) => {
      const { values } = series;
      const origin = origins[s]!;
      const said = forecasts[f]!.subarray(s * horizon, (s + 1) * horizon);
      if (Number.isNaN(said[0]!)) return Number.NaN;
      const actual = Float64Array.from(said, (_, k) => values[origin + k] ?? Number.NaN);
      const { absolute } = seasonalScales(knownValues(frame, series, origin), season);
      return mase(actual, said, new Float64Array(horizon).fill(absolute));
    }),
  );
}

/** The mean difference of each fold that both are scored in, over the series that both are scored in. */
function foldDifferences(one: LossTable, other: LossTable): Float64Array {
  const means = one.map((losses, f) => {
    const differences = losses.map((loss, s) => loss - other[f]![s]!).filter((difference) => !Number.isNaN(difference));
    return differences.reduce((a, b) => a + b, 0) / differences.length;
  });
  return Float64Array.from(means.filter((mean) => !Number.isNaN(mean)));
}
