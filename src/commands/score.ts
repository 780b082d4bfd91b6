// `hindcast score`: any tool's forecast file against what came.
import { seasonBefore } from "../evaluate/folds.js";
import { besideSeasonalNaive, placeForecasts } from "../evaluate/forecast-file.js";
import { checkGates } from "../evaluate/gates.js";
import { readForecasts } from "../evaluate/read-forecasts.js";
import { scoreTable } from "../evaluate/score-table.js";
import { baselines } from "../forecast/baselines.js";
import { fileSource, stdinSource } from "../series/source.js";
import type { ScoreArgs } from "./args.js";
import { readFrame } from "./data.js";
import { exitCodeOf } from "./gates.js";
import type { Io } from "./io.js";

export async function run(args: ScoreArgs, io: Io): Promise<number | undefined> {
  const frame = await readFrame([...(args.history ?? []), args.actuals], args.reading, io);
  const source = args.forecast === "-" ? stdinSource(io.stdin) : fileSource(args.forecast);
  const { rows, quantiles } = await readForecasts(source, frame, args.forecastColumn, args.reading);
  const placed = placeForecasts(frame, rows, io.notify, quantiles);
  const models = placed.models.map(({ name }) => name);
  const gates = args.failIf ?? [];
  checkGates(gates, models);

  const season = args.season === "auto" ? seasonBefore(placed.frame, placed.folds) : (args.season[0] ?? 1);
  const result = await besideSeasonalNaive(placed, season, io.notify);
  const scoring = args.seasonOfMase === undefined ? {} : { maseSeason: args.seasonOfMase };
  await io.writeTable(scoreTable(result, { ...scoring, by: args.by ?? [] }), args, "table");
  const own = models.filter((name) => !baselines.has(name));
  const overall = scoreTable(result, { ...scoring, by: [] });
  return exitCodeOf(gates, overall, own.length > 0 ? own : models, io.notify);
}
