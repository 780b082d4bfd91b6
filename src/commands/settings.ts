// Where each setting comes from: flag > HINDCAST_* environment > hindcast.config.* in the working directory > the user's own.
// In: what was given on the command line, the environment, and settings files, which are data and run nothing. Out: a value and
// its origin for every flag of a command.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { suggest } from "../base/suggest.js";
import type { Cell, Table } from "../base/table.js";
import type { Argv } from "./argv.js";
import type { CommandName } from "./commands.js";
import { type Flag, flags } from "./flags.js";
import { commandFlags, type FlagKey, flagsOf } from "./options.js";
import type { ConfigEntry, ConfigFile } from "./settings-file.js";
import { wordOf } from "./values.js";

export interface Setting {
  readonly name: string;
  /** undefined: not set, and without a default of its own. */
  readonly value: unknown;
  /** "flag", the environment variable, the file (with the line), or "default". */
  readonly origin: string;
}

/** What the environment may hold beside the flags' own variables. */
const otherVariables = ["HINDCAST_CHECKPOINT_SECONDS", "HINDCAST_PROGRESS_FPS"];

/**
 * @param files the nearest first
 * @throws HindcastError "usage" naming the flag, the variable, or the file, line and key of a bad value
 */
export function resolveSettings(
  { command, given }: Argv,
  env: Readonly<Record<string, string | undefined>>,
  files: readonly ConfigFile[],
): ReadonlyMap<FlagKey, Setting> {
  for (const file of files) checkConfigFile(file);
  // One look at all names takes less than one at each variable. Some systems write them in small letters as well.
  const held = Object.keys(env).some((name) => /^hindcast_/i.test(name)) ? env : {};
  return new Map(
    commandFlags[command].map((key): [FlagKey, Setting] => [key, resolve(flags[key], command, given, held, files)]),
  );
}

function resolve(
  flag: Flag<unknown>,
  command: CommandName,
  given: Argv["given"],
  env: Readonly<Record<string, string | undefined>>,
  files: readonly ConfigFile[],
): Setting {
  const { name } = flag;
  if (given.has(name)) return { name, value: readValue(flag, given.get(name), `--${name}`), origin: "flag" };
  if (flag.perRun !== true) {
    const variable = variableOf(name);
    const held = env[variable];
    if (held !== undefined && held !== "" && flag.trusted !== true)
      return { name, value: readValue(flag, held, variable), origin: variable };
    for (const file of files) {
      const entries = file.entries.filter((entry) => entry.name === name);
      // A name can mean one thing to most commands and another to this one, which then reads its own section only.
      const entry =
        entries.find(({ section }) => section === command) ??
        (flag.trusted === true ? undefined : entries.find(({ section }) => section === undefined));
      if (entry !== undefined)
        return { name, value: readValue(flag, entry.value, placeOf(file, entry)), origin: file.path };
    }
  }
  return { name, value: flag.default, origin: "default" };
}

/** Every key is one that can be set and every value fits it, whatever the command: a typo is found on the first run. */
function checkConfigFile(file: ConfigFile): void {
  for (const entry of file.entries) {
    const place = placeOf(file, entry);
    const settable = flagsOf(entry.section).filter((flag) => flag.perRun !== true);
    const named = settable.filter((flag) => flag.name === entry.name);
    if (named.length === 0) {
      const perRun = flagsOf(entry.section).some((flag) => flag.name === entry.name);
      if (perRun)
        throw new HindcastError(
          "usage",
          `${place} cannot be set in a file`,
          `it is about one run: give --${entry.name} as a flag`,
        );
      const near = suggest(
        entry.name,
        settable.map((flag) => flag.name),
      );
      throw new HindcastError(
        "usage",
        `${place} is no setting${entry.section === undefined ? "" : ` of ${entry.section}`}`,
        near === undefined ? "the settings are the flags of hindcast COMMAND --help" : `did you mean "${near}"?`,
      );
    }
    const usable = named.filter((flag) => flag.trusted !== true || file.trusted);
    if (usable.length === 0)
      throw new HindcastError(
        "usage",
        `${place} is not taken from a file of the working directory, because it names something to run`,
        `give --${entry.name} as a flag, or set it in the user's own settings`,
      );
    if (!usable.some((flag) => flag.value.schema.safeParse(entry.value).success))
      readValue(usable[0]!, entry.value, place);
  }
}

/** Says which HINDCAST_ variables look like misspelt settings. */
export function checkEnvironment(env: Readonly<Record<string, string | undefined>>, notify: Notify): void {
  const own = Object.keys(env).filter((variable) => variable.startsWith("HINDCAST_"));
  if (own.length === 0) return;
  const known = flagsOf()
    .filter((flag) => flag.perRun !== true)
    .map((flag) => variableOf(flag.name))
    .concat(otherVariables);
  const ofRuns = flagsOf()
    .filter((flag) => flag.perRun === true)
    .map((flag) => variableOf(flag.name));
  for (const variable of own) {
    if (known.includes(variable)) continue;
    if (ofRuns.includes(variable)) {
      const flag = `--${variable.slice("HINDCAST_".length).toLowerCase().replaceAll("_", "-")}`;
      notify({
        level: "warning",
        text: `the environment's ${variable} counts for nothing: ${flag} is said for each run`,
      });
      continue;
    }
    const near = suggest(
      variable.slice("HINDCAST_".length),
      known.map((name) => name.slice("HINDCAST_".length)),
    );
    if (near !== undefined)
      notify({ level: "warning", text: `the environment's ${variable} is no setting; did you mean HINDCAST_${near}?` });
  }
}

/** What `--print-config` shows. */
export function settingsTable(settings: ReadonlyMap<FlagKey, Setting>): Table {
  const rows = Array.from(settings)
    .filter(([key]) => !("perRun" in flags[key]))
    .map(([, { name, value, origin }]) => [name, showValue(value), origin]);
  return { type: "setting", columns: ["setting", "value", "origin"], rows };
}

export function showValue(value: unknown): Cell {
  if (value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(showValue).join(",");
  return typeof value === "object" && value !== null && "text" in value ? String(value.text) : JSON.stringify(value);
}

function variableOf(name: string): string {
  return `HINDCAST_${name.toUpperCase().replaceAll("-", "_")}`;
}

function placeOf(file: ConfigFile, { key, line }: ConfigEntry): string {
  return `${file.path}${line === undefined ? "" : ` line ${line}`}: "${key}"`;
}

function readValue(flag: Flag<unknown>, given: unknown, place: string): unknown {
  const result = flag.value.schema.safeParse(given);
  if (result.success) return result.data;
  const { allowed, choices } = flag.value;
  const unknown = (Array.isArray(given) ? given.map(wordOf).join() : wordOf(given))
    .split(flag.value.list ? "," : /$/)
    .find((word) => !choices?.includes(word));
  const near = unknown === undefined || choices === undefined ? undefined : suggest(unknown, choices);
  throw new HindcastError(
    "usage",
    `${place} is ${typeof given === "string" ? `"${given}"` : JSON.stringify(given)}`,
    near === undefined ? `it must be ${allowed}` : `did you mean "${near}"? it must be ${allowed}`,
  );
}
