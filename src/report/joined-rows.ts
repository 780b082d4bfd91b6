// Rows of several outputs as one. In: files that each hold some series of a forecast, in the formats that have a row a line. Out: the
// text that a single file of all series would hold, in pieces: of every file, no more than a piece is in memory.
import { closeSync, openSync, readSync } from "node:fs";
import { HindcastError } from "../base/errors.js";
import { quoteWord } from "../base/wording.js";

const quote = 0x22;
const lineFeed = 0x0a;
const chunkBytes = 1 << 16;

export interface RowFiles {
  readonly format: "csv" | "tsv" | "ndjson" | "json";
  readonly paths: readonly string[];
  /** Rows of each series. */
  readonly horizon: number;
  /** [series] index of the file whose next rows are the series'; any other number for a series without rows. */
  readonly owners: Uint32Array;
}

/** The files have to be what hindcast wrote, hold the series in their order, and some row between them. */
export function* joinRows({ format, paths, horizon, owners }: RowFiles): Generator<string> {
  const readers = paths.map((path) => lineReader(path, format === "csv" || format === "tsv"));
  const heads = format === "ndjson" ? [] : readers.map((take) => take(1));
  if (heads.length > 0) yield heads[0]!;
  const isJson = format === "json";
  let isFirst = true;
  for (const owner of owners) {
    const rows = readers[owner]?.(horizon);
    if (rows === undefined) continue;
    // The last row of a JSON document has no comma, and so has the last of each file.
    if (isJson && !isFirst) yield ",\n";
    yield isJson ? rows.replace(/,?\n$/, "") : rows;
    isFirst = false;
  }
  if (isJson) yield "\n]}\n";
}

/**
 * @param hasQuotes whether a line feed between double quotes is part of a field
 * @returns what takes the next lines of a file. The file is open only while a chunk is read, so there may be more files than
 * descriptors.
 */
function lineReader(path: string, hasQuotes: boolean): (count: number) => string {
  let held: Buffer = Buffer.alloc(0);
  let offset = 0;
  const readMore = () => {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const descriptor = openSync(path, "r");
    try {
      const count = readSync(descriptor, chunk, 0, chunkBytes, offset);
      offset += count;
      held = Buffer.concat([held, chunk.subarray(0, count)]);
      return count > 0;
    } finally {
      closeSync(descriptor);
    }
  };
  return (count) => {
    let left = count;
    let isQuoted = false;
    for (let at = 0; at < held.length || readMore(); at++) {
      const byte = held[at];
      if (hasQuotes && byte === quote) isQuoted = !isQuoted;
      else if (byte === lineFeed && !isQuoted && --left === 0) {
        const lines = held.toString("utf8", 0, at + 1);
        held = held.subarray(at + 1);
        return lines;
      }
    }
    throw new HindcastError(
      "data",
      `${path} ends before its rows do`,
      `run its shard again, with -o ${quoteWord(path)}`,
    );
  };
}
