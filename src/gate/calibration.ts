// Holds the gate's quantiles to the data at hand: at earlier origins of some series, how far did what came lie outside. In:
// networks and a frame. Out: a factor for each knot's distance from the median (split conformal prediction on scores in units of the
// predicted distance: Vovk, Gammerman & Shafer 2005; Romano, Patterson & Candès 2019; newer scores weigh more: Barber et al. 2023).

import { lastObservedIndex } from "../base/numeric.js";
import { portablePower, square } from "../base/portable.js";
import { nextTurn } from "../base/turn.js";
import { type Frame, sampleSeries } from "../series/frame.js";
import { keepForecast, openHistory } from "./forecast.js";
import { forecastWindows, type GateNetwork } from "./network.js";
import { chooseOrigins, testedWindows } from "./origins.js";
import { type GateCalibration, knots, medianKnot } from "./schema.js";
import { shortfalls, widen } from "./widths.js";

/** Series that are looked at. */
const seriesLimit = 240;
/** Forecasts that are made, over all of them. */
const windowLimit = 1200;
/** Windows at which the data are believed as much as the pretraining. */
const priorWindows = 30;
const mostFactor = 4;
/** What is believed of a lean to one side: the windows of a panel share a few stretches of time, and with them whatever happened there. */
const leanShare = 0.5;
/** Of these the newest window is tested from all but two: about as many as a large panel's forecast is. */
const fewestOrigins = 5;

/** Steps forecast of all series up to which the forecast is made in passing and kept: some 5 MB. */
const keptSteps = 20_000;

/** Every quantile as the networks say it. */
export const uncalibrated: GateCalibration = { factors: knots.map(() => 1), shortfalls };

interface Score {
  /** The distance of what came from the median, in distances of the knot. */
  readonly ratio: number;
  readonly weight: number;
}

/**
 * The windows begin at the origins from which a forecast tests the candidates anyway, and are themselves tested from the older
 * ones of these, so that they cost little more than the forecast.
 * @param testLimit earlier origins that the candidates are tested from
 */
export async function calibrateGates(
  networks: readonly GateNetwork[],
  frame: Frame,
  seasons: readonly number[],
  horizon: number,
  testLimit: number,
  signal: AbortSignal,
): Promise<GateCalibration> {
  const scores: Score[][] = knots.map(() => []);
  let windowCount = 0;
  let seriesCount = 0;
  const sample = sampleSeries(
    frame.series.filter(({ values }) => lastObservedIndex(values) >= 0),
    seriesLimit,
  );
  const windowsEach = Math.ceil(windowLimit / Math.max(1, sample.length));
  for (const { values } of sample) {
    const history = openHistory(values, seasons);
    const end = history.values.length;
    const origins = chooseOrigins(end, horizon, seasons, Math.max(fewestOrigins, testLimit));
    const ends = origins.filter((origin) => end - origin >= horizon).slice(0, windowsEach);
    const windows = testedWindows(ends, origins);
    // From the same origins, and one more.
    const isKept = sample.length * horizon <= keptSteps;
    const newest = { origin: end, tested: origins.slice(0, testLimit) };
    const forecasts = forecastWindows(networks, history, horizon, isKept ? [...windows, newest] : windows);
    if (isKept)
      keepForecast(values, { networks, seasons, horizon, originLimit: testLimit }, forecasts[windows.length]!);
    windows.forEach(({ origin }, w) => {
      const actual = history.values.subarray(origin, origin + horizon);
      const { quantiles } = forecasts[w]!;
      widen(quantiles, origin, seasons[0] ?? 1);
      addScores(scores, quantiles, actual, square(horizon / (end - origin)));
    });
    windowCount += windows.length;
    if (++seriesCount % 8 === 0) await nextTurn(signal);
  }
  const trust = windowCount / (windowCount + priorWindows);
  return {
    factors: lessLeaning(knots.map((level, k) => (level === 0.5 ? 1 : factorOf(scores[k]!, level, trust)))),
    shortfalls,
  };
}

/** Each factor drawn towards that of the knot on the other side, in logarithms. @param factors [knot] */
function lessLeaning(factors: readonly number[]): number[] {
  return factors.map((own, k) => {
    const other = factors[factors.length - 1 - k]!;
    return Number((own * portablePower(other / own, (1 - leanShare) / 2)).toPrecision(6));
  });
}

/** @param actual [horizon] */
function addScores(scores: readonly Score[][], quantiles: Float64Array, actual: Float64Array, weight: number): void {
  const horizon = actual.length;
  for (let h = 0; h < horizon; h++) {
    const median = quantiles[medianKnot * horizon + h]!;
    for (let k = 0; k < knots.length; k++) {
      const ratio = (actual[h]! - median) / (quantiles[k * horizon + h]! - median);
      if (Number.isFinite(ratio)) scores[k]!.push({ ratio, weight });
    }
  }
}

/** The weighted quantile of the scores, at the share that is to lie inside; drawn towards 1 as far as there are few windows. */
function factorOf(scores: readonly Score[], level: number, trust: number): number {
  if (scores.length === 0) return 1;
  const sorted = scores.toSorted((a, b) => a.ratio - b.ratio);
  // One more, of unknown size: that of the forecast to come.
  const most = scores.reduce((weight, score) => Math.max(weight, score.weight), 0);
  let left = Math.max(level, 1 - level) * scores.reduce((sum, { weight }) => sum + weight, most);
  let rank = 0;
  while (rank < sorted.length - 1 && sorted[rank]!.weight < left) left -= sorted[rank++]!.weight;
  const factor = Math.min(Math.max(sorted[rank]!.ratio, 1 / mostFactor), mostFactor);
  return Number(portablePower(factor, trust).toPrecision(6));
}
