// Small files that are replaced, never edited. In: a path and text. Out: the old text or the new one, also after a power cut.
import { randomUUID } from "node:crypto";
import { lstatSync, promises, readdirSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { readBounded, syncDirectory, writeSynced } from "../artifact/directory.js";
import { HindcastError, messageOf } from "../base/errors.js";
import type * as z from "../base/schema.js";
import { quoteWord } from "../base/wording.js";

const maxBytes = 1 << 20;

/** Names that a file has before it is the file; whoever holds the lock removes those of dead runs. */
export function temporaryName(): string {
  return `.new-${randomUUID()}`;
}

export function isTemporaryName(name: string): boolean {
  return name.startsWith(".new-");
}

/** What is at `path` itself, be it a link; undefined when nothing is. @throws HindcastError "model" */
export function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw cannotRead(path, error);
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
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

export function cannotRead(path: string, error: unknown): HindcastError {
  const hint = "check who may read it: ls -la";
  return new HindcastError("model", `${path} cannot be read: ${messageOf(error)}`, hint, { cause: error });
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
  const bytes = readBounded(path, maxBytes);
  const damaged = (reason: string) =>
    new HindcastError("model", `${path} ${reason}`, "restore the registry from a copy, or begin a new one");
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damaged("is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw damaged(`does not fit: ${parsed.issue.path.join(".") || "the whole"}: ${parsed.issue.message}`);
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
