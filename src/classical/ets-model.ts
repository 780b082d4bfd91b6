// One exponential-smoothing model and the search for its greatest likelihood (Hyndman et al., Forecasting with Exponential
// Smoothing, 2008, chapters 2 and 5). In: values without gaps, and which parts the model has. Out: the fitted model.
import { portableLog, square } from "../base/portable.js";
import { seasonalIndices, seasonalRatios } from "./decomposition.js";
import { added, multiplied } from "./holt-winters.js";
import { minimise } from "./nelder-mead.js";
import { gridOf, phi, type Shares, searchShares, undamped } from "./shares.js";
import { continueTrend, smoothTrend } from "./smoothing.js";

/** The parts of a model by the book's letters: none, additive, additive damped, multiplicative. */
export interface EtsForm {
  readonly error: "A" | "M";
  readonly trend: "N" | "A" | "Ad";
  readonly season: "N" | "A" | "M";
}

export interface EtsFit {
  readonly form: EtsForm;
  /** −2 log likelihood, but for a constant that all models share. */
  readonly deviance: number;
  /** The same with Akaike's correction for the number of parameters; infinite where there are too many. */
  readonly criterion: number;
  readonly shares: Shares;
  /** [2] of the step after the last, as `smoothTrend` has it */
  readonly state: Float64Array;
  /** [season] by t mod season, after the last step */
  readonly indices: Float64Array;
  /** [time] one step ahead, in the values' units */
  readonly errors: Float64Array;
}

/** Each call goes on from what the last one found, and overwrites the arrays that it gave. @param evaluationCount of the likelihood, about */
export type EtsSearch = (evaluationCount: number) => EtsFit;

const leastShare = 1e-4;
const mostShare = 1 - leastShare;

/** First steps of the search: of the shares; of level and season in deviations of the error, and of the trend, which adds up. */
const shareStep = 0.15;
const levelStep = 0.5;
const trendStep = 0.05;

/** Differences of the deviance below this are of no account. */
const tolerance = 1e-4;

/** Errors below this share of the values are rounding. */
const rounding = 1e-12;

/**
 * @param values [time]
 * @param season two cycles of it at least; 1 where the form has none
 */
export function openSearch(values: Float64Array, season: number, form: EtsForm): EtsSearch {
  const count = values.length;
  const shares = new Float64Array(4);
  const state = new Float64Array(2);
  const indices = new Float64Array(season);
  const errors = new Float64Array(count);
  const hasTrend = form.trend !== "N";
  const { pass } = form.season === "M" ? multiplied : added;
  const floor = roundingSquare(values);
  const deviance = () => {
    const meanSquare =
      season === 1 ? smoothTrend(values, shares, state, errors) : pass(values, shares, state, indices, errors);
    return form.error === "A"
      ? count * portableLog(meanSquare + floor)
      : Number.isFinite(meanSquare)
        ? relativeDeviance(values, errors)
        : Number.POSITIVE_INFINITY;
  };

  const start = startStates(values, season, form);
  const grid = gridOf(
    [0.05, 0.2, 0.5, 0.85],
    hasTrend ? [0.02, 0.2] : [0],
    [form.trend === "A" ? undamped : hasTrend ? 0.8 : 0],
    season > 1 ? [0.02, 0.2] : [0],
  );
  const devianceOf = (trial: Shares) => {
    shares.set(trial);
    state.set(start.state);
    indices.set(start.indices);
    return deviance();
  };
  const found = searchShares((first, second, scores) => {
    scores[0] = devianceOf(first);
    scores[1] = devianceOf(second);
  }, grid);

  // A point: the shares that are turned, the first forecast and its trend, all first indices but one, which follows from their sum.
  const turned = [0, 1, 2, 3].filter((part) => found[part]! > 0 && found[part] !== undamped);
  const stateCount = hasTrend ? 2 : 1;
  const firstIndex = turned.length + stateCount;
  const indexSum = form.season === "M" ? season : 0;
  let point: Float64Array = Float64Array.of(
    ...turned.map((part) => found[part]!),
    ...start.state.subarray(0, stateCount),
    ...start.indices.subarray(0, season - 1),
  );
  const score = (trial: Float64Array) => {
    shares.set(found);
    for (let i = 0; i < turned.length; i++) {
      trial[i] = Math.min(Math.max(trial[i]!, leastShare), mostShare);
      shares[turned[i]!] = trial[i]!;
    }
    state[0] = trial[turned.length]!;
    state[1] = hasTrend ? trial[turned.length + 1]! : 0;
    let rest = indexSum;
    for (let i = 0; i < season - 1; i++) {
      indices[i] = trial[firstIndex + i]!;
      rest -= indices[i]!;
    }
    indices[season - 1] = rest;
    return deviance();
  };

  score(point);
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / count + floor);
  const steps = point.map((value, i) => {
    if (i < turned.length) return value < 0.5 ? shareStep : -shareStep;
    if (i === turned.length) return levelStep * deviation;
    if (i < firstIndex) return trendStep * deviation;
    return (levelStep * deviation) / (form.season === "M" ? Math.abs(start.state[0]!) : 1);
  });
  const parameterCount = point.length + 1;
  const spare = count - parameterCount - 1;

  return (evaluationCount) => {
    point = minimise(score, point, steps, evaluationCount, tolerance);
    const least = score(point);
    const criterion = spare > 0 ? least + (2 * parameterCount * count) / spare : Number.POSITIVE_INFINITY;
    return { form, deviance: least, criterion, shares, state, indices, errors };
  };
}

