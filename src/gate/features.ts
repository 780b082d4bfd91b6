// What the gate sees of one series: everything relative to the series' own scale, so that no unit matters. In: values, seasons and where
// a history ends. Out: the candidates' forecasts and the features of the series and of each step, worked out by kernels/classical/features.h.
import { candidateCount } from "../classical/candidates.js";
import { measuresOf, type OpenBlock, takeBlock, writeSeries } from "../classical/compiled/block.js";
import type { History } from "../classical/history.js";
import { chooseOrigins, mostOrigins } from "./origins.js";

export { candidateCount };
/**
 * Facts of the series, then each candidate's log error, then which candidates there are, then how far the newest values came out from what the
 * candidates' median, and the best of them, had said.
 */
export const factCount = 14;
export const newestCount = 2 * 6;
/** What networks see; last stands how much of a surprise the newest values are, by which it is chosen who answers. */
export const seriesFeatureCount = factCount + 2 * candidateCount + newestCount + 1;
/** Newest steps of the history that the recurrent summary walks over. */
export const recentLength = 64;
/** Of each: level, step, step over a season, phase as sine and cosine, and 1 where there is a step. */
export const recentFeatureCount = 6;
/** Facts of the step, then each candidate's deviation from the reference, then its log error at this step. */
export const stepFactCount = 6;
export const stepFeatureCount = stepFactCount + 2 * candidateCount;

export interface GateInputs {
  readonly horizon: number;
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

/** A part of a series as the gate looks at it. */
export interface Window {
  /** Steps that are known, at least one. */
  readonly origin: number;
  /** Earlier origins that the candidates are tested from. */
  readonly tested: readonly number[];
}

/** What stands in a block for each window: which origin it ends at, how many are tested, and which. */
const windowFields = 2 + mostOrigins;

/**
 * Writes a series and the windows of it that are asked about to a block, each origin once.
 * @param gateNumbers that the gates' weights take there
 */
export function writeWindows(
  { values, seasons }: History,
  horizon: number,
  windows: readonly Window[],
  gateNumbers = 0,
): OpenBlock {
  const origins = [...new Set(windows.flatMap(({ origin, tested }) => [origin, ...tested]))];
  const counts = { origins: origins.length, windows: windows.length, gateNumbers };
  const block = takeBlock({ ...measuresOf(values, seasons, horizon), ...counts });
  writeSeries(block, values, seasons, horizon);
  block.regions.origins.set(origins);
  block.set("originCount", origins.length);
  block.set("windowCount", windows.length);
  windows.forEach(({ origin, tested }, w) => {
    const places = [origin, ...tested].map((one) => origins.indexOf(one));
    block.regions.windows.set([places[0]!, tested.length, ...places.slice(1)], w * windowFields);
  });
  return block;
}

/** @param values [time] of which each window knows as many as it says */
export function describeWindows(history: History, horizon: number, windows: readonly Window[]): GateInputs[] {
  const block = writeWindows(history, horizon, windows);
  block.set("wantsRecent", 1);
  block.run("describe_windows");
  const { applies, origins, reference, scale, series, steps, recent } = block.regions;
  const cut = <Values extends Float64Array | Float32Array | Uint8Array>(from: Values, w: number, size: number) =>
    from.slice(w * size, (w + 1) * size) as Values;
  return windows.map(({ origin }, w) => ({
    horizon,
    applies: cut(applies, origins.indexOf(origin), candidateCount),
    reference: cut(reference, w, horizon),
    scale: scale[w]!,
    series: cut(series, w, seriesFeatureCount),
    steps: cut(steps, w, horizon * stepFeatureCount),
    recent: cut(recent, w, recentLength * recentFeatureCount),
  }));
}

/** Of a whole history. @param originLimit earlier origins that the candidates are tested from, at most */
export function gateInputs(history: History, horizon: number, originLimit: number = mostOrigins): GateInputs {
  const { length } = history.values;
  const met = history.seasons.filter((season) => season <= length);
  const tested = chooseOrigins(length, horizon, met, originLimit);
  return describeWindows(history, horizon, [{ origin: length, tested }])[0]!;
}
