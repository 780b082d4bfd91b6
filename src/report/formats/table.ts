// A table for people. In: a table and the terminal's width. Out: aligned lines. To fit, numbers lose significant digits first, then
// the columns that can be spared are left out, then text at the end of a row goes on below, then text loses its end, but for
// times, by which rows are told apart; what still does not fit is left to the terminal.
import { Chalk } from "chalk";
import type { Cell, Table } from "../../base/table.js";
import { cutToWidth, harmless, textWidth, wrapToWidth } from "../width.js";
import type { Page } from "./index.js";

const gap = "  ";
const mostDigits = 6;
const fewestDigits = 3;
const narrowestText = 6;
/** 2024-01-31T12:00:00.000+05:45 */
const longestTime = 29;
/** Narrower text at the end of a row is hard to read in several lines. */
const narrowestLines = 24;

export function* table({ columns, rows: held, spare = [] }: Table, page: Page): Generator<string> {
  const all = Array.from(held);
  // A column that is not split on, or that repeats the one before it, is worth a file's columns and not a screen's.
  const tells = (row: readonly Cell[], i: number) =>
    row[i] !== "all" && (typeof row[i] !== "string" || row[i] !== row[i - 1]);
  let shown = columns.map((_, i) => i).filter((i) => all.length === 0 || all.some((row) => tells(row, i)));
  const isTooWide = () => {
    const kept = [columns, ...all].map((row) => shown.map((i) => row[i] ?? null));
    return totalWidth(widthsOf(layOut(kept, fewestDigits))) > page.width;
  };
  for (const name of all.length > 1 ? spare : []) if (isTooWide()) shown = shown.filter((i) => columns[i] !== name);
  const header = shown.map((i) => columns[i]!);
  const rows = all.map((row) => shown.map((i) => row[i] ?? null));
  const [only] = rows;
  // One row that does not fit is read more easily downwards.
  if (rows.length === 1 && totalWidth(widthsOf(layOut([header, only!], fewestDigits))) > page.width)
    yield* draw(
      [header[0]!, show(only![0]!, mostDigits)],
      header.slice(1).map((name, i) => [name, show(only![i + 1]!, mostDigits)]),
      page,
    );
  else yield* draw(header, rows, page);
}

function* draw(columns: readonly string[], held: readonly (readonly Cell[])[], page: Page): Generator<string> {
  const isNumber = columns.map((_, i) => held.every((row) => row[i] === null || typeof row[i] === "number"));
  const { lines, goneOn, widths } = fitColumns([columns, ...held], page);
  const chalk = new Chalk({ level: page.colour ? 1 : 0 });
  for (const [r, cells] of lines.entries()) {
    const padded = cells.map((cell, i) => {
      const room = " ".repeat(Math.max(0, widths[i]! - textWidth(cell)));
      return isNumber[i] ? room + cell : cell + room;
    });
    const line = padded.join(gap).trimEnd();
    yield `${r === 0 ? chalk.bold(line) : line}\n`;
    const indent = " ".repeat(totalWidth(widths.slice(0, -1)) + gap.length);
    for (const more of goneOn[r]!) yield `${indent}${more}\n`;
  }
}

interface Fitted {
  readonly lines: string[][];
  /** Of each line, what the text in its last column goes on with. */
  readonly goneOn: string[][];
  readonly widths: number[];
}

function fitColumns(rows: readonly (readonly Cell[])[], { width, unicode = true }: Page): Fitted {
  let digits = mostDigits;
  let lines = layOut(rows, digits);
  while (totalWidth(widthsOf(lines)) > width && digits > fewestDigits) lines = layOut(rows, --digits);
  const widths = widthsOf(lines);
  // Text loses its end, and a number or a time stays whole.
  const body = rows.slice(1);
  const isText = widths.map(
    (_, i) =>
      (body.every((row) => typeof row[i] !== "number") || body.some((row) => typeof row[i] === "string")) &&
      !body.every((row) => row[i] === null || isTime(row[i])),
  );
  const last = widths.length - 1;
  const left = width - totalWidth(widths.slice(0, -1)) - gap.length;
  const goesOn = last > 0 && isText[last]! && left >= narrowestLines && widths[last]! > left;
  if (goesOn) widths[last] = left;
  // Where nothing makes it fit, text is cut no further than it can be read.
  const least = totalWidth(widths.map((w, i) => (isText[i] ? Math.min(w, narrowestText) : w)));
  const narrowest = least > width ? narrowestLines : narrowestText;
  for (let excess = totalWidth(widths) - width; excess > 0; excess--) {
    const widest = widths.reduce((best, w, i) => (isText[i] && w > (widths[best] ?? narrowest) ? i : best), -1);
    if (widest === -1) break;
    widths[widest]!--;
  }
  const goneOn = lines.map((cells) => (goesOn ? wrapToWidth(cells[last]!, widths[last]!) : [cells[last]!]));
  const cut = (cell: string, r: number, i: number) => {
    if (i === last) return cutToWidth(goneOn[r]!.shift()!, widths[i]!, unicode);
    return typeof rows[r]![i] === "number" ? cell : cutToWidth(cell, widths[i]!, unicode);
  };
  return { lines: lines.map((cells, r) => cells.map((cell, i) => cut(cell, r, i))), goneOn, widths };
}

/** As every stamp with a calendar is written. */
function isTime(cell: Cell | undefined): boolean {
  return typeof cell === "string" && cell.length <= longestTime && /^\d{4}-(\d\d|Q\d)/.test(cell);
}

function layOut(rows: readonly (readonly Cell[])[], digits: number): string[][] {
  return rows.map((row) => row.map((cell) => show(cell, digits)));
}

function show(cell: Cell, digits: number): string {
  if (cell === null) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? shorten(cell, digits) : "";
  return harmless(String(cell));
}

/** Significant digits are dropped from the fraction only: a whole number stays whole. */
function shorten(value: number, digits: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 10 ** (digits - 1) ? String(Math.round(value)) : String(Number(value.toPrecision(digits)));
}

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  return lines[0]!.map((_, i) => lines.reduce((widest, cells) => Math.max(widest, textWidth(cells[i]!)), 1));
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, w) => sum + w, gap.length * (widths.length - 1));
}
