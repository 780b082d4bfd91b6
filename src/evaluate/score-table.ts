// A backtest as rows. In: forecasts and the frame that holds what came. Out: tables of scores and of single predictions.
// Scores are taken for each series over the points of a group, then averaged over the series.
import { besideOwn, type Cell, finiteOrEmpty, type Table } from "../base/table.js";
import type { QuantileColumn } from "../forecast/quantile-columns.js";
import { type Frame, keyCells, knownValues, placeColumns, seriesTitle } from "../series/frame.js";
import { stamper } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";
import type { BacktestModel, BacktestResult } from "./backtest.js";
import { intervalScores, type QuantilePoints } from "./interval-metrics.js";
import { mase, metrics, type ScoredPoints, seasonalScales } from "./metrics.js";

export const splits = ["series", "fold", "step"] as const;
export type Split = (typeof splits)[number];

export interface ScoreTableOptions {
  /** What the rows are split on; a column not split on holds "all". */
  readonly by: readonly Split[];
  /** Season of the scales of MASE and RMSSE; the backtest's own by default. */
  readonly maseSeason?: number | undefined;
}

interface Score {
  /** Its column. */
  readonly name: string;
  /** Of one series. */
  readonly score: (points: Points) => number;
  /** What the average over the series is told as; itself when left out. */
  readonly tell?: (average: number) => number;
}

/**
 * A row for each model and group that the model has a forecast in. An undefined score is empty; a series it is undefined for is
 * left out of its average. `perplexity` is e to the mean cross-entropy: as many levels, all as likely, would leave as much open. `n` counts the scored points. `skill` is 1 − MASE / MASE of the seasonal naive on the same points.
 */
export function scoreTable(result: BacktestResult, options: ScoreTableOptions): Table {
  const { by, maseSeason } = options;
  const gather = pointGatherer(result, maseSeason ?? result.season);
  const hasBins = result.models.some(({ folds }) => folds.some(({ crossEntropies }) => crossEntropies !== undefined));
  const scores: Score[] = [
    ...metrics.names.map((name) => ({ name, score: metrics.get(name) })),
    ...intervalScores(result.quantiles),
    ...(hasBins ? [{ name: "perplexity", score: meanCrossEntropy, tell: Math.exp }] : []),
  ];
  const groupsOf = (split: Split, count: number): readonly (readonly number[])[] => {
    const all = Array.from({ length: count }, (_, i) => i);
    return by.includes(split) ? all.map((i) => [i]) : [all];
  };
  const seriesGroups = groupsOf("series", result.frame.series.length);
  const foldGroups = groupsOf("fold", result.folds.length);
  const stepGroups = groupsOf("step", result.horizon);
  const rows: Cell[][] = [];
  for (const model of result.models)
    for (const series of seriesGroups)
      for (const folds of foldGroups)
        for (const steps of stepGroups) {
          const averages = averageScores(scores, series, (s) => gather(model, s, folds, steps));
          if (averages === undefined) continue;
          rows.push([
            model.name,
            [...new Set(folds.map((f) => model.folds[f]!.chose))].join("|"),
            by.includes("series") ? seriesTitle(result.frame, result.frame.series[series[0]!]!) : "all",
            by.includes("fold") ? result.folds[folds[0]!]!.fold : "all",
            by.includes("step") ? steps[0]! + 1 : "all",
            ...averages,
          ]);
        }
  return {
    type: "score",
    columns: ["model", "chose", "series", "fold", "step", "n", ...scores.map(({ name }) => name), "skill"],
    rows,
    spare: ["rmsse", "crps", "pinball", "mape", "bias", "rmse", "n", "smape"],
  };
}

/** Of each model over all series, folds and steps: its scores by name, `n` among them; null for one that is undefined. */
export type OverallScores = ReadonlyMap<string, ReadonlyMap<string, number | null>>;

export function overallScores(result: BacktestResult, options: Omit<ScoreTableOptions, "by"> = {}): OverallScores {
  const { columns, rows } = scoreTable(result, { ...options, by: [] });
  const [model, first] = [columns.indexOf("model"), columns.indexOf("n")];
  return new Map(
    Array.from(rows, (row) => [
      String(row[model]),
      new Map(columns.slice(first).map((name, i) => [name, row[first + i] as number | null])),
    ]),
  );
}

/** @throws HindcastError "data" when the data have a column that is called like one of the predictions' */
export function predictionColumns(frame: Frame, quantiles: readonly QuantileColumn[]): string[] {
  const names = quantiles.map(({ name }) => name);
  return besideOwn(placeColumns(frame), ["origin", "step", "actual", "model", "forecast", ...names]);
}

/** A row for each forecast of each model, the models beside each other: what was forecast, from where, and what came. */
export function predictionsTable(result: BacktestResult): Table {
  return {
    type: "prediction",
    columns: predictionColumns(result.frame, result.quantiles),
    rows: predictionRows(result),
  };
}

