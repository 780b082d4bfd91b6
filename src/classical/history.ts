// One series as the classical methods take it, with what several of them need worked out once. In: values without gaps, and
// seasons. Out: those, with logarithms and seasonal indices made when first asked for.
import { portableExp, portableLog } from "../base/portable.js";
import { seasonalIndices } from "./decomposition.js";
import { smoothPhaseMeans } from "./phase-means.js";

export interface History {
  /** [time] finite, at least one value */
  readonly values: Float64Array;
  /** At most two, ascending, in steps, each above 1 and at most `values.length`. */
  readonly seasons: readonly number[];
  readonly min: number;
  readonly max: number;
  /** Whether logarithms are of use: all values are well above zero. */
  readonly isPositive: boolean;
  /** [time] natural logarithms of `values`; the values themselves where `isPositive` is false */
  readonly logs: Float64Array;
  /** [season] additive indices by t mod season, mean 0: of the values. */
  indices(season: number): Float64Array;
  /** [season] likewise, of the logarithms: exp of them multiplies. */
  logIndices(season: number): Float64Array;
  /** [season] means by t mod season, smoothed over neighbouring phases as far as that helps: of the values. */
  phaseMeans(season: number): Float64Array;
}

/** Below this share of the mean a value is too near zero for its logarithm to say anything of the level. */
const leastShare = 2e-3;

/** Goes on from the end of one series. @param out [horizon] filled with finite values */
export type Method = (history: History, out: Float64Array) => void;

/** Forecasts in logarithms end this far beyond what was seen: a small error in them grows to a large one. */
export const mostRatio = 3;

/** @param out [horizon] a forecast of `logs`, made one of the values, within bounds */
export function leaveLogs({ values, min, max, isPositive }: History, out: Float64Array): void {
  const last = values[values.length - 1]!;
  for (let h = 0; h < out.length; h++) {
    const value = isPositive ? Math.min(Math.max(portableExp(out[h]!), min / mostRatio), max * mostRatio) : out[h]!;
    out[h] = Number.isFinite(value) ? value : last;
  }
}

/** @param seasons those too long for the values are left out */
export function createHistory(values: Float64Array, seasons: readonly number[]): History {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  const isPositive = min > 0 && min >= (leastShare * sum) / values.length;
  let logs: Float64Array | undefined;
  const indices = new Map<number, Float64Array>();
  const logIndices = new Map<number, Float64Array>();
  const phaseMeans = new Map<number, Float64Array>();
  const remember = (known: Map<number, Float64Array>, season: number, make: () => Float64Array) => {
    const made = known.get(season) ?? make();
    known.set(season, made);
    return made;
  };
  const takeLogs = () => {
    if (logs !== undefined) return logs;
    logs = isPositive ? new Float64Array(values.length) : values;
    if (isPositive) for (let t = 0; t < values.length; t++) logs[t] = portableLog(values[t]!);
    return logs;
  };
  return {
    values,
    seasons: seasons.filter((season) => season > 1 && season <= values.length),
    min,
    max,
    isPositive,
    get logs() {
      return takeLogs();
    },
    indices: (season) => remember(indices, season, () => seasonalIndices(values, season)),
    logIndices: (season) => remember(logIndices, season, () => seasonalIndices(takeLogs(), season)),
    phaseMeans: (season) => remember(phaseMeans, season, () => smoothPhaseMeans(values, season)),
  };
}
