// One exponential-smoothing model and the search for its greatest likelihood (Hyndman et al., Forecasting with Exponential
// Smoothing, 2008, chapters 2 and 5). In: values without gaps, and which parts the model has. Out: the fitted model. The likelihood is
// kernels/classical/ets.h; the search is here.
import { type Block, takeBlock, writeSeries } from "./compiled/block.js";
import { minimise } from "./nelder-mead.js";

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
  /** φ */
  readonly damping: number;
  /** [2] of the step after the last: its forecast, and what of it is trend */
  readonly state: Float64Array;
  /** [season] by t mod season, after the last step */
  readonly indices: Float64Array;
  readonly stepCount: number;
}

/** Each call goes on from what the last one found. @param evaluationCount of the likelihood, about */
export type EtsSearch = (evaluationCount: number) => EtsFit;

/** First steps of the search: of the shares; of level and season in deviations of the error, and of the trend, which adds up. */
const shareStep = 0.15;
const levelStep = 0.5;
const trendStep = 0.05;

/** Differences of the deviance below this are of no account. */
const tolerance = 1e-4;

/** As kernels/classical/ets.h numbers them. */
const errorForms = ["A", "M"] as const;
const trendForms = ["N", "A", "Ad"] as const;
const seasonForms = ["N", "A", "M"] as const;
/** How many shares a smoothing has, and numbers that a state has. */
const shareCount = 4;
const stateCount = 2;

/** A likelihood that can be asked of one point after the other, as long as nothing else is asked of the block. */
interface Likelihood {
  /** [dimension] where the search starts */
  readonly start: Float64Array;
  /** How many of these are shares. */
  readonly turnedCount: number;
  readonly startLevel: number;
  /** What the squares of errors that are rounding alone come to. */
  readonly rounding: number;
  /** Readies the block for points of this likelihood. */
  take(): Block;
}

/**
 * @param values [time]
 * @param season two cycles of it at least; 1 where the form has none
 */
export function openSearch(values: Float64Array, season: number, form: EtsForm): EtsSearch {
  const count = values.length;
  const likelihood = openLikelihood(values, season, form);
  const { turnedCount, startLevel, rounding } = likelihood;
  const firstIndex = turnedCount + (form.trend === "N" ? 1 : 2);
  let point = likelihood.start;
  const steps = new Float64Array(point.length);
  const block = likelihood.take();
  scorePoint(block, point);
  const errors = block.regions.results.subarray(0, count);
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / count + rounding);
  point.forEach((value, i) => {
    if (i < turnedCount) steps[i] = value < 0.5 ? shareStep : -shareStep;
    else if (i === turnedCount) steps[i] = levelStep * deviation;
    else if (i < firstIndex) steps[i] = trendStep * deviation;
    else steps[i] = (levelStep * deviation) / (form.season === "M" ? Math.abs(startLevel) : 1);
  });
  const parameterCount = point.length + 1;
  const spare = count - parameterCount - 1;

  return (evaluationCount) => {
    const block = likelihood.take();
    point = minimise((trial) => scorePoint(block, trial), point, steps, evaluationCount, tolerance);
    const deviance = scorePoint(block, point);
    const criterion = spare > 0 ? deviance + (2 * parameterCount * count) / spare : Number.POSITIVE_INFINITY;
    const told = block.regions.results.slice(count, count + season + stateCount + shareCount + 1);
    const indices = told.subarray(0, season);
    const state = told.subarray(season, season + stateCount);
    return { form, deviance, criterion, damping: told.at(-1)!, state, indices, stepCount: count };
  };
}

function openLikelihood(values: Float64Array, season: number, form: EtsForm): Likelihood {
  const readBlock = () => {
    const block = takeBlock({ length: values.length, shortSeason: season });
    writeSeries(block, values, [season], 1);
    block.set("errorForm", errorForms.indexOf(form.error));
    block.set("trendForm", trendForms.indexOf(form.trend));
    block.set("seasonForm", seasonForms.indexOf(form.season));
    return block;
  };
  const block = readBlock();
  block.run("open_likelihood");
  const turnedCount = block.get("value");
  const rounding = block.get("rounding");
  const dimension = turnedCount + (form.trend === "N" ? 1 : 2) + season - 1;
  const told = block.regions.arguments.slice(0, shareCount + dimension);
  const found = told.subarray(0, shareCount);
  const start = told.subarray(shareCount);
  return {
    start,
    turnedCount,
    startLevel: start[turnedCount]!,
    rounding,
    take() {
      const taken = readBlock();
      taken.set("rounding", rounding);
      taken.regions.arguments.set(found);
      return taken;
    },
  };
}

/** Brings the point within bounds. @returns the deviance */
function scorePoint(block: Block, point: Float64Array): number {
  const place = block.regions.arguments.subarray(shareCount, shareCount + point.length);
  place.set(point);
  block.run("score_likelihood");
  point.set(place);
  return block.get("value");
}

/** @param out [horizon] the model's point forecasts; what follows the last step */
export function continueEts({ form, damping, state, indices, stepCount }: EtsFit, out: Float64Array): void {
  let [forecast = 0, trend = 0] = state;
  for (let h = 0; h < out.length; h++) {
    const index = indices[(stepCount + h) % indices.length]!;
    out[h] = form.season === "M" ? forecast * index : forecast + index;
    trend *= damping;
    forecast += trend;
  }
}
