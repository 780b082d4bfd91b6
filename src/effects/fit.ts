// Finds what covariates known ahead add to the series of a frame, as far as it helps to forecast them: regressions of several kinds
// are tried on the newest steps, held back, with the pretrained model forecasting what they leave. In: a frame. Out: effects, or none.
import { setImmediate } from "node:timers/promises";
import { lastObservedIndex, mean, quantileOfSorted } from "../base/numeric.js";
import { square } from "../base/portable.js";
import { chooseCovariates } from "../features/covariates.js";
import type { Window } from "../gate/features.js";
import { openHistory } from "../gate/forecast.js";
import { forecastWindows } from "../gate/network.js";
import { chooseOrigins, testedWindows } from "../gate/origins.js";
import { knots as quantileLevels } from "../gate/schema.js";
import { pretrainedGates } from "../gate/weights.js";
import { fitCovariates } from "../scale/preparation.js";
import { dropSteps, type Frame, type Series, sampleSeries } from "../series/frame.js";
import { channelsOf, effectOf, profileOf, recentMeans, termsOf } from "./model.js";
import { regressOn } from "./regression.js";
import { type Curve, type Effects, type SeriesEffect, type Shape, termCounts } from "./schema.js";

/** Steps of each series that are looked at. */
const newestSteps = 20_000;
/** Series that regressions are tried on. */
const triedSeries = 24;
/** Forecasts of each at most, and over all of them. */
const triedWindows = 6;
const triedLimit = 96;
/** Origins that candidates are tested from. */
const originLimit = 9;
/** A channel of fewer different values has a straight line. */
const fewValues = 5;
const knotLevels = [0.25, 0.5, 0.75];
/** Steps to a term from which on lines may bend. */
const stepsPerBend = 8;
/** What is tried counts by the eighth power of its error, and not at all below this weight. */
const eighthPower = (x: number) => square(square(square(x)));
const leastWeight = 0.05;
/** No kind is taken for better than by this ratio of the error without. */
const leastRatio = 1e-3;

/** A way to regress: on differences that leave less of what else moves the series. */
interface Kind {
  readonly lags: readonly number[];
  /** Of the steps themselves, of their recent means too, or of both along with the series' profile. */
  readonly terms: "now" | "all" | "scaled";
}

/**
 * Each kind counts by its errors on what was held back, and so does doing without: what helps little is shrunk.
 * @param seasons ascending, in steps
 * @returns undefined without covariates that are known ahead, and where they do not help
 * @throws the signal's reason when aborted
 */
export async function fitEffects(
  frame: Frame,
  horizon: number,
  seasons: readonly number[],
  signal: AbortSignal,
): Promise<Effects | undefined> {
  if (!frame.covariates?.some(({ kind }) => kind === "future")) return undefined;
  const known = frame.series
    .filter(({ values }) => lastObservedIndex(values) >= 0)
    .map((series) => dropSteps(frame, series, Math.max(0, series.values.length - newestSteps)));
  if (known.length === 0) return undefined;
  const shape = shapeOf({ ...frame, series: known }, seasons);
  const season = seasons[0] ?? 1;
  const kinds = kindsOf(season, termCounts(shape).lately > 0);
  const task = { frame, horizon, seasons, signal };
  const weights = await weigh(task, sampleSeries(known, triedSeries), shape, kinds);
  if (weights.every((weight) => weight === 0)) return undefined;
  const series: SeriesEffect[] = [];
  for (const [s, one] of known.entries()) {
    const { key, target, values } = one;
    const isScaled = kinds.some(({ terms }, k) => terms === "scaled" && weights[k]! > 0);
    const profile = isScaled ? profileOf(one, season) : undefined;
    const terms = termsOf(frame, one, shape, values.length, profile);
    const coefficients = new Array<number>(terms.length).fill(0);
    for (const [k, kind] of kinds.entries()) {
      if (weights[k] === 0) continue;
      coefficientsOf(terms, shape, values, kind)?.forEach((coefficient, i) => {
        coefficients[i]! += weights[k]! * coefficient;
      });
    }
    if (coefficients.every((coefficient) => coefficient === 0)) continue;
    series.push({ key, target, centre: centreOf(terms, coefficients), ...(profile && { profile }), coefficients });
    if (s % 16 === 15) await pause(signal);
  }
  return series.length === 0 ? undefined : { ...shape, series };
}

function kindsOf(season: number, canLookBack: boolean): Kind[] {
  const lags = season > 1 ? [season] : [1];
  return [
    { lags, terms: "now" },
    ...(season > 1 ? [{ lags: [1, season], terms: "now" } as const, { lags, terms: "scaled" } as const] : []),
    ...(canLookBack ? [{ lags, terms: "all" } as const] : []),
  ];
}

/** Lines bend where there is data enough for it. */
function shapeOf(frame: Frame, seasons: readonly number[]): Shape {
  const columns = chooseCovariates(frame).filter(({ kind }) => kind === "future");
  const scales = fitCovariates(frame, frame.covariates!).filter(({ name }) => columns.some((one) => one.name === name));
  const season = seasons[0] ?? 1;
  const memory = season > 12 ? season : 4;
  const sampled = sampleSeries(frame.series, triedSeries);
  const seen = sampled.map((series) => channelsOf(frame, series, { columns, scales }, series.values.length));
  const channels = Array.from({ length: seen[0]!.length }, (_, c) => {
    const values = seen.map((own) => own[c]!);
    if (new Set(values.flatMap((own) => Array.from(new Set(own)))).size < fewValues) return null;
    return { now: curveOf(values), lately: curveOf(values.map((own) => recentMeans(own, memory))) };
  });
  const bent = { columns, scales, channels, memory };
  const { now, lately } = termCounts(bent);
  const lengths = Float64Array.from(sampled, ({ values }) => values.length).sort();
  const isEnough = quantileOfSorted(lengths, 0.5) >= stepsPerBend * (now + lately);
  return isEnough ? bent : { ...bent, channels: channels.map(() => null) };
}

