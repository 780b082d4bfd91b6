// A forecast file, of this tool or any other. In: a source and the frame of the actuals it will be scored against. Out: its rows,
// in the actuals' own keys and instants. Columns are found by name.
import { HindcastError } from "../base/errors.js";
import { listNames, quoteText, quoteWord } from "../base/wording.js";
import { intervalsOf, type QuantileColumn, readQuantileName } from "../forecast/quantile-columns.js";
import { findColumns } from "../series/columns.js";
import { type Frame, hasTargetColumn } from "../series/frame.js";
import { stepsBetween } from "../series/grid.js";
import { explainNumber, isMissing, numberReader } from "../series/numbers.js";
import type { ReadOptions } from "../series/options.js";
import { readRecords, type TextRecord } from "../series/read-records.js";
import { createStampColumn } from "../series/read-stamps.js";
import type { Source } from "../series/source.js";
import { zoneClock } from "../series/zone.js";
import type { ForecastRow } from "./forecast-file.js";

const forecastNames = ["forecast", "yhat", "y_hat", "y_pred", "prediction", "predicted", "pred", "point_forecast"];
const originNames = ["origin", "cutoff"];
/** Columns of numbers that are no forecast: the step, and the ends of intervals. */
const besideNames =
  /^(?:step|h|level|lo|hi|lower|upper|.*[-_.](?:lo|hi|lower|upper)(?:[-_.]?\d.*)?|(?:lo|hi|q)[-_]?\d.*)$/i;

export interface ForecastFile {
  readonly rows: readonly ForecastRow[];
  /** The quantiles there are, in the order of their columns. */
  readonly quantiles: readonly QuantileColumn[];
}

/**
 * Reads all rows. Their model is what the `model` column says, else the name of the forecast column.
 * @param forecastColumn found by its name when undefined, else the only numeric column that may be it
 * @throws HindcastError "data" for columns that cannot be found and, with its line, for a row without a stamp or a finite forecast, or
 * with an interval whose ends are crossed
 */
export async function readForecasts(
  source: Source,
  actuals: Frame,
  forecastColumn: string | undefined,
  reading: ReadOptions,
): Promise<ForecastFile> {
  const { name } = source;
  // Columns are found by their names, so there are some, whatever the data have.
  const file = await readRecords(source, { ...reading, header: true });
  const records: TextRecord[] = [];
  for await (const record of file.records) if (record.cells.some((cell) => cell.trim() !== "")) records.push(record);
  if (records.length === 0) throw new HindcastError("data", `${name}: a header and no rows`, "rows of forecasts");

  const at = findForecastColumns(file.columns, records, name, actuals, forecastColumn, reading);
  const stamps = createStampColumn(
    actuals.timeStyle.kind === "integer" ? "integer" : "iso",
    reading.tz,
    reading.dateOrder,
  );
  const readNumber = forecastReader(records, at.forecast, reading);
  const refuse = ({ line, cells }: TextRecord, column: number, explained: { problem: string; hint: string }) =>
    new HindcastError(
      "data",
      `${name} line ${line}: ${file.columns[column]} is ${cells[column]!.trim() === "" ? "" : `${quoteText(cells[column]!)}, `}${explained.problem}`,
      explained.hint,
    );
  const readStamp = (record: TextRecord, column: number) => {
    const stamp = stamps.read(record.cells[column]!);
    if (Number.isNaN(stamp)) throw refuse(record, column, stamps.explain(record.cells[column]!));
    return stamp;
  };
  const readQuantiles = at.quantiles.map(({ column }) => ({ column, read: forecastReader(records, column, reading) }));
  const readQuantile = (record: TextRecord, { column, read }: (typeof readQuantiles)[number]) => {
    const text = record.cells[column]!;
    const value = read(text);
    if (Number.isNaN(value) && !isMissing(text)) throw refuse(record, column, explainNumber(text, reading));
    return value;
  };
  const intervals = intervalsOf(at.quantiles.map(({ quantile }) => quantile));
  const readAll = (record: TextRecord) => {
    const values = readQuantiles.map((column) => readQuantile(record, column));
    for (const { low, high } of intervals) {
      if (!(values[low]! > values[high]!)) continue;
      const above = readQuantiles[high]!.column;
      throw refuse(record, readQuantiles[low]!.column, {
        problem: `above ${file.columns[above]}, ${quoteText(record.cells[above]!)}`,
        hint: "an interval's lower end goes first: see what wrote the file, or leave both columns out",
      });
    }
    return values;
  };
  const passes = passChooser(actuals);
  const rows = records.map((record): ForecastRow => {
    const { cells, line } = record;
    const text = cells[at.forecast]!;
    const forecast = readNumber(text);
    if (Number.isNaN(forecast))
      throw refuse(record, at.forecast, {
        problem: isMissing(text) ? "missing" : explainNumber(text, reading).problem,
        hint: "every row needs a finite forecast: a gap would flatter its scores",
      });
    const what = {
      key: at.ids.map((id) => cells[id]!),
      ...(at.target < 0 ? {} : { target: cells[at.target]! }),
      model: at.model < 0 ? file.columns[at.forecast]! : cells[at.model]!,
    };
    const told = JSON.stringify([what, cells[at.time], at.origin < 0 ? null : cells[at.origin]]);
    const origin = at.origin < 0 ? undefined : readStamp(record, at.origin);
    const step = at.step < 0 ? undefined : Number(cells[at.step]);
    return {
      ...what,
      ...passes(readStamp(record, at.time), origin, step, told),
      forecast,
      ...(readQuantiles.length === 0 ? {} : { quantiles: readAll(record) }),
      where: `${name} line ${line}`,
    };
  });
  return { rows, quantiles: at.quantiles.map(({ quantile }) => quantile) };
}

