// tfjs-node, TensorFlow's C library behind TensorFlow.js: this is the only file that names it. In: the data directory. Out: where
// the package lies, and its backend started without a word on stdout or stderr.
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import util from "node:util";
import type { Backend } from "./backend.js";

export const nativePackage = { name: "@tensorflow/tfjs-node", version: "4.22.0" };

/** Where `hindcast engine install` puts the native engine: a directory with its own node_modules. */
export function nativeHome(dataDirectory: string): string {
  return join(dataDirectory, "engine", "native");
}

/** Directory of the package, in a directory that has a node_modules. */
export function nativePackageIn(home: string): string {
  return join(home, "node_modules", nativePackage.name);
}

/**
 * Directory of a package whose add-on was built: the one the user installed, before the one npm may have installed as an optional
 * dependency. undefined when there is none.
 */
export function findNative(dataDirectory: string): string | undefined {
  return [nativePackageIn(nativeHome(dataDirectory)), dependencyDirectory()].find(
    (directory) => directory !== undefined && findAddon(directory) !== undefined,
  );
}

function dependencyDirectory(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${nativePackage.name}/package.json`));
  } catch {
    return undefined;
  }
}

/** The compiled add-on of a package; undefined where npm was told to run no install scripts, and so built none. */
export function findAddon(directory: string): string | undefined {
  const lib = join(directory, "lib");
  if (!existsSync(lib)) return undefined;
  return readdirSync(lib)
    .map((entry) => join(lib, entry, "tfjs_binding.node"))
    .find((file) => existsSync(file));
}

/**
 * @param directory of the package, from findNative
 * @param threads of one operation; all cores when absent
 */
export async function startNative(directory: string, threads?: number): Promise<Backend> {
  // The C library reads these from the process's environment while it loads; there is no other way to tell it.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS = String(threads);
  }
  mendUtil();
  const { useBackend } = await import("./backend.js");
  const load = createRequire(join(directory, "package.json"));
  // What it depends on uses functions that Node deprecates, which is no news for the user.
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    await useBackend("tensorflow", () => load(directory));
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
  const addon: { TF_Version: string } = load(findAddon(directory)!);
  return {
    name: "tensorflow",
    version: nativePackage.version,
    facts: `TensorFlow ${addon.TF_Version}; threads: ${threads ?? availableParallelism()}; in ${directory}`,
  };
}

/** The package calls two functions that Node 22 warns about and Node 23 removed. */
function mendUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}
