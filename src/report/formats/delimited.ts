// CSV and TSV: RFC 4180 with lines that end in a line feed. In: a table. Out: a line a row.
import type { Cell, Table } from "../../base/table.js";

export function csv(table: Table): Iterable<string> {
  return delimited(table, ",");
}

export function tsv(table: Table): Iterable<string> {
  return delimited(table, "\t");
}

function* delimited({ columns, rows }: Table, delimiter: string): Generator<string> {
  const needsQuotes = new RegExp(`["\\r\\n${delimiter}]|^\\s|\\s$`);
  const line = (cells: readonly Cell[]) => {
    const fields = cells.map((cell) => field(cell, needsQuotes));
    // A lone empty field would be an empty line, which readers skip.
    return fields.length === 1 && fields[0] === "" ? '""\n' : `${fields.join(delimiter)}\n`;
  };
  yield line(columns);
  for (const row of rows) yield line(row);
}

/** A number is the shortest text that reads back as the same; null, and what is no number, is empty. */
function field(cell: Cell, needsQuotes: RegExp): string {
  if (cell === null || (typeof cell === "number" && !Number.isFinite(cell))) return "";
  if (typeof cell !== "string") return String(cell);
  return needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
