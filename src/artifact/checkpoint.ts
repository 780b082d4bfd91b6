// The checkpoint directory: what a training that was cut off goes on from. In: what the run is made of, and trainings as they stand.
// Out: files, each written whole or not at all, and read only when every byte is what was written; the trainings again.
import { randomUUID } from "node:crypto";
import { lstatSync, promises, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HindcastError, messageOf } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { privateMode } from "../base/ownership.js";
import * as z from "../base/schema.js";
import { openSealedJson, sealJson } from "../base/sealed-json.js";
import { type Checkpoint, packTraining, type SavedTraining, savedTrainingSchema } from "../fit/checkpoint.js";
import { readBounded, syncDirectory, writeSynced } from "./directory.js";

const schemaVersion = 1;
const headerName = "checkpoint.json";
const trainingName = /^[0-9a-f]{32}\.json$/;
const temporaryPrefix = ".new-";
const maxFileBytes = 2 ** 29;

const runSchema = z.strictObject({
  hindcast: z.string(),
  /** By the name of their flags, as text; what was left out is absent. */
  settings: z.record(z.string(), z.string()),
  data: z.strictObject({ series: z.int(), steps: z.int(), observed: z.int(), sha256: z.string() }),
});
/** All that trainings have in common and that has to be the same when they go on. */
export type RunIdentity = z.infer<typeof runSchema>;

const version = z.literal(schemaVersion);
const headerSchema = z.strictObject({ schema_version: version, type: z.literal("checkpoint"), run: runSchema });
const trainingSchema = z.strictObject({
  schema_version: version,
  type: z.literal("training"),
  engine: z.string(),
  state: savedTrainingSchema,
});
type StoredTraining = z.infer<typeof trainingSchema>;

export interface CheckpointOptions {
  readonly run: RunIdentity;
  /** Goes on from what is there ("if-same": unless it is of another run); else that is replaced once there is something to keep. */
  readonly resume: boolean | "if-same";
  /** What computes; known once a training is. */
  readonly engine: () => string | null;
  /** Between two writes; 0 for one after every step. */
  readonly intervalMs: number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly notify: Notify;
}

export interface OpenCheckpoint extends Checkpoint {
  readonly path: string;
  /** Writes what is not written yet. @returns whether there is something to go on from */
  flush(): Promise<boolean>;
  /** Once nothing needs it any more. */
  remove(): Promise<void>;
}

/** Beside a model directory. */
export function checkpointPath(out: string): string {
  const named = out.replace(/[\\/]+$/, "");
  return `${/(^|[\\/])\.{0,2}$/.test(named) ? resolve(out) : named}.checkpoint`;
}

/** Writing may take this share of the time of a run; where a write takes long, the next one is later. */
const writingShare = 0.01;

/**
 * Nothing is written before the first interval is over.
 * @throws HindcastError "output" for what is no checkpoint; when it has to be gone on from, "usage", "data" or "model" for one of
 * other settings, of other data, of another version, or damaged
 */
export function openCheckpoint(path: string, options: CheckpointOptions): OpenCheckpoint {
  const { run, resume, engine, intervalMs, now, notify } = options;
  const names = findCheckpoint(path);
  const isThere = names !== undefined;
  const note = (text: string) => notify({ level: "note", text });
  let stored: Map<string, StoredTraining> | undefined;
  try {
    if (resume !== false && isThere) stored = readCheckpoint(path, names, run);
    else if (resume === true) note(`there is no checkpoint ${path} to go on from: trains from the start`);
    else if (isThere) note(`${path}, of a training that was cut off, is not gone on from: that takes --resume`);
  } catch (error) {
    if (resume !== "if-same" || !(error instanceof HindcastError)) throw error;
    note(`trains from the start: ${error.message}`);
  }
  if (stored !== undefined) note(`goes on from ${path}: ${describe(stored)}`);

  /** By key, sealed and not yet written. */
  const pending = new Map<string, string>();
  let isBegun = stored !== undefined;
  let isKept = isThere;
  let isWarned = false;
  let writtenAtMs = now();
  let costMs = 0;

  const isDue = () => {
    const passedMs = now() - writtenAtMs;
    // A clock that was set back says nothing about the time that has passed.
    return intervalMs === 0 || passedMs < 0 || passedMs >= Math.max(intervalMs, costMs / writingShare);
  };
  const write = async (beganMs: number) => {
    try {
      if (!isBegun) {
        await beginCheckpoint(path, run);
        isKept = false;
      }
      isBegun = true;
      for (const [key, text] of pending) {
        await replaceWithin(path, `${key}.json`, text);
        pending.delete(key);
        isKept = true;
      }
    } catch (error) {
      if (!(error instanceof Error && "syscall" in error)) throw error;
      const text = `${path} cannot be written, and the training goes on without: ${messageOf(error)}`;
      if (!isWarned) notify({ level: "warning", text });
      isWarned = true;
    }
    writtenAtMs = now();
    costMs = writtenAtMs - beganMs;
  };
  return {
    path,
    open(key) {
      const here = engine() ?? "";
      const saved = stored?.get(key);
      if (saved !== undefined && saved.engine !== here && resume === "if-same") stored?.delete(key);
      else if (saved !== undefined && saved.engine !== here)
        throw new HindcastError(
          "engine",
          `the training in ${path} was computed by ${saved.engine}, and here it would go on by ${here}, with other roundings`,
          "--resume where it began, or leave out --resume to train from the start",
        );
      return {
        saved: stored?.get(key)?.state,
        isDue,
        async keep(state) {
          const beganMs = now();
          pending.set(key, sealTraining(state, here));
          if (isDue()) await write(beganMs);
        },
      };
    },
    async flush() {
      // An older checkpoint is worth more than the first seconds of a run that was to replace it.
      if (pending.size > 0 && (isBegun || !isThere || resume !== false)) await write(now());
      return isKept;
    },
    async remove() {
      // Also where a run that died had removed a part of it.
      await promises.rm(path, { recursive: true, force: true }).catch((error: unknown) => {
        notify({ level: "warning", text: `${path} is no longer needed and cannot be removed: ${messageOf(error)}` });
      });
    },
  };
}

