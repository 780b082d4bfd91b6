// What every command that reads data does first. In: paths and reading options. Out: a frame.
import { HindcastError } from "../base/errors.js";
import type { Frame } from "../series/frame.js";
import { parseDuration } from "../series/frequency.js";
import type { ReadOptions } from "../series/options.js";
import type { RawData } from "../series/raw.js";
import { fileSource, stdinSource } from "../series/source.js";
import type { Io } from "./io.js";

/** @param paths "-" is stdin; nothing is read from them where `reading` has a query */
export async function readRows(paths: readonly string[], reading: ReadOptions, io: Io): Promise<RawData> {
  const { sql, database } = reading;
  const sources =
    sql === undefined
      ? paths.map((path) => (path === "-" ? stdinSource(io.stdin) : fileSource(path, io.signal)))
      : [{ name: "--sql", sql, database }];
  // A forecast that goes on from a model's own data reads none.
  const { readRaw } = await import("../series/read.js");
  return readRaw(sources, reading, io.notify);
}

export async function readFrame(paths: readonly string[], reading: ReadOptions, io: Io): Promise<Frame> {
  return frameOf(await readRows(paths, reading, io), reading, io);
}

export async function frameOf(rows: RawData, reading: ReadOptions, io: Io): Promise<Frame> {
  const { regularise } = await import("../series/regularise.js");
  const frame = regularise(rows, reading, io.notify);
  if (reading.holidays === undefined || reading.holidays.length === 0) return frame;
  const { addHolidays } = await import("../features/holidays.js");
  return addHolidays(frame, reading.holidays, 0);
}

/** `-H 12` or `-H "2 weeks"` in steps of the data. @throws HindcastError "usage" */
export function horizonOf(text: string | undefined, frame: Frame): number {
  if (text === undefined)
    throw new HindcastError("usage", "the horizon is missing: how many steps ahead?", 'add -H 12, or -H "2 weeks"');
  return parseDuration(text, frame.grid.frequency);
}
