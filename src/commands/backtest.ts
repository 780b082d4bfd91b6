// `hindcast backtest`: scores of one or several models on rolling origins, with the baselines beside them.
import { HindcastError } from "../base/errors.js";
import { createForecaster } from "../choose/model.js";
import { backtest, type UnitRunner } from "../evaluate/backtest.js";
import { planFolds, seasonBefore } from "../evaluate/folds.js";
import { checkGates } from "../evaluate/gates.js";
import { predictionsTable, scoreTable } from "../evaluate/score-table.js";
import { plainBaselines } from "../forecast/baselines.js";
import type { Forecaster } from "../forecast/predictor.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import type { Frame } from "../series/frame.js";
import type { BacktestArgs } from "./args.js";
import { noteIgnored } from "./covariates.js";
import { horizonOf, readFrame } from "./data.js";
import { planTable } from "./dry-run.js";
import { exitCodeOf } from "./gates.js";
import type { Io } from "./io.js";
import { openJobs } from "./jobs.js";
import { setUpModels } from "./model-options.js";
import { openForForecast } from "./saved-model.js";

export async function run(args: BacktestArgs, io: Io): Promise<number | undefined> {
  const { options } = setUpModels(args, io);
  const { frame, asked, horizon } = await whatToScore(args, io);
  const forecasters = [
    ...(asked ?? args.models.map((name) => createForecaster(name, options))),
    ...plainBaselines.map((name) => createForecaster(name, options)),
  ];
  const models = [...new Set(forecasters.map(({ name }) => name))];
  const askedNames = asked?.map(({ name }) => name) ?? args.models;
  const gates = args.failIf ?? [];
  checkGates(gates, models);
  if (args.dryRun) {
    await io.writeTable(planTable(frame, horizon, args.models, options), args, "table");
    return undefined;
  }
  noteIgnored(frame, "a baseline", io.notify);
  const { folds, refit, span } = args;
  const step = args.step ?? horizon;
  const season =
    options.seasons === "auto"
      ? seasonBefore(
          frame,
          planFolds(frame, { horizon, folds, step }, () => {}),
        )
      : (options.seasons[0] ?? 1);
  const quantiles = quantileColumns(args);
  const backtestOptions = { horizon, folds, step, refit, span, season, quantiles };
  const run = asked === undefined ? unitRunner(args, frame, horizon, season, io) : undefined;
  const result = await backtest(frame, forecasters, backtestOptions, io, run);
  const scoring = { by: args.by ?? [], ...(args.seasonOfMase === undefined ? {} : { maseSeason: args.seasonOfMase }) };
  for (const { name, folds: done } of result.models) {
    const reason = done.at(-1)?.reason;
    if (reason !== undefined) io.notify({ level: "note", text: `${name}: ${reason}` });
  }
  if (args.predictions !== undefined)
    await io.writeTable(predictionsTable(result), { output: args.predictions }, "csv");
  await io.writeTable(scoreTable(result, scoring), args, "table");
  return exitCodeOf(gates, scoreTable(result, { ...scoring, by: [] }), askedNames, io.notify);
}

/** @returns undefined where everything is computed in this thread */
function unitRunner(args: BacktestArgs, frame: Frame, horizon: number, season: number, io: Io): UnitRunner | undefined {
  const { jobs = 1 } = args;
  if (jobs === 1) return undefined;
  const run = openJobs(io.program, jobs, io);
  const task = { args, frame, horizon, season, dataDirectory: io.dataDirectory };
  return (model, unit) => run({ ...task, model, unit });
}

interface Scored {
  readonly frame: Frame;
  readonly horizon: number;
  /** The saved model, with `--from`. */
  readonly asked?: readonly Forecaster[];
}

async function whatToScore(args: BacktestArgs, io: Io): Promise<Scored> {
  if (args.from === undefined) {
    const frame = await readFrame(args.data, args.reading, io);
    return { frame, horizon: horizonOf(args.horizon, frame) };
  }
  if (args.data.length === 0)
    throw new HindcastError("usage", "a backtest needs data", `hindcast backtest data.csv --from ${args.from}`);
  const { manifest, frame, predictor } = await openForForecast(args, args.from, io);
  io.notify({
    level: "warning",
    text: `${args.from} is scored as it is: origins inside the data it was trained on are not out of sample`,
  });
  const name = manifest.asked;
  return {
    frame,
    horizon: args.horizon === undefined ? manifest.horizon : horizonOf(args.horizon, frame),
    asked: [{ name, fit: async () => predictor }],
  };
}
