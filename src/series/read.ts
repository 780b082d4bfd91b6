// Files to raw series. In: sources and options. Out: RawData, each series' stamps and values in the order of the input; rows are
// read as a stream into typed arrays, and a row that cannot be used is an error with its file, line and value.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { quoteText } from "../base/wording.js";
import { findColumns } from "./columns.js";
import type { ReadOptions } from "./options.js";
import type { RawData } from "./raw.js";
import { type Batch, textRows } from "./read-cells.js";
import { isTyped, openRecords, type RecordFile } from "./read-records.js";
import { type Collector, createCollector } from "./read-rows.js";
import type { Query, Source } from "./source.js";

/** Rows from which the columns are told: a fixed count, so that the size of chunks changes nothing. */
function sampleSize(columnCount: number): number {
  return Math.min(1000, Math.ceil(100_000 / columnCount));
}

/**
 * Reads the sources one after another as if they were one. Rows of a series may stand anywhere.
 * @throws HindcastError "data" for what cannot be read or understood, "usage" for columns and series that are not there
 */
export async function readRaw(
  sources: readonly (Source | Query)[],
  options: ReadOptions,
  notify: Notify,
): Promise<RawData> {
  let columns: readonly string[] | undefined;
  let collector: Collector | undefined;
  let records: RecordFile | undefined;
  let used: readonly number[] = [];
  const names = sources.map((source) => source.name);
  const places = sources.map((source) => `${source.name} ${isTyped(source, options) ? "row" : "line"}`);
  const sample: { batch: Batch; rows: readonly (readonly string[])[]; file: number }[] = [];
  let sampleCount = 0;
  const start = (known: readonly string[]) => {
    const rows = sample.flatMap((one) => one.rows).slice(0, sampleSize(known.length));
    const sampled = { columns: known, rows, name: names[0]! };
    const found = findColumns(sampled, options, notify);
    used = [found.time, ...found.ids, ...found.targets, ...found.covariates.map(({ column }) => column)];
    collector = createCollector(found, sampled, { names, places }, options);
    records?.narrow?.(used);
    for (const { batch, file } of sample.splice(0)) collector.add(batch, file);
    return collector;
  };
  for (const [file, source] of sources.entries()) {
    records = await openRecords(source, options);
    try {
      columns ??= records.columns;
      refuseOtherColumns(columns, records.columns, names[0]!, source.name);
      if (collector !== undefined) records.narrow?.(used);
      for await (const batch of records.batches) {
        if (collector !== undefined) {
          collector.add(batch, file);
          continue;
        }
        const rows = textRows(batch, options.decimal);
        sample.push({ batch, rows, file });
        sampleCount += rows.length;
        if (sampleCount >= sampleSize(columns.length)) start(columns);
      }
    } finally {
      await records.close();
    }
  }
  if (columns === undefined) throw new HindcastError("usage", "there is nothing to read", "a file, or - for stdin");
  if (collector === undefined && sampleCount === 0)
    throw new HindcastError(
      "data",
      `${names.join(", ")}: ${isTyped(sources[0]!, options) ? "" : "a header and "}no rows`,
      "rows of data below the header",
    );
  return (collector ?? start(columns)).finish();
}

function refuseOtherColumns(
  expected: readonly string[],
  columns: readonly string[],
  first: string,
  name: string,
): void {
  const i = expected.findIndex((column, at) => columns[at] !== column);
  if (i < 0 && columns.length === expected.length) return;
  const at = i < 0 ? expected.length : i;
  const show = (column: string | undefined) => (column === undefined ? "missing" : quoteText(column));
  throw new HindcastError(
    "data",
    `${name}: column ${at + 1} is ${show(columns[at])}, in ${first} it is ${show(expected[at])}`,
    "files that are read together need the same columns in the same order",
  );
}
