// Holds the gate's quantiles to the data at hand: over the last horizons of some series, how far did what came lie outside. In:
// networks and a frame. Out: a factor for each knot's distance from the median (split conformal prediction on scores in units of the
// predicted distance: Vovk, Gammerman & Shafer 2005; Romano, Patterson & Candès 2019).
import { type Frame, type Series, sampleSeries } from "../series/frame.js";
import { forecastSeries } from "./forecast.js";
import type { GateNetwork } from "./network.js";
import { type GateCalibration, knots } from "./schema.js";

/** Forecasts that are made for it, over all series. */
const windowLimit = 240;
/** Of one series. */
const originLimit = 12;
/** Values that all of its histories may have, so that a forecast of one long series stays quick. */
const valueLimit = 60_000;
/** Windows at which the data are believed as much as the pretraining. */
const priorWindows = 30;
const mostFactor = 4;
/** Least history, in horizons, that is left at an origin. */
const leastHorizons = 3;

/** Every quantile as the networks say it. */
export const uncalibrated: GateCalibration = { factors: knots.map(() => 1) };

/** @param testLimit earlier origins that the candidates are tested from */
export async function calibrateGates(
  networks: readonly GateNetwork[],
  frame: Frame,
  seasons: readonly number[],
  horizon: number,
  testLimit: number,
  signal: AbortSignal,
): Promise<GateCalibration> {
  const scores: number[][] = knots.map(() => []);
  let windowCount = 0;
  const sample = sampleSeries(frame.series, windowLimit);
  const originCount = Math.max(1, Math.min(originLimit, Math.floor(windowLimit / sample.length)));
  let valueCount = 0;
  for (let back = 1; back <= originCount; back++)
    for (const { values } of sample) {
      const origin = originOf(values, back * horizon, horizon, seasons);
      if (origin === undefined || valueCount > valueLimit) continue;
      signal.throwIfAborted();
      if (++windowCount % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
      valueCount += origin;
      const { quantiles } = forecastSeries(networks, values.subarray(0, origin), seasons, horizon, testLimit);
      addScores(scores, quantiles, values.subarray(origin, origin + horizon), horizon);
    }
  const trust = windowCount / (windowCount + priorWindows);
  return { factors: knots.map((level, k) => (level === 0.5 ? 1 : factorOf(scores[k]!, level, trust))) };
}

/** @returns the length to cut at, where an observation ends the past and enough of it is left */
function originOf(
  values: Series["values"],
  ago: number,
  horizon: number,
  seasons: readonly number[],
): number | undefined {
  let origin = values.length - ago;
  while (origin > 0 && Number.isNaN(values[origin - 1]!)) origin--;
  const least = Math.max(leastHorizons * horizon, 2 * (seasons[0] ?? 1) + 4, 12);
  return origin >= least ? origin : undefined;
}

/** Distances of what came from the median, in distances of the knot. */
function addScores(scores: number[][], quantiles: Float64Array, actual: Float64Array, horizon: number): void {
  const middle = knots.indexOf(0.5);
  for (let h = 0; h < horizon; h++) {
    const median = quantiles[middle * horizon + h]!;
    for (let k = 0; k < knots.length; k++) {
      const score = (actual[h]! - median) / (quantiles[k * horizon + h]! - median);
      if (Number.isFinite(score)) scores[k]!.push(score);
    }
  }
}

/** The ⌈(n + 1) q⌉-th smallest score, q the share that is to lie inside, drawn towards 1 as far as there are few windows. */
function factorOf(scores: readonly number[], level: number, trust: number): number {
  if (scores.length === 0) return 1;
  const sorted = Float64Array.from(scores).sort();
  const share = Math.max(level, 1 - level);
  const rank = Math.min(sorted.length, Math.ceil((sorted.length + 1) * share));
  const factor = Math.min(Math.max(sorted[rank - 1]!, 1 / mostFactor), mostFactor);
  return Number((factor ** trust).toPrecision(6));
}
