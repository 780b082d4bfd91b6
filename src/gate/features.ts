// What the gate sees of one series: everything relative to the series' own scale, so that no unit matters. In: a history. Out:
// the candidates' forecasts and the features of the series and of each step.
import { portableAsinh, portableCos, portableLog, portableSin, square } from "../base/portable.js";
import { candidates } from "../classical/candidates.js";
import type { History } from "../classical/history.js";
import { sumInLanes } from "../classical/lanes.js";
import { type Backtest, createBacktest } from "./backtest.js";
import { chooseOrigins, medianOf, mostOrigins, testCandidates } from "./errors.js";

export const candidateCount = candidates.length;
/** Facts of the series, then each candidate's log error, then which candidates there are. */
export const factCount = 14;
export const seriesFeatureCount = factCount + 2 * candidateCount;
/** Newest steps of the history that the recurrent summary walks over. */
export const recentLength = 64;
/** Of each: level, step, step over a season, phase as sine and cosine, and 1 where there is a step. */
export const recentFeatureCount = 6;
/** Facts of the step, then each candidate's deviation from the reference, then its log error at this step. */
export const stepFactCount = 6;
export const stepFeatureCount = stepFactCount + 2 * candidateCount;

export interface GateInputs {
  readonly horizon: number;
  /** [candidate × horizon], in the series' units */
  readonly forecasts: Float64Array;
  /** [candidate] 0 or 1 */
  readonly applies: Uint8Array;
  /** [horizon] the median of the candidates: what deviations are measured from */
  readonly reference: Float64Array;
  /** One typical error, in the series' units; above 0. */
  readonly scale: number;
  /** [seriesFeatureCount] */
  readonly series: Float32Array;
  /** [horizon × stepFeatureCount] */
  readonly steps: Float32Array;
  /** [recentLength × recentFeatureCount], zeros before the start of the history */
  readonly recent: Float32Array;
}

/** Added to an error over the scale before its logarithm is taken. */
const errorFloor = 0.02;

/** @param originLimit earlier origins that the candidates are tested from, at most */
export function gateInputs(history: History, horizon: number, originLimit: number = mostOrigins): GateInputs {
  const { values, seasons } = history;
  const origins = chooseOrigins(values.length, horizon, seasons, originLimit);
  return inputsAt(createBacktest(values, seasons, horizon), values.length, origins);
}

/** @param origin steps that are known @param tested earlier origins that the candidates are tested from */
export function inputsAt(backtest: Backtest, origin: number, tested: readonly number[]): GateInputs {
  const { horizon } = backtest;
  const history = backtest.historyAt(origin);
  const { forecasts, applies } = backtest.forecastFrom(origin);
  const errors = testCandidates(backtest, origin, tested);
  const spread = spreadOf(history, errors.overall);
  const { scale } = spread;
  const reference = new Float64Array(horizon);
  const atStep = new Float64Array(candidateCount);
  for (let h = 0; h < horizon; h++) {
    let count = 0;
    for (let c = 0; c < candidateCount; c++) if (applies[c] === 1) atStep[count++] = forecasts[c * horizon + h]!;
    reference[h] = medianOf(atStep, count);
  }

  const logErrors = new Float64Array(candidateCount);
  const logErrorOf = (error: number, instead: number) =>
    Number.isNaN(error) ? instead : portableLog(error / scale + errorFloor);
  // A candidate that applies but was never tested is taken for a middling one.
  const typical = Number.isNaN(spread.typicalError) ? 0 : portableLog(spread.typicalError / scale + errorFloor);
  for (let c = 0; c < candidateCount; c++)
    logErrors[c] = applies[c] === 1 ? logErrorOf(errors.overall[c]!, typical) : 0;

  const series = new Float32Array(seriesFeatureCount);
  describeSeries(series, history, horizon, { ...spread, ...errors, logErrors, applies });
  for (let c = 0; c < candidateCount; c++) {
    series[factCount + c] = logErrors[c]!;
    series[factCount + candidateCount + c] = applies[c]!;
  }

  const steps = new Float32Array(horizon * stepFeatureCount);
  const season = history.seasons[0] ?? 1;
  for (let h = 0; h < horizon; h++) {
    const row = h * stepFeatureCount;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < candidateCount; c++) {
      if (applies[c] === 0) continue;
      const forecast = forecasts[c * horizon + h]!;
      low = Math.min(low, forecast);
      high = Math.max(high, forecast);
      steps[row + stepFactCount + c] = portableAsinh((forecast - reference[h]!) / scale);
      steps[row + stepFactCount + candidateCount + c] = logErrorOf(errors.byStep[c * horizon + h]!, logErrors[c]!);
    }
    steps[row] = (h + 1) / horizon;
    steps[row + 1] = portableLog(h + 1) / 2 - 1;
    steps[row + 2] = Math.min((h + 1) / season, 4) / 2;
    if (season > 1) {
      steps[row + 3] = portableSin(h / season);
      steps[row + 4] = portableCos(h / season);
    }
    steps[row + 5] = portableLog((high - low) / scale + 0.05);
  }
  return {
    horizon,
    forecasts,
    applies,
    reference,
    scale,
    series,
    steps,
    // Networks without a recurrent summary do not look at it.
    get recent() {
      return describeRecent(history, spread);
    },
  };
}

