// `hindcast retrain --report`: a page of who forecasts now, and of how it stood beside the other and the baselines. In: what a run came to. Out:
// the page, written.
import type { Manifest } from "../artifact/manifest.js";
import { answererOf, type FittedModel } from "../choose/fitted.js";
import { createForecaster, type ModelOptions } from "../choose/model.js";
import { predictorOf } from "../choose/predictor.js";
import { plainBaselines } from "../forecast/baselines.js";
import type { ForecastLimits } from "../forecast/limits.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import type { Comparison, ComparisonOptions } from "../registry/comparison.js";
import { type Fact, withCalibration, withFan } from "../report/html/source.js";
import type { Frame } from "../series/frame.js";
import { seasonsOf } from "../series/season.js";
import type { RetrainArgs } from "./args.js";
import { explainForPage } from "./explanation.js";
import type { Io } from "./io.js";
import { modelFacts, recordOf, toldOf } from "./model-facts.js";
import { writePage } from "./report-page.js";

/** A model that was in the running. */
export interface Candidate {
  readonly version: number;
  readonly fitted: FittedModel;
  /** Steps that it forecasts. */
  readonly horizon: number;
}

export interface Outcome {
  readonly frame: Frame;
  readonly seasons: ModelOptions["seasons"];
  readonly step: number;
  readonly comparison: Comparison;
  readonly challenger: Candidate & { readonly limits: ForecastLimits };
  readonly champion: (Candidate & { readonly manifest: Manifest }) | undefined;
  readonly isPromoted: boolean;
  readonly reason: string;
}

const columns = quantileColumns({});

/** What a page needs of the comparison beyond who is better. */
export function besideForReport(options: ModelOptions): Pick<ComparisonOptions, "beside" | "quantiles"> {
  return {
    beside: plainBaselines.map((name) => createForecaster(name, options)),
    quantiles: withCalibration(columns),
  };
}

export async function reportRetrain(args: RetrainArgs, outcome: Outcome, io: Io): Promise<void> {
  const { frame, challenger, champion, isPromoted, comparison, step } = outcome;
  const keeper = isPromoted ? undefined : champion;
  const winner = keeper ?? challenger;
  const { version, fitted, horizon } = winner;
  const told = toldOf(fitted, keeper?.manifest.seed ?? args.seed);
  const predictor = await predictorOf(fitted, keeper?.manifest.limits ?? challenger.limits, io);
  const fan = withFan(columns);
  const forecasts = await predictor.predict(
    frame,
    horizon,
    fan.map(({ level }) => level),
  );
  const explanation = await explainForPage(fitted, frame, horizon, told.seed, io);
  const seasons = seasonsOf(frame, outcome.seasons);
  const backtest = backtestOf(comparison, challenger.version, champion?.version, nameOf(version));
  const source = {
    frame,
    horizon,
    seasons,
    ...(backtest && { backtest: { ...backtest, step, scoredCount: columns.length } }),
    forecast: { forecasts, columns: fan, asked: nameOf(version), chose: answererOf(fitted) },
    ...(explanation && { explanation }),
    ...recordOf(told),
    modelFacts: [...runFacts(outcome), ...modelFacts(told)],
  };
  await writePage(source, args.commandLine, args.report, io);
}

function nameOf(version: number): string {
  return `version ${version}`;
}

/** The comparison by the versions' names. Where one model stood for both, it stands for the one that forecasts. */
function backtestOf({ result }: Comparison, challenger: number, champion: number | undefined, winner: string) {
  if (result === undefined) return undefined;
  const isAlone = result.models.every(({ name }) => name !== "champion");
  const called = (name: string) => {
    if (name === "challenger") return isAlone ? winner : nameOf(challenger);
    return name === "champion" && champion !== undefined ? nameOf(champion) : name;
  };
  const models = result.models.map((model) => ({ ...model, name: called(model.name) }));
  return { result: { ...result, models }, asked: [winner] };
}

const rules: Readonly<Record<Comparison["rule"], string>> = {
  "as-is": "the champion as it is, and the challenger fitted on what lies before the folds",
  refit: "models of both settings, fitted on what lies before the folds",
  "same-settings": "one model of the settings that both have, fitted on what lies before the folds",
  alone: "the challenger alone, fitted on what lies before the folds",
  none: "nothing: the data are too short",
};

function runFacts({ challenger, champion, isPromoted, reason, comparison }: Outcome): Fact[] {
  const before = champion === undefined ? "" : `; version ${champion.version} ${isPromoted ? "was" : "stays"} champion`;
  return [
    ["run", `version ${challenger.version} is ${isPromoted ? "promoted" : "kept, not promoted"}${before}`],
    ["reason", reason],
    ["scored", rules[comparison.rule]],
  ];
}
