// `hindcast backtest`: scores of one or several models on rolling origins, with the baselines beside them.
import { HindcastError } from "../base/errors.js";
import { type Notify, sayingOnce } from "../base/notes.js";
import { quoteWord } from "../base/wording.js";
import { createForecaster, type ModelOptions } from "../choose/model.js";
import { availableThreads } from "../engine/threads.js";
import { type BacktestOptions, type BacktestResult, backtest } from "../evaluate/backtest.js";
import { seasonOfFolds } from "../evaluate/folds.js";
import { checkGates } from "../evaluate/gates.js";
import { overallScores, predictionColumns, predictionsTable, scoreTable } from "../evaluate/score-table.js";
import { explainUnscaled } from "../evaluate/unscaled.js";
import { plainBaselines } from "../forecast/baselines.js";
import type { FitContext, Forecaster } from "../forecast/predictor.js";
import { type QuantileColumn, quantileColumns } from "../forecast/quantile-columns.js";
import { type ModelRecipe, openUnitThreads } from "../parallel/backtest.js";
import { type Fact, scoredPart, withCalibration } from "../report/html/source.js";
import type { Frame } from "../series/frame.js";
import { seasonsOf } from "../series/season.js";
import type { BacktestArgs } from "./args.js";
import { noteIgnored } from "./covariates.js";
import { horizonOf, readFrame } from "./data.js";
import { planTable } from "./dry-run.js";
import { exitCodeOf } from "./gates.js";
import type { Io } from "./io.js";
import { fitsOf, setUpModels, sharingTime } from "./model-options.js";
import { type Opened, openForForecast } from "./saved-model.js";

export async function run(args: BacktestArgs, io: Io): Promise<number | undefined> {
  const { options } = setUpModels(sharingTime(args, fitsOf(args.models, args)), io);
  const scored = await whatToScore(args, io);
  const { frame, asked, horizon } = scored;
  const forecasters = forecastersOf(args, scored, options);
  const models = [...new Set(forecasters.map(({ name }) => name))];
  const askedNames = asked?.map(({ name }) => name) ?? args.models;
  const gates = args.failIf ?? [];
  checkGates(gates, models);
  if (args.dryRun) {
    await io.writeTable(planTable(frame, horizon, args.models, options), args, "table");
    return undefined;
  }
  const columns = quantileColumns(args);
  if (args.predictions !== undefined) predictionColumns(frame, columns);
  const wanted = args.report === undefined ? columns : withCalibration(columns);
  const all = await runFolds(args, scored, forecasters, options, wanted, io);
  const told = { result: all, scoredCount: columns.length };
  const result = args.report === undefined ? all : scoredPart(told);
  const scoring = { by: args.by ?? [], maseSeason: args.seasonOfMase };
  sayReasons(result, io.notify);
  sayUnscaled(result, args.seasonOfMase, io.notify);
  if (args.predictions !== undefined)
    await io.writeTable(predictionsTable(result), { output: args.predictions, csvSafe: args.csvSafe }, "csv");
  await io.writeTable(scoreTable(result, scoring), args, "table");
  if (args.plot) {
    const { plotBacktest } = await import("../report/forecast-charts.js");
    io.draw(plotBacktest(result, askedNames[0]!, io.stderr));
  }
  if (args.report !== undefined) {
    const backtest = { ...told, step: args.step ?? horizon, asked: askedNames, maseSeason: scoring.maseSeason };
    const seasons = seasonsOf(frame, options.seasons);
    const { writePage } = await import("./report-page.js");
    const facts = askedNames.flatMap((name) => foldFacts(result, name));
    await writePage({ frame, horizon, seasons, backtest, modelFacts: facts }, args.commandLine, args.report, io);
  }
  return exitCodeOf(gates, overallScores(result, scoring), askedNames, io.notify);
}

/** What answered at the newest fold for the model called `name`, and why. */
function foldFacts({ models }: BacktestResult, name: string): Fact[] {
  const fold = models.find((model) => model.name === name)?.folds.at(-1);
  return fold === undefined ? [] : [[name, [fold.chose, fold.reason].filter((text) => text !== undefined).join("; ")]];
}

/** What was asked for, and the baselines beside it. */
export function forecastersOf(
  { models }: Pick<BacktestArgs, "models">,
  { asked }: Pick<Scored, "asked">,
  options: ModelOptions,
): Forecaster[] {
  return [
    ...(asked ?? models.map((name) => createForecaster(name, options))),
    ...plainBaselines.map((name) => createForecaster(name, options)),
  ];
}

