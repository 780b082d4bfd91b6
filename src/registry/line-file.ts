// Files that lines are only ever added to. In: a line. Out: it is on the disk before the call returns, after what a run that died
// while writing had left at the end is mended; a line as it is read back.
import { constants, promises } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "../artifact/directory.js";
import type * as z from "../base/schema.js";
import { openJson } from "../base/sealed-json.js";
import { isThere } from "./files.js";

/**
 * @param line with its line feed
 * @param isWhole whether a last line without one only lacks that; else it is cut off
 * @throws what the file system says, also (ELOOP) when a link is at `path`
 */
export async function appendLine(path: string, line: string, isWhole: (line: string) => boolean): Promise<void> {
  const isNew = !isThere(path);
  let file: FileHandle | undefined;
  try {
    file = await promises.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
    const end = await mendEnd(file, isWhole);
    try {
      await file.write(line, end);
      await file.sync();
    } catch (error) {
      // Where the disk is full, half a line is worse than none.
      await file.truncate(end).catch(() => {});
      throw error;
    }
    if (isNew) await syncDirectory(dirname(path));
  } finally {
    await file?.close();
  }
}

/** @returns undefined for a line that is no JSON or does not fit */
export function parseLine<T>(schema: z.Reader<T>, line: string): T | undefined {
  const opened = openJson(line, schema);
  return opened.ok ? opened.data : undefined;
}

const chunkBytes = 4096;

/** Ends the file with a whole line. @returns its length */
async function mendEnd(file: FileHandle, isWhole: (line: string) => boolean): Promise<number> {
  const { size } = await file.stat();
  const chunk = Buffer.alloc(chunkBytes);
  let lineStart = 0;
  for (let end = size; end > 0 && lineStart === 0; end -= chunkBytes) {
    const from = Math.max(0, end - chunkBytes);
    const { bytesRead } = await file.read(chunk, 0, end - from, from);
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(10);
    if (newline >= 0) lineStart = from + newline + 1;
  }
  if (lineStart === size) return size;
  const rest = Buffer.alloc(size - lineStart);
  await file.read(rest, 0, rest.length, lineStart);
  if (!isWhole(rest.toString("utf8"))) {
    await file.truncate(lineStart);
    return lineStart;
  }
  await file.write("\n", size);
  return size + 1;
}
