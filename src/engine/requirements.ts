// What building the native engine needs of a machine, tried before anything is downloaded. In: the environment and a directory to
// try in. Out: the tools found, or the first thing that is missing and what to do about it.
import { statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { HindcastError } from "../base/errors.js";
import { type ChildOptions, describeFailure, runChild } from "./child.js";

/** A program and the arguments that always stand before the others. */
export type Tool = readonly [command: string, ...args: string[]];

export interface Tools {
  readonly compiler: Tool;
  readonly npm: Tool;
}

/**
 * @param neededBytes free space needed where the engine is built
 * @param child its cwd is the directory to build in
 * @throws HindcastError "engine" naming the first requirement that is not met
 */
export async function checkRequirements(neededBytes: number, child: ChildOptions): Promise<Tools> {
  checkPlatform();
  await checkSpace(child.cwd, neededBytes);
  const npm = await findTool([["npm"]], child);
  if (npm === undefined)
    throw new HindcastError("engine", "npm is not on the PATH", "install npm; it comes with Node.js");
  return { npm, compiler: await findCompiler(child) };
}

/** @throws HindcastError "engine" when there is none */
export async function findPip(child: ChildOptions): Promise<Tool> {
  const pip = await findTool([["python3", "-m", "pip"], ["python", "-m", "pip"], ["pip3"], ["pip"]], child);
  if (pip !== undefined) return pip;
  throw new HindcastError(
    "engine",
    "Python's pip is not on the PATH; it fetches TensorFlow's C library",
    "install python3-pip, or hindcast engine install --from WHEEL with a wheel fetched elsewhere",
  );
}

function checkPlatform(): void {
  const machine = `${process.platform} ${process.arch}`;
  const hint = "use --engine wasm, which needs no installation";
  if (machine !== "linux x64")
    throw new HindcastError("engine", `the native engine is built for linux x64 only, and this is ${machine}`, hint);
  if (!("glibcVersionRuntime" in (process.report.getReport() as { header: object }).header))
    throw new HindcastError(
      "engine",
      "TensorFlow's C library needs glibc, and this system has another C library",
      hint,
    );
}

async function checkSpace(directory: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const inMegabytes = (bytes: number) => `${Math.floor(bytes / 1e6)} MB`;
  throw new HindcastError(
    "engine",
    `${directory} has ${inMegabytes(freeBytes)} free; the native engine needs ${inMegabytes(neededBytes)}`,
    "make room, or set XDG_DATA_HOME to a directory on a larger disk",
  );
}

/** The first that answers when asked for its version. */
async function findTool(tools: readonly Tool[], child: ChildOptions): Promise<Tool | undefined> {
  for (const tool of tools) if ((await runTool(tool, ["--version"], child)).exitCode === 0) return tool;
  return undefined;
}

function runTool([command, ...before]: Tool, args: readonly string[], child: ChildOptions) {
  return runChild(command, [...before, ...args], child);
}

export const compilerFlags = ["-shared", "-fPIC", "-O2", "-std=c++17"];

/** Tries them on a small source: a compiler without its standard library is common in containers. */
async function findCompiler(child: ChildOptions): Promise<Tool> {
  const named = child.env.CXX?.trim().split(/\s+/) ?? [];
  const candidates = [named, ["c++"], ["g++"], ["clang++"]];
  await writeFile(
    join(child.cwd, "probe.cc"),
    "#include <memory>\nint* probe() { return std::make_unique<int>(0).release(); }\n",
  );
  let failure = "";
  for (const [command, ...args] of candidates) {
    if (command === undefined || command === "") continue;
    const tool: Tool = [command, ...args];
    if ((await findTool([tool], child)) === undefined) continue;
    const { exitCode, output } = await runTool(tool, [...compilerFlags, "probe.cc", "-o", "probe.so"], child);
    if (exitCode === 0) return tool;
    failure ||= `the C++ compiler ${command} does not work: ${describeFailure(output)}`;
  }
  throw new HindcastError(
    "engine",
    failure || "no C++ compiler was found",
    "install one (Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++), or set CXX",
  );
}

/** @throws HindcastError "engine" when the tool fails, quoting what it said */
export async function requireTool(
  what: string,
  hint: string,
  tool: Tool,
  args: readonly string[],
  child: ChildOptions,
) {
  const { exitCode, output } = await runTool(tool, args, child);
  if (exitCode !== 0) throw new HindcastError("engine", `${what} failed: ${describeFailure(output)}`, hint);
}