function curveOf(values: readonly Float64Array[]): Curve {
  const sorted = Float64Array.from(values.flatMap((own) => Array.from(own))).sort();
  const knots = knotLevels.map((level) => quantileOfSorted(sorted, level));
  return { range: [sorted[0]!, sorted.at(-1)!], knots: knots.filter((knot, i) => knot > (knots[i - 1] ?? sorted[0]!)) };
}

function coefficientsOf(
  terms: readonly Float64Array[],
  shape: Shape,
  values: Float64Array,
  kind: Kind,
): Float64Array | undefined {
  const { now, lately } = termCounts(shape);
  const from = kind.terms === "scaled" ? now + lately : 0;
  const to = from + now + (kind.terms === "now" ? 0 : lately);
  if (to > terms.length) return undefined;
  const found = regressOn(terms.slice(from, to), values, kind.lags);
  if (found === undefined) return undefined;
  const coefficients = new Float64Array(terms.length);
  coefficients.set(found, from);
  return coefficients;
}

function centreOf(terms: readonly Float64Array[], coefficients: ArrayLike<number>): number {
  return terms.reduce((sum, term, i) => sum + coefficients[i]! * mean(term), 0);
}

interface Task {
  readonly frame: Frame;
  readonly horizon: number;
  readonly seasons: readonly number[];
  readonly signal: AbortSignal;
}

/** @returns [kinds] what each counts; together at most 1 */
async function weigh(
  { frame, horizon, seasons, signal }: Task,
  sampled: readonly Series[],
  shape: Shape,
  kinds: readonly Kind[],
): Promise<number[]> {
  const windowCount = Math.min(triedWindows, Math.ceil(triedLimit / sampled.length));
  const errors = new Float64Array(kinds.length);
  const isFound = kinds.map(() => false);
  let seriesCount = 0;
  for (const series of sampled) {
    await pause(signal);
    const end = lastObservedIndex(series.values) + 1;
    const values = series.values.subarray(0, end);
    const windows = windowsOf(end, horizon, seasons).slice(0, windowCount);
    if (windows.length === 0) continue;
    const first = Math.min(...windows.map(({ origin }) => origin));
    const seen = { ...series, values: values.subarray(0, first) };
    const without = restError(values, windows, horizon, seasons);
    if (!(without > 0)) continue;
    seriesCount++;
    const terms = termsOf(frame, series, shape, end, profileOf(seen, seasons[0] ?? 1));
    for (const [k, kind] of kinds.entries()) {
      const coefficients = coefficientsOf(terms, shape, seen.values, kind);
      let error = Number.NaN;
      if (coefficients !== undefined) {
        isFound[k] = true;
        const effect = effectOf(terms, { centre: centreOf(terms, coefficients), coefficients });
        error = restError(
          values.map((value, t) => value - effect[t]!),
          windows,
          horizon,
          seasons,
        );
      }
      errors[k]! += Number.isFinite(error) ? error / without : 1;
    }
  }
  if (seriesCount === 0) return kinds.map(() => 0);
  // Doing without has a share of 1, and stands first.
  const shares = [1];
  for (const [k, error] of errors.entries())
    shares.push(isFound[k] ? eighthPower(1 / Math.max(error / seriesCount, leastRatio)) : 0);
  const total = shares.reduce((sum, share) => sum + share);
  const kept = shares.map((share) => (share >= leastWeight * total ? share : 0));
  const keptTotal = kept.reduce((sum, share) => sum + share);
  return kept.slice(1).map((share) => share / keptTotal);
}

/** The newest horizons, each with the origins before it that candidates are tested from. */
function windowsOf(end: number, horizon: number, seasons: readonly number[]): Window[] {
  const origins = chooseOrigins(end, horizon, seasons, originLimit);
  const ends = origins.filter((origin) => end - origin >= horizon);
  return testedWindows(ends, origins);
}

/** Mean absolute error of the pretrained model in the windows; NaN where none of them can be looked at. */
function restError(
  values: Float64Array,
  windows: readonly Window[],
  horizon: number,
  seasons: readonly number[],
): number {
  const history = openHistory(values, seasons);
  const left = values.length - history.values.length;
  const shown = windows
    .map(({ origin, tested }) => ({
      origin: origin - left,
      tested: tested.map((one) => one - left).filter((one) => one > 0),
    }))
    .filter(({ tested }) => tested.length > 0);
  const forecasts = forecastWindows(pretrainedGates(), history, horizon, shown);
  let [sum, count] = [0, 0];
  for (const [w, { origin }] of shown.entries())
    for (let k = 0; k < horizon; k++) {
      const actual = values[origin + left + k]!;
      if (Number.isNaN(actual)) continue;
      sum += Math.abs(actual - forecasts[w]!.quantiles[middle * horizon + k]!);
      count++;
    }
  return sum / count;
}

const middle = quantileLevels.indexOf(0.5);

/** Lets signals in. */
async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}
