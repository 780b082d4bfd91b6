// Where the package keeps what is not code. In: where the running file lies. Out: a path in the package, seen from the source as well as
// from the bundle.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The add-on for this platform, in the directory of what is built ahead of time. */
export const addonFile = `${process.platform}-${process.arch}.node`;

/** @param from a directory of the package, or below @param path from the package's root @returns undefined when it is not there */
export function findInPackage(from: string, path: string): string | undefined {
  const here = join(from, path);
  if (existsSync(here)) return here;
  const parent = dirname(from);
  return parent === from ? undefined : findInPackage(parent, path);
}

/** @returns the directory of what is built ahead of time; undefined when it is not there */
export function findPrebuilt(): string | undefined {
  return findInPackage(dirname(fileURLToPath(import.meta.url)), join("kernels", "prebuilt"));
}