/** The backtest itself, on threads where it can be shared out. @param columns quantiles to ask of each model */
export async function runFolds(
  args: FoldArgs & Pick<BacktestArgs, "engine" | "jobs" | "threads">,
  { frame, asked, horizon }: Scored,
  forecasters: readonly Forecaster[],
  options: ModelOptions,
  columns: readonly QuantileColumn[],
  io: Io,
): Promise<BacktestResult> {
  noteIgnored(frame, "a baseline", io.notify);
  const { signal, progress, dataDirectory } = io;
  const context = { notify: sayingOnce(io.notify), signal, progress, dataDirectory };
  const backtestOptions = {
    ...backtestOptionsOf(args, frame, horizon, options.seasons, io.notify),
    quantiles: columns,
  };
  return asked === undefined && args.jobs !== undefined && args.jobs > 1
    ? await backtestOnThreads(args.jobs, frame, forecasters, backtestOptions, { ...args, options }, context)
    : await backtest(frame, forecasters, backtestOptions, context);
}

/** What scores leave out. */
export function sayUnscaled(result: BacktestResult, maseSeason: number | undefined, notify: Notify): void {
  const note = explainUnscaled(result, maseSeason);
  if (note !== undefined) notify(note);
}

/** Why each model chose what it chose, at the newest fold. */
export function sayReasons({ models }: BacktestResult, notify: Notify): void {
  for (const { name, folds } of models) {
    const reason = folds.at(-1)?.reason;
    if (reason !== undefined) notify({ level: "note", text: `${name}: ${reason}` });
  }
}

type FoldArgs = Pick<BacktestArgs, "folds" | "step" | "refit" | "span" | "level" | "quantiles">;

export function backtestOptionsOf(
  args: FoldArgs,
  frame: Frame,
  horizon: number,
  seasons: ModelOptions["seasons"],
  notify: Notify,
): BacktestOptions {
  const { folds, refit, span, step = horizon } = args;
  const season = seasonOfFolds(frame, { horizon, folds, step }, seasons, notify);
  return { horizon, folds, step, refit, span, season, quantiles: quantileColumns(args) };
}

/** As bundled, the file stands beside this one. */
export const workerFile = new URL("./worker.js", import.meta.url);

interface Recipe extends Pick<BacktestArgs, "engine" | "threads"> {
  readonly options: ModelOptions;
}

/** How each of `jobCount` threads or processes makes the models. */
export function modelRecipe(
  jobCount: number,
  { options, engine, threads = Math.max(1, Math.floor(availableThreads() / jobCount)) }: Recipe,
  io: Pick<Io, "dataDirectory">,
): ModelRecipe {
  // A function cannot be posted; threads make their own.
  const { clock: _clock, openTrainer: _openTrainer, ...models } = options;
  return { models, engine, threads, dataDirectory: io.dataDirectory };
}

async function backtestOnThreads(
  jobCount: number,
  frame: Frame,
  forecasters: readonly Forecaster[],
  options: BacktestOptions,
  how: Recipe,
  io: FitContext & Pick<Io, "dataDirectory">,
): Promise<BacktestResult> {
  const recipe = modelRecipe(jobCount, how, io);
  const { run, close } = openUnitThreads({ frame, options, recipe }, { workerFile, threadCount: jobCount }, io);
  try {
    return await backtest(frame, forecasters, options, io, run);
  } finally {
    await close();
  }
}

export interface Scored {
  readonly frame: Frame;
  readonly horizon: number;
  /** The saved model, with `--from`. */
  readonly asked?: readonly Forecaster[];
  readonly saved?: Omit<Opened, "frame">;
}

type DataArgs = Pick<BacktestArgs, "data" | "from" | "given" | "horizon" | "integer" | "max" | "min" | "reading">;

export async function whatToScore(
  args: DataArgs,
  io: Io,
  command: "backtest" | "report" = "backtest",
): Promise<Scored> {
  if (args.from === undefined) {
    const frame = await readFrame(args.data, args.reading, io);
    return { frame, horizon: horizonOf(args.horizon, frame) };
  }
  if (args.data.length === 0)
    throw new HindcastError(
      "usage",
      `a ${command} needs data`,
      `hindcast ${command} data.csv --from ${quoteWord(args.from)}`,
    );
  const { frame, ...saved } = await openForForecast(args, args.from, io);
  const { manifest, predictor } = saved;
  io.notify({
    level: "warning",
    text: `${args.from} is scored as it is: origins inside the data it was trained on are not out of sample`,
  });
  const name = manifest.asked;
  return {
    frame,
    horizon: args.horizon === undefined ? manifest.horizon : horizonOf(args.horizon, frame),
    asked: [{ name, fit: async () => predictor }],
    saved,
  };
}
