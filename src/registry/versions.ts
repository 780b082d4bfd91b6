// The versions of a registry: model directories with a note of how each came to be. In: a model, written into a directory of its
// own. Out: a version that is there whole or not at all, and leaves so.
import { randomUUID } from "node:crypto";
import { promises } from "node:fs";
import { dirname, join } from "node:path";
import { isModelDirectory, syncDirectory, writeSynced } from "../artifact/directory.js";
import { privateMode } from "../base/ownership.js";
import * as z from "../base/schema.js";
import { type Pointer, refuseLinkedVersions, versionPath } from "./champion.js";
import { cannotWrite, isTemporaryName, listNames, readJson } from "./files.js";
import { runSchema } from "./history.js";

const noteName = "version.json";
export const forecastName = "forecast.csv";
const stagingPrefix = ".staging-";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const noteSchema = z.object({
  /** Settings that the model was fitted with, by the names of their flags; what is left out is the default. */
  settings: z.record(z.string(), z.union([scalar, z.array(scalar)])),
  /** What the run knew of itself when it wrote the version. */
  made: runSchema,
});
export type VersionNote = z.infer<typeof noteSchema>;

/** Numbers of the versions that are there, the oldest first. @throws HindcastError "model", also for a link in the place of one */
export function listVersions(registry: string): number[] {
  refuseLinkedVersions(registry);
  return listNames(join(registry, "versions"))
    .filter((name) => /^[1-9]\d{0,14}$/.test(name) && isModelDirectory(join(registry, "versions", name)))
    .map(Number)
    .sort((a, b) => a - b);
}

/** @throws HindcastError "model" */
export function readNote(registry: string, version: number): VersionNote {
  return readJson(join(versionPath(registry, version), noteName), noteSchema);
}

/**
 * @param writeModel writes the model directory at the path it is given
 * @param forecasts what it, and the champion beside it, say of the steps that follow the data: `forecast.csv`
 * @throws HindcastError "output"
 */
export async function storeVersion(
  registry: string,
  version: number,
  note: VersionNote,
  forecasts: string,
  writeModel: (path: string) => Promise<void>,
): Promise<void> {
  const staging = join(registry, `${stagingPrefix}${randomUUID()}`);
  const target = versionPath(registry, version);
  try {
    await promises.mkdir(staging, privateMode.directory);
    const model = join(staging, "model");
    await writeModel(model);
    const text = `${JSON.stringify({ schema_version: 1, type: "version", ...note }, null, 2)}\n`;
    await writeSynced(join(model, noteName), text);
    await writeSynced(join(model, forecastName), forecasts);
    await syncDirectory(model);
    await promises.mkdir(dirname(target), { recursive: true });
    await promises.rename(model, target);
    await syncDirectory(dirname(target));
  } catch (error) {
    throw cannotWrite(target, error);
  } finally {
    await promises.rm(staging, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Removes all but the newest `keep` versions, the champion and the one before it.
 * @returns what was removed
 */
export async function pruneVersions(registry: string, keep: number, pointer: Pointer | undefined): Promise<number[]> {
  const versions = listVersions(registry);
  const needed = pointer === undefined ? [] : [pointer.version, ...pointer.previous.slice(0, 1)];
  const removed = versions.slice(0, Math.max(0, versions.length - keep)).filter((one) => !needed.includes(one));
  for (const version of removed) {
    const staging = join(registry, `${stagingPrefix}${randomUUID()}`);
    try {
      // Away at once, so that nobody meets half of it.
      await promises.rename(versionPath(registry, version), staging);
      await promises.rm(staging, { recursive: true });
    } catch (error) {
      throw cannotWrite(versionPath(registry, version), error);
    }
  }
  if (removed.length > 0) await syncDirectory(join(registry, "versions"));
  return removed;
}

/** Removes what dead runs left. Whoever calls it holds the lock. */
export async function sweep(registry: string): Promise<void> {
  for (const name of listNames(registry))
    if (name.startsWith(stagingPrefix) || isTemporaryName(name))
      await promises.rm(join(registry, name), { recursive: true, force: true }).catch(() => {});
}
