// Which series are drawn, and how much of each: a page of many series has to stay small enough to open at once. In: a report's source.
// Out: for each drawn series what stands in its charts.
import type { BacktestModel } from "../../evaluate/backtest.js";
import { intervalsOf, type QuantileColumn } from "../../forecast/quantile-columns.js";
import { sampleSeries } from "../../series/frame.js";
import { outlierSteps } from "../../series/outliers.js";
import type { ReportSource } from "./source.js";

/** What was forecast from one origin. All arrays are [horizon]. */
export interface Path {
  /** Where the first of it stands in `Drawing.values`. */
  readonly from: number;
  readonly point: Float64Array;
  /** The widest first. */
  readonly bands: readonly { readonly percent: number; readonly low: Float64Array; readonly high: Float64Array }[];
}

export interface Drawing {
  /** Index into the frame's series. */
  readonly series: number;
  /** Steps of the series that are left out before `values`. */
  readonly skipped: number;
  /** [time] NaN = unobserved. */
  readonly values: Float64Array;
  /** Steps of `values` that stand out. */
  readonly outliers: readonly number[];
  /** Undefined where there is no forecast. */
  readonly forecast: Path | undefined;
  /** The oldest first. */
  readonly folds: readonly Path[];
}

/** Up to so many series, each is drawn with all that is known of it. */
export const fewSeries = 24;
/** Steps of a series that are drawn, of few series and of many. */
const mostSteps = 5_000;
const panelSteps = 96;
const panelHorizons = 4;
/** Newest folds that are drawn. */
const mostFolds = 12;
/** Numbers in a page. */
const numberBudget = 400_000;

/** How many of the series are drawn. */
export function drawnCount({ frame, horizon, backtest }: ReportSource): number {
  const count = frame.series.length;
  if (count <= fewSeries) return count;
  const folds = Math.min(mostFolds, backtest?.result.folds.length ?? 0);
  const numbers = Math.max(panelSteps, panelHorizons * horizon, (folds + 1) * horizon) + (3 + folds) * horizon;
  return Math.min(count, Math.max(fewSeries, Math.floor(numberBudget / numbers)));
}

/**
 * @param model the one whose folds are drawn
 * @param ranked indices of series, the worst forecast first; of these as many are taken from either end as from between
 */
export function chooseDrawings(
  source: ReportSource,
  model: BacktestModel | undefined,
  ranked: readonly number[],
): Drawing[] {
  const wanted = drawnCount(source);
  const all = ranked.length > 0 ? ranked : source.frame.series.map((_, s) => s);
  const third = Math.floor(wanted / 3);
  const chosen =
    wanted === source.frame.series.length
      ? source.frame.series.map((_, s) => s)
      : [
          ...new Set([
            ...all.slice(0, third),
            ...all.slice(-third),
            ...sampleSeries(all.slice(third, -third), wanted - 2 * third),
          ]),
        ].sort((a, b) => a - b);
  return chosen.map((s) => drawingOf(source, model, s));
}

function drawingOf(source: ReportSource, model: BacktestModel | undefined, s: number): Drawing {
  const { frame, horizon, seasons, forecast, backtest } = source;
  const { values } = frame.series[s]!;
  const isPanel = frame.series.length > fewSeries;
  const row = (all: Float64Array) => all.subarray(s * horizon, (s + 1) * horizon);
  const folds = backtest?.result.folds.map(({ origins }, f) => ({ origin: origins[s]!, f })).slice(-mostFolds) ?? [];
  const there = folds.filter(({ origin }) => origin >= 0);
  const oldest = there[0]?.origin ?? values.length;
  const kept = isPanel ? Math.max(panelSteps, panelHorizons * horizon, values.length - oldest + horizon) : mostSteps;
  const skipped = Math.max(0, values.length - kept);
  const pathAt = (from: number, point: Float64Array, quantiles: readonly Float64Array[], columns: Bands): Path => ({
    from: from - skipped,
    point: row(point),
    bands: columns.flatMap(({ percent, low, high }) => {
      const [lower, upper] = [quantiles[low], quantiles[high]];
      return lower === undefined || upper === undefined ? [] : [{ percent, low: row(lower), high: row(upper) }];
    }),
  });
  const season = seasons.findLast((one) => one * 5 <= values.length) ?? 1;
  return {
    series: s,
    skipped,
    values: values.subarray(skipped),
    outliers: outlierSteps(values, season)
      .map((step) => step - skipped)
      .filter((step) => step >= 0),
    forecast:
      forecast === undefined || Number.isNaN(row(forecast.forecasts.point)[0]!)
        ? undefined
        : pathAt(
            values.length,
            forecast.forecasts.point,
            forecast.forecasts.quantiles,
            bandsOf(forecast.columns, isPanel ? 1 : undefined),
          ),
    folds:
      backtest === undefined || model === undefined
        ? []
        : there
            .filter(({ f }) => !Number.isNaN(row(model.folds[f]!.forecasts)[0]!))
            .map(({ origin, f }) => {
              const { forecasts, quantiles } = model.folds[f]!;
              return pathAt(origin, forecasts, quantiles, isPanel ? [] : bandsOf(backtest.result.quantiles, 1));
            }),
  };
}

type Bands = ReturnType<typeof intervalsOf>;

/** @param most of them, the first ones; all when left out */
function bandsOf(columns: readonly QuantileColumn[], most?: number): Bands {
  return intervalsOf(columns)
    .slice(0, most)
    .sort((a, b) => b.percent - a.percent);
}
