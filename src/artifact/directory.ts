// A model directory on disk. In: a manifest and the files beside it. Out: a directory written whole or not at all, and read
// only when every byte is what was written. Loading runs no code.
import { closeSync, constants, fstatSync, openSync, promises, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf, HindcastError, messageOf } from "../base/errors.js";
import { removeLeftovers, temporaryBeside } from "../base/leftovers.js";
import { privateMode, usualMode } from "../base/ownership.js";
import { openSealedJson, sealJson } from "../base/sealed-json.js";
import { sha256 } from "../base/sha256.js";
import { isAbsence, statusOf } from "../base/status.js";
import { quoteWord } from "../base/wording.js";
import { type FileName, type FileRecord, type Manifest, manifestSchema, schemaVersion } from "./manifest.js";

const manifestName = "hindcast.json";
/** Facts of the run that made a model, kept apart so that the same seed gives the same bytes everywhere else. */
const runName = "run.json";
const maxManifestBytes = 512 * 1024 * 1024;
const restoreHint = "restore it from a copy, or train the model again";

export type ModelFiles = Partial<Record<FileName, Uint8Array>>;

/** Makes sure, before any long work, that a model can be written to `path`. @throws HindcastError "output" */
export async function checkModelTarget(path: string): Promise<void> {
  await checkParent(path);
  const existing = await promises.lstat(path).catch(() => undefined);
  if (existing === undefined) return;
  if (existing.isSymbolicLink())
    throw new HindcastError(
      "output",
      `${path} is a link, and a model is not written through one`,
      "choose another --out",
    );
  if (!existing.isDirectory())
    throw new HindcastError("output", `${path} is there and is no model directory`, "choose another --out");
  const entries = await promises.readdir(path).catch((error: unknown) => {
    throw new HindcastError("output", `${path} cannot be looked into: ${messageOf(error)}`, "choose another --out");
  });
  if (entries.length > 0 && !entries.includes(manifestName))
    throw new HindcastError(
      "output",
      `${path} holds other files (${entries.slice(0, 3).join(", ")}) and no ${manifestName}`,
      "choose a new directory for --out",
    );
}

/** A model is written beside its place and renamed, so the directory above has to take new files. */
async function checkParent(path: string): Promise<void> {
  const parent = dirname(resolve(path));
  const refuse = (reason: string, hint: string) =>
    new HindcastError("output", `${path} cannot be written: ${reason}`, hint);
  const above = await promises.stat(parent).catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw refuse(messageOf(error), "choose another --out");
  });
  if (above === undefined) throw refuse("its directory does not exist", `mkdir -p ${quoteWord(dirname(path))}`);
  if (!above.isDirectory()) throw refuse("what should be its directory is a file", "choose another --out");
  await promises.access(parent, constants.W_OK).catch((error: unknown) => {
    throw refuse(`no permission to write in ${parent} (${codeOf(error)})`, "choose another --out");
  });
}

/**
 * Writes beside `path` and renames, so that `path` holds the old model or the new one. Where an old one stands, it is moved aside
 * for the moment between the two renames; `readModel` looks there too.
 * @throws HindcastError "output"
 */
export async function writeModel(
  path: string,
  manifest: Omit<Manifest, "files">,
  files: ModelFiles,
  run: Readonly<Record<string, unknown>>,
): Promise<void> {
  const target = resolve(path);
  const previous = previousPath(target);
  let staging: string | undefined;
  try {
    await checkModelTarget(path);
    await removeLeftovers(target);
    const temporary = temporaryBeside(target);
    await promises.mkdir(temporary, privateMode.directory);
    staging = temporary;
    const records: Partial<Record<FileName, FileRecord>> = {};
    for (const [name, bytes] of entriesOf(files)) {
      await promises.mkdir(dirname(join(temporary, name)), { recursive: true });
      await writeSynced(join(temporary, name), bytes);
      records[name] = { bytes: bytes.length, sha256: sha256(bytes) };
    }
    for (const directory of new Set(entriesOf(files).map(([name]) => dirname(name))))
      await syncDirectory(join(temporary, directory));
    const text = sealJson({ ...manifest, files: records });
    await writeSynced(join(temporary, manifestName), text);
    await writeSynced(join(temporary, runName), `${JSON.stringify(run, null, 2)}\n`);
    await syncDirectory(temporary);
    const replaced = await promises.lstat(target).catch(() => undefined);
    const replaces = replaced !== undefined;
    // Not every file system has modes.
    await promises.chmod(temporary, replaces ? replaced.mode & 0o777 : usualMode("directory")).catch(() => {});
    if (replaces) {
      await promises.rm(previous, { recursive: true, force: true });
      await promises.rename(target, previous);
    }
    try {
      await promises.rename(temporary, target);
    } catch (error) {
      if (replaces) await promises.rename(previous, target).catch(() => {});
      throw error;
    }
    staging = undefined;
    await syncDirectory(dirname(target));
    // Also one that a run left which was killed between the two renames.
    await promises.rm(previous, { recursive: true, force: true });
  } catch (error) {
    if (error instanceof HindcastError) throw error;
    throw new HindcastError(
      "output",
      `cannot write the model to ${path}: ${messageOf(error)}`,
      "check that the directory above it exists, is writable and has room",
    );
  } finally {
    // What cannot be removed now is by the next run.
    if (staging !== undefined) await promises.rm(staging, { recursive: true, force: true }).catch(() => {});
  }
}

