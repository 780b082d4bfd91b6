// `hindcast backtest`: scores of one or several models on rolling origins, with the baselines beside them.
import { HindcastError } from "../base/errors.js";
import { createForecaster, type ModelOptions } from "../choose/model.js";
import { availableThreads } from "../engine/threads.js";
import { type BacktestOptions, type BacktestResult, backtest } from "../evaluate/backtest.js";
import { planFolds, seasonBefore } from "../evaluate/folds.js";
import { checkGates } from "../evaluate/gates.js";
import { predictionsTable, scoreTable } from "../evaluate/score-table.js";
import { plainBaselines } from "../forecast/baselines.js";
import type { Forecaster } from "../forecast/predictor.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import { openUnitThreads } from "../parallel/backtest.js";
import type { Frame } from "../series/frame.js";
import type { BacktestArgs } from "./args.js";
import { noteIgnored } from "./covariates.js";
import { horizonOf, readFrame } from "./data.js";
import { planTable } from "./dry-run.js";
import { exitCodeOf } from "./gates.js";
import type { Io } from "./io.js";
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
  const result =
    asked === undefined && args.jobs !== undefined && args.jobs > 1
      ? await backtestOnThreads(args.jobs, frame, forecasters, backtestOptions, { ...args, options }, io)
      : await backtest(frame, forecasters, backtestOptions, io);
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

/** As bundled, the file stands beside this one. */
const workerFile = new URL("./worker.js", import.meta.url);

interface Recipe extends Pick<BacktestArgs, "engine" | "threads"> {
  readonly options: ModelOptions;
}

async function backtestOnThreads(
  jobCount: number,
  frame: Frame,
  forecasters: readonly Forecaster[],
  options: BacktestOptions,
  { options: models, engine, threads = Math.max(1, Math.floor(availableThreads() / jobCount)) }: Recipe,
  io: Io,
): Promise<BacktestResult> {
  // A function cannot be posted; threads make their own.
  const { clock: _clock, openTrainer: _openTrainer, ...posted } = models;
  const recipe = { models: posted, engine, threads, dataDirectory: io.dataDirectory };
  const { run, close } = openUnitThreads({ frame, options, recipe }, { workerFile, threadCount: jobCount }, io);
  try {
    return await backtest(frame, forecasters, options, io, run);
  } finally {
    await close();
  }
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
