// What is plotted of forecasts and of a backtest. In: a frame and what was said of it. Out: charts of the first series.
import type { BacktestResult } from "../evaluate/backtest.js";
import type { Forecasts } from "../forecast/predictor.js";
import { intervalsOf, type QuantileColumn } from "../forecast/quantile-columns.js";
import { type Frame, type Series, seriesTitle } from "../series/frame.js";
import { stamper } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";
import { type Chart, drawChart, type ForecastPath } from "./plot.js";
import type { Screen } from "./terminal.js";

/** Of a panel, more would not be looked at. */
const mostCharts = 4;
/** Rows of a chart that stands alone, and of each of several. */
const aloneRows = 15;
const togetherRows = 7;

/** History before the first forecast: so many horizons, and so many steps at least. */
const historyHorizons = 4;
const leastHistory = 96;

/** The first series that are forecast, and where they would be more, a line that says so. */
export function plotForecasts(
  frame: Frame,
  { point, quantiles }: Forecasts,
  horizon: number,
  columns: readonly QuantileColumn[],
  screen: Screen,
): string[] {
  const pathsOf = (s: number): ForecastPath[] => {
    const row = (values: Float64Array) => values.subarray(s * horizon, (s + 1) * horizon);
    return [pathOf(frame.series[s]!.values.length, row, point, quantiles, columns)];
  };
  return plotSeries(frame, "", horizon, pathsOf, columns.slice(0, quantiles.length), screen);
}

/** What one model said at each fold, over what came. */
export function plotBacktest(result: BacktestResult, modelName: string, screen: Screen): string[] {
  const { frame, horizon, folds, quantiles: columns } = result;
  const model = result.models.find(({ name }) => name === modelName);
  if (model === undefined) return [];
  const pathsOf = (s: number): ForecastPath[] =>
    folds.flatMap(({ origins }, f) => {
      if (origins[s]! < 0) return [];
      const { forecasts, quantiles } = model.folds[f]!;
      const row = (values: Float64Array) => values.subarray(s * horizon, (s + 1) * horizon);
      return [pathOf(origins[s]!, row, forecasts, quantiles, columns)];
    });
  const hasBand = model.folds.some(({ quantiles }) => quantiles.length > 0);
  return plotSeries(frame, `${modelName}: `, horizon, pathsOf, hasBand ? columns : [], screen);
}

function pathOf(
  from: number,
  row: (values: Float64Array) => Float64Array,
  point: Float64Array,
  quantiles: readonly Float64Array[],
  columns: readonly QuantileColumn[],
): ForecastPath {
  const [interval] = intervalsOf(columns);
  const low = interval && quantiles[interval.low];
  const high = interval && quantiles[interval.high];
  return { from, point: row(point), ...(low && high && { low: row(low), high: row(high) }) };
}

function plotSeries(
  frame: Frame,
  prefix: string,
  horizon: number,
  pathsOf: (s: number) => ForecastPath[],
  columns: readonly QuantileColumn[],
  screen: Screen,
): string[] {
  const [interval] = intervalsOf(columns);
  const band = interval === undefined ? null : `${interval.percent} %`;
  const charts: Chart[] = [];
  let leftCount = 0;
  for (const [s, series] of frame.series.entries()) {
    const paths = pathsOf(s).filter(({ point }) => !Number.isNaN(point[0]!));
    if (paths.length === 0) continue;
    if (charts.length === mostCharts) leftCount++;
    else charts.push({ ...chartOf(frame, series, paths, horizon), title: prefix + seriesTitle(frame, series), band });
  }
  const rows = charts.length > 1 ? togetherRows : aloneRows;
  const left = `and ${leftCount} more series: --only ID shows others`;
  return [...charts.flatMap((chart) => drawChart(chart, { ...screen, rows })), ...(leftCount > 0 ? [left] : [])];
}

/** The end of the series, from a stretch before the first path on. */
function chartOf(frame: Frame, { start, values }: Series, paths: readonly ForecastPath[], horizon: number) {
  const firstOrigin = Math.min(...paths.map(({ from }) => from));
  const skipped = Math.max(0, firstOrigin - Math.max(leastHistory, historyHorizons * horizon));
  const instantOf = stamper(frame.grid, start);
  return {
    observed: values.subarray(skipped),
    paths: paths.map((path) => ({ ...path, from: path.from - skipped })),
    stampOf: (step: number) => formatStamp(frame.timeStyle, frame.grid.zone, instantOf(skipped + step)),
  };
}