function describeRecent({ values, seasons }: History, { scale, deviation }: Spread): Float32Array {
  const recent = new Float32Array(recentLength * recentFeatureCount);
  const season = seasons[0] ?? 1;
  const first = values.length - recentLength;
  let mean = 0;
  let count = 0;
  for (let t = Math.max(0, first); t < values.length; t++, count++) mean += values[t]!;
  mean /= count;
  for (let t = Math.max(1, first); t < values.length; t++) {
    const row = (t - first) * recentFeatureCount;
    recent[row] = portableAsinh((values[t]! - mean) / deviation);
    recent[row + 1] = portableAsinh((values[t]! - values[t - 1]!) / scale);
    if (t >= season) recent[row + 2] = portableAsinh((values[t]! - values[t - season]!) / scale);
    if (season > 1) {
      recent[row + 3] = portableSin((t - values.length) / season);
      recent[row + 4] = portableCos((t - values.length) / season);
    }
    recent[row + 5] = 1;
  }
  return recent;
}

interface Spread {
  readonly scale: number;
  /** Of the candidates, the median; NaN where none was tested. */
  readonly typicalError: number;
  readonly deviation: number;
  readonly nearStep: number;
  readonly leastStep: number;
}

/** The series' own measures: its deviation, its mean absolute steps at lag 1 and at its seasons, the candidates' median error. */
function spreadOf({ values, seasons }: History, overall: Float64Array): Spread {
  const length = values.length;
  const season = seasons[0] ?? 1;
  const recent = Math.min(length, Math.max(64, 2 * season));
  const first = values[length - recent]!;
  const mean = first + sumInLanes(length - recent, length, (t) => values[t]! - first) / recent;
  const variance = sumInLanes(length - recent, length, (t) => square(values[t]! - mean)) / recent;
  // A series of zeros has no unit of its own: any will do.
  const floor = 0.01 * Math.sqrt(variance) + 1e-6 * Math.abs(mean) + 1e-9 * peakOf(values) || 1;
  const reach = 6 * Math.max(season, 8);
  const stepAt = (lag: number, most: number) => Math.max(meanStep(values, lag, most), floor);
  const nearStep = values.length > 1 ? stepAt(1, reach) : floor;
  const seasonSteps = seasons.map((lag) => (lag < values.length ? stepAt(lag, Math.max(reach, 3 * lag)) : nearStep));
  const leastStep = Math.min(nearStep, ...seasonSteps);
  const known = overall.filter((error) => !Number.isNaN(error));
  const typicalError = known.length === 0 ? Number.NaN : medianOf(known, known.length);
  // Roots first: a product of two large steps may overflow.
  const scale =
    Math.sqrt(leastStep) * Math.sqrt(Number.isNaN(typicalError) ? leastStep : Math.max(typicalError, floor));
  return { scale, typicalError, deviation: Math.max(Math.sqrt(variance), floor), nearStep, leastStep };
}

function peakOf(values: Float64Array): number {
  let peak = 0;
  for (let t = 0; t < values.length; t++) peak = Math.max(peak, Math.abs(values[t]!));
  return peak;
}

/** Mean |x(t) − x(t − lag)| over at most `reach` newest pairs. @param lag below the length */
function meanStep(values: Float64Array, lag: number, reach: number): number {
  const count = Math.min(values.length - lag, reach);
  return sumInLanes(values.length - count, values.length, (t) => Math.abs(values[t]! - values[t - lag]!)) / count;
}

interface Facts extends Spread {
  readonly originCount: number;
  readonly bias: number;
  readonly logErrors: Float64Array;
  readonly applies: Uint8Array;
}

function describeSeries(out: Float32Array, { values, seasons }: History, horizon: number, facts: Facts): void {
  const { scale, deviation, nearStep, leastStep, originCount, bias, logErrors, applies } = facts;
  const [season = 1, longSeason = 0] = seasons;
  let zeroCount = 0;
  let isWhole = 1;
  for (let t = 0; t < values.length; t++) {
    if (values[t] === 0) zeroCount++;
    if (!Number.isInteger(values[t]!)) isWhole = 0;
  }
  let best = Number.POSITIVE_INFINITY;
  for (let c = 0; c < candidateCount; c++) if (applies[c] === 1) best = Math.min(best, logErrors[c]!);
  const bounded = (ratio: number) => portableLog(Math.min(Math.max(ratio, 1e-6), 1e6));
  out[0] = portableLog(values.length) / 3 - 1;
  out[1] = portableLog(season) / 3;
  out[2] = portableLog(1 + longSeason) / 3;
  out[3] = portableLog(values.length / season) / 2 - 1;
  out[4] = bounded(deviation / scale);
  out[5] = bounded(leastStep / scale);
  out[6] = originCount / mostOrigins;
  out[7] = isWhole;
  out[8] = zeroCount / values.length;
  out[9] = portableLog(horizon) / 2 - 1;
  out[10] = portableAsinh(bias / scale);
  out[11] = bounded(nearStep / scale);
  out[12] = season === 1 ? 1 : 0;
  out[13] = best;
}
