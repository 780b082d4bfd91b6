// `hindcast models REGISTRY score`: the live error of past forecasts. In: the forecasts each run left, and the data since. Out: scores
// of each version, as `hindcast score` gives them of a forecast file.
import { join } from "node:path";
import { readModel } from "../artifact/directory.js";
import { HindcastError } from "../base/errors.js";
import { type ForecastRow, placeForecasts } from "../evaluate/forecast-file.js";
import { readForecasts } from "../evaluate/read-forecasts.js";
import type { QuantileColumn } from "../forecast/quantile-columns.js";
import { championPath, readPointer, versionPath } from "../registry/champion.js";
import { forecastName, listVersions } from "../registry/versions.js";
import type { Frame } from "../series/frame.js";
import { defaultReadOptions } from "../series/options.js";
import { fileSource } from "../series/source.js";
import type { ModelsArgs } from "./args.js";
import { readFrame } from "./data.js";
import type { Io } from "./io.js";
import { readingAsTrained } from "./saved-model.js";
import { scorePlaced } from "./score-placed.js";

export async function scoreLive(args: ModelsArgs, io: Io): Promise<number | undefined> {
  const { registry } = args;
  const { manifest } = await readModel(championPath(registry));
  const frame = await readFrame(args.rest, readingAsTrained(manifest, args), io);
  const { rows, quantiles } = await readPastForecasts(registry, frame);
  const placed = placeForecasts(frame, rows, io.notify, quantiles);
  const champion = String(readPointer(registry)?.version);
  // What a version forecast may all be still to come.
  return scorePlaced(placed, (_, scored) => (scored.includes(champion) ? [champion] : scored), args, io);
}

/** A version forecasts again from where it did before when a run is forced; what it said first counts. */
async function readPastForecasts(
  registry: string,
  frame: Frame,
): Promise<{ rows: ForecastRow[]; quantiles: readonly QuantileColumn[] }> {
  const known = new Set<string>();
  const rows: ForecastRow[] = [];
  let quantiles: readonly QuantileColumn[] = [];
  for (const version of listVersions(registry)) {
    const file = fileSource(join(versionPath(registry, version), forecastName));
    const read = await readForecasts(file, frame, "forecast", { ...defaultReadOptions, tz: frame.grid.zone });
    quantiles = read.quantiles;
    for (const row of read.rows) {
      const id = JSON.stringify([row.model, row.key, row.target, row.origin, row.stamp]);
      if (known.has(id)) continue;
      known.add(id);
      rows.push(row);
    }
  }
  if (rows.length > 0) return { rows, quantiles };
  throw new HindcastError("data", `${registry} has no forecasts of these data`, "they are made by hindcast retrain");
}
