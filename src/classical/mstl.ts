// Multiple seasonal-trend decomposition by loess (Bandara, Hyndman & Bergmeir, MSTL, 2021), after Cleveland et al. 1990 for one season,
// and the forecast that stands on it. In: a history. Out: seasonal parts gone on by their last cycles, over what is left smoothed and extended.
import { portableExp } from "../base/portable.js";
import type { History, Method } from "./history.js";
import { replaceNonFinite, smoothLevelTrend } from "./smoothing.js";
import { separateSeason } from "./stl.js";

export interface Decomposition {
  /** [season][time] */
  readonly seasonal: readonly Float64Array[];
  /** [time] */
  readonly trend: Float64Array;
  /** [time] the values less all of these */
  readonly remainder: Float64Array;
}

/** How often each of several seasons is worked out afresh without the others. */
const outerCount = 2;

/** Decomposed as it is or in logarithms, whichever leaves the smaller remainder. */
export const mstl: Method = (history, out) => {
  const { values } = history;
  const seasons = wholeSeasons(history);
  const plain = decompose(values, seasons);
  const logarithmic = history.isPositive && seasons.length > 0 ? decompose(history.logs, seasons) : undefined;
  if (logarithmic && deviationInLevels(values, logarithmic) < deviation(plain)) {
    extend(logarithmic, seasons, out);
    for (let h = 0; h < out.length; h++) out[h] = portableExp(out[h]!);
  } else extend(plain, seasons, out);
  replaceNonFinite(out, values[values.length - 1]!);
};

function extend({ seasonal, trend, remainder }: Decomposition, seasons: readonly number[], out: Float64Array): void {
  const unseasonal = new Float64Array(trend.length);
  for (let t = 0; t < trend.length; t++) unseasonal[t] = trend[t]! + remainder[t]!;
  smoothLevelTrend(unseasonal, out);
  seasons.forEach((season, i) => {
    const part = seasonal[i]!;
    const first = part.length - season;
    for (let h = 0; h < out.length; h++) out[h]! += part[first + (h % season)]!;
  });
}

/** Σ |remainder|. */
function deviation({ remainder }: Decomposition): number {
  let sum = 0;
  for (let t = 0; t < remainder.length; t++) sum += Math.abs(remainder[t]!);
  return sum;
}

/** The same of a decomposition of logarithms, in the values' own unit. */
function deviationInLevels(values: Float64Array, { remainder }: Decomposition): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += Math.abs(values[t]! * (1 - portableExp(-remainder[t]!)));
  return sum;
}

/** Those met by two cycles. */
function wholeSeasons({ values, seasons }: History): number[] {
  return seasons.filter((season) => 2 * season <= values.length);
}

/**
 * @param values [time]
 * @param seasons ascending, each met by two cycles; without any, everything is remainder
 */
export function decompose(values: Float64Array, seasons: readonly number[]): Decomposition {
  const count = values.length;
  const seasonal = seasons.map(() => new Float64Array(count));
  const trend = new Float64Array(count);
  const remainder = values.slice();
  for (let pass = 0; pass < (seasons.length > 1 ? outerCount : 1); pass++)
    seasons.forEach((season, i) => {
      const part = seasonal[i]!;
      for (let t = 0; t < count; t++) remainder[t]! += part[t]!;
      separateSeason(remainder, season, 7 + 4 * (i + 1), part, trend);
      for (let t = 0; t < count; t++) remainder[t]! -= part[t]!;
    });
  for (let t = 0; t < count; t++) remainder[t]! -= trend[t]!;
  return { seasonal, trend, remainder };
}
