// The cells of a batch of rows, by column and row, whether they are text that has to be read or typed values that need not be. In: a
// batch. Out: stamps, numbers and text.

import type { NumberReader } from "./numbers.js";
import type { RowBatch } from "./read-csv.js";
import type { StampColumn } from "./read-stamps.js";
import type { ColumnBatch } from "./typed-columns.js";

export type Batch = RowBatch | ColumnBatch;

export interface Cells {
  readonly rowCount: number;
  /** Counted from 1. */
  lineOf(row: number): number;
  isBlank(row: number): boolean;
  /** NaN for what is no stamp. */
  stampAt(row: number): number;
  /** NaN for a missing cell, and for one that holds no number that can be used. */
  numberAt(column: number, row: number): number;
  textAt(column: number, row: number): string;
  /** A row, by column; of a typed one the text of `ids` alone. Overwritten by the next call. */
  keyCells(row: number): readonly string[];
}

export interface CellReaders {
  readonly time: number;
  readonly ids: readonly number[];
  readonly stamps: StampColumn;
  readonly readNumber: NumberReader;
}

export function openCells(batch: Batch, readers: CellReaders): Cells {
  return "rows" in batch ? textCells(batch, readers) : typedCells(batch, readers);
}

function textCells({ rows, lines }: RowBatch, { time, stamps, readNumber }: CellReaders): Cells {
  return {
    rowCount: rows.length,
    lineOf: (row) => lines[row]!,
    isBlank: (row) => rows[row]!.every((cell) => cell.trim() === ""),
    stampAt: (row) => stamps.read(rows[row]![time]!),
    numberAt: (column, row) => readNumber(rows[row]![column]!),
    textAt: (column, row) => rows[row]![column]!,
    keyCells: (row) => rows[row]!,
  };
}

function typedCells(batch: ColumnBatch, { time, ids, stamps, readNumber }: CellReaders): Cells {
  const { rowCount, firstRow, columns } = batch;
  const readStamp = stamps.readTyped(columns[time]!);
  const keyCells: string[] = [];
  return {
    rowCount,
    lineOf: (row) => firstRow + row,
    isBlank: (row) => columns.every((column) => column === undefined || column.text(row) === ""),
    stampAt: readStamp,
    numberAt: (column, row) => {
      const cells = columns[column]!;
      return cells.kind === "text" ? readNumber(cells.text(row)) : cells.number(row);
    },
    textAt: (column, row) => columns[column]!.text(row),
    keyCells(row) {
      for (const id of ids) keyCells[id] = columns[id]!.text(row);
      return keyCells;
    },
  };
}

/** The rows of a batch as text, in which numbers have the decimal mark that they will be read with. */
export function textRows(batch: Batch, decimal: string): readonly (readonly string[])[] {
  if ("rows" in batch) return batch.rows;
  return Array.from({ length: batch.rowCount }, (_, row) =>
    batch.columns.map((column) => {
      const text = column?.text(row) ?? "";
      return column?.kind === "number" ? text.replace(".", decimal) : text;
    }),
  );
}
