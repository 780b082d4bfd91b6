// `--model auto`: what forecasts best on the newest data, held back. In: a frame and what may be tried. Out: a model's name, and why.
import { backtest } from "../evaluate/backtest.js";
import { scoreTable } from "../evaluate/score-table.js";
import { type BaselineName, plainBaselines } from "../forecast/baselines.js";
import type { FitContext, Forecaster } from "../forecast/predictor.js";
import { type Frame, longestLength, sampleSeries } from "../series/frame.js";
import type { Preset } from "./model-names.js";

export interface Choice {
  readonly name: string;
  readonly reason: string;
  /** Set when what was chosen is less than what was asked for. */
  readonly warning?: string;
}

/** Horizons at the end of the data that the models are compared on, and series of a panel that take part. */
const foldCount = 2;
const panelSample = 400;
/**
 * A network has to be better than the pretrained model by this share. On panels of hundreds of series differences of 3 % change sign
 * from one fold to the next; on fewer series, larger ones.
 */
const networkMargin = 0.08;
/** The answer may be worse than the best baseline by this share, which chance alone explains. */
const baselineMargin = 0.05;
/** Observations from which an LSTM's extra gate has enough to learn from. */
const muchData = 50_000;
/** Steps across which dependencies count as long. */
const longDependency = 96;

/**
 * The cell to train: gated networks of few weights for few data, the LSTM's separate memory for long dependencies with much data
 * (Chung et al. 2014; Greff et al. 2017).
 */
export function chooseCell(
  frame: Frame,
  horizon: number,
  seasons: readonly number[],
  options: { readonly window?: number | undefined },
): "lstm" | "gru" {
  const stepCount = frame.series.reduce((sum, { values }) => sum + values.length, 0);
  const window = Math.max(options.window ?? 0, 2 * (seasons.at(-1) ?? 1), horizon);
  return stepCount >= muchData && window >= longDependency ? "lstm" : "gru";
}

/** What `auto` compares, the one that answers in doubt first. Only networks make use of covariates. */
export function contenders(preset: Preset, cell: "lstm" | "gru", hasCovariates: boolean): string[] {
  switch (preset) {
    case "fast":
      return [hasCovariates ? cell : "pretrained"];
    case "good":
      return ["pretrained", cell];
    case "best":
      return ["pretrained", "gru", "lstm", "rnn"];
    default:
      return preset satisfies never;
  }
}

/**
 * Compares the contenders and the plain baselines by MASE on the last horizons, of which none has seen anything. The first contender
 * answers unless another is clearly better, or a baseline is.
 * @param create a forecaster by its name
 */
export async function chooseByValidation(
  frame: Frame,
  horizon: number,
  season: number,
  names: readonly string[],
  create: (name: string) => Forecaster,
  context: FitContext,
): Promise<Choice> {
  const first = names[0]!;
  const longest = longestLength(frame);
  if (longest < 2 * horizon + 2)
    return { name: first, reason: `${longest} steps are too few to hold ${horizon} back and compare models on` };
  const sampled = { ...frame, series: sampleSeries(frame.series, panelSample) };
  const folds = longest >= (foldCount + 2) * horizon ? foldCount : 1;
  const forecasters = [...names, ...plainBaselines].map(create);
  const options = { horizon, folds, step: horizon, refit: "never", span: "expanding", season, quantiles: [] } as const;
  // What the models have to say is said by the one that is chosen.
  const result = await backtest(sampled, forecasters, options, { ...context, notify: () => {} });
  const scores = scoresOf(result);
  const scoreOf = (name: string) => scores.get(name) ?? Number.POSITIVE_INFINITY;
  const chosen = names.reduce((best, name) =>
    scoreOf(name) < scoreOf(best) * (best === first ? 1 - networkMargin : 1) ? name : best,
  );
  const baseline = plainBaselines.reduce<BaselineName>(
    (best, name) => (scoreOf(name) < scoreOf(best) ? name : best),
    "naive",
  );
  const held = folds === 1 ? "the last horizon" : `the last ${folds} horizons`;
  const told = [...new Set([...names, baseline])]
    .filter((name) => scores.has(name))
    .map((name) => `${name} ${scoreOf(name).toPrecision(3)}`);
  const reason = `MASE on ${held}, held back: ${told.join(", ")}`;
  if (scoreOf(baseline) * (1 + baselineMargin) >= scoreOf(chosen) || !scores.has(baseline))
    return { name: chosen, reason };
  return {
    name: baseline,
    reason,
    warning: `no model beats the ${baseline} forecast here, so that is the answer; ${reason}`,
  };
}

/** MASE by model; a model whose score is not defined, on constant series, has none. */
function scoresOf(result: Parameters<typeof scoreTable>[0]): Map<string, number> {
  const { columns, rows } = scoreTable(result, { by: [] });
  const [model, mase] = [columns.indexOf("model"), columns.indexOf("mase")];
  const scores = new Map<string, number>();
  for (const row of rows) {
    const score = row[mase];
    if (typeof score === "number") scores.set(String(row[model]), score);
  }
  return scores;
}
