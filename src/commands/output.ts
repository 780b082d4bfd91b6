// Where results go: stdout, or a file that is there whole or not at all. In: text or bytes in pieces. Out: bytes where they were asked for.
import { constants, promises, unlinkSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import { HindcastError } from "../base/errors.js";
import { removeLeftovers, temporaryBeside } from "../base/leftovers.js";
import { privateMode, refuseForeignLink, usualMode } from "../base/ownership.js";
import { cannotWrite, gatherPieces, isReaderGone, type Piece, type Sink } from "./stream.js";

export interface Outputs {
  /** Opens the temporary file, so that what cannot be written is said before the long work. Devices and FIFOs wait. */
  prepare(path: string): Promise<void>;
  /** @param path undefined, "-" and /dev/stdout are stdout, whose reader may go away at any time */
  write(path: string | undefined, pieces: Iterable<Piece>): Promise<void>;
  /** For what comes bit by bit; like `write`, a file is there once it is whole. */
  open(path: string | undefined): Promise<OpenOutput>;
  /** Removes what was prepared and never written; for the very end, so it cannot wait. */
  discard(): void;
}

export interface OpenOutput {
  /** Waits for the reader where it is slow. @returns false when the reader went away @throws HindcastError "output" */
  push(text: string): Promise<boolean>;
  end(): Promise<void>;
}

interface Pending {
  readonly file: FileHandle;
  readonly temporary: string;
  readonly target: string;
  /** That the file has when it is whole. */
  readonly mode: number;
}

export function createOutputs(stdout: Sink, cwd: string): Outputs {
  const pending = new Map<string, Pending>();
  const prepare = async (path: string) => {
    if (isStdout(path) || pending.has(path) || (await isDirect(path, cwd))) return;
    pending.set(path, await openBeside(path, cwd));
  };
  return {
    prepare,
    async write(path, pieces) {
      if (path === undefined || isStdout(path)) return stdout.write(pieces);
      await prepare(path);
      const held = pending.get(path);
      if (held === undefined) return writeDirect(path, cwd, pieces);
      await commit(path, held, pieces);
      pending.delete(path);
    },
    async open(path) {
      if (path === undefined || isStdout(path)) return { push: stdout.push, end: async () => {} };
      await prepare(path);
      const held = pending.get(path);
      if (held === undefined) {
        const file = await promises.open(resolve(cwd, path), "w").catch((error) => {
          throw cannotWrite(path, error);
        });
        return { push: (text) => pushTo(path, file, text), end: () => file.close() };
      }
      return {
        push: (text) => pushTo(path, held.file, text),
        async end() {
          await commit(path, held, []);
          pending.delete(path);
        },
      };
    },
    discard() {
      for (const { file, temporary } of pending.values()) {
        void file.close().catch(() => {});
        try {
          unlinkSync(temporary);
        } catch {
          // It was removed by someone else, which is what was wanted.
        }
      }
      pending.clear();
    },
  };
}

/** @param path as it is given */
export function isStdout(path: string): boolean {
  return path === "-" || path === "/dev/stdout" || path === "/dev/fd/1";
}

/**
 * A device, a FIFO, or another descriptor of this process: something that a file cannot be put in place of.
 * @throws HindcastError "output" for a directory, and for a link of somebody else's
 */
async function isDirect(path: string, cwd: string): Promise<boolean> {
  if (/^\/(dev|proc)\//.test(path)) return true;
  refuseForeignLink(resolve(cwd, path), path);
  const found = await promises.stat(resolve(cwd, path)).catch(() => undefined);
  if (found?.isDirectory()) throw new HindcastError("output", `${path} is a directory`, "name a file in it");
  return found !== undefined && !found.isFile();
}

async function openBeside(path: string, cwd: string): Promise<Pending> {
  const asked = resolve(cwd, path);
  try {
    const target = await promises.realpath(asked).catch(() => asked);
    const existing = await promises.stat(target).catch(() => undefined);
    if (existing !== undefined) await promises.access(target, constants.W_OK);
    await removeLeftovers(target);
    const temporary = temporaryBeside(target);
    const file = await promises.open(temporary, "wx", privateMode.file);
    return { file, temporary, target, mode: existing === undefined ? usualMode("file") : existing.mode & 0o777 };
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

async function commit(path: string, pending: Pending, pieces: Iterable<Piece>): Promise<void> {
  const { file, temporary, target, mode } = pending;
  try {
    for (const chunk of gatherPieces(pieces)) await file.writeFile(chunk);
    // Not every file system has modes.
    await file.chmod(mode).catch(() => {});
    await file.sync();
    await file.close();
    await promises.rename(temporary, target);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

async function pushTo(path: string, file: FileHandle, text: string): Promise<boolean> {
  try {
    await file.writeFile(text);
    return true;
  } catch (error) {
    if (isReaderGone(error)) return false;
    throw cannotWrite(path, error);
  }
}

async function writeDirect(path: string, cwd: string, pieces: Iterable<Piece>): Promise<void> {
  try {
    const file = await promises.open(resolve(cwd, path), "w");
    try {
      for (const chunk of gatherPieces(pieces)) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isReaderGone(error)) throw cannotWrite(path, error);
  }
}
