// Rows of NDJSON. In: UTF-8 in chunks, an object a line. Out: batches of rows like those of a CSV; the first row holds the names,
// which are the keys of the first thousand objects in the order they come.
import { HindcastError } from "../base/errors.js";
import { quoteText } from "../base/wording.js";
import { isJsonObject, type JsonObject, parseExact } from "./json-line.js";
import type { DecimalMark } from "./options.js";
import { columnLimit, type RowBatch, rowByteLimit, tooManyColumns } from "./read-csv.js";

/** Objects whose keys become the columns; a fixed count, so that the size of chunks changes nothing. */
const keySampleCount = 1000;
/** Rows in a batch: few, so that they die young. */
const batchCount = 100;

/**
 * @param decimal how numbers are written into cells
 * @throws HindcastError "data" naming the line that is no JSON object
 */
export async function* readNdjson(
  text: AsyncIterable<Buffer>,
  name: string,
  decimal: DecimalMark,
): AsyncGenerator<RowBatch> {
  let names: string[] | undefined;
  const toCell = cellWriter(decimal);
  const toBatch = (objects: readonly JsonObject[], lines: readonly number[], columns: readonly string[]) => ({
    rows: objects.map((object) =>
      columns.map((column) => (Object.hasOwn(object, column) ? toCell(object[column]) : "")),
    ),
    lines,
  });
  let objects: JsonObject[] = [];
  let lines: number[] = [];
  for await (const { line, text: content } of readLines(text, name)) {
    objects.push(parseObject(content, name, line));
    lines.push(line);
    if (objects.length < (names === undefined ? keySampleCount : batchCount)) continue;
    if (names === undefined) {
      names = keysOf(objects, name);
      yield { rows: [names], lines: [0] };
    }
    yield toBatch(objects, lines, names);
    objects = [];
    lines = [];
  }
  if (names === undefined && objects.length > 0) {
    names = keysOf(objects, name);
    yield { rows: [names], lines: [0] };
  }
  if (names !== undefined) yield toBatch(objects, lines, names);
}

/** Lines that are not blank. */
async function* readLines(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<{ line: number; text: string }> {
  let line = 1;
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(10) + 1;
    if (end > 0) {
      const whole = Buffer.concat([...rest, chunk.subarray(0, end)]).toString("utf8");
      const texts = whole.split("\n");
      for (let i = 0; i < texts.length - 1; i++, line++) {
        const text = texts[i]!.trim();
        if (text !== "") yield { line, text };
      }
      rest = [];
      restBytes = 0;
    }
    rest.push(chunk.subarray(end));
    restBytes += chunk.length - end;
    if (restBytes > rowByteLimit)
      throw new HindcastError(
        "data",
        `${name} line ${line}: a line of more than ${rowByteLimit / 2 ** 20} MiB`,
        "NDJSON has one object a line, a row each",
      );
  }
  const text = Buffer.concat(rest).toString("utf8").trim();
  if (text !== "") yield { line, text };
}

function parseObject(text: string, name: string, line: number): JsonObject {
  const value = parseJson(text);
  if (isJsonObject(value)) return value;
  throw new HindcastError(
    "data",
    `${name} line ${line}: ${quoteText(text)} is no JSON object`,
    'one object a line, as {"ds":"2024-01-01","y":1}, or --input-format csv',
  );
}

function parseJson(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

function keysOf(objects: readonly JsonObject[], name: string): string[] {
  const keys = new Set<string>();
  for (const object of objects) for (const key of Object.keys(object)) keys.add(key);
  if (keys.size > columnLimit) throw tooManyColumns(name);
  return [...keys];
}

/** A number is one whatever the decimal mark of text, so it is written with the mark that it will be read with. */
export function cellWriter(decimal: DecimalMark): (value: unknown) => string {
  return (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "string") return value;
    if (typeof value === "number") return decimal === "." ? String(value) : String(value).replace(".", decimal);
    return JSON.stringify(value);
  };
}
