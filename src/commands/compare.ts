// `hindcast compare`: one leaderboard over models and the plain baselines, on identical folds.
import { createForecaster } from "../choose/model.js";
import { backtest } from "../evaluate/backtest.js";
import { explainNoTest, leaderboardTable } from "../evaluate/compare.js";
import { checkGates } from "../evaluate/gates.js";
import { overallScores, predictionsTable } from "../evaluate/score-table.js";
import { plainBaselines } from "../forecast/baselines.js";
import { openModelProcesses } from "../parallel/compare.js";
import type { CompareArgs } from "./args.js";
import { backtestOptionsOf, modelRecipe, sayReasons, sayUnscaled, workerFile } from "./backtest.js";
import { noteIgnored } from "./covariates.js";
import { horizonOf, readFrame } from "./data.js";
import { planTable } from "./dry-run.js";
import { exitCodeOf } from "./gates.js";
import type { Io } from "./io.js";
import { fitsOf, setUpModels, sharingTime } from "./model-options.js";

export async function run(args: CompareArgs, io: Io): Promise<number | undefined> {
  const { options: models } = setUpModels(sharingTime(args, fitsOf(args.compared, args)), io);
  const frame = await readFrame(args.data, args.reading, io);
  const horizon = horizonOf(args.horizon, frame);
  const names = [...new Set([...args.compared, ...plainBaselines])];
  const gates = args.failIf ?? [];
  checkGates(gates, names);
  if (args.dryRun) {
    await io.writeTable(planTable(frame, horizon, args.compared, models), args, "table");
    return undefined;
  }
  noteIgnored(frame, "a baseline", io.notify);
  const options = backtestOptionsOf(args, frame, horizon, models.seasons, io.notify);
  const { jobs: jobCount = 1 } = args;
  const recipe = modelRecipe(jobCount, { ...args, options: models }, io);
  const forecasters = names.map((name) => createForecaster(name, models));
  const processes = openModelProcesses({ frame, options, recipe }, { workerFile, threadCount: jobCount }, io);
  try {
    const result = await backtest(frame, forecasters, options, io, processes.run);
    sayReasons(result, io.notify);
    sayUnscaled(result, args.seasonOfMase, io.notify);
    const noTest = explainNoTest(result, options.step);
    if (noTest !== undefined) io.notify({ level: "note", text: noTest });
    if (args.predictions !== undefined)
      await io.writeTable(predictionsTable(result), { output: args.predictions, csvSafe: args.csvSafe }, "csv");
    const maseSeason = args.seasonOfMase;
    const costs = (args.timing ?? io.formatOf(args, "table") === "table") ? { costs: processes.costs } : {};
    await io.writeTable(leaderboardTable(result, { step: options.step, maseSeason, ...costs }), args, "table");
    return exitCodeOf(gates, overallScores(result, { maseSeason }), args.compared, io.notify);
  } finally {
    await processes.close();
  }
}
