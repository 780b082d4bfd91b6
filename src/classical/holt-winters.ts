// Holt–Winters smoothing: level, damped trend and season; additive, in logarithms, multiplicative, and with fixed weights. In: a
// series' history. Out: its continuation, and the errors made on the way.
import { portableExp } from "../base/portable.js";
import { type History, leaveLogs, type Method, mostRatio } from "./history.js";
import { alpha, beta, gamma, gridOf, type PairScore, phi, type Shares, searchShares } from "./shares.js";
import { addedPair, multipliedPair, type PairPass } from "./side-by-side.js";
import { continueTrend, fitTrend, replaceNonFinite, startTrend, type TrendFit } from "./smoothing.js";

/** A level, a trend and a season after the last step. */
export interface SeasonFit extends TrendFit {
  /** [season] by t mod season: what is added, or multiplied by; one neutral index where there is no season */
  readonly indices: Float64Array;
}

/**
 * One run over a series.
 * @param values [time]
 * @param state [2] in and out, as `smoothTrend` has it, of the series without its season
 * @param indices [season] in and out, by t mod season
 * @param errors [time] filled with ε, one step ahead
 * @returns the mean of ε²
 */
export type Pass = (
  values: Float64Array,
  shares: Shares,
  state: Float64Array,
  indices: Float64Array,
  errors: Float64Array,
) => number;

/** How a season joins the rest: ETS(A, Ad, A) or ETS(A, Ad, M) of Hyndman et al. (2008), table 2.2. */
export interface Join {
  readonly pass: Pass;
  readonly passPair: PairPass;
  /** What is left of a value without its index. */
  readonly remove: (value: number, index: number) => number;
}

export const added: Join = {
  // ε = y − f − s; s ← s + γε, and the rest as in `smoothTrend`.
  pass(values, shares, state, indices, errors) {
    const damping = phi(shares);
    const levelWeight = alpha(shares);
    const trendWeight = beta(shares) * damping;
    const seasonWeight = gamma(shares);
    const count = values.length;
    const season = indices.length;
    let forecast = state[0]!;
    let trend = state[1]!;
    let sum = 0;
    let phase = 0;
    for (let t = 0; t < count; t++) {
      const index = indices[phase]!;
      const error = values[t]! - index - forecast;
      errors[t] = error;
      sum += error * error;
      indices[phase] = index + seasonWeight * error;
      trend = damping * trend + trendWeight * error;
      forecast += trend + levelWeight * error;
      if (++phase === season) phase = 0;
    }
    state[0] = forecast;
    state[1] = trend;
    return sum / count;
  },
  passPair: addedPair,
  remove: (value, index) => value - index,
};

export const multiplied: Join = {
  // ε = y − f s; each part moves by what ε is at its own scale: the level by αε/s, the season by γε/f.
  pass(values, shares, state, indices, errors) {
    const damping = phi(shares);
    const levelWeight = alpha(shares);
    const trendWeight = beta(shares) * damping;
    const seasonWeight = gamma(shares);
    const count = values.length;
    const season = indices.length;
    let forecast = state[0]!;
    let trend = state[1]!;
    let sum = 0;
    let phase = 0;
    for (let t = 0; t < count; t++) {
      const index = indices[phase]!;
      const error = values[t]! - forecast * index;
      errors[t] = error;
      sum += error * error;
      const moved = error / index;
      indices[phase] = index + (seasonWeight * error) / forecast;
      trend = damping * trend + trendWeight * moved;
      forecast += trend + levelWeight * moved;
      // Past zero the two parts no longer mean anything.
      if (!(forecast > 0 && indices[phase]! > 0)) return Number.POSITIVE_INFINITY;
      if (++phase === season) phase = 0;
    }
    state[0] = forecast;
    state[1] = trend;
    return sum / count;
  },
  passPair: multipliedPair,
  remove: (value, index) => value / index,
};

const levelGrid = gridOf([0.03, 0.15, 0.4, 0.8], [0], [0], [0.05, 0.3]);
const trendGrid = gridOf([0.1, 0.4, 0.8], [0.03, 0.25], [0.7], [0.05, 0.3]);

