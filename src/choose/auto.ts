// `--model auto`: what forecasts best on the newest data, held back. In: a frame and what may be tried. Out: the models
// that answer, with weights, and why.
import { type BacktestModel, type BacktestResult, backtest, type ModelFold } from "../evaluate/backtest.js";
import { seasonalScales } from "../evaluate/metrics.js";
import { overallScores } from "../evaluate/score-table.js";
import { type BaselineName, plainBaselines } from "../forecast/baselines.js";
import { combineForecasts, type SeriesWeights } from "../forecast/combination.js";
import type { FitContext, Forecaster } from "../forecast/predictor.js";
import { parseHead } from "../model/heads/names.js";
import { type Frame, knownValues, longestLength, sampleSeries } from "../series/frame.js";
import type { Preset } from "./model-names.js";
import { cancellation, measuredLevels, stretchOf, weigh } from "./weights.js";

export interface Choice {
  /** One, or several that answer together. */
  readonly parts: readonly { readonly name: string; readonly weight: number }[];
  /** Series of a panel whose weights are their own. */
  readonly series: readonly SeriesWeights[];
  /** Factor of the distances from their forecast to its quantiles. */
  readonly stretch: number;
  readonly reason: string;
  /** Set when what was chosen is less than what was asked for. */
  readonly warning?: string;
}

/** Horizons at the end of the data that the models are compared on: a tenth of it, within bounds. */
const fewestFolds = 2;
const mostFolds = 8;
const heldBackShare = 0.1;
/** Forecasts of single series that are compared, at most. */
const windowLimit = 2000;
/** Series of a panel that take part. */
const panelSample = 1000;
/** What is believed in before anything was compared; networks alone make use of all covariates. */
const priors = { pretrained: 0.6, linear: 0.25, networks: 0.15 };
const informedPriors = { pretrained: 0.6, linear: 0.1, networks: 0.3 };
/** A part that would count for less is not worth its training. */
const leastWeight = 0.05;
/** The answer may be worse than the best baseline by this share, which chance alone explains. */
const baselineMargin = 0.05;
/** And a MASE lower by this is no better: of what repeats itself exactly, both are forecast. */
const negligible = 1e-3;
/** Errors that cancelled nearly all did so by chance. */
const leastCancellation = 0.5;
/** Observations from which an LSTM's extra gate has enough to learn from. */
const muchData = 50_000;
/** Steps across which dependencies count as long. */
const longDependency = 96;

/**
 * The cell to train: gated networks of few weights for few data, the LSTM's separate memory for long dependencies with much data
 * (Chung et al. 2014; Greff et al. 2017). A head other than a point forecast takes an LSTM, as is usual around them.
 */
export function chooseCell(
  frame: Frame,
  horizon: number,
  seasons: readonly number[],
  options: { readonly window?: number | undefined; readonly head?: string | undefined },
): "lstm" | "gru" {
  if (parseHead(options.head) !== undefined) return "lstm";
  const stepCount = frame.series.reduce((sum, { values }) => sum + values.length, 0);
  const window = Math.max(options.window ?? 0, 2 * (seasons.at(-1) ?? 1), horizon);
  return stepCount >= muchData && window >= longDependency ? "lstm" : "gru";
}

/** What `auto` compares, the one that answers in doubt first. */
export function contenders(preset: Preset, cell: "lstm" | "gru"): string[] {
  switch (preset) {
    case "fast":
      return ["pretrained"];
    case "good":
      return ["pretrained", "linear", cell];
    case "best":
      return ["pretrained", "linear", "gru", "lstm", "rnn"];
    default:
      return preset satisfies never;
  }
}

export interface Contest {
  readonly frame: Frame;
  readonly horizon: number;
  readonly season: number;
  /** Networks, and the pretrained model before them. */
  readonly names: readonly string[];
  readonly intervals: boolean;
  /** A forecaster by its name. */
  readonly create: (name: string) => Forecaster;
}

/**
 * Weighs the contenders by their errors on the last horizons, of which none has seen anything; a baseline takes part where it is
 * clearly better than they are together.
 */
