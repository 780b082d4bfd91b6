// Exponential smoothing of a level and a damped trend. In: values without gaps. Out: forecasts and one-step errors.
import { portableLog } from "../base/portable.js";
import { alpha, beta, gridOf, type PairScore, phi, type Shares, searchShares } from "./shares.js";
import { addedPair } from "./side-by-side.js";

/**
 * The level and the trend before the first step, from the means of the first two spans: half the slope between them, for most
 * of what differs between two short spans is chance.
 * @param values [time] without season
 * @param start [2] filled with the first step's forecast, and what of it is trend
 */
export function startTrend(values: Float64Array, span: number, hasTrend: boolean, start: Float64Array): void {
  const second = hasTrend ? Math.min(span, values.length - span) : 0;
  let first = 0;
  let later = 0;
  for (let t = 0; t < span; t++) first += values[t]! / span;
  for (let t = span; t < span + second; t++) later += values[t]! / second;
  const slope = second > 0 ? (later - first) / (span + second) : 0;
  start[0] = first - (slope * (span - 1)) / 2;
  start[1] = slope;
}

/**
 * A level and a damped trend in the error-correction form of Hyndman et al. (2008), table 2.2, (N, Ad): ε = y − f with
 * f = l + φb, then l ← f + αε and b ← φb + βε.
 * @param values [time]
 * @param state [2] in: the first step's f, and φb of it; out: the same of the step after the last
 * @param errors [time] filled with ε
 * @returns the mean of ε²
 */
export function smoothTrend(values: Float64Array, shares: Shares, state: Float64Array, errors: Float64Array): number {
  const damping = phi(shares);
  const levelWeight = alpha(shares);
  const trendWeight = beta(shares) * damping;
  const count = values.length;
  let forecast = state[0]!;
  let trend = state[1]!;
  let sum = 0;
  for (let t = 0; t < count; t++) {
    const error = values[t]! - forecast;
    errors[t] = error;
    sum += error * error;
    trend = damping * trend + trendWeight * error;
    forecast += trend + levelWeight * error;
  }
  state[0] = forecast;
  state[1] = trend;
  return sum / count;
}

/** The path of a level and a damped trend, f, f + φu, f + φu + φ²u, …; @param out [horizon] */
export function continueTrend(state: Float64Array, damping: number, out: Float64Array): void {
  let forecast = state[0]!;
  let trend = state[1]!;
  for (let h = 0; h < out.length; h++) {
    out[h] = forecast;
    trend *= damping;
    forecast += trend;
  }
}

/** What was fitted to a series without season. */
export interface TrendFit {
  readonly shares: Shares;
  /** [2] of the step after the last, as {@link smoothTrend} has it */
  readonly state: Float64Array;
  /** [time] one step ahead */
  readonly errors: Float64Array;
  /** Mean of squared errors. */
  readonly meanSquare: number;
}

/** Without a season, the first level is the mean of this many steps at most. */
const longestSpan = 4;

/** A season of one step, which nothing moves. */
const noIndex = new Float64Array(1);

const levelGrid = gridOf([0.03, 0.15, 0.4, 0.7, 0.95]);
const trendGrid = gridOf([0.1, 0.4, 0.8, 0.96], [0.03, 0.25], [0.7]);

/** Least squared one-step errors. @param values [time] at least one @param fixed where nothing is to be searched */
export function fitTrend(values: Float64Array, hasTrend: boolean, fixed?: Shares): TrendFit {
  const span = Math.max(1, Math.min(longestSpan, values.length >> 1));
  const start = new Float64Array(2);
  const state = new Float64Array(2);
  const errors = new Float64Array(values.length);
  startTrend(values, span, hasTrend, start);
  const scratch = new Float64Array(2);
  const scorePair: PairScore = (first, second, scores) =>
    addedPair(values, first, second, start, noIndex, scratch, scores);
  const shares = fixed ?? searchShares(scorePair, hasTrend ? trendGrid : levelGrid);
  state.set(start);
  const meanSquare = smoothTrend(values, shares, state, errors);
  return { shares, state, errors, meanSquare };
}

/**
 * Simple exponential smoothing, or with a damped trend where Akaike's corrected criterion thinks the three more parameters
 * worth it.
 * @param values [time] at least one, finite
 * @param out [horizon] filled with finite values
 */
export function smoothLevelTrend(values: Float64Array, out: Float64Array): void {
  const level = fitTrend(values, false);
  const trend = fitTrend(values, true);
  const fit = criterion(trend, 5) < criterion(level, 2) ? trend : level;
  continueTrend(fit.state, phi(fit.shares), out);
  replaceNonFinite(out, values[values.length - 1]!);
}

/** AICc of a fit with Gaussian errors, but for a constant; infinite where the series is too short for so many parameters. */
function criterion({ errors, meanSquare }: TrendFit, parameterCount: number): number {
  const count = errors.length;
  const spare = count - parameterCount - 2;
  if (spare <= 0) return Number.POSITIVE_INFINITY;
  return count * portableLog(meanSquare) + (2 * (parameterCount + 1) * count) / spare;
}

/** Values so large or so small that arithmetic on them leaves the floating-point range forecast as the last one does. */
export function replaceNonFinite(out: Float64Array, last: number): void {
  for (let h = 0; h < out.length; h++) if (!Number.isFinite(out[h]!)) out[h] = last;
}