/** @param out [horizon] the model's point forecasts; what follows the last step */
export function continueEts({ form, shares, state, indices, errors }: EtsFit, out: Float64Array): void {
  const count = errors.length;
  continueTrend(state, phi(shares), out);
  for (let h = 0; h < out.length; h++) {
    const index = indices[(count + h) % indices.length]!;
    if (form.season === "M") out[h]! *= index;
    else out[h]! += index;
  }
}

/** n log Σ(ε/f)² + 2 Σ log|f| for errors relative to the forecasts f, which have to be positive (the book's equation 5.3). */
function relativeDeviance(values: Float64Array, errors: Float64Array): number {
  const count = values.length;
  let squares = 0;
  let logs = 0;
  // Logarithms are slow: four forecasts' product takes one.
  let product = 1;
  for (let t = 0; t < count; t++) {
    const forecast = values[t]! - errors[t]!;
    if (!(forecast > 0)) return Number.POSITIVE_INFINITY;
    const error = errors[t]! / forecast;
    squares += error * error;
    product *= forecast;
    if ((t & 3) === 3) {
      logs += portableLog(product);
      product = 1;
    }
  }
  return count * portableLog(squares / count + rounding * rounding) + 2 * (logs + portableLog(product));
}

/** What the squares of errors that are rounding alone come to. */
function roundingSquare(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return square(rounding * largest) + Number.MIN_VALUE;
}

/** Classical indices, and the least-squares line through the first two cycles without them (the book's §2.6.1). */
function startStates(values: Float64Array, season: number, form: EtsForm) {
  const indices =
    season === 1
      ? new Float64Array(1)
      : form.season === "M"
        ? seasonalRatios(values, season)
        : seasonalIndices(values, season);
  const span = Math.min(values.length, Math.max(10, 2 * season));
  const middle = (span - 1) / 2;
  const adjusted = values
    .subarray(0, span)
    .map((value, t) => (form.season === "M" ? value / indices[t % season]! : value - indices[t % season]!));
  let mean = 0;
  let products = 0;
  let squares = 0;
  for (let t = 0; t < span; t++) {
    mean += adjusted[t]! / span;
    products += (t - middle) * adjusted[t]!;
    squares += square(t - middle);
  }
  const slope = form.trend === "N" || squares === 0 ? 0 : products / squares;
  return { indices, state: Float64Array.of(mean - slope * middle, slope) };
}
