// What a report is made of. In: nothing (types and what is small and pure about them).
import type { Table } from "../../base/table.js";
import type { BacktestModel, BacktestResult } from "../../evaluate/backtest.js";
import type { TrainingRecord } from "../../fit/config.js";
import type { Forecasts } from "../../forecast/predictor.js";
import { intervalsOf, type QuantileColumn, quantileColumns } from "../../forecast/quantile-columns.js";
import type { Frame } from "../../series/frame.js";

export interface PageSource extends ReportSource {
  /** The command line that made it, quoted for a shell. */
  readonly command: string;
  /** Of hindcast. */
  readonly version: string;
}

export interface ReportSource {
  readonly frame: Frame;
  readonly horizon: number;
  /** In steps; [] when there are none. */
  readonly seasons: readonly number[];
  readonly backtest?: ReportBacktest;
  readonly forecast?: ReportForecast;
  /** What the forecasts rest on: a row for each part, as `explain` has them, and sentences about them. */
  readonly explanation?: { readonly table: Table; readonly notes: readonly string[] };
  /** How the network that forecasts was trained. */
  readonly training?: TrainingRecord;
  /** About the model, told as they are. */
  readonly modelFacts: readonly Fact[];
}

export interface ReportBacktest {
  readonly result: BacktestResult;
  /** Steps from one origin to the next. */
  readonly step: number;
  readonly maseSeason?: number | undefined;
  /** Models that were asked for, the others are there to compare with. */
  readonly asked: readonly string[];
  /** Of the result's quantiles, the first so many are scored; the others are for the calibration. */
  readonly scoredCount: number;
}

export interface ReportForecast {
  readonly forecasts: Forecasts;
  /** The widest of their intervals is drawn lightest. */
  readonly columns: readonly QuantileColumn[];
  /** What was asked for, and what answered. */
  readonly asked: string;
  readonly chose: string;
}

/** What is told, and what it is. */
export type Fact = readonly [string, string];

/** Levels that the calibration is looked at with, in percent. */
const calibrationPercents = [20, 40, 50, 60, 70, 80, 90, 95];

/** Intervals that a fan is drawn with where none were asked for, in percent. */
const fanPercents = [95, 80, 50];

/** The quantiles asked for, followed by those that the calibration needs beside them. */
export function withCalibration(asked: readonly QuantileColumn[]): QuantileColumn[] {
  return withIntervals(asked, calibrationPercents);
}

export function withFan(asked: readonly QuantileColumn[]): QuantileColumn[] {
  return withIntervals(asked, fanPercents);
}

function withIntervals(asked: readonly QuantileColumn[], percents: readonly number[]): QuantileColumn[] {
  const added = quantileColumns({ level: percents });
  return [...asked, ...added.filter(({ level }) => asked.every((other) => other.level !== level))];
}

/** The backtest with those quantiles alone that scores are told of. */
export function scoredPart({ result, scoredCount }: Pick<ReportBacktest, "result" | "scoredCount">): BacktestResult {
  return {
    ...result,
    quantiles: result.quantiles.slice(0, scoredCount),
    models: result.models.map(({ name, folds }) => ({
      name,
      folds: folds.map((fold) => ({ ...fold, quantiles: fold.quantiles.slice(0, scoredCount) })),
    })),
  };
}

export function modelCalled(result: BacktestResult, name: string): BacktestModel {
  const model = result.models.find((one) => one.name === name);
  if (model === undefined) throw new Error(`the backtest has no model "${name}"`);
  return model;
}

/** Percent of the interval that is told of in sentences; undefined without one. */
export function firstInterval(columns: readonly QuantileColumn[]): ReturnType<typeof intervalsOf>[number] | undefined {
  return intervalsOf(columns)[0];
}
