// docs/commands.md, from the same data as the help, the completion and the manual page. In: the manual. Out: Markdown.

import type { Flag } from "../../src/commands/flags.js";
import { capitalised, describeFlag, nameOfFlag } from "../../src/commands/help.js";
import { environment, exitStatus, type ManualCommand, manual, settingsFiles } from "../../src/commands/manual.js";

/** Where more is said about a command. */
const pages: Readonly<Record<ManualCommand["name"], string | undefined>> = {
  train: "models",
  forecast: "data",
  backtest: "backtesting",
  report: "report",
  compare: "backtesting",
  tune: "tune",
  explain: "explain",
  score: "backtesting",
  retrain: "cron",
  models: "cron",
  inspect: "data",
  pipe: "pipes",
  merge: "scale",
  export: "export",
  engine: "performance",
  completion: undefined,
};

export function commandReference(): string {
  const { commands, groups } = manual();
  return [
    "# Commands and flags",
    "",
    "Made from what `hindcast COMMAND --help` says (`npm run docs`). `man hindcast` has the same where the package is installed globally, and",
    "`hindcast completion man` prints it.",
    "",
    "Data are files, or stdin. Results go to stdout, everything else to stderr. After a flag stands what it takes; what it is when left out is in",
    "parentheses, or after a semicolon.",
    "",
    ...list(commands.map(({ name, summary }) => `[\`${name}\`](#${name}): ${summary}`)),
    "",
    ...commands.flatMap(commandSection),
    ...groups.flatMap(({ title, flags }) => [`## Flags: ${title}`, "", ...flagTable(flags), ""]),
    "## Environment",
    "",
    ...termTable(["variable", "is"], environment),
    "",
    "A setting is taken from a flag, else from the environment, else from a file of settings, else it is the default; `--print-config` shows",
    "which. What names something that is run (`--on-promote`, `--sql`, paths of engines) is taken from flags and the user's own settings only.",
    "",
    "## Files of settings",
    "",
    ...termTable(["file", "holds"], settingsFiles),
    "",
    "Keys are called as the flags are. A section called as a command is for that command alone.",
    "",
    "## Exit codes",
    "",
    ...termTable(["code", "means"], exitStatus),
    "",
  ].join("\n");
}

function commandSection({ name, operands, summary, writes, own, shared, examples }: ManualCommand): string[] {
  const page = pages[name];
  return [
    `## ${name}`,
    "",
    `    usage: hindcast ${name} ${operands} [flags]`,
    "",
    `${capitalised(summary)}. Writes ${writes}.${page === undefined ? "" : ` More in [${page}](${page}.md).`}`,
    "",
    ...(own.length === 0 ? [] : [...flagTable(own), ""]),
    ...(shared.length === 0 ? [] : ["And of the flags below:", ""]),
    ...list(shared.map(({ title, taken }) => `[${title}](#${anchorOf(title)}): ${code(taken)}`)),
    "",
    "```sh",
    ...examples,
    "```",
    "",
  ];
}

function flagTable(flags: readonly Flag<unknown>[]): string[] {
  const rows = flags.map((flag) => {
    const { alias, value } = flag;
    const names = [
      ...(alias === undefined ? [] : [`\`-${alias}\``]),
      `\`${`${nameOfFlag(flag)} ${value.placeholder}`.trim()}\``,
    ];
    return `| ${cell(names.join(", "))} | ${cell(describeFlag(flag))} |`;
  });
  return ["| flag | says |", "| --- | --- |", ...rows];
}

function termTable(head: readonly [string, string], rows: readonly (readonly [string, string])[]): string[] {
  return [
    `| ${head.join(" | ")} |`,
    "| --- | --- |",
    ...rows.map(([term, text]) => `| \`${cell(term)}\` | ${cell(code(text))} |`),
  ];
}

/** Of a group's heading; some are called as commands are. */
function anchorOf(title: string): string {
  return `flags-${title.toLowerCase().replaceAll(" ", "-")}`;
}

function list(items: readonly string[]): string[] {
  return items.map((item) => `- ${item}`);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Flags in a sentence. */
function code(text: string): string {
  return text.replaceAll(/(?<![\w-])--[a-z][\w-]*/g, "`$&`");
}
