// Finds what covariates known ahead add to the series of a frame, as far as it helps to forecast them: regressions of several kinds
// are tried on the newest steps, held back, with the pretrained model forecasting what they leave. In: a frame. Out: effects, or none.
import { extent, lastObservedIndex, mean, quantileOfSorted } from "../base/numeric.js";
import { portableExp, square } from "../base/portable.js";
import { nextTurn } from "../base/turn.js";
import { chooseCovariates } from "../features/covariates.js";
import type { Window } from "../gate/features.js";
import { openHistory } from "../gate/forecast.js";
import { forecastWindows } from "../gate/network.js";
import { chooseOrigins, testedWindows } from "../gate/origins.js";
import { medianKnot } from "../gate/schema.js";
import { pretrainedGates } from "../gate/weights.js";
import { fitCovariates } from "../scale/preparation.js";
import { dropSteps, type Frame, type Series, sampleSeries } from "../series/frame.js";
import {
  coefficientsOf,
  commonCoefficients,
  commonEffect,
  type Kind,
  kindsOf,
  momentsIn,
  type Regressand,
} from "./kinds.js";
import { channelsOf, effectOf, profileOf, recentMeans, takeOff, termsOf } from "./model.js";
import type { Moments } from "./regression.js";
import { type Curve, type Effects, type Profile, type SeriesEffect, type Shape, termCounts } from "./schema.js";

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
/** Logarithms have to be better than values by this much, over the root of the number of series that they were tried on. */
const logarithmMargin = 0.25;
/** Series that common coefficients are found on. */
const pooledSeries = 256;
/** No kind is taken for better than by this ratio of the error without. */
const leastRatio = 1e-3;

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
  const counting = kinds.flatMap((kind, k) => (weights[k]! > 0 ? [{ kind, weight: weights[k]! }] : []));
  if (counting.length === 0) return undefined;
  const found = counting[0]!.kind.isLogarithm
    ? { ...shape, logarithm: { ranges: rangesOf(frame, known, shape) } }
    : shape;
  const profiled = counting.some(({ kind }) => kind.terms === "scaled") ? season : 1;
  const given = (one: Series) => {
    const regressand = regressandOf(frame, one, shape, one.values, profiled);
    return { ...regressand, moments: counting.map(({ kind }) => momentsIn(regressand, shape, kind)) };
  };
  async function* panel() {
    if (known.length < 2) return;
    for (const one of sampleSeries(known, pooledSeries)) {
      await nextTurn(signal);
      // Its terms are many times the series, and let go before the next.
      yield given(one).moments;
    }
  }
  const common = await commonCoefficients(
    panel(),
    counting.map(({ kind }) => kind),
  );
  const series: SeriesEffect[] = [];
  for (const [s, one] of known.entries()) {
    const { key, target } = one;
    const { terms, profile, moments } = given(one);
    const coefficients = new Array<number>(terms.length).fill(0);
    for (const [k, { kind, weight }] of counting.entries())
      coefficientsOf(moments[k], shape, kind, common[k], profile !== undefined)?.forEach((coefficient, i) => {
        coefficients[i]! += weight * coefficient;
      });
    if (coefficients.every((coefficient) => coefficient === 0)) continue;
    series.push({ key, target, centre: centreOf(terms, coefficients), ...(profile && { profile }), coefficients });
    if (s % 16 === 15) await nextTurn(signal);
  }
  if (series.length === 0) return undefined;
  const shared = counting.flatMap(({ kind, weight }, k) => commonEffect(shape, kind, common[k], weight) ?? []);
  return { ...found, ...(shared.length > 0 && { common: shared }), series };
}