type Instants = Pick<ForecastRow, "stamp" | "origin">;

/**
 * Of local times that the clocks run through twice, those that lie so many steps apart as the row says are meant; where it does not say, the
 * second row that says the same is the second one, as it is in data.
 * @returns the instants of a row, by those that its times say first, its step, and all that is said of it but its forecast
 */
function passChooser({ grid, timeStyle }: Frame) {
  const clock = zoneClock(grid.zone);
  const given = (stamp: number, origin: number | undefined): Instants => ({
    stamp,
    ...(origin === undefined ? {} : { origin }),
  });
  if (clock.isUtc || timeStyle.kind !== "datetime" || timeStyle.offset !== "none") return given;
  const passed = new Set<string>();
  return (stamp: number, origin: number | undefined, step: number | undefined, told: string): Instants => {
    const later = clock.secondPass(stamp);
    if (origin !== undefined && step !== undefined)
      for (const from of [origin, clock.secondPass(origin)])
        for (const to of [stamp, later]) if (stepsBetween(grid, from, to) === step) return given(to, from);
    if (later === stamp || passed.has(told)) return given(later, origin);
    passed.add(told);
    return given(stamp, origin);
  };
}

/** Indexes of columns; -1 for one that is not there and need not be. */
interface ForecastColumns {
  readonly time: number;
  readonly ids: readonly number[];
  readonly target: number;
  readonly model: number;
  readonly origin: number;
  readonly step: number;
  readonly forecast: number;
  readonly quantiles: readonly { readonly column: number; readonly quantile: QuantileColumn }[];
}

