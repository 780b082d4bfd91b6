// The help, made from the commands' and the flags' data. In: a command, or none, and a width. Out: text. It imports no flags
// itself, so that `hindcast --help` starts like bare node.
import { type CommandName, commandNames, commands } from "./commands.js";

/** What the help shows of a flag. */
export interface HelpFlag {
  readonly name: string;
  readonly alias?: string;
  readonly group: string;
  readonly description: string;
  readonly value: { readonly placeholder: string; readonly choices?: readonly string[] };
  readonly default?: unknown;
}

/** Data are expected and stdin is a terminal: what the user needs is the help. */
export class HelpWanted extends Error {
  readonly command: CommandName;
  constructor(command: CommandName) {
    super(`${command} expects data`);
    this.command = command;
  }
}

const leftWidth = 28;

export function rootHelp(width: number): string {
  return [
    "usage: hindcast COMMAND [operands] [flags]",
    "",
    ...wrap("Time-series forecasting from the shell: data in, a network trained and backtested, forecasts out.", width),
    "",
    "Commands",
    ...commandNames.flatMap((name) => row(`  ${name}`, commands[name].summary, width)),
    "",
    "Flags",
    ...row("  -h, --help", "this text; hindcast COMMAND --help tells of a command and its flags", width),
    ...row("      --version", "the version", width),
    "",
    "Examples",
    ...["forecast", "backtest", "train"].map((name) => `  ${commands[name as CommandName].examples[0]}`),
    "",
    ...wrap(
      "Data are files, or stdin. Results go to stdout, everything else to stderr. Settings are also read from HINDCAST_* in the environment and from hindcast.config.json, .yaml or .toml.",
      width,
    ),
    "",
  ].join("\n");
}

/** @param titles of the flags' groups, in the order they are shown in */
export function commandHelp(
  name: CommandName,
  flags: readonly HelpFlag[],
  titles: Readonly<Record<string, string>>,
  width: number,
): string {
  const { operands, summary, writes, examples } = commands[name];
  const sections = Object.entries(titles).flatMap(([group, title]) => {
    const own = flags.filter((flag) => flag.group === group);
    return own.length === 0 ? [] : ["", title, ...own.flatMap((flag) => flagRows(flag, width))];
  });
  return [
    `usage: hindcast ${name} ${operands} [flags]`,
    "",
    ...wrap(`${capitalised(summary)}. Writes ${writes}.`, width),
    ...sections,
    "",
    "Examples",
    ...examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

/** A toggle that is on by default is only ever turned off. */
export function nameOfFlag({ name, value, default: given }: HelpFlag): string {
  return value.placeholder === "" && given === true ? `--no-${name}` : `--${name}`;
}

/** What it does, what it may be where its placeholder does not say so, and what it is when it is left out. */
export function describeFlag({ value: { choices, placeholder }, description, default: given }: HelpFlag): string {
  const listed =
    choices === undefined || placeholder.includes(choices.join("|")) ? "" : `; one of ${choices.join(", ")}`;
  const shown = given === undefined || typeof given === "boolean" ? "" : ` (${[given].flat().join(",")})`;
  return description + listed + shown;
}

function flagRows(flag: HelpFlag, width: number): string[] {
  const { alias, value } = flag;
  const taken = value.placeholder === "" ? "" : ` ${value.placeholder}`;
  const left = `  ${alias === undefined ? "    " : `-${alias}, `}${nameOfFlag(flag)}${taken}`;
  return row(left, describeFlag(flag), width);
}

function row(left: string, right: string, width: number): string[] {
  const indent = " ".repeat(leftWidth);
  const lines = wrap(right, width - leftWidth);
  const [first, ...rest] = left.length > leftWidth - 2 ? ["", ...lines] : lines;
  return [first === "" ? left : left.padEnd(leftWidth) + first, ...rest.map((line) => indent + line)];
}

/** Lines of at most `width` columns, where the words allow. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
