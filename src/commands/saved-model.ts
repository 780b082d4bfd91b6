// A model directory as `forecast --from` and `backtest --from` use it. In: its path, and data read as the model's were. Out: the
// model ready to forecast, and the frame to go on from.
import { isModelDirectory, readModel, type StoredModel } from "../artifact/directory.js";
import type { Manifest } from "../artifact/manifest.js";
import { openModel } from "../artifact/open-model.js";
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { observedCount } from "../base/numeric.js";
import { listNames, quoteWord } from "../base/wording.js";
import type { FittedModel } from "../choose/fitted.js";
import { predictorOf } from "../choose/predictor.js";
import type { ForecastLimits } from "../forecast/limits.js";
import type { Predictor } from "../forecast/predictor.js";
import type { Covariate } from "../series/covariates.js";
import { type Frame, seriesId, seriesName } from "../series/frame.js";
import { formatFrequency } from "../series/frequency.js";
import { stampAt } from "../series/grid.js";
import type { ReadOptions } from "../series/options.js";
import { keepSeries } from "../series/read-keys.js";
import type { ForecastArgs } from "./args.js";
import { frameOf, readRows } from "./data.js";
import type { Io } from "./io.js";

export interface Opened {
  readonly manifest: Manifest;
  readonly fitted: FittedModel;
  readonly frame: Frame;
  readonly predictor: Predictor;
}

type FromArgs = Pick<ForecastArgs, "data" | "given" | "reading">;
type LimitArgs = Pick<ForecastArgs, "integer" | "max" | "min">;

/** Goes on from the end of what the model was trained on when no data are given. @throws HindcastError "model", "data" */
export async function openForForecast(args: FromArgs & LimitArgs, from: string, io: Io): Promise<Opened> {
  const opened = await openWithData(args, from, io);
  const { manifest, fitted } = opened;
  return { ...opened, predictor: await predictorOf(fitted, limitsOf(manifest, args), io) };
}

/** The model itself, and the data it is asked about. @throws HindcastError "model", "data" */
export async function openWithData(
  args: FromArgs,
  from: string,
  io: Io,
): Promise<Omit<SavedModel, "context"> & { readonly frame: Frame }> {
  const { context, ...saved } = await openSaved(from);
  const { manifest } = saved;
  const frame =
    args.data.length > 0
      ? await readAsTrained(manifest, args, context, io)
      : context && args.reading.only
        ? keepSeries(context, args.reading.only)
        : context;
  if (frame === undefined)
    throw new HindcastError(
      "model",
      `${from} was saved without the end of its data (--no-context)`,
      `give the data: hindcast forecast data.csv --from ${quoteWord(from)}`,
    );
  if (formatFrequency(frame.grid.frequency) !== formatFrequency(manifest.grid.frequency))
    throw new HindcastError(
      "data",
      `the data step by ${formatFrequency(frame.grid.frequency)}, the model's by ${formatFrequency(manifest.grid.frequency)}`,
      `set --freq ${formatFrequency(manifest.grid.frequency)} with --aggregate, or train on these data`,
    );
  if (context !== undefined && args.data.length > 0) warnOfForgotten(frame, context, io.notify);
  return { ...saved, frame };
}

/** @throws HindcastError "data" for rows that stand further apart than the model's steps, and leave most of these without a value */
async function readAsTrained(manifest: Manifest, args: FromArgs, context: Frame | undefined, io: Io): Promise<Frame> {
  const reading = readingAsTrained(manifest, args);
  const rows = await readRows(args.data, reading, io);
  const frame = await frameOf(rows, reading, io);
  // Whoever gives the frequency says that the rest are gaps, and so does a model that was trained on such.
  const isUsual = context?.series.some(({ values }) => observedCount(values) * 2 < values.length) ?? false;
  if (args.reading.freq !== undefined || isUsual) return frame;
  const rowCount = rows.series.reduce((sum, { stamps }) => sum + stamps.length, 0);
  const stepCount = frame.series.reduce((sum, { values }) => sum + values.length, 0);
  if (rowCount >= stepCount) return frame;
  const { tryInferFrequency } = await import("../series/inference.js");
  const own = tryInferFrequency(rows);
  const asked = formatFrequency(frame.grid.frequency);
  if (own.kind === "unknown" || formatFrequency(own.frequency) === asked) return frame;
  const text = `the data step by ${formatFrequency(own.frequency)}, the model by ${asked}: ${stepCount - rowCount} of ${stepCount} steps have no row`;
  const hint = `train a model on these data, give it rows for each step, or add --freq ${asked} where they are gaps`;
  if (rowCount * 5 < stepCount) throw new HindcastError("data", text, hint);
  io.notify({ level: "warning", text: `${text}; ${hint}` });
  return frame;
}

