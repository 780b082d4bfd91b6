// Rows of a file that is still being written, each as soon as its line ends. In: lines, and the columns that a model was trained on.
// Out: stamps and values. A row stands on one line: a line feed within quotes is not waited for.
import { isUtf8 } from "node:buffer";
import { parse } from "csv-parse/sync";
import { HindcastError, messageOf } from "../base/errors.js";
import { listNames, quoteText } from "../base/wording.js";
import type { FrameColumns } from "./frame.js";
import { parseJsonLine } from "./json-line.js";
import type { Line } from "./lines.js";
import { cellError, explainNumber, isMissing, numberReader } from "./numbers.js";
import type { InputFormat, ReadOptions } from "./options.js";
import { sniffDelimiter } from "./read-delimiter.js";
import { cellWriter } from "./read-ndjson.js";
import { createStampColumn, type StampKind } from "./read-stamps.js";
import type { TimeStyle } from "./stamp.js";

export interface FollowedRow {
  readonly stamp: number;
  /** Of each series that the row has a value of. */
  readonly values: readonly { readonly key: readonly string[]; readonly target: string; readonly value: number }[];
}

export interface RowReader {
  /**
   * @returns undefined for the header
   * @throws HindcastError "data" for a row that cannot be used, and the rows after it can
   * @throws HindcastError "model" for a header that lacks a column
   */
  read(line: Line): FollowedRow | undefined;
  /** The style that loses nothing of the stamps so far. */
  timeStyle(): TimeStyle;
}

/** @param format how rows are written @param columns those of the model, by the names they have in the rows */
export function createRowReader(
  format: InputFormat,
  columns: FrameColumns,
  kind: StampKind,
  options: ReadOptions,
): RowReader {
  const { time, ids, targets, wide } = columns;
  const stamps = createStampColumn(kind, options.tz, options.dateOrder);
  const readNumber = numberReader(options);
  const toCell = cellWriter(options.decimal);
  let delimiter = options.delimiter ?? (format === "tsv" ? "\t" : undefined);
  /** Where each column stands; undefined before the header. */
  let places: ReadonlyMap<string, number> | undefined;

  const cellsOf = (text: string): readonly string[] => {
    delimiter ??= sniffDelimiter(`${text}\n`);
    try {
      const rows: string[][] = parse(text, { delimiter, relax_column_count: true });
      return rows[0] ?? [];
    } catch (thrown) {
      throw new HindcastError("data", `not a row of CSV: ${messageOf(thrown)}`, "one row a line", { cause: thrown });
    }
  };
  const readHeader = (cells: readonly string[]) => {
    places = new Map(cells.map((cell, i) => [options.header ? cell.trim() || String(i + 1) : String(i + 1), i]));
    const lacking = [time, ...(wide ? [] : [...ids, ...targets])].filter((name) => !places!.has(name));
    if (wide && !targets.some((name) => places!.has(name))) lacking.push(...targets);
    if (lacking.length > 0)
      throw new HindcastError(
        "usage",
        `the first line is ${listNames(cells.map(quoteText))} and has no ${listNames(lacking)}`,
        `the header that the model was trained with: tail -n +1 -f data.csv; or --time, --id, --target`,
      );
  };

  /** @returns the cell of a column; undefined for the header, and throws for a line that is no row */
  const readLine = (text: string, bytes: Buffer): ((name: string) => string | undefined) | undefined => {
    if (format === "ndjson") {
      const object = parseJsonLine(bytes);
      return (name) => (Object.hasOwn(object, name) ? toCell(object[name]) : undefined);
    }
    const cells = cellsOf(text);
    if (places === undefined) {
      readHeader(cells);
      if (options.header) return undefined;
    }
    const known = places!;
    if (cells.length !== known.size)
      throw new HindcastError(
        "data",
        `${cells.length} cells where the first line has ${known.size}`,
        "a cell for each column",
      );
    return (name) => cells[known.get(name) ?? -1];
  };

  return {
    timeStyle: () => stamps.style(),
    read({ bytes }) {
      if (bytes === null) throw new HindcastError("data", "too long for a row", "a line feed after each row");
      if (!isUtf8(bytes)) throw new HindcastError("data", "not UTF-8 text", "write the rows as UTF-8");
      const text = bytes.toString("utf8").replace(/\r$/, "");
      const cell = readLine(text, bytes);
      if (cell === undefined) return undefined;
      const stampText = cell(time) ?? "";
      const stamp = stamps.read(stampText);
      if (Number.isNaN(stamp)) throw cellError("", time, stampText, stamps.explain(stampText));
      const key = ids.map((id) => cell(id) ?? "");
      const values = targets.flatMap((target) => {
        const given = cell(target) ?? "";
        const value = readNumber(given);
        if (Number.isNaN(value) && !isMissing(given)) throw cellError("", target, given, explainNumber(given, options));
        return Number.isNaN(value) ? [] : [{ key: wide ? [target] : key, target, value }];
      });
      return { stamp, values };
    },
  };
}