export async function chooseByValidation(contest: Contest, context: FitContext): Promise<Choice> {
  const { frame, horizon, season, names, intervals } = contest;
  const alone = (name: string, reason: string): Choice => ({
    parts: [{ name, weight: 1 }],
    series: [],
    stretch: 1,
    reason,
  });
  const longest = longestLength(frame);
  if (longest < 2 * horizon + 2)
    return alone(names[0]!, `${longest} steps are too few to hold ${horizon} back and compare models on`);
  const sampled = { ...frame, series: sampleSeries(frame.series, panelSample) };
  const options = {
    horizon,
    folds: foldCountOf(sampled, horizon),
    step: horizon,
    refit: "never",
    span: "expanding",
    season,
    quantiles: intervals ? measuredLevels.map((level) => ({ name: `q${level}`, level })) : [],
  } as const;
  const forecasters = [...names, ...plainBaselines].map(contest.create);
  // What the models have to say is said by those that are chosen.
  const result = await backtest(sampled, forecasters, options, { ...context, notify: () => {} });
  const combined = combine(result, names, frame.covariates !== undefined);
  const scores = scoresOf(result.models, result);
  const scoreOf = (name: string) => scores.get(name) ?? Number.POSITIVE_INFINITY;
  const baseline = plainBaselines.reduce<BaselineName>(
    (best, name) => (scoreOf(name) < scoreOf(best) ? name : best),
    "naive",
  );
  const { parts, series, stretch, score } = withBaseline(combined, baseline, result);
  const held = result.folds.length === 1 ? "the last horizon" : `the last ${result.folds.length} horizons`;
  const together = parts.map(({ name }) => name).join("+");
  const told = new Map([...names, baseline].filter((name) => scores.has(name)).map((name) => [name, scoreOf(name)]));
  if (Number.isFinite(score)) told.set(together, score);
  const shares = parts.map(({ name, weight }) => `${Math.round(100 * weight)} % ${name}`).join(", ");
  const bySeries = series.length === 0 ? "" : ", in each series by its own errors";
  const reason = [
    parts.length > 1 ? `${shares}${bySeries}; ` : "",
    told.size === 0
      ? `no MASE on ${held}, as nothing ever changed before`
      : `MASE on ${held}, held back: ${Array.from(told, ([name, one]) => `${name} ${one.toPrecision(3)}`).join(", ")}`,
  ].join("");
  const choice = { parts, series, stretch, reason };
  if (!parts.some(({ name }) => name === baseline)) return choice;
  const role = parts.length === 1 ? "is the answer" : "is a part of the answer";
  return { ...choice, warning: `no model beats the ${baseline} forecast here, so that ${role}; ${reason}` };
}

/**
 * What is worse than a baseline by more than the margin takes in as much of it as keeps it within: chance has a hand in what did better on a
 * few windows, and half of a forecast is rarely half as good.
 */
function withBaseline(
  combined: Combined,
  baseline: BaselineName,
  result: BacktestResult,
): Combined & { readonly score: number } {
  const { folds } = result.models.find(({ name }) => name === baseline)!;
  const weights = (weight: number) => new Float64Array(result.frame.series.length).fill(weight);
  const scoreOf = (share: number) => {
    const made = folds.map(({ forecasts }, f): ModelFold => {
      const said = [
        { point: combined.folds[f]!.forecasts, quantiles: [], weights: weights(1 - share) },
        { point: forecasts, quantiles: [], weights: weights(share) },
      ];
      return { ...combined.folds[f]!, forecasts: combineForecasts(said, result.horizon, 0, 1).point };
    });
    return scoresOf([{ name: baseline, folds: made }], result).get(baseline) ?? Number.POSITIVE_INFINITY;
  };
  const most = (1 + baselineMargin) * scoreOf(1) + negligible;
  let [share, score] = [0, scoreOf(0)];
  for (let tenths = 1; score > most && tenths <= 10; tenths++) {
    share = tenths / 10;
    score = scoreOf(share);
  }
  if (share === 0) return { ...combined, score };
  if (share === 1) return { ...combined, parts: [{ name: baseline, weight: 1 }], series: [], stretch: 1, score };
  const keep = (weight: number) => (1 - share) * weight;
  return {
    ...combined,
    parts: [
      ...combined.parts.map(({ name, weight }) => ({ name, weight: keep(weight) })),
      { name: baseline, weight: share },
    ],
    series: combined.series.map(({ weights, ...one }) => ({ ...one, weights: [...weights.map(keep), share] })),
    score,
  };
}

function foldCountOf(frame: Frame, horizon: number): number {
  const longest = longestLength(frame);
  if (longest < (fewestFolds + 2) * horizon) return 1;
  const wanted = Math.min(
    Math.floor((heldBackShare * longest) / horizon),
    Math.floor(windowLimit / frame.series.length),
  );
  return Math.min(Math.max(wanted, fewestFolds), mostFolds);
}

interface Combined extends Pick<Choice, "parts" | "series" | "stretch"> {
  readonly folds: readonly ModelFold[];
}