/** @param seen values to regress, the first of the series @param season of the profile; 1 for none */
function regressandOf(
  frame: Frame,
  series: Series,
  shape: Shape,
  seen: Float64Array,
  season: number,
): Regressand & { readonly profile: Profile | undefined } {
  const profile = profileOf({ ...series, values: seen }, season);
  return { profile, terms: termsOf(frame, series, shape, series.values.length, profile), values: seen };
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

/** @returns [channels] */
function rangesOf(frame: Frame, known: readonly Series[], shape: Shape): [number, number][] {
  const ranges: [number, number][] = shape.channels.map(() => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  for (const series of known)
    for (const [c, values] of channelsOf(frame, series, shape, series.values.length).entries()) {
      const { min, max } = extent(values);
      const [low, high] = ranges[c]!;
      ranges[c] = [Math.min(low, min), Math.max(high, max)];
    }
  return ranges;
}

function curveOf(values: readonly Float64Array[]): Curve {
  const sorted = Float64Array.from(values.flatMap((own) => Array.from(own))).sort();
  const knots = knotLevels.map((level) => quantileOfSorted(sorted, level));
  return { range: [sorted[0]!, sorted.at(-1)!], knots: knots.filter((knot, i) => knot > (knots[i - 1] ?? sorted[0]!)) };
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

/** A series whose newest steps are held back. */
interface Trial {
  readonly series: Series;
  /** [time] those before. */
  readonly seen: Float64Array;
  /** [kinds] of those before. */
  readonly moments: readonly (Moments | undefined)[];
  readonly windows: readonly Window[];
  /** Mean absolute error in the windows where nothing is set apart. */
  readonly without: number;
}

/** @returns [kinds] what each counts; together at most 1, all of logarithms or none */
async function weigh(task: Task, sampled: readonly Series[], shape: Shape, kinds: readonly Kind[]): Promise<number[]> {
  const { frame, horizon, seasons, signal } = task;
  const windowCount = Math.min(triedWindows, Math.ceil(triedLimit / sampled.length));
  const given = (series: Series, seen: Float64Array) => regressandOf(frame, series, shape, seen, seasons[0] ?? 1);
  const trials: Trial[] = [];
  for (const whole of sampled) {
    await nextTurn(signal);
    const end = lastObservedIndex(whole.values) + 1;
    const series = { ...whole, values: whole.values.subarray(0, end) };
    const windows = windowsOf(end, horizon, seasons).slice(0, windowCount);
    if (windows.length === 0) continue;
    const without = restError(series.values, windows, task);
    if (!(without > 0)) continue;
    const seen = series.values.subarray(0, Math.min(...windows.map(({ origin }) => origin)));
    const regressand = given(series, seen);
    const moments = kinds.map((kind) => momentsIn(regressand, shape, kind));
    trials.push({ series, seen, moments, windows, without });
  }
  if (trials.length === 0) return kinds.map(() => 0);
  const panel = trials.length > 1 ? trials.map(({ moments }) => moments) : [];
  const common = await commonCoefficients(panel, kinds);
  const errors = new Float64Array(kinds.length);
  const isFound = kinds.map(() => false);
  for (const trial of trials) {
    const { terms, profile } = given(trial.series, trial.seen);
    for (const [k, kind] of kinds.entries()) {
      await nextTurn(signal);
      const coefficients = coefficientsOf(trial.moments[k], shape, kind, common[k], profile !== undefined);
      if (coefficients !== undefined) isFound[k] = true;
      const error = coefficients === undefined ? Number.NaN : errorWith(trial, terms, coefficients, kind, task);
      errors[k]! += (Number.isFinite(error) ? error : trial.without) / trial.without / trials.length;
    }
  }
  // Doing without has an error of 1.
  const least = (isLogarithm: boolean) =>
    kinds.reduce((found, kind, k) => (kind.isLogarithm === isLogarithm ? Math.min(found, errors[k]!) : found), 1);
  const multiplies = least(true) < (1 - logarithmMargin / Math.sqrt(trials.length)) * least(false);
  const shares = kinds.map((kind, k) =>
    isFound[k] && kind.isLogarithm === multiplies ? eighthPower(1 / Math.max(errors[k]!, leastRatio)) : 0,
  );
  const sumOf = (all: readonly number[]) => all.reduce((sum, share) => sum + share, 0);
  const total = 1 + sumOf(shares);
  const kept = shares.map((share) => (share >= leastWeight * total ? share : 0));
  const rest = 1 >= leastWeight * total ? 1 : 0;
  return kept.map((share) => share / (rest + sumOf(kept) || 1));
}

/** Mean absolute error in the windows where the pretrained model forecasts what the effect leaves. */
function errorWith(
  { series: { values }, windows }: Trial,
  terms: readonly Float64Array[],
  coefficients: Float64Array,
  { isLogarithm }: Kind,
  task: Task,
): number {
  const effect = effectOf(terms, { centre: centreOf(terms, coefficients), coefficients });
  return restError(takeOff(values, effect, isLogarithm), windows, task, (k) =>
    isLogarithm ? portableExp(effect[k]!) : 1,
  );
}

/** The newest horizons, each with the origins before it that candidates are tested from. */
function windowsOf(end: number, horizon: number, seasons: readonly number[]): readonly Window[] {
  const origins = chooseOrigins(end, horizon, seasons, originLimit);
  const ends = origins.filter((origin) => end - origin >= horizon);
  const windows = testedWindows(ends, origins);
  if (windows.length > 0 || end < 3 * horizon) return windows;
  // The newest origin left no other before it.
  const origin = end - horizon;
  return testedWindows([origin], chooseOrigins(origin, horizon, seasons, originLimit));
}

/**
 * Mean absolute error of the pretrained model in the windows; NaN where none of them can be looked at.
 * @param sizeAt what an error at a step counts
 */
function restError(
  values: Float64Array,
  windows: readonly Window[],
  { horizon, seasons }: Pick<Task, "horizon" | "seasons">,
  sizeAt: (t: number) => number = () => 1,
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
      const t = origin + left + k;
      if (Number.isNaN(values[t]!)) continue;
      sum += sizeAt(t) * Math.abs(values[t]! - forecasts[w]!.quantiles[medianKnot * horizon + k]!);
      count++;
    }
  return sum / count;
}
