// How much of a combination is whose. In: what models forecast of steps held back, and what came. Out: their weights, of the panel and of
// each series, and how far the quantiles of all together have to be stretched.
import type { Fold } from "../evaluate/folds.js";
import type { Frame } from "../series/frame.js";

/** Of what is held back. All arrays are [folds][series × horizon], NaN = no forecast. */
export interface HeldBack {
  readonly frame: Frame;
  readonly horizon: number;
  readonly folds: readonly Fold[];
  /** [series] what an error counts in; NaN or 0 for series that cannot be measured. */
  readonly scales: Float64Array;
}

/** What a model weighs falls with its error on the panel, to this power where there are few windows, and to twice of it where there are many. */
const panelPower = 2;
/** Windows at which the power has half of its growth. */
const knownWindows = 30;
/** And, in a series, with what its error there is of its error on the panel, to this power. */
const seriesPower = 3;
/** Steps of a series at which its own errors are believed as much as those of the panel. */
const trustedSteps = 4;
/** A series' own error counts as no less than about this share of what models err on the panel: some hit a short series by chance. */
const leastOwnError = 0.02;
/**
 * Correlation of errors among the series of a panel at one origin, which meet the same shocks: hundreds of them say as much as
 * 1/correlation that have nothing in common (the design effect: Kish 1965).
 */
const sharedShocks = 0.5;

export interface Weighing {
  /** [models] of each by itself, in the units of the scales */
  readonly errors: readonly number[];
  /** [models] likewise; they sum to 1 */
  readonly weights: readonly number[];
  /** [series][models], those of the panel for a series that cannot be measured */
  readonly seriesWeights: readonly (readonly number[])[];
}

/**
 * Weights that fall with the absolute errors (Bates & Granger 1969, but for the power), those on the panel and those on each series.
 * Weights that fit what was held back best are mostly chance where there is little of it (Claeskens et al. 2016).
 * @param models what each forecast
 * @param priorWeights of each where all did equally well; they sum to 1
 */
export function weigh(
  held: HeldBack,
  models: readonly (readonly Float64Array[])[],
  priorWeights: readonly number[],
): Weighing {
  const seriesCount = held.frame.series.length;
  const sums = models.map(() => new Float64Array(seriesCount));
  const counts = new Float64Array(seriesCount);
  let windowCount = 0;
  const said = new Float64Array(models.length);
  eachWindow(held, (f, s, actualAt) => {
    windowCount++;
    for (let k = 0; k < held.horizon; k++) {
      const actual = actualAt(k);
      for (const [m, forecasts] of models.entries()) said[m] = forecasts[f]![s * held.horizon + k]! - actual;
      if (said.some(Number.isNaN)) continue;
      counts[s]!++;
      for (const [m, error] of said.entries()) sums[m]![s]! += Math.abs(error) / held.scales[s]!;
    }
  });
  const stepCount = sumOf(counts);
  const errors = sums.map((own) => sumOf(own) / stepCount);
  const weights = fallingWeights(priorWeights, errors, panelPower * (1 + windowCount / (windowCount + knownWindows)));
  const least = (leastOwnError * sumOf(errors)) / errors.length;
  const seriesWeights = Array.from(counts, (count, s) => {
    if (count === 0 || !(least > 0)) return weights;
    const ratios = errors.map((error, m) => (sums[m]![s]! / count + least) / (error + least));
    return fallingWeights(weights, ratios, (seriesPower * count) / (count + trustedSteps));
  });
  return { errors, weights, seriesWeights };
}

/** Without a single error the data say nothing; what made none is the answer. */
function fallingWeights(weights: readonly number[], errors: readonly number[], power: number): readonly number[] {
  if (errors.some(Number.isNaN)) return weights;
  const least = Math.min(...errors);
  const odds = errors.map((error, m) => weights[m]! * (error === least ? 1 : (least / error) ** power));
  const sum = sumOf(odds);
  return sum > 0 ? odds.map((one) => one / sum) : weights;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/**
 * What errors are together of what they are apart: parts that err to either side cancel, and distances that are averaged do not know of it.
 * @param weights [series][models]
 * @returns 1 where nothing was observed
 */
export function cancellation(
  held: HeldBack,
  models: readonly (readonly Float64Array[])[],
  weights: readonly (readonly number[])[],
): number {
  let [together, apart] = [0, 0];
  eachWindow(held, (f, s, actualAt) => {
    for (let k = 0; k < held.horizon; k++) {
      let [sum, sizes] = [0, 0];
      for (const [m, forecasts] of models.entries()) {
        const weighed = (weights[s]![m]! * (forecasts[f]![s * held.horizon + k]! - actualAt(k))) / held.scales[s]!;
        sum += weighed;
        sizes += Math.abs(weighed);
      }
      if (Number.isNaN(sum)) continue;
      together += Math.abs(sum);
      apart += sizes;
    }
  });
  return apart > 0 ? together / apart : 1;
}

/** @param seriesCounts [folds] series that were measured */
function countWindows(seriesCounts: Float64Array): number {
  return seriesCounts.reduce((sum, m) => sum + (m === 0 ? 0 : m / (1 + (m - 1) * sharedShocks)), 0);
}

/** Windows at which the stretch that the errors ask for is believed as much as what is expected. */
const trustedWindows = 30;
const mostStretch = 3;
/** What the quantiles are of that are stretched. */
export const measuredLevels = [0.1, 0.9] as const;
const coverage = 0.8;

/**
 * The factor at which as many errors as should be lie within the quantiles: of n the (n + 1)·0.8-th smallest (split conformal
 * prediction: Vovk, Gammerman & Shafer 2005), drawn towards what is expected as far as there are
 * few.
 * @param quantiles at `measuredLevels`
 * @param expected above 0
 */
export function stretchOf(
  held: HeldBack,
  points: readonly Float64Array[],
  quantiles: readonly (readonly Float64Array[])[],
  expected: number,
): number {
  const ratios: number[] = [];
  const seriesCounts = new Float64Array(held.folds.length);
  eachWindow(held, (f, s, actualAt) => {
    const [low, high] = quantiles[f]!;
    for (let k = 0; k < held.horizon; k++) {
      const i = s * held.horizon + k;
      const error = actualAt(k) - points[f]![i]!;
      const ratio = error / ((error < 0 ? low : high)![i]! - points[f]![i]!);
      if (Number.isFinite(ratio)) ratios.push(ratio);
    }
    seriesCounts[f]!++;
  });
  if (ratios.length === 0) return expected;
  ratios.sort((a, b) => a - b);
  const wanted = ratios[Math.min(ratios.length, Math.ceil((ratios.length + 1) * coverage)) - 1]!;
  const windowCount = countWindows(seriesCounts);
  const trust = windowCount / (windowCount + trustedWindows);
  const believed = Math.min(Math.max(wanted, 1 / mostStretch), mostStretch);
  return Number((believed ** trust * expected ** (1 - trust)).toPrecision(4));
}

/** Every window of a series that can be measured. @param visit gets fold, series and the actual of each step */
function eachWindow(
  { frame, folds, scales }: HeldBack,
  visit: (f: number, s: number, actualAt: (k: number) => number) => void,
): void {
  for (const [f, { origins }] of folds.entries())
    for (const [s, { values }] of frame.series.entries()) {
      const origin = origins[s]!;
      if (origin >= 0 && scales[s]! > 0) visit(f, s, (k) => values[origin + k] ?? Number.NaN);
    }
}
