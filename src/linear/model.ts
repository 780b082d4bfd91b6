// Forecasts that are weighted sums of a series' past values, the same weights for every series: a direct linear autoregression (as NLinear and
// DLinear are: Zeng et al. 2023). In: a fitted model and the end of a series. Out: its forecast.
import type { Series } from "../series/frame.js";

/** One regression. */
export interface LinearForm {
  /** On natural logarithms. */
  readonly log: boolean;
  /** Ascending, each above 1: 1 is the last value. */
  readonly lags: readonly number[];
  /** [lags × K] of the differences of the lagged values from the last one. */
  readonly weights: Float32Array;
  /** Of all forms they sum to 1. */
  readonly share: number;
}

/** What a series is expected to gain with every step beyond what the forms say of it. */
export interface SeriesDrift extends Pick<Series, "key" | "target"> {
  /** [forms] in its units, on logarithms in theirs */
  readonly slopes: readonly number[];
}

export interface LinearModel {
  /** K */
  readonly horizon: number;
  /** In steps, 1 for none: what a series shorter than the longest lag repeats before its begin. */
  readonly season: number;
  /** One, or several that are averaged: on values or on logarithms, over windows of their own. */
  readonly forms: readonly LinearForm[];
  /** Of the series that have one. */
  readonly drifts: readonly SeriesDrift[];
}

/**
 * Newest steps of a series that a forecast rests on.
 * @param least to see what range it keeps to
 */
export function linearReach({ season, forms }: LinearModel, least: number): number {
  return forms.reduce((most, { lags }) => Math.max(most, season + (lags.at(-1) ?? 1)), least);
}

/** In logarithms a series may leave what was seen by this factor at most. */
const mostRatio = 3;

/** @param values [time] finite, at least one @param out [horizon] of the model @param slopes [forms] a drift of the series' own */
export function forecastLinear(
  { horizon, season, forms }: LinearModel,
  values: Float64Array,
  out: Float64Array,
  slopes: readonly number[] = [],
): void {
  out.fill(0);
  const own = new Float64Array(horizon);
  for (const [f, form] of forms.entries()) {
    const { log, lags, weights, share } = form;
    const slope = slopes[f] ?? 0;
    for (let k = 0; k < horizon; k++) own[k] = slope * (k + 1);
    const read = readerOf(form, values);
    const last = read(values[values.length - 1]!);
    for (let i = 0; i < lags.length; i++) {
      const difference = read(valueAt(values, values.length - lags[i]!, season)) - last;
      for (let k = 0; k < horizon; k++) own[k]! += difference * weights[i * horizon + k]!;
    }
    const leave = log ? logLeaver(values) : (value: number) => value;
    for (let k = 0; k < horizon; k++) out[k]! += share * leave(last + own[k]!);
  }
}

/** @returns by lag, the last value's 1 first, what it weighs on average over the first `horizon` steps */
export function meanWeights({ horizon: all, forms }: LinearModel, horizon: number): Map<number, number> {
  const sums = new Map([[1, 1]]);
  for (const { lags, weights, share } of forms)
    for (const [i, lag] of lags.entries()) {
      let weight = 0;
      for (let k = 0; k < horizon; k++) weight += (share * weights[i * all + k]!) / horizon;
      sums.set(lag, (sums.get(lag) ?? 0) + weight);
      sums.set(1, sums.get(1)! - weight);
    }
  return new Map([...sums].sort(([a], [b]) => a - b));
}

/** Before its begin a series repeats its first season. */
function valueAt(values: Float64Array, t: number, season: number): number {
  if (t >= 0) return values[t]!;
  const cycle = Math.min(season, values.length);
  return values[cycle - 1 - ((-t - 1) % cycle)]!;
}

/** @returns how a form sees the values of a series */
export function readerOf({ log }: Pick<LinearForm, "log">, values: Float64Array): (value: number) => number {
  return log ? logReader(values) : (value) => value;
}

/** What is not above zero, as in a series that never was while the model was fitted, stands at the least that is. */
function logReader(values: Float64Array): (value: number) => number {
  const least = values.reduce((low, value) => (value > 0 && value < low ? value : low), Number.POSITIVE_INFINITY);
  const floor = Number.isFinite(least) ? Math.log(least) : 0;
  return (value) => (value > 0 ? Math.log(value) : floor);
}

function logLeaver(values: Float64Array): (value: number) => number {
  const most = mostRatio * values.reduce((high, value) => Math.max(high, value), 0);
  return (value) => Math.min(Math.exp(value), most);
}
