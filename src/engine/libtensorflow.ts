// TensorFlow's C library, which the native engine is linked to. In: a wheel, a directory, or the user's own pip. Out: its two shared
// libraries in a directory of ours, and where its headers are.
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { HindcastError } from "../base/errors.js";
import type { Progress } from "../base/progress.js";
import { extractMember, listMembers, type Member } from "./archive.js";
import type { ChildOptions } from "./child.js";
import { requireTool, type Tool } from "./requirements.js";

/** The smallest download that has the C library and its headers together. */
const release = { name: "tensorflow-cpu", version: "2.15.1", python: "3.11", platform: "manylinux2014_x86_64" };
const releaseBytes = 207_208_420;

export const libraryNames = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

/** Of a wheel's members, the headers that the add-on's sources include, in any release from 2.10 on. */
const headers =
  /^tensorflow\/include\/((tensorflow\/c|tsl\/c|xla\/tsl\/c)\/|(tensorflow\/core|tsl)\/platform\/ctstring).*\.h$/;

export interface Work {
  readonly progress: Progress;
  readonly child: ChildOptions;
}

/** The Python package as it lies unpacked in `directory`, or in its `tensorflow`; undefined when it does not. */
export function findUnpacked(directory: string): string | undefined {
  return [directory, join(directory, "tensorflow")].find((place) =>
    [...libraryNames, "include"].every((name) => existsSync(join(place, name))),
  );
}

/** A wheel of TensorFlow in a directory; undefined when there is none. */
export async function findWheel(directory: string): Promise<string | undefined> {
  const names = (await readdir(directory)).filter((name) => /^tensorflow.*\.whl$/.test(name)).sort();
  return names.length === 0 ? undefined : join(directory, names.at(-1)!);
}

/** Fetches the wheel with the user's pip, so that its index, proxy and certificates are what the user set. @returns the wheel */
export async function downloadWheel(pip: Tool, directory: string, { progress, child }: Work): Promise<string> {
  progress.stage(`downloading ${release.name} ${release.version}`);
  // pip has no progress that a program can read in all its versions, but its temporary file grows where TMPDIR says.
  const temporary = join(directory, "tmp");
  await mkdir(temporary, { recursive: true });
  const watch = setInterval(async () => {
    const done = await directoryBytes(directory).catch(() => 0);
    progress.update({ done: Math.min(done, releaseBytes), total: releaseBytes });
  }, 250);
  const byHand = `pip download --no-deps --only-binary=:all: --python-version ${release.python} --platform ${release.platform} ${release.name}==${release.version}`;
  try {
    await requireTool(
      `pip's download of ${release.name} ${release.version}`,
      `hindcast engine install --from WHEEL, with what this fetches elsewhere: ${byHand}`,
      pip,
      [...byHand.split(" ").slice(1), "--dest", directory, "--no-input", "--progress-bar", "off"],
      { ...child, env: { ...child.env, TMPDIR: temporary } },
    );
  } finally {
    clearInterval(watch);
  }
  const wheel = await findWheel(directory);
  if (wheel === undefined) throw new Error(`pip left no wheel in ${directory}`);
  return wheel;
}

async function directoryBytes(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name)));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}

/** @returns the members that are needed of a wheel @throws HindcastError "engine" when they are not in it */
export async function readWheel(wheel: string): Promise<readonly Member[]> {
  const members = await listMembers(wheel);
  const libraries = members.filter(({ name }) => libraryNames.some((library) => name === `tensorflow/${library}`));
  const included = members.filter(({ name }) => headers.test(name));
  if (libraries.length === libraryNames.length && included.length > 0) return [...libraries, ...included];
  throw new HindcastError(
    "engine",
    `${wheel} holds no TensorFlow for linux x64 with its C library and headers`,
    `a wheel of ${release.name} ${release.version} for ${release.platform}`,
  );
}

/** Unpacks members of a wheel into `directory`, as findUnpacked finds it. */
export async function unpackWheel(
  wheel: string,
  members: readonly Member[],
  directory: string,
  { progress, child }: Work,
): Promise<void> {
  progress.stage("unpacking TensorFlow");
  const total = members.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const member of members)
    await extractMember(
      wheel,
      member,
      join(directory, member.name.slice("tensorflow/".length)),
      (count) => {
        done += count;
        progress.update({ done, total });
      },
      child.signal,
    );
}

/** Copies the libraries of an unpacked package into `directory`. */
export async function copyLibraries(unpacked: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of libraryNames) await copyFile(join(unpacked, name), join(directory, name));
}
