// How forecasts that were made before are scored. In: forecasts beside their actuals. Out: the score table, and an exit code.

import { seasonOfFolds } from "../evaluate/folds.js";
import { besideSeasonalNaive, type PlacedForecasts } from "../evaluate/forecast-file.js";
import { checkGates } from "../evaluate/gates.js";
import { overallScores, scoreTable } from "../evaluate/score-table.js";
import type { ModelsArgs, ScoreArgs } from "./args.js";
import { sayUnscaled } from "./backtest.js";
import { exitCodeOf } from "./gates.js";
import type { Io } from "./io.js";

type Scoring = Pick<ScoreArgs & ModelsArgs, "by" | "failIf" | "format" | "output" | "season" | "seasonOfMase">;

/** @param askedOf of all models, and of those that there is something to score of, those that a gate is for */
export async function scorePlaced(
  placed: PlacedForecasts,
  askedOf: (models: readonly string[], scored: readonly string[]) => readonly string[],
  args: Scoring,
  io: Io,
): Promise<number | undefined> {
  const models = placed.models.map(({ name }) => name);
  const gates = args.failIf ?? [];
  checkGates(gates, models);
  const season = seasonOfFolds(placed.frame, placed.folds, args.season, io.notify);
  const result = await besideSeasonalNaive(placed, season, io);
  sayUnscaled(result, args.seasonOfMase, io.notify);
  const scoring = { maseSeason: args.seasonOfMase };
  await io.writeTable(scoreTable(result, { ...scoring, by: args.by ?? [] }), args, "table");
  const overall = overallScores(result, scoring);
  const scored = models.filter((name) => (overall.get(name)?.get("n") ?? 0) > 0);
  return exitCodeOf(gates, overall, askedOf(models, scored), io.notify);
}
