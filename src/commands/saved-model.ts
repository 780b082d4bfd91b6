// A model directory as `forecast --from` and `backtest --from` use it. In: its path, and data read as the model's were. Out: the
// model ready to forecast, and the frame to go on from.
import { readModel } from "../artifact/directory.js";
import type { Manifest } from "../artifact/manifest.js";
import { openModel } from "../artifact/model.js";
import { HindcastError } from "../base/errors.js";
import { predictorOf } from "../choose/model.js";
import type { Predictor } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { formatFrequency } from "../series/frequency.js";
import type { ReadOptions } from "../series/options.js";
import type { ForecastArgs } from "./args.js";
import { readFrame } from "./data.js";
import type { Io } from "./io.js";

interface Opened {
  readonly manifest: Manifest;
  readonly frame: Frame;
  readonly predictor: Predictor;
}

type FromArgs = Pick<ForecastArgs, "data" | "given" | "integer" | "max" | "min" | "reading">;

/** Goes on from the end of what the model was trained on when no data are given. @throws HindcastError "model", "data" */
export async function openForForecast(args: FromArgs, from: string, io: Io): Promise<Opened> {
  const stored = await readModel(from);
  const { manifest } = stored;
  const { fitted, context } = openModel(stored);
  const frame = args.data.length > 0 ? await readFrame(args.data, readingAsTrained(manifest, args), io) : context;
  if (frame === undefined)
    throw new HindcastError(
      "model",
      `${from} was saved without the end of its data (--no-context)`,
      `give the data: hindcast forecast data.csv --from ${from}`,
    );
  if (formatFrequency(frame.grid.frequency) !== formatFrequency(manifest.grid.frequency))
    throw new HindcastError(
      "data",
      `the data step by ${formatFrequency(frame.grid.frequency)}, the model's by ${formatFrequency(manifest.grid.frequency)}`,
      `set --freq ${formatFrequency(manifest.grid.frequency)} with --aggregate, or train on these data`,
    );
  const limits = {
    min: args.min ?? manifest.limits.min,
    max: args.max ?? manifest.limits.max,
    integer: args.integer || manifest.limits.integer,
  };
  return { manifest, frame, predictor: await predictorOf(fitted, limits, io) };
}

/** New data are read as the model's own were, but for what a flag says. */
function readingAsTrained({ columns, grid, reading }: Manifest, args: FromArgs): ReadOptions {
  const asked = args.reading;
  return {
    ...asked,
    time: asked.time ?? columns.time,
    targets: asked.targets ?? (columns.wide ? undefined : columns.targets),
    ids: asked.ids ?? (columns.wide || columns.ids.length === 0 ? undefined : columns.ids),
    wide: asked.wide || columns.wide,
    freq: asked.freq ?? formatFrequency(grid.frequency),
    tz: args.given.has("tz") ? asked.tz : grid.zone,
    missing: args.given.has("missing") ? asked.missing : reading.missing,
    aggregate: asked.aggregate ?? reading.aggregate ?? undefined,
  };
}
