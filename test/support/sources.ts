// Literal text as a source, and the reading options of a test. In: text or bytes, and what differs from the defaults. Out: what
// `readRaw` and `readRecords` take.
import { Readable } from "node:stream";
import { HindcastError } from "../../src/base/errors.js";
import type { Note } from "../../src/base/notes.js";
import { defaultReadOptions, type ReadOptions } from "../../src/series/options.js";
import type { RawData } from "../../src/series/raw.js";
import { readRaw } from "../../src/series/read.js";
import type { Source } from "../../src/series/source.js";

/** @param pieceBytes size of the chunks the source gives */
export function textSource(content: string | Buffer, name = "data.csv", pieceBytes = 65_536): Source {
  const bytes = Buffer.from(content);
  const pieces = function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  return { name, open: () => Readable.from(pieces()) };
}

export function readOptions(options: Partial<ReadOptions> = {}): ReadOptions {
  return { ...defaultReadOptions, ...options };
}

/** Reads one literal file, without caring for notes. */
export function readText(
  content: string | Buffer,
  options: Partial<ReadOptions> = {},
  name?: string,
): Promise<RawData> {
  return readRaw([textSource(content, name)], readOptions(options), () => {});
}

export async function readNotes(content: string, options: Partial<ReadOptions> = {}): Promise<Note[]> {
  const notes: Note[] = [];
  await readRaw([textSource(content)], readOptions(options), (note) => notes.push(note));
  return notes;
}

/** The expected failure of a promise, as one line: "code: message; try: hint". */
export async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof HindcastError) return `${thrown.code}: ${thrown.message}; try: ${thrown.hint}`;
    throw thrown;
  }
  throw new Error("it did not fail");
}
