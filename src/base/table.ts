// A result before it is text. In: rows from any stage. Out: the same for every format in `formats`.

import { HindcastError } from "./errors.js";

export type Cell = string | number | boolean | null;

export interface Table {
  /** "forecast", "score", "prediction", …: the `type` of each JSON record. */
  readonly type: string;
  readonly columns: readonly string[];
  /** One cell per column. null is an empty cell, and so is a number that is not finite: no format writes one. */
  readonly rows: Iterable<readonly Cell[]>;
  /** Columns that a screen too narrow for all may leave out, the first one first. Files and pipes get every column. */
  readonly spare?: readonly string[];
}

/** A row, by the names of the columns. */
export type TableRecord = Readonly<Record<string, Cell>>;

export function recordsOf({ columns, rows }: Table): TableRecord[] {
  return Array.from(rows, (row) => Object.fromEntries(columns.map((column, i) => [column, row[i]!])));
}

/** A number that is none is an empty cell. */
export function finiteOrEmpty(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/**
 * The columns of a table that has some of the data's own beside those that every such table has.
 * @throws HindcastError "data" when two are called alike: of a JSON record one would be lost
 */
export function besideOwn(own: readonly string[], others: readonly string[]): string[] {
  const columns = [...own, ...others];
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw new HindcastError(
      "data",
      `two columns of what is written would be called ${JSON.stringify(twice)}`,
      "another name for that column in the data",
    );
  return columns;
}