function* predictionRows({ frame, horizon, quantiles: columns, folds, models }: BacktestResult): Generator<Cell[]> {
  for (const [s, series] of frame.series.entries()) {
    const { start, values } = series;
    const cells = keyCells(frame.columns, series);
    const instantOf = stamper(frame.grid, start);
    const stamp = (index: number) => formatStamp(frame.timeStyle, frame.grid.zone, instantOf(index));
    for (const [f, { origins }] of folds.entries()) {
      const first = origins[s]!;
      if (first < 0) continue;
      const origin = stamp(first - 1);
      for (let k = 0; k < horizon; k++) {
        const place = [...cells, stamp(first + k), origin, k + 1];
        const actual = values[first + k] ?? Number.NaN;
        for (const model of models) {
          const { forecasts, quantiles } = model.folds[f]!;
          const forecast = forecasts[s * horizon + k]!;
          if (Number.isNaN(forecast)) continue;
          const beside = columns.map((_, q) => finiteOrEmpty(quantiles[q]?.[s * horizon + k] ?? Number.NaN));
          yield [...place, finiteOrEmpty(actual), model.name, forecast, ...beside];
        }
      }
    }
  }
}

/** A model's forecasts of one series beside what came, and the seasonal naive's at the same points. */
interface Points extends ScoredPoints, QuantilePoints {
  readonly reference: Float64Array;
  /** NaN from a model that does not tell levels apart. */
  readonly crossEntropy: Float64Array;
  /** Whether the model has a forecast here at all, scored or not. */
  readonly isForecast: boolean;
}

/** Gathers into the same buffers at each call: what it returned before is overwritten. */
function pointGatherer(result: BacktestResult, season: number) {
  const { frame, folds, horizon, reference } = result;
  const scales = folds.map(({ origins }) =>
    frame.series.map((series, s) => seasonalScales(knownValues(frame, series, Math.max(0, origins[s]!)), season)),
  );
  const buffer = () => new Float64Array(folds.length * horizon);
  const actual = buffer();
  const forecast = buffer();
  const beside = buffer();
  const absolute = buffer();
  const squared = buffer();
  const nats = buffer();
  const quantiles = result.quantiles.map(buffer);
  return (model: BacktestModel, s: number, foldGroup: readonly number[], steps: readonly number[]): Points => {
    const { values } = frame.series[s]!;
    let n = 0;
    let isForecast = false;
    for (const f of foldGroup) {
      const origin = folds[f]!.origins[s]!;
      const fold = model.folds[f]!;
      for (const k of steps) {
        const said = fold.forecasts[s * horizon + k]!;
        if (Number.isNaN(said)) continue;
        isForecast = true;
        const came = values[origin + k] ?? Number.NaN;
        if (Number.isNaN(came)) continue;
        actual[n] = came;
        forecast[n] = said;
        beside[n] = reference[f]![s * horizon + k]!;
        absolute[n] = scales[f]![s]!.absolute;
        squared[n] = scales[f]![s]!.squared;
        nats[n] = fold.crossEntropies?.[s * horizon + k] ?? Number.NaN;
        for (const [q, values] of quantiles.entries()) values[n] = fold.quantiles[q]?.[s * horizon + k] ?? Number.NaN;
        n++;
      }
    }
    return {
      actual: actual.subarray(0, n),
      forecast: forecast.subarray(0, n),
      reference: beside.subarray(0, n),
      absoluteScale: absolute.subarray(0, n),
      squaredScale: squared.subarray(0, n),
      crossEntropy: nats.subarray(0, n),
      quantiles: quantiles.map((values) => values.subarray(0, n)),
      isForecast,
    };
  };
}

/** @returns n, each score and skill, in the order of the columns; undefined when no series of the group has a forecast */
function averageScores(
  scores: readonly Score[],
  series: readonly number[],
  pointsOf: (s: number) => Points,
): Cell[] | undefined {
  const sums = new Float64Array(scores.length);
  const counts = new Int32Array(scores.length);
  let n = 0;
  let isForecast = false;
  let own = 0;
  let naive = 0;
  for (const s of series) {
    const points = pointsOf(s);
    isForecast ||= points.isForecast;
    n += points.actual.length;
    for (const [m, { score }] of scores.entries()) {
      const value = score(points);
      if (Number.isNaN(value)) continue;
      sums[m] = sums[m]! + value;
      counts[m] = counts[m]! + 1;
    }
    if (points.reference.some(Number.isNaN)) continue;
    const naiveMase = mase(points.actual, points.reference, points.absoluteScale);
    if (Number.isNaN(naiveMase)) continue;
    naive += naiveMase;
    own += mase(points.actual, points.forecast, points.absoluteScale);
  }
  if (!isForecast) return undefined;
  const averages = scores.map(({ tell = (average) => average }, m) => finiteOrEmpty(tell(sums[m]! / counts[m]!)));
  return [n, ...averages, finiteOrEmpty(1 - own / naive)];
}

function meanCrossEntropy({ crossEntropy }: Points): number {
  return crossEntropy.reduce((sum, nats) => sum + nats, 0) / crossEntropy.length;
}
