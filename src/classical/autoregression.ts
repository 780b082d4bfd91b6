// A linear regression on the recent past and on the same phase cycles ago, the plainest model that learns both. In: values without
// gaps. Out: its recursive forecast.

import { square } from "../base/portable.js";
import { leaveLogs, type Method } from "./history.js";
import { sumInLanes } from "./lanes.js";
import { fitRidge } from "./ridge.js";
import { replaceNonFinite } from "./smoothing.js";

/** Older values say little of today's dynamics and cost time. */
const newestSteps = 1500;
const recentLagCount = 8;
/** Where a season is met so often, its own lags say more than many recent ones. */
const manyCycles = 12;
const fewLagCount = 4;
/** A lag is used where there are so many values more than twice its length. */
const leastRows = 8;
/** A recursion may leave the seen range by this share of its extent, no further. */
const margin = 0.7;

/** ŷ(t) = c + Σ w(l) y(t−l), iterated. */
export const autoregression: Method = ({ values, seasons }, out) => {
  autoregress(values, seasons, out);
};

/** The same of y(t) − y(t−m), m the first season, added to the last cycle. */
export const differencedAutoregression: Method = ({ values, seasons }, out) => {
  autoregressRises(values, seasons[0] ?? 1, seasons, out);
  replaceNonFinite(out, values[values.length - 1]!);
};

/** The same with m the second season, or the only one. */
export const longDifferencedAutoregression: Method = ({ values, seasons }, out) => {
  autoregressRises(values, seasons.at(-1) ?? 1, seasons, out);
  replaceNonFinite(out, values[values.length - 1]!);
};

/** `autoregression` of the logarithms, where these are of use. */
export const logAutoregression: Method = (history, out) => {
  autoregress(history.logs, history.seasons, out);
  leaveLogs(history, out);
};

/** `differencedAutoregression` of the logarithms, where these are of use: growth goes on, and the season grows with the level. */
export const logDifferencedAutoregression: Method = (history, out) => {
  autoregressRises(history.logs, history.seasons[0] ?? 1, history.seasons, out);
  leaveLogs(history, out);
};

function autoregressRises(values: Float64Array, season: number, seasons: readonly number[], out: Float64Array): void {
  const rises = new Float64Array(Math.max(1, values.length - season));
  for (let t = season; t < values.length; t++) rises[t - season] = values[t]! - values[t - season]!;
  autoregress(rises, seasons, out);
  const first = values.length - season;
  for (let h = 0; h < out.length; h++) out[h]! += h < season ? values[first + h]! : out[h - season]!;
}

/**
 * Ridge regression on standardised values.
 * @param values [time] at least one
 * @param seasons ascending, at most two
 * @param out [horizon] filled with finite values
 */
export function autoregress(values: Float64Array, seasons: readonly number[], out: Float64Array): void {
  const start = Math.max(0, values.length - newestSteps);
  const count = values.length - start;
  const last = values[values.length - 1]!;
  const centre = last + sumInLanes(start, values.length, (t) => values[t]! - last) / count;
  const spread = Math.sqrt(sumInLanes(start, values.length, (t) => square(values[t]! - centre)) / count);
  const lags = chooseLags(count, seasons);
  if (!(spread > 0) || !Number.isFinite(spread) || lags.length === 0) {
    out.fill(last);
    return;
  }
  const path = new Float64Array(count + out.length);
  let low = 0;
  let high = 0;
  for (let t = 0; t < count; t++) {
    const value = (values[start + t]! - centre) / spread;
    path[t] = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const reach = margin * (high - low);
  const weights = regressOnLags(path, count, lags);
  const lagCount = lags.length;
  for (let t = count; t < path.length; t++) {
    let value = weights[lagCount]!;
    for (let i = 0; i < lagCount; i++) value += weights[i]! * path[t - lags[i]!]!;
    value = Math.min(Math.max(value, low - reach), high + reach);
    path[t] = value;
    out[t - count] = centre + spread * value;
  }
  replaceNonFinite(out, last);
}

/** The last steps, and those around one cycle ago, or two. @returns ascending */
function chooseLags(count: number, [short, long]: readonly number[]): number[] {
  const isLongRun = short !== undefined && count >= manyCycles * short;
  const recent = Math.min(isLongRun ? fewLagCount : recentLagCount, Math.floor(count / 10), count - 2);
  const lags = Array.from({ length: Math.max(0, recent) }, (_, i) => i + 1);
  const seasonal: number[] = [];
  if (short !== undefined) seasonal.push(short - 1, short, short + 1);
  if (short !== undefined && isLongRun) seasonal.push(2 * short, 2 * short + 1);
  if (long !== undefined) seasonal.push(long - 1, long, long + 1);
  seasonal.sort((a, b) => a - b);
  for (const lag of seasonal) if (lag > (lags.at(-1) ?? 0) && count > 2 * lag + leastRows) lags.push(lag);
  return lags;
}

/** @param path [time] the first `count` are known @returns [lag + 1] a weight for each lag, then the constant */
function regressOnLags(path: Float64Array, count: number, lags: readonly number[]): Float64Array {
  const lagCount = lags.length;
  const size = lagCount + 1;
  const from = lags[lagCount - 1]!;
  const products = new Float64Array(size * size);
  const targets = new Float64Array(size);
  for (let i = 0; i < lagCount; i++) {
    const lag = lags[i]!;
    for (let j = 0; j <= i; j++) {
      // One step further back, a sum loses its newest product and gains an older one.
      const isNext = i > 0 && j > 0 && lags[i - 1] === lag - 1 && lags[j - 1] === lags[j]! - 1;
      products[i * size + j] = isNext
        ? products[(i - 1) * size + j - 1]! +
          path[from - lag]! * path[from - lags[j]!]! -
          path[count - lag]! * path[count - lags[j]!]!
        : sumProducts(path, from, count, lag, lags[j]!);
    }
    targets[i] = sumProducts(path, from, count, lag, 0);
    products[lagCount * size + i] = sumOf(path, from - lag, count - lag);
  }
  products[size * size - 1] = count - from;
  targets[lagCount] = sumOf(path, from, count);
  return fitRidge(products, targets, sumProducts(path, from, count, 0, 0), count - from);
}

/** Σ y(t−a) y(t−b) over from ≤ t < to */
function sumProducts(path: Float64Array, from: number, to: number, a: number, b: number): number {
  return sumInLanes(from, to, (t) => path[t - a]! * path[t - b]!);
}

function sumOf(path: Float64Array, from: number, to: number): number {
  return sumInLanes(from, to, (t) => path[t]!);
}
