// Rows to series. In: which column is what, and batches of rows. Out: RawData, and an error with file, line and value for
// the first cell that cannot be used.
import { HindcastError } from "../base/errors.js";
import { listNames, quoteText, quoteWord } from "../base/wording.js";
import { type Columns, holdsText, type Sample } from "./columns.js";
import { categoryLimit } from "./covariates.js";
import { stampKindReader, suggestCompactOrder } from "./date-order.js";
import { cellError, explainNumber, isMissing, isMissingCategory, numberReader } from "./numbers.js";
import type { ReadOptions } from "./options.js";
import type { RawData, RawSeries } from "./raw.js";
import { type Batch, type Cells, openCells } from "./read-cells.js";
import { createKeyTable, noSuchSeries, onlyOne } from "./read-keys.js";
import { createStampColumn, readCut } from "./read-stamps.js";
import { createRowStore } from "./read-store.js";
import { joinTimeParts } from "./time-parts.js";
import { zoneClock } from "./zone.js";

export interface Collector {
  /** @param file index of the file that the rows are from */
  add(batch: Batch, file: number): void;
  /** @throws HindcastError when what was read is no data: no rows, no values, an unknown series */
  finish(): RawData;
}

/** What messages call the files. */
export interface FileNames {
  readonly names: readonly string[];
  /** What goes before the number of a row: "sales.csv line". */
  readonly places: readonly string[];
}

/** @param sample tells the kind of time; its rows are still to be added */
export function createCollector(found: Columns, sample: Sample, files: FileNames, options: ReadOptions): Collector {
  const names = sample.columns;
  const { wide } = options;
  const { time, ids } = found;
  const targets = wide ? keepOnly(found.targets, names, options.only) : found.targets;
  if (!wide && ids.length === 0 && options.only !== undefined) throw onlyOne();
  const targetCount = targets.length;
  const keys = createKeyTable(ids, wide ? undefined : options.only);
  const timeCells = sample.rows.map((row) => row[time]!).filter((cell) => !isMissing(cell));
  const timeKind = stampKindReader(options.dateOrder)(timeCells[0] ?? "") ?? "iso";
  const stamps = createStampColumn(timeKind, options.tz, options.dateOrder);
  const readers = { time, ids, stamps, readNumber: numberReader(options) };
  const compactOrder = stamps.kind === "integer" ? suggestCompactOrder(timeCells) : "";
  if (stamps.kind === "integer" && compactOrder === "" && !zoneClock(options.tz).isUtc)
    throw new HindcastError(
      "usage",
      `integer time has no calendar, so --tz ${options.tz} means nothing`,
      "leave out --tz, write the times as 2024-01-31T12:00:00Z (ISO 8601), or name a column of dates with --time",
    );
  const { since, until } = readCut(options, stamps.kind);
  const covariates = found.covariates.map(({ column, kind }) => {
    const isText = options.textColumns?.includes(names[column]!) ?? holdsText(sample, column, options);
    return { column, kind, dictionary: isText ? new Map<string, number>() : null };
  });
  const valueCount = targetCount + covariates.length;
  const store = createRowStore(valueCount);
  const places = createPlaces(files.places);
  const values = new Float64Array(valueCount);
  const observed = new Float64Array(targetCount);
  let readCount = 0;

  /** @returns a number, the index of a category, or NaN */
  const readCovariate = (
    { column, dictionary }: (typeof covariates)[number],
    cells: Cells,
    row: number,
    where: (row: number) => string,
  ) => {
    if (dictionary !== null) {
      const text = cells.textAt(column, row);
      const value = categoryIndex(dictionary, text);
      if (value >= categoryLimit)
        throw new HindcastError(
          "data",
          `${where(row)}: ${quoteText(text)} is the ${value + 1}th text in ${names[column]}, and each becomes an input of its own: ${categoryLimit} at most`,
          `a column of numbers or of fewer categories instead of ${names[column]}`,
        );
      return value;
    }
    const value = cells.numberAt(column, row);
    if (!Number.isNaN(value)) return value;
    const text = cells.textAt(column, row);
    if (isMissing(text)) return value;
    const { problem, hint, isNumber } = explainNumber(text, options);
    const other = hint.startsWith("--target") ? `numbers, or text from the first rows on, in ${names[column]}` : hint;
    throw cellError(where(row), names[column]!, text, { problem, hint: isNumber ? hint : other });
  };

  return {
    add(batch, file) {
      const cells = openCells(batch, readers);
      const where = (row: number) => `${files.places[file]} ${cells.lineOf(row)}`;
      for (let row = 0; row < cells.rowCount; row++) {
        const stamp = cells.stampAt(row);
        if (Number.isNaN(stamp) || compactOrder !== "") {
          if (cells.isBlank(row)) continue;
          const text = cells.textAt(time, row);
          throw cellError(
            where(row),
            names[time]!,
            text,
            compactOrder !== ""
              ? { problem: "a date without dashes", hint: `${compactOrder}, or write it as 2024-01-31 (ISO 8601)` }
              : stamps.explain(text),
          );
        }
        readCount++;
        if (stamp < since || stamp > until) continue;
        const owner = keys.ownerOf(cells.keyCells(row));
        if (owner < 0) continue;
        for (let t = 0; t < targetCount; t++) {
          const column = targets[t]!;
          const value = cells.numberAt(column, row);
          values[t] = value;
          if (!Number.isNaN(value)) {
            observed[t]!++;
            continue;
          }
          const text = cells.textAt(column, row);
          if (!isMissing(text)) throw cellError(where(row), names[column]!, text, explainNumber(text, options));
        }
        for (let c = 0; c < covariates.length; c++)
          values[targetCount + c] = readCovariate(covariates[c]!, cells, row, where);
        places.add(store.rowCount, file, cells.lineOf(row));
        store.append(owner, stamp, values);
      }
    },
    finish() {
      const name = files.names.join(", ");
      keys.finish();
      if (store.rowCount === 0)
        throw readCount === 0
          ? new HindcastError("data", `${name}: no rows with data`, "rows of data below the header")
          : new HindcastError("data", `${name}: no row is left after ${describeCut(options)}`, "a wider cut");
      const empty = targets.filter((_, t) => observed[t] === 0);
      if (wide ? empty.length === targetCount : empty.length > 0)
        throw new HindcastError(
          "data",
          `${name}: every value of ${listNames(empty.map((column) => names[column]!))} is missing`,
          "--target with a column that holds numbers",
        );
      const series: RawSeries[] = [];
      keys.keys.forEach((key, owner) => {
        const stamps = store.stampsOf(owner);
        const beside = covariates.map((_, c) => store.valuesOf(owner, targetCount + c));
        targets.forEach((column, t) => {
          const target = names[column]!;
          series.push({
            key: wide ? [target] : key,
            target,
            stamps,
            values: store.valuesOf(owner, t),
            ...(covariates.length > 0 && { covariates: beside }),
          });
        });
      });
      const locate = (one: RawSeries, row: number) =>
        places.find(store.indexOf(Math.floor(series.indexOf(one) / targetCount), row));
      if (found.isIncreasing) refuseDecreasing(series, names[time]!, locate);
      return {
        name,
        columns: {
          time: names[time]!,
          ids: wide ? ["series"] : ids.map((id) => names[id]!),
          targets: targets.map((column) => names[column]!),
          wide,
        },
        timeStyle: stamps.style(),
        zone: options.tz,
        series,
        joinParts: () => joinTimeParts(sample),
        ...(covariates.length > 0 && {
          covariates: covariates.map(({ column, kind, dictionary }) => ({
            name: names[column]!,
            kind,
            categories: dictionary === null ? null : [...dictionary.keys()],
            place: null,
          })),
        }),
        locate,
      };
    },
  };
}