/** The contenders together: the networks count as one, their mean; what would count for little is left out. */
function combine(result: BacktestResult, names: readonly string[], isInformed: boolean): Combined {
  const { frame, horizon, season, folds } = result;
  const models = names.flatMap((name) => result.models.filter((model) => model.name === name));
  const kinds = models.map(({ name }) => kindOf(name));
  const groups = [...new Set(kinds)];
  /** Of each model, from those of its kind. */
  const divide = (weights: readonly number[]) =>
    kinds.map((kind) => weights[groups.indexOf(kind)]! / kinds.filter((one) => one === kind).length);
  /** @param own [series][models] */
  const take = (weights: readonly number[], own: readonly (readonly number[])[]): Combined => {
    const taken = models.map((model, m) => ({ model, m, weight: weights[m]! })).filter(({ weight }) => weight > 0);
    const made = folds.map((_, f): ModelFold => {
      const said = taken.map(({ model, m }) => ({
        ...model.folds[f]!,
        point: model.folds[f]!.forecasts,
        weights: Float64Array.from(own, (row) => row[m]!),
      }));
      const { point, quantiles } = combineForecasts(said, horizon, result.quantiles.length, 1);
      return { chose: taken.length === 1 ? taken[0]!.model.name : "combination", forecasts: point, quantiles };
    });
    const parts = taken.map(({ model: { name }, weight }) => ({ name, weight }));
    const isOwn = frame.series.length > 1 && taken.length > 1;
    const series = frame.series.flatMap(({ key, target }, s): SeriesWeights[] =>
      isOwn && own[s] !== weights ? [{ key, target, weights: taken.map(({ m }) => own[s]![m]!) }] : [],
    );
    return { parts, series, folds: made, stretch: 1 };
  };
  const alike = (weights: readonly number[]) =>
    take(
      weights,
      frame.series.map(() => weights),
    );
  if (models.length === 1) return alike([1]);
  const scales = Float64Array.from(frame.series, (one, s) => {
    const origin = folds.map(({ origins }) => origins[s]!).find((one) => one > 0) ?? 0;
    return seasonalScales(knownValues(frame, one, origin), season).absolute;
  });
  const held = { frame, horizon, folds, scales };
  const pointsOf = ({ folds: own }: Pick<BacktestModel, "folds">) => own.map(({ forecasts }) => forecasts);
  const believed = groups.map((kind) => (isInformed ? informedPriors : priors)[kind]);
  const total = believed.reduce((sum, one) => sum + one, 0);
  const { weights, seriesWeights } = weigh(
    held,
    groups.map((kind) => pointsOf(alike(divide(groups.map((one) => (one === kind ? 1 : 0)))))),
    believed.map((one) => one / total),
  );
  const isKept = weights.map((weight) => weight >= leastWeight);
  const shares = divide(roundShares(weights, isKept));
  const seriesShares = seriesWeights.map((own) => (own === weights ? shares : divide(roundShares(own, isKept))));
  const taken = take(shares, seriesShares);
  if (taken.parts.length === 1 || taken.folds.some(({ quantiles }) => quantiles.length === 0)) return taken;
  const stretch = stretchOf(
    held,
    pointsOf(taken),
    taken.folds.map(({ quantiles }) => quantiles),
    Math.max(cancellation(held, models.map(pointsOf), seriesShares), leastCancellation),
  );
  return { ...taken, stretch };
}

type Kind = keyof typeof priors;

function kindOf(name: string): Kind {
  return name === "pretrained" || name === "linear" ? name : "networks";
}

/** In hundredths, of those that are kept. */
function roundShares(weights: readonly number[], isKept: readonly boolean[]): number[] {
  const kept = weights.map((weight, m) => (isKept[m]! ? weight : 0));
  const total = kept.reduce((sum, one) => sum + one, 0);
  const rounded = kept.map((weight) => Math.round((100 * weight) / total));
  // What rounding leaves goes to the heaviest.
  const heaviest = rounded.indexOf(Math.max(...rounded));
  rounded[heaviest]! += 100 - rounded.reduce((sum, one) => sum + one, 0);
  return rounded.map((hundredths) => hundredths / 100);
}

/** MASE by model; a model whose score is not defined, on constant series, has none. */
function scoresOf(models: readonly BacktestModel[], result: BacktestResult): Map<string, number> {
  const scores = overallScores({ ...result, models });
  return new Map(
    Array.from(scores).flatMap(([model, own]) => {
      const mase = own.get("mase");
      return typeof mase === "number" ? [[model, mase] as const] : [];
    }),
  );
}
