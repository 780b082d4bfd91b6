// How the spread of a series goes with its level, from short stretches of it: what decides on a variance-stabilising
// transform. In: values. Out: a Box–Cox λ, or whether a logarithm is called for.
import { mean, observedCount, standardDeviation } from "../base/numeric.js";
import { differenceLevels } from "./difference.js";

/** Level and spread of stretches of a series. Stretches that do not vary are left out. */
interface LocalSpreads {
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

/** Enough stretches for an estimate, however long the series. */
const maxStretchCount = 2000;

function localSpreads(values: Float64Array, length: number): LocalSpreads {
  const available = Math.floor(values.length / length);
  const stride = Math.max(1, Math.ceil(available / maxStretchCount));
  const means: number[] = [];
  const deviations: number[] = [];
  for (let g = 0; g < available; g += stride) {
    const end = values.length - g * length;
    const stretch = values.subarray(end - length, end);
    if (observedCount(stretch) * 2 < length) continue;
    const level = mean(stretch);
    const deviation = standardDeviation(stretch);
    // A deviation in the last digits is rounding, and a single value has none.
    if (!(deviation > 1e-12 * Math.abs(level))) continue;
    means.push(level);
    deviations.push(deviation);
  }
  return { means: Float64Array.from(means), deviations: Float64Array.from(deviations) };
}

/**
 * λ at which the spread of stretches of one season stands in a constant ratio to level^(1 − λ): the least coefficient of
 * variation of s/m^(1 − λ) (Guerrero 1993, J. Forecasting 12, 37–48).
 * @param values above 0, NaN where unobserved @returns λ in [−1, 1]; 1, which changes nothing but the unit, without evidence
 */
export function guerreroLambda(values: Float64Array, season: number): number {
  const { means, deviations } = localSpreads(values, Math.max(2, season));
  if (means.length < 2) return 1;
  // Only ratios count, so levels are taken relative to one of them, which keeps powers in range.
  const relative = means.map((level) => level / means[0]!);
  const variation = (lambda: number) => {
    const ratios = deviations.map((deviation, g) => deviation / relative[g]! ** (1 - lambda));
    return standardDeviation(ratios) / mean(ratios);
  };
  const lambda = minimise(variation, -1, 1);
  return Number.isFinite(variation(lambda)) ? lambda : 1;
}

/** Golden-section search (Kiefer 1953) for the least value of a function with one minimum. */
function minimise(cost: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  while (high - low > 1e-4) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (cost(left) <= cost(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

/** Stretches where there is no season to measure one by. */
const plainStretch = 8;
/** Fewer stretches than this, over all series, say nothing. */
const minStretchCount = 6;
/** Levels must differ by this factor within a series for a logarithm to matter. */
const minLevelRatio = 1.5;

/**
 * Whether the logarithm makes these series more even: the local spread clearly grows in proportion to the local level
 * (a slope of log spread on log level nearer to 1 than to 0), and seasonal changes are likelier on the log scale than as they
 * are (Box & Cox 1964, section 3, at λ = 0 and 1). Either alone would also take small counts, whose logarithms are mostly noise.
 * @param columns values of each series, NaN where unobserved
 */
export function prefersLogarithm(columns: readonly Float64Array[], season: number): boolean {
  if (!columns.every((values) => values.every((value) => !(value <= 0)))) return false;
  return growsWithLevel(columns, season) && isLikelierAsLogarithm(columns, season);
}

/** Regression of log spread on log level with an own intercept for each series. */
function growsWithLevel(columns: readonly Float64Array[], season: number): boolean {
  let [xx, xy, yy, count, seriesCount] = [0, 0, 0, 0, 0];
  let widest = 0;
  for (const values of columns) {
    const length = season > 1 && values.length >= minStretchCount * season ? season : plainStretch;
    const { means, deviations } = localSpreads(values, length);
    if (means.length < 2) continue;
    const x = means.map(Math.log);
    const y = deviations.map(Math.log);
    const [meanX, meanY] = [mean(x), mean(y)];
    for (let g = 0; g < x.length; g++) {
      xx += (x[g]! - meanX) ** 2;
      xy += (x[g]! - meanX) * (y[g]! - meanY);
      yy += (y[g]! - meanY) ** 2;
    }
    widest = Math.max(widest, Math.max(...x) - Math.min(...x));
    count += x.length;
    seriesCount++;
  }
  if (count < minStretchCount || widest < Math.log(minLevelRatio)) return false;
  // At least 2: each series counted has two stretches or more.
  const freedom = count - seriesCount - 1;
  const slope = xy / xx;
  const error = Math.sqrt(Math.max(0, yy - slope * xy) / freedom / xx);
  return slope - error > 0.5;
}

/** Log-likelihood a step must gain, so that data which do as well either way stay as they are. */
const minGain = 0.05;

/** Mean gain in log-likelihood a step of normal changes over a season, by going from λ = 1 to λ = 0. */
function isLikelierAsLogarithm(columns: readonly Float64Array[], season: number): boolean {
  let gain = 0;
  let count = 0;
  for (const values of columns) {
    const lag = values.length >= 2 * season + plainStretch ? season : 1;
    const logs = values.map(Math.log);
    const [plain, logarithmic] = [changeDeviation(values, lag), changeDeviation(logs, lag)];
    if (!(plain > 0 && logarithmic > 0)) continue;
    const observed = observedCount(values);
    // The logarithm's Jacobian is the sum of log v.
    gain += observed * (Math.log(plain) - Math.log(logarithmic) - mean(logs));
    count += observed;
  }
  return gain > minGain * count;
}

/** Of the changes over `lag` steps; a steady growth is no deviation. */
function changeDeviation(values: Float64Array, lag: number): number {
  return standardDeviation(differenceLevels(values, lag));
}
