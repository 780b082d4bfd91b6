// `hindcast forecast --report`: a page of a forecast alone. In: what was forecast, and by what. Out: the page, written.
import type { Forecasts } from "../forecast/predictor.js";
import type { QuantileColumn } from "../forecast/quantile-columns.js";
import { seasonsOf } from "../series/season.js";
import type { ForecastArgs } from "./args.js";
import { explainForPage } from "./explanation.js";
import type { Job } from "./forecast.js";
import type { Io } from "./io.js";
import { modelFacts, recordOf, type ToldModel, toldOf } from "./model-facts.js";
import { seasonsAsked } from "./model-options.js";
import { writePage } from "./report-page.js";

export async function reportForecast(
  args: ForecastArgs,
  { frame, horizon, predictor, manifest, fitted }: Job,
  forecasts: Forecasts,
  columns: readonly QuantileColumn[],
  io: Io,
): Promise<void> {
  const told: ToldModel =
    fitted !== undefined
      ? toldOf(fitted, manifest?.seed ?? args.seed)
      : { asked: args.model, chose: predictor.name, reason: predictor.reason, seed: args.seed };
  const forecast = { forecasts, columns, asked: told.asked, chose: told.chose };
  const seasons = fitted?.seasons ?? seasonsOf(frame, seasonsAsked(args));
  const explanation = fitted && (await explainForPage(fitted, frame, horizon, told.seed, io));
  const source = {
    frame,
    horizon,
    seasons,
    forecast,
    ...(explanation && { explanation }),
    ...recordOf(told),
    modelFacts: modelFacts(told),
  };
  await writePage(source, args.commandLine, args.report, io);
}
