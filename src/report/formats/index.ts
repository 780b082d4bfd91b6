// The formats a table can be written in. In: a table. Out: text in pieces, so that what streams is never held whole.

import { catalog } from "../../base/catalog.js";
import type { Table } from "../../base/table.js";
import type { FormatName } from "../format-names.js";
import { csv, tsv } from "./delimited.js";
import { json, ndjson } from "./json.js";
import { md } from "./markdown.js";
import { table } from "./table.js";

export interface Page {
  /** Columns of the terminal that it may take. */
  readonly width: number;
  /** Whether escape codes for colour are wanted: the header is bold then. */
  readonly colour: boolean;
  /** Whether it shows more than ASCII; it does when left out. */
  readonly unicode?: boolean;
  /** CSV and TSV are for a spreadsheet, which is to take no text for a formula. */
  readonly csvSafe?: boolean;
}

export type Format = (table: Table, page: Page) => Iterable<string>;

export const formats = catalog<Format, FormatName>("format", { csv, tsv, json, ndjson, md, table });
