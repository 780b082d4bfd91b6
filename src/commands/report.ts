// `hindcast report`: one page of the data, the forecast, and a backtest that says how far to trust it.
import { HindcastError } from "../base/errors.js";
import { fitModel, type ModelOptions } from "../choose/model.js";
import { predictorOf } from "../choose/predictor.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import { type ReportForecast, withCalibration, withFan } from "../report/html/source.js";
import type { Frame } from "../series/frame.js";
import { seasonsOf } from "../series/season.js";
import type { ReportArgs } from "./args.js";
import { forecastersOf, runFolds, type Scored, sayReasons, sayUnscaled, whatToScore } from "./backtest.js";
import { completeFuture, mayUseCovariates } from "./covariates.js";
import { planTable } from "./dry-run.js";
import { type Explanation, explainForPage } from "./explanation.js";
import type { Io } from "./io.js";
import { modelFacts, recordOf, type ToldModel, toldOf } from "./model-facts.js";
import { fitsOf, setUpModels, sharingTime } from "./model-options.js";
import { writeChart, writePage } from "./report-page.js";

export async function run(args: ReportArgs, io: Io): Promise<void> {
  if (!args.dryRun && args.output === undefined && io.formatOf(args, "table") === "table")
    throw new HindcastError(
      "usage",
      `a report is ${args.svg === undefined ? "a page for a browser" : "a drawing"}, and stdout is a terminal`,
      args.svg === undefined ? "add -o report.html, or > report.html" : "add -o chart.svg, or > chart.svg",
    );
  const { options } = setUpModels(sharingTime(args, fitsOf(args.models, args) + 1), io);
  const scored = await whatToScore(args, io, "report");
  const { frame, horizon } = scored;
  if (args.dryRun) return io.writeTable(planTable(frame, horizon, args.models, options), args, "table");
  const columns = quantileColumns(args);
  const forecasters = forecastersOf(args, scored, options);
  const asked = scored.asked?.map(({ name }) => name) ?? args.models;
  const result = await runFolds(args, scored, forecasters, options, withCalibration(columns), io);
  sayReasons(result, io.notify);
  sayUnscaled(result, args.seasonOfMase, io.notify);
  const backtest = {
    result,
    step: args.step ?? horizon,
    maseSeason: args.seasonOfMase,
    asked,
    scoredCount: columns.length,
  };
  const { bestAsked } = await import("../report/html/told.js");
  const ahead = await forecastAhead(args, scored, bestAsked(backtest) ?? asked[0]!, options, io);
  const source = {
    frame,
    horizon,
    seasons: scored.saved?.fitted.seasons ?? seasonsOf(frame, options.seasons),
    backtest,
    forecast: ahead.forecast,
    ...(ahead.explanation && { explanation: ahead.explanation }),
    ...recordOf(ahead.told),
    modelFacts: modelFacts(ahead.told),
  };
  if (args.svg === undefined) await writePage(source, args.commandLine, args.output, io);
  else await writeChart(source, args.svg, args.output, io);
}

/** From the end of the data, by the model called `name`, fitted on all of them. */
async function forecastAhead(
  args: ReportArgs,
  { frame, horizon, saved }: Scored,
  name: string,
  options: ModelOptions,
  io: Io,
): Promise<{ forecast: ReportForecast; told: ToldModel; explanation: Explanation | undefined }> {
  const columns =
    args.level === undefined && args.quantiles === undefined ? withFan(quantileColumns(args)) : quantileColumns(args);
  const levels = columns.map(({ level }) => level);
  const known: Frame =
    (await completeFuture(
      frame,
      { ...args, futureTemplate: undefined, csvSafe: false },
      horizon,
      mayUseCovariates(name),
      io,
    )) ?? frame;
  io.progress.stage(`train ${name}`);
  const fitted = saved?.fitted ?? (await fitModel(name, known, horizon, options, io));
  const told = toldOf(fitted, saved?.manifest.seed ?? args.seed);
  const predictor = saved?.predictor ?? (await predictorOf(fitted, options.limits, io));
  const forecasts = await predictor.predict(known, horizon, levels);
  const explanation = await explainForPage(fitted, known, horizon, told.seed, io);
  return { forecast: { forecasts, columns, asked: told.asked, chose: told.chose }, told, explanation };
}
