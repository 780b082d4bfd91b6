// `hindcast forecast`: forecasts from a model directory, or from a model trained in memory first.
import type { Manifest } from "../artifact/manifest.js";
import { exitCodes, HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { answererOf, covariateNames, type FittedModel, networksOf, partsOf } from "../choose/fitted.js";
import { forecastColumns, forecastTable } from "../forecast/forecast-table.js";
import type { Predictor } from "../forecast/predictor.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import { alignFrame } from "../series/align.js";
import { type Frame, longestLength } from "../series/frame.js";
import type { ForecastArgs } from "./args.js";
import { completeFuture, mayUseCovariates, noteIgnored } from "./covariates.js";
import { horizonOf, readFrame } from "./data.js";
import type { Io } from "./io.js";
import { setUpModels } from "./model-options.js";

export interface Job {
  readonly frame: Frame;
  readonly horizon: number;
  readonly predictor: Predictor;
  /** Of the saved model. */
  readonly manifest?: Manifest;
  /** Absent where there is a model for each series. */
  readonly fitted?: FittedModel;
}

export async function run(args: ForecastArgs, io: Io): Promise<number | undefined> {
  if (args.follow) return (await import("./follow.js")).run(args, args.from!, io);
  const sharding =
    args.shard === undefined ? undefined : await (await import("./shard.js")).openShard(args, args.shard, io);
  const job = args.from === undefined ? await trainFirst(args, io) : await loadModel(args, args.from, io);
  if (job === undefined) return undefined;
  const { horizon, predictor } = job;
  const frame = sharding?.keep(job.frame) ?? job.frame;
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
  const table = forecastTable(frame, forecasts, horizon, columns);
  const isMissing = frame.series.map((_, s) => Number.isNaN(forecasts.point[s * horizon]!));
  const isPartial = isMissing.includes(true);
  if (sharding !== undefined) await sharding.write(table, { horizon, isMissing, model: job.manifest ?? null });
  else if (!isMissing.includes(false))
    throw new HindcastError("data", "no series could be forecast", "hindcast inspect shows what is in the data");
  else await io.writeTable(table, args, "csv");
  if (args.plot) {
    const { plotForecasts } = await import("../report/forecast-charts.js");
    io.draw(plotForecasts(frame, forecasts, horizon, columns, io.stderr));
  }
  if (args.report !== undefined) {
    const { reportForecast } = await import("./report-forecast.js");
    await reportForecast(args, { ...job, frame }, forecasts, columns, io);
  }
  return isPartial ? exitCodes.partial : undefined;
}

/** @returns undefined after a dry run, and after a template */
async function trainFirst(args: ForecastArgs, io: Io): Promise<Job | undefined> {
  const [{ fitModel }, { predictorOf }] = await Promise.all([
    import("../choose/model.js"),
    import("../choose/predictor.js"),
  ]);
  const read = await readFrame(args.data, args.reading, io);
  const aligned = args.align ? alignFrame(read) : read;
  const horizon = horizonOf(args.horizon, aligned);
  const frame = await completeFuture(aligned, args, horizon, mayUseCovariates(args.model), io);
  if (frame === undefined) return undefined;
  // Before anything is trained for nothing.
  forecastColumns(frame, quantileColumns(args));
  const { options } = setUpModels(args, io);
  if (args.dryRun) {
    const { planTable } = await import("./dry-run.js");
    const planned = args.local ? longestAlone(frame, io.notify) : frame;
    await io.writeTable(planTable(planned, horizon, [args.model], options), args, "table");
    return undefined;
  }
  if (args.local) {
    warnOfLongHorizon(frame, horizon, io.notify);
    const { localPredictor } = await import("./local.js");
    return { frame, horizon, predictor: localPredictor(args, io) };
  }
  io.progress.stage(`train ${args.model}`);
  const fitted = await fitModel(args.model, frame, horizon, options, io);
  noteIgnored(frame, answererOf(fitted), io.notify, covariateNames(fitted));
  // Where auto fell back to a baseline, it has warned of that already.
  if (fitted.reason === undefined) warnOfLongHorizon(frame, horizon, io.notify);
  else if (fitted.kind !== "baseline")
    io.notify({ level: "note", text: `auto: ${answererOf(fitted)}; ${fitted.reason}` });
  return { frame, horizon, predictor: await predictorOf(fitted, options.limits, io), fitted };
}

function longestAlone(frame: Frame, notify: Notify): Frame {
  const length = longestLength(frame);
  const text = `there is a model for each of ${frame.series.length} series; this is what the longest one takes`;
  notify({ level: "note", text });
  return { ...frame, series: frame.series.filter(({ values }) => values.length === length).slice(0, 1) };
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
  const { frame: known, predictor, manifest, fitted } = await openForForecast(args, from, io);
  const aligned = args.align ? alignFrame(known) : known;
  const horizon = args.horizon === undefined ? manifest.horizon : horizonOf(args.horizon, aligned);
  if (horizon > manifest.horizon) await checkLongHorizon(fitted, horizon);
  const frame = await completeFuture(aligned, args, horizon, true, io);
  if (frame === undefined) return undefined;
  if (args.dryRun) {
    const { storedTable } = await import("./dry-run.js");
    await io.writeTable(storedTable(manifest, frame, horizon), args, "table");
    return undefined;
  }
  return { frame, horizon, predictor, manifest, fitted };
}

/** Before a template is written that cannot be used. @throws HindcastError "usage" for a horizon that a part was not fitted for */
async function checkLongHorizon(fitted: FittedModel, horizon: number): Promise<void> {
  const [{ checkLinearHorizon }, { checkHorizon }] = await Promise.all([
    import("../forecast/linear.js"),
    import("../forecast/network.js"),
  ]);
  for (const part of partsOf(fitted)) if (part.kind === "linear") checkLinearHorizon(part.model, horizon);
  for (const network of networksOf(fitted)) checkHorizon(network, horizon);
}
