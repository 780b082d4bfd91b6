// Tables of a page. In: columns and cells. Out: HTML with a caption, headers with a scope, and numbers that line up.
import type { Cell } from "../../base/table.js";
import { columnText } from "./column-text.js";
import { escapeText, nameHtml } from "./text.js";

export interface HtmlTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Index of a row that stands out. */
  readonly marked?: number;
}

/** In a box of its own that scrolls sideways, reachable by keyboard. */
export function tableHtml({ caption, columns, rows, marked = -1 }: HtmlTable): string {
  const isNumeric = columns.map((_, c) => rows.every((row) => typeof row[c] !== "string") && rows.length > 0);
  const textOf = columns.map((_, c) => columnText(rows.map((row) => row[c]!)));
  const head = columns
    .map((column, c) => `<th scope="col"${isNumeric[c] ? ' class="number"' : ""}>${nameHtml(column)}</th>`)
    .join("");
  const body = rows
    .map((row, r) => {
      const cells = row.map((cell, c) => {
        const shown = typeof cell === "string" ? nameHtml(cell) : cellText(cell, textOf[c]!);
        return c === 0 && !isNumeric[c]
          ? `<th scope="row">${shown}</th>`
          : `<td${isNumeric[c] ? ' class="number"' : ""}>${shown}</td>`;
      });
      return `<tr${r === marked ? ' class="marked"' : ""}>${cells.join("")}</tr>`;
    })
    .join("");
  const label = escapeText(caption);
  return `<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table><caption>${label}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function cellText(cell: Exclude<Cell, string>, textOf: (value: number) => string): string {
  if (cell === null) return "–";
  return typeof cell === "boolean" ? (cell ? "yes" : "no") : textOf(cell);
}

/** The numbers behind a chart, for whoever would rather read them. */
export function foldedTable(table: HtmlTable): string {
  return `<details><summary>The numbers</summary>${tableHtml(table)}</details>`;
}
