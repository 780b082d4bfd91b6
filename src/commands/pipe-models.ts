// The models of a pipe. In: a saved model, or the name of one that is fitted to each line's own series. Out: what a line has to hold,
// and forecasts of lines, each with its own end.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { predictorOf } from "../choose/predictor.js";
import { predictEach, type SeriesForecast } from "../forecast/each-series.js";
import type { Frame, Series } from "../series/frame.js";
import { parseDuration } from "../series/frequency.js";
import { stampAt } from "../series/grid.js";
import type { LineFormat, LineId, LineSeries } from "../series/ndjson-series.js";
import type { PipeArgs } from "./args.js";
import type { Io } from "./io.js";
import { setUpModels } from "./model-options.js";
import { limitsOf, openSaved } from "./saved-model.js";

export interface NamedLine extends LineSeries {
  readonly id: LineId;
}

export interface LineForecast extends SeriesForecast {
  /** Stamp of the first step. */
  readonly start: number;
}

export interface PipeModel {
  readonly format: LineFormat;
  /** Lines that gain by being forecast together; more would only wait for each other. */
  readonly lineCount: number;
  /** The quantiles that are asked for. */
  readonly levels: readonly number[];
  /** @returns [lines] */
  forecast(lines: readonly NamedLine[]): Promise<(LineForecast | HindcastError)[]>;
}

/** Rows that a network computes at once. */
const networkLineCount = 256;
/** Of models that take the series one by one. */
const otherLineCount = 16;

/** @throws HindcastError "model"; "usage" for a horizon that the model was not trained for */
export async function openSavedModel(
  args: PipeArgs,
  from: string,
  levels: readonly number[],
  io: Io,
): Promise<PipeModel> {
  const { manifest, fitted } = await openSaved(from);
  const { columns, covariates = [], time_style: timeStyle } = manifest;
  const grid = args.given.has("tz") ? { ...manifest.grid, zone: args.tz } : manifest.grid;
  const horizon = args.horizon === undefined ? manifest.horizon : parseDuration(args.horizon, grid.frequency);
  const predictor = await predictorOf(fitted, limitsOf(manifest, args), { ...io, notify: notesOnly(io.notify) });
  const given = covariates.filter(({ place }) => place === null);
  const frameOf = (series: readonly Series[]): Frame => ({
    columns,
    grid,
    timeStyle,
    series,
    ...(covariates.length > 0 && { covariates: given }),
  });
  // What the model cannot be asked for is said before anything is read.
  await predictor.predict(frameOf([]), horizon, levels);
  const isNetwork = fitted.kind === "network" || fitted.kind === "ensemble";
  return {
    format: { zone: grid.zone, grid, covariates: given, horizon, missing: manifest.reading.missing },
    lineCount: isNetwork ? networkLineCount : otherLineCount,
    levels,
    async forecast(lines) {
      const series = lines.map(({ id, series }): Series => {
        const key = keyOf(id);
        return { ...series, key, target: columns.wide ? (key[0] ?? "") : targetOf(columns.targets) };
      });
      const forecasts: (SeriesForecast | HindcastError)[] = [];
      // What the pretrained model says of a series depends on how much there is beside it.
      for (const group of isNetwork ? [series] : series.map((one) => [one])) {
        let frame = frameOf(group);
        if (covariates.length > given.length) {
          const { addHolidays } = await import("../features/holidays.js");
          const places = covariates.flatMap(({ place }) => place ?? []);
          frame = await addHolidays(frame, places, horizon);
        }
        forecasts.push(...(await predictEach(predictor, frame, horizon, levels)));
      }
      return forecasts.map((forecast, i) => withStart(forecast, lines[i]!));
    },
  };
}

/** A model with several targets knows none of a line's series by its name. */
function targetOf(targets: readonly string[]): string {
  return targets.length === 1 ? targets[0]! : "";
}

/** Series of a line are new to a model unless it was trained on one of that key. */
function keyOf(id: LineId): string[] {
  return id === null ? [] : Array.isArray(id) ? id.map(String) : [String(id)];
}

/** @param horizon as it was written, for frequencies of all kinds */
export function openLocalModel(
  args: PipeArgs,
  model: string,
  horizon: string,
  levels: readonly number[],
  io: Io,
): PipeModel {
  const { options } = setUpModels(args, io);
  const silent = { stage() {}, update() {}, stop() {} };
  const context = { notify: () => {}, signal: io.signal, progress: silent };
  return {
    format: { zone: args.tz, covariates: [], horizon: 0, missing: "mask" },
    lineCount: 1,
    levels,
    async forecast(lines) {
      const { fitModel } = await import("../choose/model.js");
      const forecasts: (LineForecast | HindcastError)[] = [];
      for (const line of lines) {
        try {
          const frame = frameOfLine(line);
          const steps = parseDuration(horizon, frame.grid.frequency);
          const fitted = await fitModel(model, frame, steps, { ...options, intervals: levels.length > 0 }, context);
          const predictor = await predictorOf(fitted, options.limits, context);
          const [forecast] = await predictEach(predictor, frame, steps, levels);
          forecasts.push(withStart(forecast!, line));
        } catch (thrown) {
          if (!(thrown instanceof HindcastError)) throw thrown;
          forecasts.push(thrown);
        }
      }
      return forecasts;
    },
  };
}

function frameOfLine({ id, series, grid, timeStyle }: NamedLine): Frame {
  const key = keyOf(id);
  const ids = key.map((_, i) => `id${i}`);
  return {
    columns: { time: "start", ids, targets: ["target"], wide: false },
    grid,
    timeStyle,
    series: [{ ...series, key, target: "target" }],
  };
}

function withStart(
  forecast: SeriesForecast | HindcastError,
  { series, grid }: LineSeries,
): LineForecast | HindcastError {
  if (forecast instanceof HindcastError) return forecast;
  return { ...forecast, start: stampAt(grid, series.start, series.values.length) };
}

/** What a model warns of is a series that it cannot forecast, which is an error line of its own. */
function notesOnly(notify: Notify): Notify {
  return (note) => {
    if (note.level === "note") notify(note);
  };
}
