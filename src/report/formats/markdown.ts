// A Markdown table (GitHub's). In: a table. Out: a line a row; columns of numbers are aligned right.
import type { Cell, Table } from "../../base/table.js";
import { harmless } from "../width.js";

export function* md({ columns, rows }: Table): Generator<string> {
  yield line(columns);
  let isFirst = true;
  for (const row of rows) {
    if (isFirst) yield rule(columns.map((_, i) => typeof row[i] === "number"));
    isFirst = false;
    yield line(row);
  }
  if (isFirst) yield rule(columns.map(() => false));
}

function rule(isNumber: readonly boolean[]): string {
  return `| ${isNumber.map((right) => (right ? "---:" : "---")).join(" | ")} |\n`;
}

function line(cells: readonly Cell[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |\n`;
}

function escapeCell(cell: Cell): string {
  if (cell === null || (typeof cell === "number" && !Number.isFinite(cell))) return "";
  const escaped = String(cell)
    .replaceAll(/[\\`*_|<>[\]]/g, "\\$&")
    .replaceAll(/\r\n|\r|\n/g, "<br>");
  return harmless(escaped);
}