/** @param dictionary grows by what is not in it yet @returns NaN for a missing cell */
export function categoryIndex(dictionary: Map<string, number>, text: string): number {
  if (isMissingCategory(text)) return Number.NaN;
  const category = text.trim();
  let index = dictionary.get(category);
  if (index === undefined) {
    index = dictionary.size;
    dictionary.set(category, index);
  }
  return index;
}

/** The flags that leave rows out, as they were given. */
function describeCut({ since, until, only }: ReadOptions): string {
  const flags = { since, until, only: only?.join(",") };
  return Object.entries(flags)
    .flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${value}`]))
    .join(" ");
}

/** The series of wide data that are asked for. */
function keepOnly(targets: readonly number[], names: readonly string[], only: readonly string[] | undefined) {
  const series = targets.map((column) => names[column]!);
  const absent = only?.find((name) => !series.includes(name));
  if (absent !== undefined) throw noSuchSeries(absent, series);
  return only === undefined ? targets : targets.filter((column) => only.includes(names[column]!));
}

/** @throws HindcastError "data" where integers that were taken for time turn back */
function refuseDecreasing(series: readonly RawSeries[], column: string, locate: RawData["locate"]): void {
  for (const one of series) {
    const row = one.stamps.findIndex((stamp, i) => i > 0 && stamp <= one.stamps[i - 1]!);
    if (row >= 0)
      throw new HindcastError(
        "data",
        `${locate(one, row)}: ${column} goes from ${one.stamps[row - 1]} to ${one.stamps[row]}, so it may not be the time`,
        `--time ${quoteWord(column)} if it is; --id COL if there are several series`,
      );
  }
}

interface Places {
  /** @param row among all that are kept */
  add(row: number, file: number, line: number): void;
  find(row: number): string;
}

/** Where rows stood. Lines mostly count up by one, so only the rows where they do not are kept. */
function createPlaces(files: readonly string[]): Places {
  const starts: { row: number; file: number; line: number }[] = [];
  let nextFile = -1;
  let nextLine = -1;
  return {
    add(row, file, line) {
      if (line !== nextLine || file !== nextFile) starts.push({ row, file, line });
      nextFile = file;
      nextLine = line + 1;
    },
    find(row) {
      const { file, line, row: from } = starts.findLast((start) => start.row <= row)!;
      return `${files[file]} ${line + row - from}`;
    },
  };
}
