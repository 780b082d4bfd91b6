// `hindcast forecast --follow`: rows as they are written in, a new forecast after each of them out, until the input ends. It holds the
// ends of the series and nothing else.
import { contextSteps } from "../artifact/save-model.js";
import { exitCodes, HindcastError } from "../base/errors.js";
import { besideOwn, type Cell, type Table } from "../base/table.js";
import { listNames } from "../base/wording.js";
import type { FittedModel } from "../choose/fitted.js";
import { predictorOf } from "../choose/predictor.js";
import { predictEach, type SeriesForecast } from "../forecast/each-series.js";
import { type QuantileColumn, quantileColumns } from "../forecast/quantile-columns.js";
import type { FormatName } from "../report/format-names.js";
import { formats } from "../report/formats/index.js";
import { createRowReader, type FollowedRow } from "../series/follow-rows.js";
import { type FrameColumns, keyCells, placeColumns, type Series } from "../series/frame.js";
import { parseDuration } from "../series/frequency.js";
import { fillGaps } from "../series/gaps.js";
import { type Grid, stampAt } from "../series/grid.js";
import { gatherLines, type Line, splitLines } from "../series/lines.js";
import type { MissingPolicy } from "../series/options.js";
import { readBytes } from "../series/read-bytes.js";
import { formatOf } from "../series/read-records.js";
import { fileSource, stdinSource } from "../series/source.js";
import { formatStamp, type TimeStyle } from "../series/stamp.js";
import { createTails, type Misfit } from "../series/tails.js";
import type { ForecastArgs } from "./args.js";
import type { Io } from "./io.js";
import { limitsOf, openSaved, readingAsTrained } from "./saved-model.js";

/** The longest row. */
const rowByteLimit = 4 * 2 ** 20;
/** Rows whose forecasts are computed together when they come together. */
const batchLimits = { lineCount: 256, byteCount: 2 ** 20 };
/** Values held of all series: 128 MiB. */
const valueLimit = 2 ** 24;

/** A series as it stood after one of its rows. */
interface Update {
  readonly line: number;
  readonly series: Series;
  /** Of the stamps so far. */
  readonly timeStyle: TimeStyle;
}

interface Forecast extends SeriesForecast {
  readonly update: Update;
}

export async function run(args: ForecastArgs, from: string, io: Io): Promise<number | undefined> {
  const { manifest, fitted, context } = await openSaved(from);
  const stepCount = stepsToKeep(fitted, manifest.covariates?.map(({ name }) => name) ?? []);
  const reading = readingAsTrained(manifest, args);
  const grid = { ...manifest.grid, zone: reading.tz };
  const horizon = args.horizon === undefined ? manifest.horizon : parseDuration(args.horizon, grid.frequency);
  // What a model warns of is a series that it cannot forecast, which is told with its row.
  const notify: Io["notify"] = (note) => note.level === "note" && io.notify(note);
  const predictor = await predictorOf(fitted, limitsOf(manifest, args), { ...io, notify });
  const columns = columnsOf(manifest.columns, args);
  const path = args.data[0] ?? "-";
  const source = path === "-" ? stdinSource(io.stdin) : fileSource(path);
  const format = reading.inputFormat ?? formatOf(source.name);
  if (format === "parquet")
    throw new HindcastError(
      "usage",
      `--follow reads rows as they come, and ${source.name} is Parquet`,
      "CSV or NDJSON",
    );
  const kind = grid.frequency.kind === "integer" ? "integer" : "iso";
  const rows = createRowReader(format, columns, kind, reading);
  const tails = createTails({ grid, stepCount, valueLimit, before: context?.series ?? [] });
  const quantiles = quantileColumns(args);
  const levels = quantiles.map(({ level }) => level);
  const table = tableWriter(args.format ?? "csv", args.csvSafe);
  const output = await io.openOutput({});
  let rowCount = 0;
  let badCount = 0;
  let isDropSaid = false;
  const warn = (line: number, text: string) => {
    io.notify({ level: "warning", text: `${source.name} line ${line}: ${text}; skipped` });
  };
  const refuse = (line: number, text: string) => {
    badCount++;
    warn(line, text);
  };

  const update = (line: Line): Update[] => {
    let row: FollowedRow | undefined;
    try {
      row = rows.read(line);
    } catch (thrown) {
      if (!(thrown instanceof HindcastError) || thrown.code !== "data") throw thrown;
      rowCount++;
      refuse(line.number, thrown.message);
    }
    if (row === undefined) return [];
    rowCount++;
    const { stamp, values } = row;
    const timeStyle = rows.timeStyle();
    const updates: Update[] = [];
    const misfits = new Set<Misfit>();
    for (const { key, target, value } of values) {
      const grown = tails.append(key, target, stamp, value);
      if (typeof grown === "string") misfits.add(grown);
      else updates.push({ line: line.number, series: withoutGaps(grown, reading.missing), timeStyle });
    }
    for (const misfit of misfits) {
      const text = `${formatStamp(timeStyle, grid.zone, stamp)} ${misfitTexts[misfit]}`;
      if (misfit === "not later") warn(line.number, text);
      else refuse(line.number, text);
    }
    return updates;
  };

  for await (const lines of gatherLines(splitLines(readBytes(source), rowByteLimit), batchLimits)) {
    io.signal.throwIfAborted();
    const updates = lines.flatMap(update);
    if (tails.droppedCount > 0 && !isDropSaid) {
      isDropSaid = true;
      const text =
        "so many series that those which have not grown for longest are forgotten, and begin anew with their next row";
      io.notify({ level: "warning", text });
    }
    const frame = { columns, grid, timeStyle: manifest.time_style };
    const forecasts: (SeriesForecast | HindcastError)[] = [];
    // What the pretrained model says of a series depends on how much there is beside it.
    const groups = fitted.kind === "network" || fitted.kind === "ensemble" ? [updates] : updates.map((one) => [one]);
    for (const group of groups) {
      if (group.length === 0) continue;
      const series = group.map((one) => one.series);
      forecasts.push(...(await predictEach(predictor, { ...frame, series }, horizon, levels)));
    }
    const told: Forecast[] = [];
    forecasts.forEach((forecast, i) => {
      const update = updates[i]!;
      if (forecast instanceof HindcastError) refuse(update.line, forecast.message);
      else told.push({ ...forecast, update });
    });
    if (told.length === 0) continue;
    const text = table(forecastTable(columns, grid, told, quantiles));
    // A reader that went away has all it wanted.
    if (!(await output.push(text))) return undefined;
  }
  io.signal.throwIfAborted();
  if (badCount === 0) return undefined;
  if (badCount === rowCount)
    throw new HindcastError(
      "data",
      `${source.name}: no row could be used`,
      "hindcast inspect shows what is in the data",
    );
  return exitCodes.partial;
}

