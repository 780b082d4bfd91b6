// Registries for tests, with versions that nothing was trained for. In: the numbers of versions. Out: a registry without a champion.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../../src/registry/history.js";
import { createRegistry, emptyRun, type RunSeed } from "../../src/registry/registry.js";
import { storeVersion } from "../../src/registry/versions.js";
import { temporaryDirectory } from "../support/directory.js";

export const runSeed: RunSeed = {
  run: "run-1",
  started: "2024-05-01T12:00:00.000Z",
  host: "here",
  hindcast: "0.1.0",
  node: "v20",
};

/** A name that no file system takes, in which nothing can be looked up. */
export const tooLong = "x".repeat(300);

/** What passes for a model directory where nobody reads the model. */
export async function writeEmptyModel(path: string): Promise<void> {
  mkdirSync(path);
  writeFileSync(join(path, "hindcast.json"), "{}");
}

/** Version n is of the run `run-n`. */
export async function storeEmptyVersion(registry: string, version: number, made: Partial<Run> = {}): Promise<void> {
  const run = { ...emptyRun({ ...runSeed, run: `run-${version}` }, "kept"), ...made };
  await storeVersion(
    registry,
    version,
    { settings: { model: "naive" }, made: run },
    `of ${version}\n`,
    writeEmptyModel,
  );
}

export async function registryOf(...versions: readonly number[]): Promise<string> {
  const registry = join(await temporaryDirectory(), "registry");
  await createRegistry(registry);
  for (const version of versions) await storeEmptyVersion(registry, version);
  return registry;
}
