// Rows of delimited text. In: UTF-8 in chunks. Out: batches of rows, each row with the line it ends on. csv-parse does the
// parsing; what it refuses becomes an error with the line where the trouble began.
import { CsvError, Parser } from "csv-parse";
import { HindcastError } from "../base/errors.js";
import { quoteWord } from "../base/wording.js";
import { countFields, sniffDelimiter } from "./read-delimiter.js";

/** Rows in the order of the input. */
export interface RowBatch {
  /** [rows][cells] */
  readonly rows: readonly (readonly string[])[];
  /** [rows] counted from 1; of a row over several lines, the last. */
  readonly lines: readonly number[];
}

export const columnLimit = 20_000;
/** The longest row, in bytes: what an unclosed quote or a wrong delimiter may take up before it is found. */
export const rowByteLimit = 4 * 2 ** 20;
/** What the delimiter and the line ends are told from. */
const headBytes = 65_536;

/**
 * @param name of the source, for messages
 * @param delimiter sniffed when undefined
 * @throws HindcastError "data" for rows that are no CSV, or too wide
 */
export async function* readCsv(
  text: AsyncIterable<Buffer>,
  name: string,
  delimiter: string | undefined,
): AsyncGenerator<RowBatch> {
  let parser: RowParser | undefined;
  const head: Buffer[] = [];
  let size = 0;
  let hasLine = false;
  for await (const chunk of text) {
    if (parser !== undefined) {
      yield parser.write(chunk);
      continue;
    }
    head.push(chunk);
    size += chunk.length;
    hasLine ||= chunk.includes("\n") || chunk.includes("\r");
    if (size < headBytes || (!hasLine && size < rowByteLimit)) continue;
    const { bytes, separator } = takeSeparator(Buffer.concat(head));
    parser = startParser(bytes, name, delimiter ?? separator);
    yield parser.write(bytes);
  }
  if (parser === undefined) {
    const { bytes, separator } = takeSeparator(Buffer.concat(head));
    parser = startParser(bytes, name, delimiter ?? separator);
    yield parser.write(bytes);
  }
  yield parser.end();
}

/** The first line that spreadsheets are told the delimiter by is left blank. */
function takeSeparator(head: Buffer): { bytes: Buffer; separator: string | undefined } {
  const separator = /^sep=(.)\r?\n/i.exec(head.toString("latin1", 0, 8))?.[1];
  return { bytes: separator === undefined ? head : head.subarray("sep=;".length), separator };
}

function startParser(head: Buffer, name: string, asked: string | undefined): RowParser {
  const sample = head.toString("latin1", 0, headBytes);
  if (/^\s*(?:\[\s*)?\{/.test(sample))
    throw new HindcastError(
      "data",
      `${name} line 1: JSON where the names of columns are expected`,
      /^\s*\[/.test(sample)
        ? `jq -c '.[]' ${quoteWord(name)} | hindcast …, which reads one object a line with --input-format ndjson`
        : /^[^[]*"rows"\s*:\s*\[/.test(sample)
          ? `jq -c '.rows[]' ${quoteWord(name)}, or -o with a name that ends in .ndjson where hindcast wrote it; read with --input-format ndjson`
          : "--input-format ndjson, with one object a line",
    );
  const delimiter = asked ?? sniffDelimiter(sample);
  if (countFields(head.toString("latin1"), delimiter) > columnLimit) throw tooManyColumns(name);
  // Old Mac files end their lines with \r; in all others a lone \r is part of a cell.
  return createRowParser(name, delimiter, /\r(?!\n)/.test(sample) && !sample.includes("\n") ? ["\r"] : ["\r\n", "\n"]);
}

export function tooManyColumns(name: string): HindcastError {
  return new HindcastError(
    "data",
    `${name} line 1: more than ${columnLimit} columns`,
    "long data instead: a row per series and time, with an id column",
  );
}

interface RowParser {
  /** @returns the rows that these bytes complete */
  write(bytes: Buffer): Promise<RowBatch>;
  end(): Promise<RowBatch>;
}

function createRowParser(name: string, delimiter: string, lineEnds: string[]): RowParser {
  const parser = new Parser({
    delimiter,
    record_delimiter: lineEnds,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: rowByteLimit,
  });
  let rows: string[][] = [];
  let lines: number[] = [];
  let lastLine = 0;
  let emptyCount = 0;
  let countedTwice = 0;

  // Rows are taken as they are parsed: the stream's own buffer would lose the lines they stand on, and costs a third more.
  parser.push = (row: string[] | null) => {
    if (row === null) return true;
    let line = parser.info.lines - countedTwice;
    if (line > lastLine + 1 && row.some((cell) => cell.includes("\r\n"))) {
      // csv-parse counts \r\n inside of quotes as two lines.
      const extra = row.reduce((sum, cell) => sum + cell.split("\r\n").length - 1, 0);
      countedTwice += extra;
      line -= extra;
    }
    if (row.length > 1 || row[0]!.trim() !== "") {
      rows.push(row);
      lines.push(line);
    }
    lastLine = line;
    emptyCount = parser.info.empty_lines;
    return true;
  };
  // Failures reach the callbacks below.
  parser.on("error", () => {});

  const explain = (thrown: unknown) => {
    const line = parser.info.lines - countedTwice;
    const start = lastLine + 1 + parser.info.empty_lines - emptyCount;
    return thrown instanceof CsvError ? rowError(thrown, name, start, line) : thrown;
  };
  const run = (start: (callback: (thrown?: Error | null) => void) => void) =>
    new Promise<RowBatch>((resolve, reject) => {
      start((thrown) => {
        if (thrown) return reject(explain(thrown));
        resolve({ rows, lines });
        rows = [];
        lines = [];
      });
    });
  return {
    write: (bytes) => run((callback) => parser.write(bytes, callback)),
    end: () => run((callback) => parser.end(callback)),
  };
}

/** @param start line on which the row began @param line where it was given up */
function rowError(thrown: CsvError, name: string, start: number, line: number): HindcastError {
  const options = { cause: thrown };
  switch (thrown.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return new HindcastError(
        "data",
        `${name} line ${start}: a quote is opened and never closed`,
        'close it, or write a quote that belongs to the text as "" inside of quotes',
        options,
      );
    case "CSV_MAX_RECORD_SIZE":
      return new HindcastError(
        "data",
        `${name} line ${start}: a row of more than ${rowByteLimit / 2 ** 20} MiB`,
        "look for a quote that is never closed, or set --delimiter",
        options,
      );
    default:
      return new HindcastError(
        "data",
        start === line
          ? `${name} line ${line}: a quote in the middle of a field`
          : `${name} line ${start}: the quote opened here is closed in the middle of a field, in line ${line}`,
        'write a quote that belongs to the text as "" inside of quotes',
        options,
      );
  }
}