/** α = .12, β = 0, γ = .05: heavy smoothing that no short or odd history can lead astray. */
const steadyShares: Shares = Float64Array.of(0.12, 0, 0, 0.05 / 0.88);

/** @param values [time] at least two cycles @param initial [season] indices before the first step */
function fitSeason(
  join: Join,
  values: Float64Array,
  initial: Float64Array,
  hasTrend: boolean,
  fixed?: Shares,
): SeasonFit {
  const season = initial.length;
  const start = new Float64Array(2);
  const state = new Float64Array(2);
  const indices = new Float64Array(season);
  const errors = new Float64Array(values.length);
  const cycles = values.subarray(0, 2 * season).map((value, t) => join.remove(value, initial[t % season]!));
  startTrend(cycles, season, hasTrend, start);
  const scratch = new Float64Array(2 * season);
  const score: PairScore = (first, second, scores) =>
    join.passPair(values, first, second, start, initial, scratch, scores);
  const shares = fixed ?? searchShares(score, hasTrend ? trendGrid : levelGrid);
  state.set(start);
  indices.set(initial);
  const meanSquare = join.pass(values, shares, state, indices, errors);
  return { shares, state, indices, errors, meanSquare };
}

/** The first season, where the history holds two cycles of it. */
export function usableSeason({ seasons, values }: History): number | undefined {
  const season = seasons[0];
  return season !== undefined && values.length >= 2 * season ? season : undefined;
}

/** Additive, of the values or of their logarithms. Where there is no usable season, without one. */
export function fitHoltWinters(history: History, hasTrend: boolean, inLogs = false, fixed?: Shares): SeasonFit {
  const values = inLogs ? history.logs : history.values;
  const season = usableSeason(history);
  if (season === undefined) return { ...fitTrend(values, hasTrend, fixed), indices: new Float64Array(1) };
  const initial = inLogs ? history.logIndices(season) : history.indices(season);
  return fitSeason(added, values, initial, hasTrend, fixed);
}

/** Goes on with the level, the trend and the season. @param out [horizon] */
function continueSeason({ shares, state, indices, errors }: SeasonFit, out: Float64Array): void {
  const count = errors.length;
  continueTrend(state, phi(shares), out);
  for (let h = 0; h < out.length; h++) out[h]! += indices[(count + h) % indices.length]!;
}

function additive(hasTrend: boolean, fixed?: Shares): Method {
  return (history, out) => {
    continueSeason(fitHoltWinters(history, hasTrend, false, fixed), out);
    replaceNonFinite(out, history.values.at(-1)!);
  };
}

function logarithmic(hasTrend: boolean): Method {
  return (history, out) => {
    continueSeason(fitHoltWinters(history, hasTrend, true), out);
    leaveLogs(history, out);
  };
}

/** Level and season, added (Holt–Winters without its trend; Winters 1960). */
export const holtWinters: Method = additive(false);

/** Level, damped trend and season, added (Gardner & McKenzie 1985). */
export const dampedHoltWinters: Method = additive(true);

/** `holtWinters` of the logarithms, where these are of use. */
export const logHoltWinters: Method = logarithmic(false);

/** `dampedHoltWinters` of the logarithms, where these are of use. */
export const logDampedHoltWinters: Method = logarithmic(true);

/** `holtWinters` with weights that nothing is fitted to. */
export const steadyHoltWinters: Method = additive(false, steadyShares);

/** Level and damped trend, times the season; added where values are not well above zero, or there is no season. */
export const multiplicativeHoltWinters: Method = (history, out) => {
  const { values, min, max, isPositive } = history;
  const season = usableSeason(history);
  if (season === undefined || !isPositive) return dampedHoltWinters(history, out);
  const initial = history.logIndices(season).map(portableExp);
  const fit = fitSeason(multiplied, values, initial, true);
  continueTrend(fit.state, phi(fit.shares), out);
  for (let h = 0; h < out.length; h++) {
    const forecast = out[h]! * fit.indices[(values.length + h) % season]!;
    out[h] = Math.min(Math.max(forecast, min / mostRatio), max * mostRatio);
  }
  replaceNonFinite(out, values.at(-1)!);
};
