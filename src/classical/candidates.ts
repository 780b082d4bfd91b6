// The forecasts that the gate mixes. In: a history. Out: what each method that applies to it says of the steps that follow.
import { airline } from "./airline.js";
import {
  autoregression,
  differencedAutoregression,
  logAutoregression,
  logDifferencedAutoregression,
  longDifferencedAutoregression,
} from "./autoregression.js";
import { keepWithin } from "./bounds.js";
import { climatology, climatologyAutoregression, logClimatologyAutoregression, longestWhole } from "./climatology.js";
import { doubleSeasonal } from "./double-seasonal.js";
import type { History, Method } from "./history.js";
import {
  dampedHoltWinters,
  holtWinters,
  logDampedHoltWinters,
  logHoltWinters,
  multiplicativeHoltWinters,
  steadyHoltWinters,
} from "./holt-winters.js";
import { demandProbability } from "./intermittent.js";
import { mstl } from "./mstl.js";
import {
  cycleMean,
  drift,
  longCycleMean,
  longSeasonalNaive,
  mean,
  meanSeasonalNaive,
  naive,
  seasonalDrift,
  seasonalNaive,
  seasonalRatio,
} from "./naive.js";
import { theta } from "./theta.js";

export interface Candidate {
  readonly name: string;
  /** Whether the method has what it needs, and says something the simpler ones do not. */
  applies(history: History): boolean;
  readonly forecast: Method;
}

/** Too short a series fits any autoregression. */
const leastRegressed = 12;
/** The share of zeros from which on a series counts as demand that comes now and then. */
const leastZeros = 0.1;

const always = () => true;
const isPositive = (history: History) => history.isPositive;
const hasSeason = ({ seasons }: History) => seasons.length > 0;
const hasTwoSeasons = ({ seasons }: History) => seasons.length > 1;
/** Some season, by two cycles. */
const meetsCycles = (history: History) => longestWhole(history) > 1;
const meetsLongCycles = (history: History) =>
  history.seasons.length > 1 && longestWhole(history) === history.seasons[1];
const isIntermittent = ({ values, min, max }: History) =>
  min === 0 &&
  max > 0 &&
  values.reduce((zeros, value) => (value === 0 ? zeros + 1 : zeros), 0) >= leastZeros * values.length;
const both =
  (...conditions: readonly Candidate["applies"][]): Candidate["applies"] =>
  (history) =>
    conditions.every((applies) => applies(history));

/** In the order of the gate's weights. */
export const candidates: readonly Candidate[] = [
  { name: "naive", applies: always, forecast: naive },
  { name: "drift", applies: always, forecast: drift },
  { name: "mean", applies: always, forecast: mean },
  { name: "cycle-mean", applies: always, forecast: cycleMean },
  { name: "seasonal-naive", applies: hasSeason, forecast: seasonalNaive },
  { name: "seasonal-drift", applies: meetsCycles, forecast: seasonalDrift },
  { name: "seasonal-ratio", applies: both(isPositive, meetsCycles), forecast: seasonalRatio },
  { name: "long-seasonal-naive", applies: hasTwoSeasons, forecast: longSeasonalNaive },
  { name: "long-cycle-mean", applies: hasTwoSeasons, forecast: longCycleMean },
  { name: "mean-seasonal-naive", applies: hasTwoSeasons, forecast: meanSeasonalNaive },
  { name: "holt-winters", applies: always, forecast: holtWinters },
  { name: "holt-winters-damped", applies: always, forecast: dampedHoltWinters },
  { name: "holt-winters-log", applies: isPositive, forecast: logHoltWinters },
  { name: "holt-winters-log-damped", applies: isPositive, forecast: logDampedHoltWinters },
  { name: "holt-winters-multiplicative", applies: both(isPositive, meetsCycles), forecast: multiplicativeHoltWinters },
  { name: "holt-winters-steady", applies: always, forecast: steadyHoltWinters },
  { name: "theta", applies: always, forecast: theta },
  { name: "ar", applies: ({ values }) => values.length >= leastRegressed, forecast: autoregression },
  { name: "ar-differenced", applies: meetsCycles, forecast: differencedAutoregression },
  {
    name: "ar-log",
    applies: both(isPositive, ({ values }) => values.length >= leastRegressed),
    forecast: logAutoregression,
  },
  { name: "ar-log-differenced", applies: both(isPositive, meetsCycles), forecast: logDifferencedAutoregression },
  { name: "ar-long-differenced", applies: meetsLongCycles, forecast: longDifferencedAutoregression },
  { name: "airline", applies: both(isPositive, meetsCycles), forecast: airline },
  { name: "double-seasonal", applies: meetsLongCycles, forecast: doubleSeasonal },
  { name: "mstl", applies: meetsCycles, forecast: mstl },
  { name: "climatology", applies: meetsCycles, forecast: climatology },
  { name: "climatology-ar", applies: meetsCycles, forecast: climatologyAutoregression },
  {
    name: "climatology-ar-log",
    applies: both(isPositive, meetsCycles),
    forecast: logClimatologyAutoregression,
  },
  { name: "demand-probability", applies: isIntermittent, forecast: demandProbability },
];

/**
 * @param out [candidate × horizon] filled with finite values, kept near the seen range, for each candidate that applies; NaN for the others
 * @param applies [candidate] 1 or 0
 */
export function forecastCandidates(history: History, horizon: number, out: Float64Array, applies: Uint8Array): void {
  candidates.forEach((candidate, i) => {
    const row = out.subarray(i * horizon, (i + 1) * horizon);
    applies[i] = candidate.applies(history) ? 1 : 0;
    if (applies[i] === 0) {
      row.fill(Number.NaN);
      return;
    }
    candidate.forecast(history, row);
    keepWithin(history, row);
  });
}
