// Where the package keeps what is not code. In: where the running file lies. Out: a path in the package, seen from the source as well as
// from the bundle.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** @param from a directory of the package, or below @param path from the package's root @returns undefined when it is not there */
export function findInPackage(from: string, path: string): string | undefined {
  const here = join(from, path);
  if (existsSync(here)) return here;
  const parent = dirname(from);
  return parent === from ? undefined : findInPackage(parent, path);
}
