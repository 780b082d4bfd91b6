// Gets the native engine working where its own installer does not. In: the data directory and, optionally, what is already on disk.
// Out: a build that was tried in a process of its own, in place of the one before; that one stays until then, whatever happens.
//
//   DATA/engine/native          a symbolic link to the build in use; one rename replaces it
//   DATA/engine/builds/<build>  node_modules with the package and its add-on; tensorflow/ with the C library
import { existsSync } from "node:fs";
import { cp, lstat, mkdir, mkdtemp, readdir, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { HindcastError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import type { ChildOptions, Environment } from "./child.js";
import {
  copyLibraries,
  downloadWheel,
  findUnpacked,
  findWheel,
  libraryNames,
  readWheel,
  unpackWheel,
  type Work,
} from "./libtensorflow.js";
import { findAddon, nativeHome, nativePackage, nativePackageIn } from "./native.js";
import { checkRequirements, compilerFlags, findPip, requireTool, type Tool } from "./requirements.js";

export interface InstallOptions {
  readonly dataDirectory: string;
  /** A wheel of TensorFlow, a directory that holds one or its unpacked content, or a directory with a working native engine. */
  readonly from?: string;
  /** For npm, pip and the compiler. */
  readonly env: Environment;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Where TensorFlow, or the whole engine, comes from. */
type Source =
  | { readonly kind: "download" }
  | { readonly kind: "wheel"; readonly file: string }
  | { readonly kind: "unpacked"; readonly directory: string }
  | { readonly kind: "installed"; readonly directory: string };

/** Space a build takes: the packages, and the unpacked libraries. */
const buildBytes = 1.0e9;
const wheelBytes = 0.21e9;

/**
 * @returns directory of the working package
 * @throws HindcastError "engine" when something is missing or fails, the signal's reason when interrupted; either way the engine
 * that was there before still is
 */
export async function installNative(options: InstallOptions): Promise<string> {
  const { dataDirectory, env, progress, signal } = options;
  const source = await findSource(options.from);
  const home = nativeHome(dataDirectory);
  const build = await openBuild(home);
  const child: ChildOptions = { cwd: build, env, signal };
  try {
    await removeAbandoned(home, build);
    if (source.kind === "installed") await copyInstalled(source.directory, build);
    else await assemble(source, { progress, child });
    progress.stage("trying it");
    await tryPackage(nativePackageIn(build), child);
    await activate(build, home);
  } catch (error) {
    await discard(build);
    throw explain(error, build);
  } finally {
    progress.stop();
  }
  return nativePackageIn(home);
}

async function findSource(from: string | undefined): Promise<Source> {
  if (from === undefined) return { kind: "download" };
  const path = resolve(from);
  if (!existsSync(path))
    throw new HindcastError("engine", `--from ${from}: there is no such file or directory`, fromHint);
  if ((await stat(path)).isFile()) return { kind: "wheel", file: path };
  if (findAddon(nativePackageIn(path)) !== undefined) return { kind: "installed", directory: path };
  const unpacked = findUnpacked(path);
  if (unpacked !== undefined) return { kind: "unpacked", directory: unpacked };
  const wheel = await findWheel(path);
  if (wheel !== undefined) return { kind: "wheel", file: wheel };
  throw new HindcastError(
    "engine",
    `--from ${from}: neither a wheel of TensorFlow nor a native engine is in there`,
    fromHint,
  );
}

const fromHint = "--from WHEEL, or a directory that holds one, or one with a working native engine";

/** Makes a directory to build in. */
async function openBuild(home: string): Promise<string> {
  const builds = join(dirname(home), "builds");
  try {
    await mkdir(builds, { recursive: true });
    return await mkdtemp(join(builds, `${hostname()}-${process.pid}-`));
  } catch (error) {
    throw explain(error, builds);
  }
}

/** What the system refused is for the user to mend; anything else passes as it is. */
function explain(error: unknown, directory: string): unknown {
  if (!(error instanceof Error) || !("syscall" in error)) return error;
  const hint = "set XDG_DATA_HOME to a directory that you can write to, on a disk with room";
  return new HindcastError("engine", `cannot build in ${directory}: ${error.message}`, hint, { cause: error });
}

/** What cannot be removed, because a program that an interrupted install had started still writes to it, is left for the next one. */
async function discard(build: string): Promise<void> {
  await rm(build, { recursive: true, force: true }).catch(() => {});
}

const dayMs = 86_400_000;

/**
 * Removes what interrupted installs left: builds whose process is gone or, of other hosts, that are a day older than `opened`.
 */
async function removeAbandoned(home: string, opened: string): Promise<void> {
  const current = await currentBuild(home);
  const now = (await stat(opened)).mtimeMs;
  for (const name of await readdir(dirname(opened))) {
    const build = join(dirname(opened), name);
    if (build === opened || build === current) continue;
    const [, host, pid] = /^(.*)-(\d+)-[^-]+$/.exec(name) ?? [];
    const abandoned = host === hostname() ? !isAlive(Number(pid)) : now - (await lstat(build)).mtimeMs > dayMs;
    if (abandoned) await discard(build);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function currentBuild(home: string): Promise<string | undefined> {
  return readlink(home).then(
    (target) => resolve(dirname(home), target),
    () => undefined,
  );
}

/** Packages by npm, the C library by pip or from disk, the add-on by the compiler: all checks first, then the small download. */
async function assemble(source: Exclude<Source, { kind: "installed" }>, work: Work): Promise<void> {
  const { progress, child } = work;
  progress.stage("looking for the tools");
  const tools = await checkRequirements(buildBytes + (source.kind === "download" ? wheelBytes : 0), child);
  const placeLibraries = await planLibraries(source, join(child.cwd, "tensorflow"), work);
  await installPackages(tools.npm, work);
  await compileAddon(tools.compiler, await placeLibraries(), work);
}

/** @returns what puts the libraries into `directory`, and says where their headers are */
async function planLibraries(
  source: Exclude<Source, { kind: "installed" }>,
  directory: string,
  work: Work,
): Promise<() => Promise<string>> {
  const include = join(directory, "include");
  switch (source.kind) {
    case "download": {
      const pip = await findPip(work.child);
      return async () => {
        const temporary = join(work.child.cwd, "download");
        const wheel = await downloadWheel(pip, temporary, work);
        await unpackWheel(wheel, await readWheel(wheel), directory, work);
        await rm(temporary, { recursive: true });
        return include;
      };
    }
    case "wheel": {
      const members = await readWheel(source.file);
      return async () => {
        await unpackWheel(source.file, members, directory, work);
        return include;
      };
    }
    case "unpacked":
      return async () => {
        work.progress.stage("copying TensorFlow");
        await copyLibraries(source.directory, directory);
        return join(source.directory, "include");
      };
  }
}

/** The add-on is compiled against Node's stable binary interface, so one build serves every version of Node from 20 on. */
const headersPackage = "node-api-headers@1.9.0";
const addonInterface = 8;

async function installPackages(npm: Tool, { progress, child }: Work): Promise<void> {
  const { name, version } = nativePackage;
  progress.stage(`installing ${name} ${version}`);
  await writeFile(join(child.cwd, "package.json"), '{ "private": true }\n');
  await requireTool(
    `npm's installation of ${name}`,
    "check npm's settings (npm config list), or --from DIR with a working native engine",
    npm,
    [
      "install",
      `${name}@${version}`,
      headersPackage,
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ],
    child,
  );
}

async function compileAddon(compiler: Tool, include: string, { progress, child }: Work): Promise<void> {
  progress.stage("compiling the add-on");
  const directory = nativePackageIn(child.cwd);
  const lib = join(directory, "lib", `napi-v${addonInterface}`);
  await mkdir(lib, { recursive: true });
  const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(directory, "binding", name));
  const libraries = join(child.cwd, "tensorflow");
  const includes = [include, join(child.cwd, "node_modules", "node-api-headers", "include")];
  await requireTool(
    "compiling the add-on",
    "another compiler by CXX, or the wheel that hindcast engine install fetches by itself",
    compiler,
    [
      ...compilerFlags,
      `-DNAPI_VERSION=${addonInterface}`,
      ...includes.map((place) => `-I${place}`),
      ...sources,
      `-L${libraries}`,
      ...libraryNames.map((name) => `-l:${name}`),
      // Relative, so that the build works wherever it is moved or copied to.
      `-Wl,-rpath,$ORIGIN/${relative(lib, libraries)}`,
      "-o",
      join(lib, "tfjs_binding.node"),
    ],
    child,
  );
}

async function copyInstalled(directory: string, build: string): Promise<void> {
  for (const name of ["package.json", "node_modules", "tensorflow"])
    if (existsSync(join(directory, name)))
      await cp(join(directory, name), join(build, name), { recursive: true, verbatimSymlinks: true });
}

/** Loads it in a process of its own, where a crash of the C library harms nobody, and lets it multiply two matrices. */
async function tryPackage(directory: string, child: ChildOptions): Promise<void> {
  const script = `
    Object.assign(require("node:util"), { isNullOrUndefined: (value) => value == null, isArray: Array.isArray });
    const tf = require(${JSON.stringify(directory)});
    const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0];
    if (tf.getBackend() !== "tensorflow" || product !== 11) throw new Error("wrong result " + product);`;
  const env = { ...child.env, TF_CPP_MIN_LOG_LEVEL: "3" };
  await requireTool(
    "the native engine, when tried,",
    "use --engine wasm, or try --from with another wheel of TensorFlow",
    [process.execPath],
    ["-e", script],
    { ...child, env },
  );
}

/** Makes the build the one in use. Whoever loads the engine meanwhile finds either the old one or the new one, whole. */
async function activate(build: string, home: string): Promise<void> {
  const before = await currentBuild(home);
  const link = `${build}.link`;
  await symlink(join("builds", basename(build)), link);
  await rename(link, home);
  if (before !== undefined) await discard(before);
}