/** @returns what a checkpoint at `path` holds; undefined when there is none @throws HindcastError "output" when something else is */
function findCheckpoint(path: string): string[] | undefined {
  const refuse = (what: string) =>
    new HindcastError("output", `${path} ${what}, and the checkpoint has to stand there`, "move it elsewhere");
  let names: string[];
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    if (!status.isDirectory()) throw refuse("is no directory");
    names = readdirSync(path);
  } catch (error) {
    throw error instanceof HindcastError ? error : refuse(`cannot be looked into (${messageOf(error)})`);
  }
  if (names.includes(headerName)) return names;
  // One that was being removed, or made, has no header.
  const others = names.filter((name) => !trainingName.test(name) && !name.startsWith(temporaryPrefix));
  if (others.length > 0) throw refuse(`holds other files (${others.slice(0, 3).join(", ")}) and no ${headerName}`);
  return undefined;
}

/** @returns the trainings by key @throws HindcastError "usage", "data", "model" */
function readCheckpoint(path: string, names: readonly string[], run: RunIdentity): Map<string, StoredTraining> {
  const header = readSealed(join(path, headerName), headerSchema);
  checkRun(path, header.run, run);
  const trainings = names.filter((name) => trainingName.test(name));
  return new Map(trainings.map((name) => [name.replace(".json", ""), readSealed(join(path, name), trainingSchema)]));
}

const startAgain = "leave out --resume to train from the start";

function checkRun(path: string, then: RunIdentity, now: RunIdentity): void {
  if (then.hindcast !== now.hindcast)
    throw new HindcastError(
      "model",
      `${path} was written by hindcast ${then.hindcast}, and this is ${now.hindcast}`,
      `go on with hindcast ${then.hindcast}, or ${startAgain}`,
    );
  const names = Object.keys({ ...then.settings, ...now.settings });
  const changed = names.find((name) => then.settings[name] !== now.settings[name]);
  if (changed !== undefined) {
    const say = (value: string | undefined) => value ?? "left out";
    throw new HindcastError(
      "usage",
      `--${changed} is ${say(now.settings[changed])}, and was ${say(then.settings[changed])} when the training in ${path} began`,
      `give the same flags as then, or ${startAgain}`,
    );
  }
  if (then.data.sha256 !== now.data.sha256) {
    const say = ({ data }: RunIdentity) => `${data.observed} values in ${data.steps} steps of ${data.series} series`;
    throw new HindcastError(
      "data",
      say(then) === say(now)
        ? `the data are not those that the training in ${path} began with: there are as many, and they differ`
        : `the data are not those that the training in ${path} began with: ${say(then)} then, ${say(now)} now`,
      `give the same data as then, or ${startAgain}`,
    );
  }
}

/** @throws HindcastError "model" for a file that is not what was written */
function readSealed<T>(path: string, schema: z.Reader<T>): T {
  const opened = openSealedJson(new TextDecoder().decode(readBounded(path, maxFileBytes)), schemaVersion, schema);
  if (opened.ok) return opened.data;
  throw new HindcastError("model", `${path} ${opened.reason}`, startAgain);
}

function sealTraining(state: SavedTraining, engine: string): string {
  return sealJson({ schema_version: schemaVersion, type: "training", engine, state: packTraining(state) });
}

/** Makes an empty checkpoint, in the place of what is there. */
async function beginCheckpoint(path: string, run: RunIdentity): Promise<void> {
  await promises.rm(path, { recursive: true, force: true });
  await promises.mkdir(path, privateMode.directory);
  await replaceWithin(path, headerName, sealJson({ schema_version: schemaVersion, type: "checkpoint", run }));
  await syncDirectory(dirname(resolve(path)));
}

async function replaceWithin(directory: string, name: string, text: string): Promise<void> {
  const temporary = join(directory, `${temporaryPrefix}${randomUUID()}`);
  try {
    await writeSynced(temporary, text);
    await promises.rename(temporary, join(directory, name));
  } catch (error) {
    await promises.rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncDirectory(directory);
}

function describe(stored: ReadonlyMap<string, StoredTraining>): string {
  const states = Array.from(stored.values(), ({ state }) => state);
  const doneCount = states.filter(({ kind }) => kind === "done").length;
  const running = states.flatMap((state) => (state.kind === "running" ? [`one in epoch ${state.progress.epoch}`] : []));
  return [`${doneCount} ${doneCount === 1 ? "training" : "trainings"} done`, ...running].join(", ");
}
