// CSV and TSV: RFC 4180 with lines that end in a line feed. In: a table. Out: text, a bundle of rows at a time.
import { stringify } from "csv-stringify/sync";
import type { Cell, Table } from "../../base/table.js";
import type { Page } from "./index.js";

/** Rows written at once, so that a long table is never held whole as text. */
const bundleSize = 512;

export function csv(table: Table, page: Page): Iterable<string> {
  return delimited(table, ",", page);
}

export function tsv(table: Table, page: Page): Iterable<string> {
  return delimited(table, "\t", page);
}

function* delimited({ columns, rows }: Table, delimiter: string, { csvSafe = false }: Page): Generator<string> {
  // A lone empty field would be an empty line, which readers skip; white space at an end is what readers may trim.
  const options = {
    delimiter,
    quoted_empty: columns.length === 1,
    quoted_match: /^\s|[\r\n]|\s$/,
    // Numbers stay as they are. https://owasp.org/www-community/attacks/CSV_Injection
    escape_formulas: csvSafe,
    cast: { number: finiteText, boolean: String },
  };
  let bundle: (readonly Cell[])[] = [columns];
  for (const row of rows) {
    if (bundle.length === bundleSize) {
      yield stringify(bundle, options);
      bundle = [];
    }
    bundle.push(row);
  }
  yield stringify(bundle, options);
}

/** The shortest text that reads back as the same number; empty for what is no number. */
function finiteText(value: number): string {
  return Number.isFinite(value) ? String(value) : "";
}