function findForecastColumns(
  columns: readonly string[],
  records: readonly TextRecord[],
  name: string,
  { columns: actual, series }: Frame,
  asked: string | undefined,
  reading: ReadOptions,
): ForecastColumns {
  const lower = columns.map((column) => column.toLowerCase());
  const absent = actual.ids.filter((id) => !columns.includes(id));
  if (absent.length > 0 && series.length > 1)
    throw new HindcastError(
      "data",
      `${name} has no column ${listNames(absent)}, which tells the series of the actuals apart`,
      `name it as in the actuals; its columns: ${listNames(columns)}`,
    );
  const ids = absent.length > 0 ? [] : actual.ids.map((id) => columns.indexOf(id));
  const needsTarget = hasTargetColumn(actual);
  const target = needsTarget ? lower.indexOf("target") : -1;
  if (needsTarget && target < 0)
    throw new HindcastError(
      "data",
      `${name} has no column target, and the actuals have several: ${listNames(actual.targets)}`,
      "add the column, or --target with one of them",
    );
  const model = lower.indexOf("model");
  const origin = lower.findIndex((column) => originNames.includes(column));
  const forecast = findForecast(
    columns,
    records,
    name,
    asked,
    reading,
    [...ids, target, model, origin, columns.indexOf(actual.time)],
    actual.targets,
  );
  // What is not time must not be taken for it.
  const others = [target, model, origin].filter((column) => column >= 0);
  const blank = (cells: readonly string[]) => cells.map((cell, i) => (others.includes(i) ? "" : cell));
  const { time } = findColumns(
    { columns, rows: records.map(({ cells }) => blank(cells)), name },
    {
      ...reading,
      wide: false,
      time: columns.includes(actual.time) ? actual.time : undefined,
      ids: ids.map((id) => columns[id]!),
      targets: [columns[forecast]!],
    },
    () => {},
  );
  return {
    time,
    ids,
    target,
    model,
    origin,
    step: lower.indexOf("step"),
    forecast,
    quantiles: findQuantiles(columns, forecast),
  };
}

/** Columns such as `lo-80` and `q0.1`, by themselves or after the name of the forecast, as in `ets-lo-80`. */
function findQuantiles(columns: readonly string[], forecast: number): ForecastColumns["quantiles"] {
  const prefix = `${columns[forecast]!}-`;
  return columns.flatMap((name, column) => {
    const quantile = readQuantileName(name.startsWith(prefix) ? name.slice(prefix.length) : name);
    return quantile === undefined ? [] : [{ column, quantile }];
  });
}

function findForecast(
  columns: readonly string[],
  records: readonly TextRecord[],
  name: string,
  asked: string | undefined,
  reading: ReadOptions,
  taken: readonly number[],
  targets: readonly string[],
): number {
  const named = columns.flatMap((column, i) =>
    (asked === undefined ? forecastNames.includes(column.toLowerCase()) : column === asked) ? [i] : [],
  );
  const read = numberReader(reading);
  const numeric = columns.flatMap((column, i) => {
    const isOpen = !taken.includes(i) && !besideNames.test(column);
    return isOpen && records.every(({ cells }) => !Number.isNaN(read(cells[i]!))) ? [i] : [];
  });
  // A column called like what is forecast holds the actuals, unless it is the only one.
  const own = numeric.filter((i) => !["y", "actual", ...targets].includes(columns[i]!));
  const found = named.length > 0 || asked !== undefined ? named : own.length > 0 ? own : numeric;
  if (found.length === 1) return found[0]!;
  throw found.length > 1
    ? new HindcastError(
        "data",
        `${name}: several columns may be the forecast: ${listNames(found.map((i) => columns[i]!))}`,
        `--forecast ${quoteWord(columns[found[0]!]!)}`,
      )
    : new HindcastError(
        asked === undefined ? "data" : "usage",
        `${name}: ${asked === undefined ? "no column is called forecast" : `there is no column ${quoteText(asked)}`}`,
        `--forecast COL, one of: ${listNames(columns)}`,
      );
}

/**
 * Forecast files are mostly written with a decimal point, whatever the data's own style: only where a cell is no such number
 * does the style asked for count.
 */
function forecastReader(records: readonly TextRecord[], column: number, reading: ReadOptions) {
  const plain = numberReader({ decimal: "." });
  const isPlain = records.every(({ cells }) => isMissing(cells[column]!) || !Number.isNaN(plain(cells[column]!)));
  return isPlain ? plain : numberReader(reading);
}
