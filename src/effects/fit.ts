// Finds what covariates known ahead add to the series of a frame, as far as it helps to forecast them: regressions of several kinds
// are tried on the newest steps, held back, with the pretrained model forecasting what they leave. In: a frame. Out: effects, or none.
import { lastObservedIndex, mean, quantileOfSorted } from "../base/numeric.js";
import { square } from "../base/portable.js";
import { chooseCovariates } from "../features/covariates.js";
import { openHistory } from "../gate/forecast.js";
import { forecastWindows } from "../gate/network.js";
import { chooseOrigins } from "../gate/origins.js";
import { knots as quantileLevels } from "../gate/schema.js";
import { pretrainedGates } from "../gate/weights.js";
import { fitCovariates } from "../scale/preparation.js";
import { dropSteps, type Frame, type Series, sampleSeries } from "../series/frame.js";
import {
  type Curve,
  channelsOf,
  type Effects,
  effectOf,
  recentMeans,
  type Shape,
  termCounts,
  termsOf,
} from "./model.js";
import { regressOn } from "./regression.js";

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

/** A way to regress: on differences that leave less of what else moves the series. */
interface Kind {
  readonly lags: readonly number[];
  /** Whether the recent means take part. */
  readonly looksBack: boolean;
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
  const kinds = kindsOf(seasons[0] ?? 1, termCounts(shape).lately > 0);
  const weights = await weigh(frame, sampleSeries(known, triedSeries), shape, kinds, horizon, seasons, signal);
  if (weights.every((weight) => weight === 0)) return undefined;
  const series: Effects["series"][number][] = [];
  for (const [s, one] of known.entries()) {
    const { key, target, values } = one;
    const terms = termsOf(frame, one, shape, values.length);
    const coefficients = new Float64Array(terms.length);
    for (const [k, kind] of kinds.entries()) {
      if (weights[k] === 0) continue;
      const found = coefficientsOf(terms, shape, values, kind);
      found?.forEach((coefficient, i) => {
        coefficients[i]! += weights[k]! * coefficient;
      });
    }
    if (coefficients.every((coefficient) => coefficient === 0)) continue;
    series.push({ key, target, centre: centreOf(terms, coefficients), coefficients: Array.from(coefficients) });
    if (s % 16 === 15) await pause(signal);
  }
  return series.length === 0 ? undefined : { ...shape, series };
}

function kindsOf(season: number, canLookBack: boolean): Kind[] {
  const lags = season > 1 ? [[season], [1, season]] : [[1]];
  const plain = lags.map((own) => ({ lags: own, looksBack: false }));
  return canLookBack ? [...plain, { lags: lags[0]!, looksBack: true }] : plain;
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
  { lags, looksBack }: Kind,
): Float64Array | undefined {
  return regressOn(looksBack ? terms : terms.slice(0, termCounts(shape).now), values, lags);
}

function centreOf(terms: readonly Float64Array[], coefficients: ArrayLike<number>): number {
  return terms.reduce((sum, term, i) => sum + (coefficients[i] ?? 0) * mean(term), 0);
}

/** @returns [kinds] what each counts; together at most 1 */
async function weigh(
  frame: Frame,
  sampled: readonly Series[],
  shape: Shape,
  kinds: readonly Kind[],
  horizon: number,
  seasons: readonly number[],
  signal: AbortSignal,
): Promise<number[]> {
  const networks = pretrainedGates();
  const windowCount = Math.min(triedWindows, Math.ceil(triedLimit / sampled.length));
  // Doing without stands last.
  const errors = new Float64Array(kinds.length + 1);
  for (const series of sampled) {
    await pause(signal);
    const { values } = series;
    const end = lastObservedIndex(values) + 1;
    const origins = chooseOrigins(end, horizon, seasons, originLimit);
    const windows = origins
      .filter((origin) => end - origin >= horizon)
      .slice(0, windowCount)
      .map((origin) => ({ origin, tested: origins.filter((earlier) => earlier < origin) }))
      .filter(({ tested }) => tested.length > 0);
    if (windows.length === 0) continue;
    const first = Math.min(...windows.map(({ origin }) => origin));
    const terms = termsOf(frame, series, shape, end);
    const measure = (effect: Float64Array | undefined) => {
      const rest = values.subarray(0, end).map((value, t) => value - (effect?.[t] ?? 0));
      const history = openHistory(rest, seasons);
      const left = end - history.values.length;
      const looked = windows
        .map(({ origin, tested }) => ({
          origin: origin - left,
          tested: tested.map((one) => one - left).filter((one) => one > 0),
        }))
        .filter(({ origin, tested }) => origin > 0 && tested.length > 0);
      const forecasts = forecastWindows(networks, history, horizon, looked);
      let [sum, count] = [0, 0];
      for (const [w, { origin }] of looked.entries())
        for (let k = 0; k < horizon; k++) {
          const actual = rest[origin + left + k]!;
          if (Number.isNaN(actual)) continue;
          sum += Math.abs(actual - forecasts[w]!.quantiles[middle * horizon + k]!);
          count++;
        }
      return sum / count;
    };
    const own = [
      ...kinds.map((kind) => {
        const coefficients = coefficientsOf(terms, shape, values.subarray(0, first), kind);
        return coefficients && effectOf(terms, { centre: centreOf(terms, coefficients), coefficients });
      }),
      undefined,
    ].map(measure);
    const without = own.at(-1)!;
    if (!(without > 0)) continue;
    for (const [k, error] of own.entries()) errors[k]! += Number.isFinite(error) ? error / without : 1;
  }
  const without = errors.at(-1)!;
  if (!(without > 0)) return kinds.map(() => 0);
  const shares = Array.from(errors, (error) => eighthPower(without / Math.max(error, 1e-3 * without)));
  const total = shares.reduce((sum, one) => sum + one, 0);
  return shares.slice(0, -1).map((share) => (share / total < leastWeight ? 0 : share / total));
}

const middle = quantileLevels.indexOf(0.5);

/** Lets signals in. */
async function pause(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
