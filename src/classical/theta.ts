// The theta method, as the M3 and M4 competitions ran it. In: a series' history. Out: its continuation.
import { square } from "../base/portable.js";
import { seasonalRatios } from "./decomposition.js";
import type { History, Method } from "./history.js";
import { sumInLanes } from "./lanes.js";
import { replaceNonFinite } from "./smoothing.js";

/** 90 % of a normal distribution lie within this many deviations. */
const criticalValue = 1.645;

/**
 * The M4 competition's test: whether the autocorrelation at one season exceeds what that of a moving-average process of a shorter
 * order would (Bartlett's formula), 1.645 √((1 + 2 Σ r²) / n) with the sum over the lags below the season.
 * @param values [time]
 */
export function isSeasonal(values: Float64Array, season: number): boolean {
  const count = values.length;
  if (season < 2 || count < 3 * season) return false;
  const mean = meanOf(values);
  const deviations = new Float64Array(count);
  for (let t = 0; t < count; t++) deviations[t] = values[t]! - mean;
  const variance = covariance(deviations, 0);
  let squares = 0;
  for (let lag = 1; lag < season; lag++) squares += square(covariance(deviations, lag) / variance);
  return Math.abs(covariance(deviations, season) / variance) > criticalValue * Math.sqrt((1 + 2 * squares) / count);
}

function covariance(deviations: Float64Array, lag: number): number {
  return sumInLanes(lag, deviations.length, (t) => deviations[t]! * deviations[t - lag]!);
}

function meanOf(values: Float64Array): number {
  return values[0]! + sumInLanes(0, values.length, (t) => values[t]! - values[0]!) / values.length;
}

/** The best of these is where the search of the weight starts. */
const levelWeights = [0.01, 0.05, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95];
const leastWeight = 1e-4;
const mostWeight = 0.9999;
const narrowings = 9;
const leastReach = 1e-30;
const goldenShare = (Math.sqrt(5) - 1) / 2;

/**
 * Simple exponential smoothing with the weight and the first level of least squared one-step errors. For a given weight the error
 * is linear in the first level, εₜ = aₜ − (1 − α)ᵗ δ, so that the best δ is a ratio of two sums.
 * @param values [time] at least one
 * @returns the level after the last step
 */
export function smoothLevel(values: Float64Array): number {
  const found = new Float64Array(2);
  const run = (weight: number) => {
    runLevel(values, weight, found);
    return found[0]!;
  };
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  levelWeights.forEach((weight, i) => {
    const score = run(weight);
    if (score < least) {
      least = score;
      best = i;
    }
  });
  let low = levelWeights[best - 1] ?? leastWeight;
  let high = levelWeights[best + 1] ?? mostWeight;
  let lower = high - goldenShare * (high - low);
  let upper = low + goldenShare * (high - low);
  let lowerScore = run(lower);
  let upperScore = run(upper);
  for (let i = 0; i < narrowings; i++)
    if (lowerScore < upperScore) {
      high = upper;
      upper = lower;
      upperScore = lowerScore;
      lower = high - goldenShare * (high - low);
      lowerScore = run(lower);
    } else {
      low = lower;
      lower = upper;
      lowerScore = upperScore;
      upper = low + goldenShare * (high - low);
      upperScore = run(upper);
    }
  run((low + high) / 2);
  return found[1]!;
}

/** @param found [2] filled with the sum of squared errors and the level after the last step */
function runLevel(values: Float64Array, weight: number, found: Float64Array): void {
  const count = values.length;
  const decay = 1 - weight;
  let level = values[0]!;
  let reach = 1;
  let squares = 0;
  let products = 0;
  let reaches = 0;
  for (let t = 0; t < count; t++) {
    const error = values[t]! - level;
    squares += error * error;
    products += error * reach;
    reaches += reach * reach;
    level += weight * error;
    // Before it gets so small that the processor slows down.
    reach = reach > leastReach ? reach * decay : 0;
  }
  const shift = products / reaches;
  found[0] = squares - products * shift;
  found[1] = level + reach * shift;
}

/**
 * Half the sum of two lines gone on with: the least-squares line (θ = 0), and simple exponential smoothing of twice the values
 * less that line (θ = 2) (Assimakopoulos & Nikolopoulos 2000). That is smoothing with a drift of half the slope (Hyndman & Billah
 * 2003).
 * @param values [time] without season, at least one
 * @param out [horizon]
 */
function continueLines(values: Float64Array, out: Float64Array): void {
  const count = values.length;
  const middle = (count - 1) / 2;
  const mean = meanOf(values);
  const products = sumInLanes(0, count, (t) => (t - middle) * (values[t]! - mean));
  // Σ (t − middle)²
  const squares = (count * (count * count - 1)) / 12;
  const slope = squares > 0 ? products / squares : 0;
  const steeper = new Float64Array(count);
  for (let t = 0; t < count; t++) steeper[t] = 2 * values[t]! - mean - slope * (t - middle);
  const level = smoothLevel(steeper);
  for (let h = 0; h < out.length; h++) out[h] = (level + mean + slope * (count + h - middle)) / 2;
}

/** @param mayAdjust whether the season is to be taken out of a series with two cycles or more */
function thetaMethod(mayAdjust: (history: History, season: number) => boolean): Method {
  return (history, out) => {
    const { values, min } = history;
    const count = values.length;
    const season = history.seasons[0] ?? 1;
    if (season < 2 || count < 2 * season || !mayAdjust(history, season)) continueLines(values, out);
    else if (min > 0) {
      const ratios = seasonalRatios(values, season);
      const adjusted = new Float64Array(count);
      for (let t = 0; t < count; t++) adjusted[t] = values[t]! / ratios[t % season]!;
      continueLines(adjusted, out);
      for (let h = 0; h < out.length; h++) out[h]! *= ratios[(count + h) % season]!;
    } else {
      const indices = history.indices(season);
      const adjusted = new Float64Array(count);
      for (let t = 0; t < count; t++) adjusted[t] = values[t]! - indices[t % season]!;
      continueLines(adjusted, out);
      for (let h = 0; h < out.length; h++) out[h]! += indices[(count + h) % season]!;
    }
    if (min >= 0) for (let h = 0; h < out.length; h++) out[h] = Math.max(0, out[h]!);
    replaceNonFinite(out, values[count - 1]!);
  };
}

/** As the M4 competition's benchmark: the season is taken out, by classical decomposition, where the test finds it. */
export const theta: Method = thetaMethod(({ values }, season) => isSeasonal(values, season));

/** Takes the season out whatever the test says. */
export const adjustedTheta: Method = thetaMethod(() => true);