/** A few rows that begin after the model's own ended are forecast as if nothing had been before them. */
function warnOfForgotten(frame: Frame, context: Frame, notify: Notify): void {
  const ends = new Map(context.series.map((series) => [seriesId(series), series]));
  const later = frame.series.filter((series) => {
    const end = ends.get(seriesId(series));
    if (end === undefined || series.values.length >= end.values.length) return false;
    return series.start > stampAt(context.grid, end.start, end.values.length - 1);
  });
  if (later.length === 0) return;
  const names = listNames(
    later.map((series) => seriesName(frame, series)),
    3,
  );
  notify({
    level: "warning",
    text: `only rows after the end of what the model was trained on (${names}), and nothing before them counts: with the earlier rows as well the forecast goes on from these`,
  });
}

export interface SavedModel {
  readonly manifest: Manifest;
  readonly fitted: FittedModel;
  /** The end of each series as it was trained on; undefined when it was saved without. */
  readonly context: Frame | undefined;
}

/** @throws HindcastError "model" */
export async function openSaved(from: string): Promise<SavedModel> {
  const stored = await readSaved(from);
  return { manifest: stored.manifest, ...(await openModel(stored)) };
}

/** The model's own, and those of this run, which go before them. */
export function limitsOf({ limits }: Manifest, { min, max, integer }: LimitArgs): ForecastLimits {
  return { min: min ?? limits.min, max: max ?? limits.max, integer: integer || limits.integer };
}

/** New data are read as the model's own were, but for what a flag says. */
export function readingAsTrained(
  { columns, covariates, grid, reading }: Manifest,
  args: Pick<FromArgs, "given" | "reading">,
): ReadOptions {
  const asked = args.reading;
  const read = covariates?.filter(({ place }) => place === null) ?? [];
  const namesOf = (kind: Covariate["kind"]) => read.filter((one) => one.kind === kind).map(({ name }) => name);
  return {
    ...asked,
    time: asked.time ?? columns.time,
    targets: asked.targets ?? (columns.wide ? undefined : columns.targets),
    ids: asked.ids ?? (columns.wide || columns.ids.length === 0 ? undefined : columns.ids),
    wide: asked.wide || columns.wide,
    freq: asked.freq ?? formatFrequency(grid.frequency),
    tz: args.given.has("tz") ? asked.tz : grid.zone,
    missing: args.given.has("missing") ? asked.missing : reading.missing,
    past: namesOf("past"),
    future: namesOf("future"),
    static: namesOf("static"),
    textColumns: read.filter(({ categories }) => categories !== null).map(({ name }) => name),
    holidays: covariates?.flatMap(({ place }) => place ?? []),
    aggregate: asked.aggregate ?? reading.aggregate ?? undefined,
  };
}

/** Reads a model directory, or a registry's champion. @throws HindcastError "model" */
export async function readSaved(from: string): Promise<StoredModel> {
  if (isModelDirectory(from)) return readModel(from);
  const { championPath, isRegistry } = await import("../registry/champion.js");
  if (!isRegistry(from)) return readModel(from);
  for (;;) {
    const path = championPath(from);
    try {
      return await readModel(path);
    } catch (error) {
      // A version may leave between the two, but not while it is the champion.
      if (path === championPath(from)) throw error;
    }
  }
}
