// What stands on the command line. In: argv. Out: the command, its operands and the flags that were given, not yet read as
// values. yargs splits the words; which flags there are, and what an unknown one may have meant, comes from the flags' own data.
import { Parser } from "yargs/helpers";
import { HindcastError } from "../base/errors.js";
import { suggest } from "../base/suggest.js";
import { type CommandName, commandNames, isCommandName } from "./commands.js";
import type { Flag } from "./flags.js";
import { flagsOf } from "./options.js";

export interface Argv {
  readonly command: CommandName;
  /** All words as they were typed. */
  readonly typed: readonly string[];
  readonly operands: readonly string[];
  /** By the flags' names: true or false for a toggle, text for a value, all of them for a list. */
  readonly given: ReadonlyMap<string, unknown>;
}

/** @throws HindcastError "usage" for an unknown command or flag, one that the command does not have, or a missing value */
export function parseArgv(argv: readonly string[]): Argv {
  const flags = flagsOf();
  const { words, operands, given } = splitArgv(argv, flags);
  const [command, ...rest] = words.filter((word) => !isFlagLike(word));
  const unknown = words.find(isFlagLike);
  if (command !== undefined && !isCommandName(command)) throw unknownCommand(command);
  if (unknown !== undefined) throw unknownFlag(unknown, command);
  if (command === undefined)
    throw new HindcastError("usage", "there is no command", `hindcast --help; commands: ${commandNames.join(", ")}`);
  const own = new Map(flagsOf(command).map((flag) => [flag.name, flag]));
  for (const name of given.keys()) if (!own.has(name)) throw foreignFlag(name, command);
  return {
    command,
    typed: argv,
    operands: [...rest, ...operands],
    given: new Map(Array.from(given, ([name, value]) => [name, lastOrAll(own.get(name)!, value)])),
  };
}

function splitArgv(argv: readonly string[], flags: readonly Flag<unknown>[]) {
  // yargs takes its time for every flag that it is told of, and what it does with a word hangs on the flags that the word may name.
  const text = argv.join(" ");
  const named = flags.filter(({ name, alias }) => alias !== undefined || text.includes(name));
  const isToggle = ({ value }: Flag<unknown>) => value.placeholder === "";
  const valueNames = named.filter((flag) => !isToggle(flag)).map(({ name }) => name);
  const parsed = Parser.detailed(withBareValues(withoutNegatedColour(argv), flags), {
    boolean: named.filter(isToggle).map(({ name }) => name),
    string: valueNames,
    narg: Object.fromEntries(valueNames.map((name) => [name, 1])),
    alias: Object.fromEntries(named.flatMap(({ name, alias }) => (alias === undefined ? [] : [[name, [alias]]]))),
    configuration: {
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "populate--": true,
      "strip-aliased": true,
      "unknown-options-as-args": true,
    },
  });
  // All it can find wrong here: "Not enough arguments following: epochs".
  if (parsed.error !== null) throw missingValue(parsed.error.message.split(": ").at(-1) ?? "");
  const { _: words, "--": operands = [], ...held } = parsed.argv;
  const given = new Map<string, unknown>(Object.entries(held));
  const names = new Set(flags.map((flag) => flag.name));
  for (const [name, value] of given) {
    if (!names.has(name)) throw unknownFlag(`--${name}`, undefined);
    // What looks like a flag took the place of a forgotten value; --flag=--value says that it is one.
    for (const one of [value].flat())
      if (typeof one === "string" && one.startsWith("--") && !argv.some((word) => word.endsWith(`=${one}`)))
        throw missingValue(name);
  }
  return { words: words.map(String), operands: operands.map(String), given };
}

/** Where only operands follow. */
function flagsEnd(argv: readonly string[]): number {
  const end = argv.indexOf("--");
  return end < 0 ? argv.length : end;
}

/** What other programs call `--color never`. */
function withoutNegatedColour(argv: readonly string[]): string[] {
  const end = flagsEnd(argv);
  return argv.map((word, i) => (i < end && /^--no-colou?r$/.test(word) ? "--color=never" : word));
}

/** A flag that may stand alone gets the value it then stands for, unless one of its own follows. */
function withBareValues(argv: readonly string[], flags: readonly Flag<unknown>[]): string[] {
  const end = flagsEnd(argv);
  return argv.map((word, i) => {
    const value = flags.find(({ name }) => word === `--${name}`)?.value;
    const next = i + 1 < end ? argv[i + 1] : undefined;
    const standsAlone = i < end && value?.bare !== undefined && !value.choices?.includes(next ?? "");
    return standsAlone ? `${word}=${value.bare}` : word;
  });
}

function isFlagLike(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

/** Repeating a list adds to it; of anything else the last one counts. */
function lastOrAll(flag: Flag<unknown>, value: unknown): unknown {
  return Array.isArray(value) && flag.value.list !== true ? value.at(-1) : value;
}

function missingValue(name: string): HindcastError {
  const flag = flagsOf().find((candidate) => candidate.name === name || candidate.alias === name);
  return new HindcastError(
    "usage",
    `--${flag?.name ?? name} needs a value`,
    `--${flag?.name ?? name} ${flag?.value.placeholder ?? "VALUE"}`,
  );
}

function unknownCommand(word: string): HindcastError {
  const near = suggest(word, commandNames);
  if (word === "help")
    return new HindcastError("usage", 'there is no command "help"', "hindcast --help, or hindcast COMMAND --help");
  const hint = near === undefined ? `one of: ${commandNames.join(", ")}` : `did you mean ${near}?`;
  return /[./]/.test(word)
    ? new HindcastError("usage", `there is no command "${word}"`, `to forecast a file: hindcast forecast ${word} -H 12`)
    : new HindcastError("usage", `there is no command "${word}"`, hint);
}

function unknownFlag(word: string, command: CommandName | undefined): HindcastError {
  const name = word.replace(/=.*$/s, "").replace(/^--?(no-)?/, "");
  const message = `there is no flag ${word.replace(/=.*$/s, "")}`;
  const namesOf = (owner?: CommandName) => flagsOf(owner).map((flag) => flag.name);
  const own = suggest(name, namesOf(command));
  if (own !== undefined) return new HindcastError("usage", message, `did you mean --${own}?`);
  const foreign = suggest(name, namesOf());
  if (foreign !== undefined) return new HindcastError("usage", message, ownersHint(foreign));
  return new HindcastError("usage", message, command === undefined ? "hindcast --help" : `hindcast ${command} --help`);
}

function foreignFlag(name: string, command: CommandName): HindcastError {
  const near = suggest(
    name,
    flagsOf(command).map((flag) => flag.name),
  );
  const hint = near === undefined ? ownersHint(name) : `did you mean --${near}?`;
  return new HindcastError("usage", `${command} has no --${name}`, hint);
}

function ownersHint(name: string): string {
  const owners = commandNames.filter((other) => flagsOf(other).some((flag) => flag.name === name));
  return `--${name} is a flag of ${owners.join(", ")}`;
}