/** The parts of a model stand in its own subdirectories, and nowhere that links lead to. @throws HindcastError "model" */
function checkPlace(directory: string, place: string): void {
  if (place === ".") return;
  checkPlace(directory, dirname(place));
  const path = join(directory, place);
  if (statusOf(path)?.isDirectory() !== true)
    throw new HindcastError("model", `${path} is missing, or no directory`, restoreHint);
}

/** Of what is there. */
function entriesOf<T>(files: Partial<Record<FileName, T>>): [FileName, T][] {
  // The names are those of the type: each was written as one, or read by its schema.
  return Object.entries(files) as [FileName, T][];
}

export interface StoredModel {
  readonly path: string;
  readonly manifest: Manifest;
  readonly files: ModelFiles;
}

/** @throws HindcastError "model" when anything is missing, changed, or of an unknown version */
export async function readModel(path: string): Promise<StoredModel> {
  const directory = findModel(path);
  const manifest = openManifest(readBounded(join(directory, manifestName), maxManifestBytes), path);
  const files: ModelFiles = {};
  for (const [name, record] of entriesOf(manifest.files)) {
    checkPlace(directory, dirname(name));
    const bytes = readBounded(join(directory, name), record.bytes);
    if (bytes.length !== record.bytes || sha256(bytes) !== record.sha256)
      throw new HindcastError(
        "model",
        `${join(path, name)} is not what was written: its checksum does not fit`,
        restoreHint,
      );
    files[name] = bytes;
  }
  return { path, manifest, files };
}

/** Whether `path` is, or stands in for, a model directory. @throws HindcastError "model" when that cannot be known */
export function isModelDirectory(path: string): boolean {
  return statusOf(join(path, manifestName)) !== undefined;
}

/** Hidden, so that nobody's own copy of a model has its name. */
function previousPath(target: string): string {
  return join(dirname(target), `.${basename(target)}.previous`);
}

function findModel(path: string): string {
  const found = [path, previousPath(resolve(path))].find(isModelDirectory);
  if (found !== undefined) return found;
  const there = statusOf(path, statSync);
  if (there === undefined)
    throw new HindcastError(
      "model",
      `there is no model directory ${path}`,
      `make one: hindcast train data.csv -H 12 --out ${quoteWord(path)}`,
    );
  throw new HindcastError(
    "model",
    there.isDirectory()
      ? `${path} is no model directory: it has no ${manifestName}`
      : `${path} is a file, and a model is a directory`,
    "name a directory that hindcast train --out has made",
  );
}

const refusalHints = {
  damage: restoreHint,
  version: "use the version of hindcast that wrote it, or train the model again",
  form: "train the model again",
} as const;

function openManifest(bytes: Uint8Array, path: string): Manifest {
  const opened = openSealedJson(new TextDecoder().decode(bytes), schemaVersion, manifestSchema);
  if (opened.ok) return opened.data;
  throw new HindcastError("model", `${join(path, manifestName)} ${opened.reason}`, refusalHints[opened.why]);
}

/** At once, because promises of files take longer to load than a model does. */
export function readBounded(path: string, maxBytes: number): Uint8Array {
  try {
    // Neither following a link nor waiting for the writer of a pipe: a model directory holds its own files.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const status = fstatSync(descriptor);
      if (!status.isFile()) throw new HindcastError("model", `${path} is no file`, restoreHint);
      if (status.size > maxBytes)
        throw new HindcastError("model", `${path} is larger than it was when written`, restoreHint);
      return readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof HindcastError) throw error;
    const reason = { ENOENT: "is missing", ELOOP: "is a link, not a file", EACCES: "cannot be read: no permission" }[
      codeOf(error)
    ];
    const text = `${path} ${reason ?? `cannot be read: ${messageOf(error)}`}`;
    throw new HindcastError("model", text, restoreHint, { cause: error });
  }
}

/** A new file, which others may read only when it is whole. */
export async function writeSynced(path: string, data: Uint8Array | string): Promise<void> {
  const handle = await promises.open(path, "wx", privateMode.file);
  try {
    await handle.writeFile(data);
    await handle.chmod(usualMode("file")).catch(() => {});
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename last through a power cut; not every file system lets a directory be opened, and then it decides itself. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await promises.open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
