// A file as columns and rows of text, whatever its format. In: a source. Out: its column names and its rows with their lines;
// every row has a cell for each column.
import { HindcastError } from "../base/errors.js";
import { listNames, quoteText } from "../base/wording.js";
import type { InputFormat, TextOptions } from "./options.js";
import { readBytes } from "./read-bytes.js";
import { type Batch, textRows } from "./read-cells.js";
import { type RowBatch, readCsv } from "./read-csv.js";
import { readNdjson } from "./read-ndjson.js";
import { readText } from "./read-text.js";
import type { Query, Source } from "./source.js";

export interface RecordFile {
  readonly columns: readonly string[];
  /** Can be gone through once. */
  readonly batches: AsyncIterable<Batch>;
  /**
   * For typed columns: the only ones that are used from now on.
   * @throws HindcastError "data" where one of them holds neither numbers, times nor text
   */
  narrow?(columns: readonly number[]): void;
  /** For a file that is not read to its end. */
  close(): Promise<void>;
}

export interface TextRecord {
  /** Counted from 1. */
  readonly line: number;
  /** [columns] */
  readonly cells: readonly string[];
}

/** Rows one by one, for files that are small beside what is made of them. @throws HindcastError as `openRecords` */
export async function readRecords(
  source: Source,
  options: TextOptions,
): Promise<{ columns: readonly string[]; records: AsyncIterable<TextRecord> }> {
  const { columns, batches, close } = await openRecords(source, options);
  const records = async function* () {
    try {
      for await (const batch of batches) {
        const rows = textRows(batch, options.decimal);
        for (let i = 0; i < rows.length; i++)
          yield { line: "lines" in batch ? batch.lines[i]! : batch.firstRow + i, cells: rows[i]! };
      }
    } finally {
      await close();
    }
  };
  return { columns, records: records() };
}

/**
 * @throws HindcastError "data" for what cannot be read, is empty, names a column twice or has rows of other lengths than the
 * first (while they are gone through); "usage" for an unknown encoding or delimiter
 */
export async function openRecords(source: Source | Query, options: TextOptions): Promise<RecordFile> {
  const { name } = source;
  if ("sql" in source || isTyped(source, options)) {
    const { openParquet, openQuery } = await import("./read-duckdb.js");
    const file = await ("sql" in source ? openQuery(source) : openParquet(source));
    try {
      refuseRepeats(file.columns, name, "rename one");
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
    return file;
  }
  const format = options.inputFormat ?? formatOf(name);
  const delimiter = readDelimiter(options.delimiter) ?? (format === "tsv" ? "\t" : undefined);
  const text = readText(readBytes(source), name, options.encoding);
  const batches = format === "ndjson" ? readNdjson(text, name, options.decimal) : readCsv(text, name, delimiter);
  const close = async () => {
    await batches.return(undefined);
  };
  try {
    const first = await firstBatch(batches, name);
    const isNamed = format === "ndjson" || options.header;
    const top = first.rows[0]!;
    // A column without a name is known by its place, like all columns of a file without a header.
    const columns = top.map((cell, i) => (isNamed ? cell.trim() || String(i + 1) : String(i + 1)));
    refuseRepeats(columns, `${name} line ${first.lines[0]}`, "rename one; --no-header if the first line is data");
    const from = isNamed ? 1 : 0;
    const rest = { rows: first.rows.slice(from), lines: first.lines.slice(from) };
    return { columns, batches: checkBatches(rest, batches, columns, name), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

const formatsByExtension: Readonly<Record<string, InputFormat>> = {
  tsv: "tsv",
  tab: "tsv",
  ndjson: "ndjson",
  jsonl: "ndjson",
  parquet: "parquet",
  pq: "parquet",
};

/** Whether columns have types and rows no lines. */
export function isTyped(source: Source | Query, { inputFormat }: TextOptions): boolean {
  return "sql" in source || (inputFormat ?? formatOf(source.name)) === "parquet";
}

export function formatOf(name: string): InputFormat {
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(formatsByExtension, extension) ? formatsByExtension[extension]! : "csv";
}

/** A shell user may write a tab as \t. */
function readDelimiter(asked: string | undefined): string | undefined {
  const delimiter = asked === "\\t" || asked === "tab" ? "\t" : asked;
  if (delimiter === undefined || /^[^"\n\r]$/u.test(delimiter)) return delimiter;
  throw new HindcastError(
    "usage",
    `--delimiter ${quoteText(delimiter)} is not one character`,
    "--delimiter ';', or \\t",
  );
}

async function firstBatch(batches: AsyncGenerator<RowBatch>, name: string): Promise<RowBatch> {
  for (;;) {
    const { done, value } = await batches.next();
    if (done === true) throw new HindcastError("data", `${name} is empty`, "a header and rows of data");
    if (value.rows.length > 0) return value;
  }
}

function refuseRepeats(columns: readonly string[], where: string, hint: string): void {
  const seen = new Set<string>();
  for (const column of columns) {
    if (seen.has(column))
      throw new HindcastError("data", `${where}: two columns are called ${quoteText(column)}`, hint);
    seen.add(column);
  }
}

async function* checkBatches(
  first: RowBatch,
  rest: AsyncGenerator<RowBatch>,
  columns: readonly string[],
  name: string,
): AsyncGenerator<RowBatch> {
  const check = (batch: RowBatch) => {
    batch.rows.forEach((row, i) => {
      if (row.length !== columns.length) throw lengthError(row, columns, `${name} line ${batch.lines[i]}`);
    });
    return batch;
  };
  try {
    yield check(first);
    for await (const batch of rest) yield check(batch);
  } finally {
    await rest.return(undefined);
  }
}

function lengthError(row: readonly string[], columns: readonly string[], where: string): HindcastError {
  const cells = row.length === 1 ? "1 cell" : `${row.length} cells`;
  return new HindcastError(
    "data",
    `${where}: ${cells} (${listNames(row, 5)}) where the first row has ${columns.length} (${listNames(columns, 5)})`,
    "mend the line; set --delimiter if the fields are parted by something else, and quote fields that hold it",
  );
}
