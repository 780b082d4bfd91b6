// `hindcast explain`: what the forecasts of a saved model rest on.
import { HindcastError } from "../base/errors.js";
import { networksOf } from "../choose/fitted.js";
import { type Frame, seriesName } from "../series/frame.js";
import { requireFuture } from "../series/future.js";
import type { ExplainArgs } from "./args.js";
import { completeFuture } from "./covariates.js";
import { horizonOf } from "./data.js";
import { explainModel } from "./explanation.js";
import type { Io } from "./io.js";
import { openWithData } from "./saved-model.js";

const mostWindows = 500;

export async function run(args: ExplainArgs, io: Io): Promise<void> {
  const { manifest, fitted, frame } = await openWithData(args, args.from, io);
  const { seasons } = fitted;
  if (fitted.kind === "baseline")
    throw new HindcastError(
      "usage",
      `${args.from} holds ${fitted.name}, which rests on what its name says`,
      "explain takes networks (rnn, lstm, gru), linear and pretrained models",
    );
  const horizon = args.horizon === undefined ? manifest.horizon : horizonOf(args.horizon, frame);
  if (horizon > manifest.horizon)
    throw new HindcastError(
      "usage",
      `this model was trained for ${manifest.horizon} steps ahead, not ${horizon}`,
      `use -H ${manifest.horizon} or less`,
    );
  const s = args.explained === undefined ? undefined : findSeries(frame, args.explained);
  const known = await completeFuture(frame, args, horizon, false, io);
  // All that was asked for is the template of the future.
  if (known === undefined) return;
  if (s !== undefined && networksOf(fitted).length > 0)
    requireFuture({ ...known, series: known.series.slice(s, s + 1) }, horizon);
  const size = { repeatCount: args.repeats, mostWindows };
  const question = { frame: known, seasons, horizon, seed: manifest.seed, s, ...size };
  const { table, notes } = await explainModel(fitted, question, io);
  for (const text of notes) io.notify({ level: "note", text });
  await io.writeTable(table, args, "table");
}

/** @throws HindcastError "usage" */
function findSeries(frame: Frame, name: string): number {
  const names = frame.series.map((series) => seriesName(frame, series));
  const found = names.indexOf(name);
  if (found >= 0) return found;
  // A single series has no key to be called by.
  if (names.length === 1 && frame.series[0]!.key.length === 0) return 0;
  const shown = names.slice(0, 5).join(", ");
  throw new HindcastError(
    "usage",
    `there is no series "${name}"`,
    `one of: ${shown}${names.length > 5 ? `, … (${names.length} in all)` : ""}`,
  );
}