const misfitTexts: Readonly<Record<Misfit, string>> = {
  "not later": "is not later than the row before it of its series",
  "off the grid": "is no step of the series' frequency",
  "far ahead": "is more than a million steps ahead",
};

/** @throws HindcastError "usage" for a model that needs more than the end of a series */
function stepsToKeep(fitted: FittedModel, covariates: readonly string[]): number {
  if (covariates.length > 0)
    throw new HindcastError(
      "usage",
      `the model looks at ${listNames(covariates)}, which --follow does not carry along`,
      "hindcast pipe, where each line brings what it needs",
    );
  const steps = contextSteps(fitted);
  if (Number.isFinite(steps)) return steps;
  throw new HindcastError(
    "usage",
    "the model rests on the whole of each series, and --follow holds its end",
    "a network, pretrained, naive or seasonal-naive; or forecast data.csv --from",
  );
}

/** The model's columns, by the names that flags give them. */
function columnsOf(trained: FrameColumns, { reading }: ForecastArgs): FrameColumns {
  return {
    ...trained,
    time: reading.time ?? trained.time,
    ids: reading.ids ?? (trained.wide ? ["series"] : trained.ids),
    targets: reading.targets ?? trained.targets,
  };
}

function withoutGaps(series: Series, missing: MissingPolicy): Series {
  if (missing !== "mask" && missing !== "error") fillGaps(series.values, missing);
  return series;
}

/** Rows as `forecast` has them, with the last stamp that was known as `origin`. */
function forecastTable(
  frameColumns: FrameColumns,
  grid: Grid,
  told: readonly Forecast[],
  columns: readonly QuantileColumn[],
): Table {
  const rows = told.flatMap(({ point, quantiles, update: { series, timeStyle } }) => {
    const { start, values } = series;
    const stamp = (step: number) => formatStamp(timeStyle, grid.zone, stampAt(grid, start, step));
    const origin = stamp(values.length - 1);
    return Array.from(point, (value, k): Cell[] => [
      ...keyCells(frameColumns, series),
      stamp(values.length + k),
      origin,
      value,
      ...quantiles.map((quantile) => quantile[k]!),
    ]);
  });
  const names = columns.slice(0, told[0]?.quantiles.length).map(({ name }) => name);
  return {
    type: "forecast",
    columns: besideOwn(placeColumns({ columns: frameColumns }), ["origin", "forecast", ...names]),
    rows,
  };
}

/** Tables under each other, with the header of the first alone. */
function tableWriter(name: FormatName, csvSafe: boolean): (table: Table) => string {
  const format = formats.get(name);
  let isFirst = true;
  return (table) => {
    const page = { width: 0, colour: false, csvSafe };
    const textOf = (one: Table) => Array.from(format(one, page)).join("");
    const headLength = isFirst ? 0 : textOf({ ...table, rows: [] }).length;
    isFirst = false;
    return textOf(table).slice(headLength);
  };
}
