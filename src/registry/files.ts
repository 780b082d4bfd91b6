// Small files that are replaced, never edited. In: a path and text. Out: the old text or the new one, also after a power cut.
import { randomUUID } from "node:crypto";
import { promises, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { readBounded, syncDirectory, writeSynced } from "../artifact/directory.js";
import { HindcastError, messageOf } from "../base/errors.js";
import type * as z from "../base/schema.js";
import { openJson } from "../base/sealed-json.js";
import { cannotRead, isAbsence, statusOf } from "../base/status.js";
import { quoteWord } from "../base/wording.js";

const maxBytes = 1 << 20;

/** Names that a file has before it is the file; whoever holds the lock removes those of dead runs. */
export function temporaryName(): string {
  return `.new-${randomUUID()}`;
}

export function isTemporaryName(name: string): boolean {
  return name.startsWith(".new-");
}

/** What a directory holds; nothing when it is not there. @throws HindcastError "model" */
export function listNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw cannotRead(directory, error);
  }
}

export function isThere(path: string): boolean {
  return statusOf(path) !== undefined;
}

/**
 * Writes beside `path` and renames. A link at `path` is refused, because what it leads to may be anything.
 * @throws HindcastError "output"
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), temporaryName());
  try {
    if (statusOf(path)?.isSymbolicLink()) throw linkRefusal(path);
    await writeSynced(temporary, text);
    await promises.rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await promises.rm(temporary, { force: true }).catch(() => {});
    throw cannotWrite(path, error);
  }
}

/** @throws HindcastError "model" when it is missing, a link, no JSON, or does not fit */
export function readJson<T>(path: string, schema: z.Reader<T>): T {
  const opened = openJson(new TextDecoder().decode(readBounded(path, maxBytes)), schema);
  if (opened.ok) return opened.data;
  const hint = "restore the registry from a copy, or begin a new one";
  throw new HindcastError("model", `${path} ${opened.reason}`, hint);
}

export function linkRefusal(path: string): HindcastError {
  return new HindcastError(
    "model",
    `${path} is a link; a registry holds its own files`,
    `look where it leads: ls -l ${quoteWord(path)}`,
  );
}

/** A failure of the file system as one that the user can act on; others pass as they are. */
export function cannotWrite(path: string, error: unknown): unknown {
  if (error instanceof HindcastError || !(error instanceof Error) || !("syscall" in error)) return error;
  return new HindcastError(
    "output",
    `${path} cannot be written: ${messageOf(error)}`,
    "check that its directory exists, is writable and has room",
    { cause: error },
  );
}
