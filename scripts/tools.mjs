// What the scripts here need beside the packages of the repository, in pinned versions under .tmp/, so that no `npm ci` has to wait for
// it. In: the major version of a Node; names of npm packages. Out: its binary; the directory that holds them. What is not there yet
// is installed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const temporary = join(root, ".tmp");

/** The one that runs this where it is of that version; else from npm's `node` package. */
export function nodeOf(major) {
  if (process.versions.node.split(".")[0] === String(major)) return process.execPath;
  return join(packagesAt(`node${major}`, [`node@${major}`]), "node_modules/node/bin/node");
}

/** @param specs as npm knows them, with versions @param flags of npm @returns the directory whose node_modules has them */
export function packagesAt(name, specs, flags = []) {
  const home = join(temporary, name);
  const record = join(home, "installed.json");
  const wanted = JSON.stringify([specs, flags]);
  if (existsSync(record) && readFileSync(record, "utf8") === wanted) return home;
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true }\n');
  const common = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", [...common, ...flags, ...specs], { cwd: home, stdio: ["ignore", 2, 2] });
  writeFileSync(record, wanted);
  return home;
}

/** The package as npm would publish it. @returns its file, and what stands in it */
export function packPackage() {
  const directory = join(temporary, "pack");
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const flags = ["pack", "--json", "--pack-destination", directory];
  const [packed] = JSON.parse(
    execFileSync("npm", flags, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", 2] }),
  );
  return { ...packed, path: join(directory, packed.filename) };
}

/** Installs the package where nothing is. @param flags of npm @param env in which npm runs @returns the directory that it stands in */
export function installPackage(home, path, flags = [], env = process.env) {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const common = ["install", "--global", "--prefix", home, "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", [...common, ...flags, path], { cwd: home, env, stdio: ["ignore", 2, 2] });
  return join(home, "lib/node_modules/hindcast");
}
