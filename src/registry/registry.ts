// A registry that is written to: made where there is none, locked, and cleared of what dead runs left. In: a path. Out: the lock,
// and what stood there before.
import { promises } from "node:fs";
import { join, resolve } from "node:path";
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { refuseForeignLink } from "../base/ownership.js";
import { statusOf } from "../base/status.js";
import { quoteWord } from "../base/wording.js";
import { isRegistry, markPath, type Pointer, readPointer } from "./champion.js";
import { cannotWrite, isTemporaryName, isThere, linkRefusal, listNames, replaceFile } from "./files.js";
import { appendRun, type Run, readHistory, runColumns } from "./history.js";
import { acquireLock, type Lock, type LockRecord, type Machine } from "./lock.js";
import { listVersions, readNote, sweep } from "./versions.js";

export interface OpenRegistry {
  readonly lock: Lock;
  /** undefined before the first promotion. */
  readonly pointer: Pointer | undefined;
  /** Versions whose run came to its end, and the champion; what the others saw has yet to be dealt with. */
  readonly settled: readonly number[];
  /** The number of the next version: none is given twice. */
  readonly nextVersion: number;
}

export interface OpenOptions {
  /** Name of this run. */
  readonly run: string;
  readonly machine: Machine;
  readonly lockWaitMs: number;
  readonly signal: AbortSignal;
  readonly notify: Notify;
}

/** What is not about any one run. */
export type RunSeed = Pick<Run, "run" | "started" | "host" | "hindcast" | "node">;

/** A record of a run that has done nothing yet. */
export function emptyRun(seed: RunSeed, action: Run["action"]): Run {
  const known = { ...seed, action };
  const unknown = runColumns.filter((column) => !(column in known)).map((column) => [column, null]);
  // What is no part of the seed may be null, by the type of the seed.
  return { ...known, ...Object.fromEntries(unknown) } as Run;
}

/** Makes an empty registry at `path`, unless one is there. @throws HindcastError "output", "usage" */
export async function createRegistry(path: string): Promise<void> {
  refuseForeignLink(resolve(path), path);
  if (isRegistry(path)) return;
  try {
    await promises.mkdir(path, { recursive: true });
    // A run that died here left temporary files at most.
    const others = listNames(path).filter((name) => !isTemporaryName(name));
    if (others.length > 0 && !isRegistry(path))
      throw new HindcastError(
        "output",
        `${path} holds other files (${others.slice(0, 3).join(", ")}) and no registry.json: it is no registry`,
        "name a registry, or a new directory",
      );
    await replaceFile(markPath(path), `${JSON.stringify({ schema_version: 1, type: "registry" })}\n`);
  } catch (error) {
    // Another one made it at the same time, and swept up after itself.
    if (!isRegistry(path)) throw cannotWrite(path, error);
  }
}

/** @throws HindcastError "model" for what is no registry */
export function needRegistry(path: string): void {
  if (isRegistry(path)) return;
  throw new HindcastError(
    "model",
    isThere(path) ? `${path} is no registry: it has no registry.json` : `there is no registry ${path}`,
    `make one: hindcast retrain ${quoteWord(path)} data.csv -H 12`,
  );
}

/**
 * Takes the lock of a registry that is there, says in its history what became of a run that died, and sweeps up after it.
 * @throws HindcastError "locked", "output", "model"
 */
export async function openRegistry(path: string, options: OpenOptions): Promise<OpenRegistry> {
  const directory = join(path, "lock");
  await promises.mkdir(directory).catch((error: unknown) => {
    const stat = statusOf(directory);
    if (stat?.isSymbolicLink()) throw linkRefusal(directory);
    if (stat?.isDirectory() !== true) throw cannotWrite(directory, error);
  });
  const { run, machine, lockWaitMs, signal, notify } = options;
  const lock = await acquireLock(directory, run, machine, lockWaitMs, signal);
  try {
    await sweep(path);
    const pointer = readPointer(path);
    const versions = listVersions(path);
    const history = await readHistory(path, notify);
    const lost = lock.takenOver === undefined ? undefined : lostRun(path, lock.takenOver, history, versions, pointer);
    if (lost !== undefined) await appendRun(path, lost);
    const numbers = [0, ...versions, pointer?.version ?? 0, ...history.map(({ version }) => version ?? 0)];
    const done = history.filter(({ action }) => action === "promoted" || action === "kept");
    const isSettled = (version: number) =>
      version === pointer?.version || done.some((finished) => finished.version === version);
    return { lock, pointer, settled: versions.filter(isSettled), nextVersion: Math.max(...numbers) + 1 };
  } catch (error) {
    await lock.release().catch(() => {});
    throw error;
  }
}

/** The record that a run which died could not write; undefined when it could. */
function lostRun(
  registry: string,
  { run, host, started }: LockRecord,
  history: readonly Run[],
  versions: readonly number[],
  pointer: Pointer | undefined,
): Run | undefined {
  if (run === "" || history.some((known) => known.run === run)) return undefined;
  const made = unrecordedVersions(registry, history, versions).find((known) => known.run === run);
  const champion = pointer?.version ?? null;
  if (made !== undefined) return { ...made, champion };
  const unknown = { run, started, host, hindcast: "", node: "" };
  return { ...emptyRun(unknown, "interrupted"), reason: "killed", champion, champion_before: champion };
}

/** What is known of versions whose run could not write its line of the history. */
export function unrecordedVersions(registry: string, history: readonly Run[], versions: readonly number[]): Run[] {
  const recorded = new Set(history.map(({ version }) => version));
  return versions
    .filter((version) => !recorded.has(version))
    .flatMap((version) => {
      try {
        const { made } = readNote(registry, version);
        return [
          { ...made, version, action: "interrupted" as const, reason: "killed after it had written its version" },
        ];
      } catch {
        return [];
      }
    });
}
