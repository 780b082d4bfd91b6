// Settings files: JSON, YAML or TOML. In: directories to look in, or a path. Out: flat entries, keys as flags are named, with
// their lines where the parser tells them.
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { HindcastError, messageOf } from "../base/errors.js";
import { type CommandName, isCommandName } from "./commands.js";

export interface ConfigEntry {
  /** The command whose section it stands in. */
  readonly section?: CommandName;
  /** The flag's name. */
  readonly name: string;
  /** As it is written. */
  readonly key: string;
  readonly value: unknown;
  readonly line?: number;
}

export interface ConfigFile {
  readonly path: string;
  /** The user's own, or named by a flag: it may say what is run. */
  readonly trusted: boolean;
  readonly entries: readonly ConfigEntry[];
}

const extensions = [".json", ".yaml", ".yml", ".toml"];

/**
 * The settings files that count, the nearest first.
 * @param named the file of `--config`, which stands in for the one of the working directory
 * @throws HindcastError "usage" when one cannot be read, or two stand beside each other
 */
export async function findConfigFiles(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  named: string | undefined,
): Promise<ConfigFile[]> {
  const near = named === undefined ? findIn(cwd, "hindcast.config") : resolve(cwd, named);
  const own = findIn(join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config"), "hindcast"), "config");
  const files: ConfigFile[] = [];
  if (near !== undefined) files.push(await readConfigFile(near, named ?? basename(near), named !== undefined));
  if (own !== undefined && own !== near) files.push(await readConfigFile(own, own, true));
  return files;
}

function findIn(directory: string, stem: string): string | undefined {
  const present = namesIn(directory);
  const [first, second] = extensions.map((extension) => stem + extension).filter((name) => present.includes(name));
  if (first !== undefined && second !== undefined)
    throw new HindcastError("usage", `${first} and ${second} both stand in ${directory}`, "keep one of them");
  return first === undefined ? undefined : join(directory, first);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new HindcastError(
      "usage",
      `${shown} cannot be read: ${messageOf(error)}`,
      "name a settings file that is there",
    );
  }
}

async function readConfigFile(path: string, shown: string, trusted: boolean): Promise<ConfigFile> {
  const text = readText(path, shown);
  const { parseConfig } = await import("./settings-text.js");
  const { root, lineOf } = parseConfig(text, shown, extname(path));
  const entries: ConfigEntry[] = [];
  for (const [key, value] of pairsOf(root, shown)) {
    if (isCommandName(key)) {
      for (const [inner, held] of pairsOf(value, `${shown}: "${key}"`))
        entries.push({ section: key, ...entryOf(inner, held, lineOf([key, inner])) });
    } else entries.push(entryOf(key, value, lineOf([key])));
  }
  return { path: shown, trusted, entries };
}

function entryOf(key: string, value: unknown, line: number | undefined): ConfigEntry {
  const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return line === undefined ? { name, key, value } : { name, key, value, line };
}

function pairsOf(value: unknown, shown: string): [string, unknown][] {
  if (value === null || value === undefined) return [];
  if (typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
  throw new HindcastError("usage", `${shown} holds no settings by name`, "write them as name: value");
}
