// `hindcast score`: any tool's forecast file against what came.
import { placeForecasts } from "../evaluate/forecast-file.js";
import { readForecasts } from "../evaluate/read-forecasts.js";
import { baselines } from "../forecast/baselines.js";
import { fileSource, stdinSource } from "../series/source.js";
import type { ScoreArgs } from "./args.js";
import { readFrame } from "./data.js";
import type { Io } from "./io.js";
import { scorePlaced } from "./score-placed.js";

export async function run(args: ScoreArgs, io: Io): Promise<number | undefined> {
  const frame = await readFrame([...(args.history ?? []), args.actuals], args.reading, io);
  const source = args.forecast === "-" ? stdinSource(io.stdin) : fileSource(args.forecast, io.signal);
  const { rows, quantiles } = await readForecasts(source, frame, args.forecastColumn, args.reading);
  const placed = placeForecasts(frame, rows, io.notify, quantiles);
  const own = (models: readonly string[]) => models.filter((name) => !baselines.has(name));
  return scorePlaced(placed, (models) => (own(models).length > 0 ? own(models) : models), args, io);
}
