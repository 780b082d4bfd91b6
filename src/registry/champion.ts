// Which version forecasts. In: a registry. Out: the directory of its champion; and the one rename that makes another one champion.
import { join } from "node:path";
import { HindcastError } from "../base/errors.js";
import * as z from "../base/schema.js";
import { statusOf } from "../base/status.js";
import { quoteWord } from "../base/wording.js";
import { isThere, linkRefusal, listNames, readJson, replaceFile } from "./files.js";

const markName = "registry.json";
const pointerName = "champion.json";

const pointerSchema = z.object({
  version: z.int().min(1),
  /** Champions before it, the newest first: what a rollback goes back to. */
  previous: z.array(z.int().min(1)),
});
export type Pointer = z.infer<typeof pointerSchema>;

/** Whether `path` is a registry: what holds `registry.json`. */
export function isRegistry(path: string): boolean {
  return statusOf(markPath(path))?.isFile() ?? false;
}

export function markPath(registry: string): string {
  return join(registry, markName);
}

export function versionPath(registry: string, version: number): string {
  return join(registry, "versions", String(version));
}

/** @returns undefined when nothing was promoted yet @throws HindcastError "model" when it is a link, or not what was written */
export function readPointer(registry: string): Pointer | undefined {
  const path = join(registry, pointerName);
  return isThere(path) ? readJson(path, pointerSchema) : undefined;
}

/** A registry holds its own versions: where a link leads, others may write. @throws HindcastError "model" */
export function refuseLinkedVersions(registry: string): void {
  const versions = join(registry, "versions");
  for (const path of [versions, ...listNames(versions).map((name) => join(versions, name))])
    if (statusOf(path)?.isSymbolicLink()) throw linkRefusal(path);
}

/** @throws HindcastError "model" when there is no champion, or its version is gone or a link */
export function championPath(registry: string): string {
  const pointer = readPointer(registry);
  if (pointer === undefined)
    throw new HindcastError(
      "model",
      `${registry} has no champion yet`,
      `hindcast retrain ${quoteWord(registry)} data.csv -H 12, or hindcast models ${quoteWord(registry)} promote VERSION`,
    );
  refuseLinkedVersions(registry);
  const path = versionPath(registry, pointer.version);
  if (isThere(path)) return path;
  throw new HindcastError(
    "model",
    `version ${pointer.version}, the champion of ${registry}, is not there`,
    `promote another: hindcast models ${quoteWord(registry)}, then hindcast models ${quoteWord(registry)} promote VERSION`,
  );
}

/** Makes `version` the champion, by one rename. @throws HindcastError "output", "model" */
export function promote(registry: string, version: number, before: Pointer | undefined): Promise<void> {
  const champions = before === undefined ? [] : [before.version, ...before.previous];
  const previous = champions.filter((other) => other !== version && isThere(versionPath(registry, other)));
  return writePointer(registry, { version, previous });
}

export function writePointer(registry: string, pointer: Pointer): Promise<void> {
  const record = { schema_version: 1, type: "champion", ...pointer };
  return replaceFile(join(registry, pointerName), `${JSON.stringify(record)}\n`);
}
