// `hindcast forecast`: forecasts from a model directory, or from a model trained in memory first.
import { exitCodes, HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { forecastTable } from "../forecast/forecast-table.js";
import type { Predictor } from "../forecast/predictor.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import { alignFrame } from "../series/align.js";
import { type Frame, longestLength } from "../series/frame.js";
import type { ForecastArgs } from "./args.js";
import { completeFuture, mayUseCovariates, noteIgnored } from "./covariates.js";
import { horizonOf, readFrame } from "./data.js";
import type { Io } from "./io.js";
import { setUpModels } from "./model-options.js";

interface Job {
  readonly frame: Frame;
  readonly horizon: number;
  readonly predictor: Predictor;
}

export async function run(args: ForecastArgs, io: Io): Promise<number | undefined> {
  const job = args.from === undefined ? await trainFirst(args, io) : await loadModel(args, args.from, io);
  if (job === undefined) return undefined;
  const { frame, horizon, predictor } = job;
  const columns = quantileColumns(args);
  const forecasts = await predictor.predict(
    frame,
    horizon,
    columns.map(({ level }) => level),
  );
  const explanation = predictor.explanation?.();
  // A saved model is what cron runs: it says nothing that it said before.
  if (explanation !== undefined && args.from === undefined)
    io.notify({ level: "note", text: `${predictor.name} ${explanation}` });
  predictor.dispose();
  const missingCount = frame.series.filter((_, s) => Number.isNaN(forecasts.point[s * horizon]!)).length;
  if (missingCount === frame.series.length)
    throw new HindcastError("data", "no series could be forecast", "hindcast inspect shows what is in the data");
  await io.writeTable(forecastTable(frame, forecasts, horizon, columns), args, "csv");
  return missingCount > 0 ? exitCodes.partial : undefined;
}

/** @returns undefined after a dry run, and after a template */
async function trainFirst(args: ForecastArgs, io: Io): Promise<Job | undefined> {
  const { answererOf, fitModel, predictorOf } = await import("../choose/model.js");
  const read = await readFrame(args.data, args.reading, io);
  const aligned = args.align ? alignFrame(read) : read;
  const horizon = horizonOf(args.horizon, aligned);
  const frame = await completeFuture(aligned, args, horizon, mayUseCovariates(args.model), io);
  if (frame === undefined) return undefined;
  const { options } = setUpModels(args, io);
  if (args.dryRun) {
    const { planTable } = await import("./dry-run.js");
    await io.writeTable(planTable(frame, horizon, [args.model], options), args, "table");
    return undefined;
  }
  io.progress.stage(`train ${args.model}`);
  const fitted = await fitModel(args.model, frame, horizon, options, io);
  if (fitted.kind !== "network") noteIgnored(frame, answererOf(fitted), io.notify);
  // Where auto fell back to a baseline, it has warned of that already.
  if (fitted.reason === undefined) warnOfLongHorizon(frame, horizon, io.notify);
  else if (fitted.kind !== "baseline")
    io.notify({ level: "note", text: `auto: ${answererOf(fitted)}; ${fitted.reason}` });
  return { frame, horizon, predictor: await predictorOf(fitted, options.limits, io) };
}

/** A baseline goes on for ever; whoever asked for it should know when that is further than the data reach back. */
function warnOfLongHorizon(frame: Frame, horizon: number, notify: Notify): void {
  const longest = longestLength(frame);
  if (horizon <= longest) return;
  const text = `the horizon, ${horizon} steps, is longer than the data, ${longest}: little can be known that far ahead`;
  notify({ level: "warning", text });
}

/** @returns undefined after a dry run, and after a template */
async function loadModel(args: ForecastArgs, from: string, io: Io): Promise<Job | undefined> {
  const { openForForecast } = await import("./saved-model.js");
  const { frame: known, predictor, manifest } = await openForForecast(args, from, io);
  const aligned = args.align ? alignFrame(known) : known;
  const horizon = args.horizon === undefined ? manifest.horizon : horizonOf(args.horizon, aligned);
  const frame = await completeFuture(aligned, args, horizon, true, io);
  if (frame === undefined) return undefined;
  if (args.dryRun) {
    const { storedTable } = await import("./dry-run.js");
    await io.writeTable(storedTable(manifest, frame, horizon), args, "table");
    return undefined;
  }
  return { frame, horizon, predictor };
}
