// What benchmarks compare with, in pinned versions under .tmp/, where nothing of the package is touched. In: a name. Out: the Python
// of a virtual environment, a directory with a node_modules, or the native engine's package. What is not there yet is installed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, extname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const root = fileURLToPath(new URL("..", import.meta.url));
const temporary = `${root}.tmp`;
/** What an installation says goes to stderr: stdout is for results. */
const stdio = ["ignore", 2, 2];
/** Of esbuild. */
const bundling = { bundle: true, platform: "node", format: "esm", logLevel: "error" };

const environments = {
  pytorch: { home: "pytorch-2.15.0", packages: ["numpy", "torch==2.15.0"] },
  // In PyTorch's own environment, so that both stand on the same one.
  neuralforecast: { home: "pytorch-2.15.0", packages: ["numpy", "torch==2.15.0", "neuralforecast==3.3.0"] },
  keras: { home: "keras-3.15.1", packages: ["keras==3.15.1", "tensorflow-cpu==2.21.0"] },
};

/** The Python of an environment that has the packages. */
export function pythonWith(name) {
  const { packages } = environments[name];
  const home = `${temporary}/${environments[name].home}`;
  const python = `${home}/bin/python`;
  const installed = `${home}/${name}.installed`;
  if (!existsSync(installed)) {
    mkdirSync(temporary, { recursive: true });
    if (!existsSync(python)) execFileSync("python3", ["-m", "venv", home], { stdio });
    execFileSync(python, ["-m", "pip", "install", "--quiet", ...packages], { stdio });
    writeFileSync(installed, "");
  }
  return python;
}

/** A directory whose node_modules has brain.js. Its install scripts build what only graphics cards need. */
export const directoryWithBrain = () => directoryWith("brain.js", "1.6.1");

/** One that has SQLite as WebAssembly, with files of its own. */
export const directoryWithSqlite = () => directoryWith("node-sqlite3-wasm", "0.8.60");

function directoryWith(name, version) {
  const home = `${temporary}/${name}-${version}`;
  if (!existsSync(`${home}/node_modules/${name}`)) {
    mkdirSync(home, { recursive: true });
    writeFileSync(`${home}/package.json`, '{ "private": true }\n');
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", ["install", `${name}@${version}`, ...options], { cwd: home, stdio });
  }
  return home;
}

/** The package of the native engine: the one in use here, or one that `hindcast engine install` puts under .tmp/. */
export async function nativePackage() {
  const { findNative } = await import(await bundle("src/engine/native.ts"));
  const { XDG_DATA_HOME } = process.env;
  const own = `${temporary}/data`;
  const find = () =>
    findNative(join(XDG_DATA_HOME || join(homedir(), ".local", "share"), "hindcast")) ?? findNative(`${own}/hindcast`);
  if (find() === undefined) {
    const env = { ...process.env, XDG_DATA_HOME: own };
    execFileSync(process.execPath, [`${root}bin/hindcast.js`, "engine", "install"], { stdio, env });
  }
  return find();
}

/** Bundles a file that imports the sources, which are TypeScript. @returns the bundle's file */
export async function bundle(entry) {
  const outfile = `${temporary}/bench/${basename(entry, extname(entry))}.mjs`;
  await build({ ...bundling, entryPoints: [`${root}${entry}`], outfile, packages: "external" });
  return outfile;
}

/** Parts of the sources, as one module. @param contents export statements, with paths from the root @returns what they export */
export async function importParts(name, contents) {
  const outfile = `${temporary}/bench-${name}.mjs`;
  await build({ ...bundling, stdin: { contents, resolveDir: root }, outfile });
  return import(outfile);
}

/** Flags of Node that let it run relaxed SIMD, which is on by default from version 22 on. */
export const relaxedFlags =
  Number(process.versions.node.split(".")[0]) < 22 ? ["--experimental-wasm-relaxed-simd"] : [];

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
