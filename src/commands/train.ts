// `hindcast train`: data in, a model directory out, and one line about it.

import { checkModelTarget } from "../artifact/directory.js";
import { saveModel } from "../artifact/save-model.js";
import type { Table } from "../base/table.js";
import { createForecaster, fitModel, type ModelOptions } from "../choose/model.js";
import { answererOf, covariateNames, type FittedModel, networksOf } from "../choose/predictor.js";
import { backtest } from "../evaluate/backtest.js";
import { planFolds, seasonBefore } from "../evaluate/folds.js";
import { gateScores } from "../evaluate/gates.js";
import { overallScores } from "../evaluate/score-table.js";
import type { Epoch } from "../fit/loop.js";
import type { FitContext } from "../forecast/predictor.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import { type Frame, longestLength } from "../series/frame.js";
import type { TrainArgs } from "./args.js";
import { noteIgnored } from "./covariates.js";
import { horizonOf, readFrame } from "./data.js";
import { planTable } from "./dry-run.js";
import type { Io } from "./io.js";
import { limitsOf, type ModelSetup, setUpModels, sharingTime } from "./model-options.js";
import { keepingIn, openTrainCheckpoint } from "./resume.js";
import { openOlder } from "./warm-start.js";

export async function run(args: TrainArgs, io: Io): Promise<void> {
  const startedMs = io.now();
  const { out } = args;
  if (out !== undefined) await checkModelTarget(out);
  const onEpoch = await openCurves(args, io);
  const frame = await readFrame(args.data, args.reading, io);
  const horizon = horizonOf(args.horizon, frame);
  // One for the score on what is held back, and one for the model.
  const { options, engine } = setUpModels(sharingTime(args, 2), io);
  if (args.dryRun || out === undefined)
    return io.writeTable(planTable(frame, horizon, [args.model], options), args, "table");

  const checkpoint = openTrainCheckpoint(args, out, frame, engine, io);
  const older = await openOlder(args, frame, horizon, io);
  const setup = { options: { ...options, checkpoint, older }, engine, onEpoch };
  const table = await keepingIn(checkpoint, io, () => trainInto(out, args, frame, horizon, setup, startedMs, io));
  await checkpoint.remove();
  await io.writeTable(table, args, "table");
}

/** @returns what there is to say of the model that then is in `out` */
async function trainInto(
  out: string,
  args: TrainArgs,
  frame: Frame,
  horizon: number,
  { options, engine, onEpoch }: ModelSetup & Pick<ModelOptions, "onEpoch">,
  startedMs: number,
  io: Io,
): Promise<Table> {
  const heldOut = await scoreHeldOut(frame, horizon, args.model, options, io);
  io.progress.stage(`train ${args.model}`);
  const fitted = await fitModel(args.model, frame, horizon, { ...options, onEpoch }, io);
  io.progress.stop();
  noteIgnored(frame, answererOf(fitted), io.notify, covariateNames(fitted));
  if (fitted.reason !== undefined && fitted.kind !== "baseline")
    io.notify({ level: "note", text: `auto: ${answererOf(fitted)}; ${fitted.reason}` });
  await saveModel(
    out,
    {
      fitted,
      frame,
      horizon,
      seed: args.seed,
      engine: engine(),
      reading: args.reading,
      limits: limitsOf(args),
      heldOut,
      keepContext: args.context,
    },
    io.version,
    {
      started: new Date(startedMs).toISOString(),
      duration_ms: Math.round(io.now() - startedMs),
      host: io.host,
      node: io.nodeVersion,
      hindcast: io.version,
    },
  );
  return summaryTable(fitted, frame, horizon, heldOut, out);
}

/** Where curves are wanted, whom to tell the epochs. @throws HindcastError "output" */
async function openCurves(
  { tensorboard, model, dryRun }: TrainArgs,
  io: Io,
): Promise<((epoch: Epoch) => void) | undefined> {
  if (tensorboard === undefined || dryRun) return undefined;
  return (await import("./tensorboard.js")).openCurves(tensorboard, model, io);
}

type HeldOut = Parameters<typeof saveModel>[1]["heldOut"];

/** Scores, on the last horizon, of a model of the same kind that ends before it; null when too little would be left. */
async function scoreHeldOut(
  frame: Frame,
  horizon: number,
  model: string,
  options: Parameters<typeof createForecaster>[1],
  context: FitContext,
): Promise<HeldOut> {
  const longest = longestLength(frame);
  if (longest < 3 * horizon) {
    context.notify({ level: "note", text: `no held-out score: ${longest} steps are too few to hold ${horizon} back` });
    return null;
  }
  const fold = { horizon, folds: 1, step: horizon };
  const season =
    options.seasons === "auto"
      ? seasonBefore(
          frame,
          planFolds(frame, fold, () => {}),
          () => {},
        )
      : (options.seasons[0] ?? 1);
  const result = await backtest(
    frame,
    [createForecaster(model, options)],
    { ...fold, refit: "never", span: "expanding", season, quantiles: quantileColumns({}) },
    // What it has to say is said once more, of all the data, by the fit that follows.
    { ...context, notify: () => {} },
  );
  const [overall] = overallScores(result).values();
  if (overall === undefined) return null;
  const scores = Object.fromEntries(
    gateScores.filter((name) => overall.has(name)).map((name) => [name, overall.get(name) ?? null]),
  );
  return { n: overall.get("n")!, scores };
}

function summaryTable(fitted: FittedModel, frame: Frame, horizon: number, heldOut: HeldOut, out: string): Table {
  const [network] = networksOf(fitted);
  const score = (name: string) => heldOut?.scores[name] ?? null;
  const perplexity = score("perplexity");
  const ofBins = perplexity === null ? {} : { cross_entropy: Math.log(perplexity), perplexity };
  return {
    type: "model",
    columns: [
      "model",
      "chose",
      "series",
      "steps",
      "horizon",
      "window",
      "epochs",
      ...Object.keys(ofBins),
      "mse",
      "mae",
      "mase",
      "skill",
      "out",
    ],
    rows: [
      [
        fitted.asked,
        answererOf(fitted),
        frame.series.length,
        frame.series.reduce((sum, { values }) => sum + values.length, 0),
        horizon,
        network?.config.window ?? null,
        network?.record.bestEpoch ?? null,
        ...Object.values(ofBins),
        score("mse"),
        score("mae"),
        score("mase"),
        score("skill"),
        out,
      ],
    ],
  };
}
