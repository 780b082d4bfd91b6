// `hindcast completion man`: hindcast(1), in the mdoc language (mdoc(7)), which man reads everywhere. In: the manual. Out: its source.
import type { Flag } from "./flags.js";
import { capitalised, describeFlag, nameOfFlag, wrap } from "./help.js";
import { environment, exitStatus, type ManualCommand, manual, settingsFiles } from "./manual.js";

/** When what is said here last changed; a page has to have a date, and the same version the same page. */
const date = "November 29, 2026";

export function manualPage(version: string): string {
  const { commands, groups } = manual();
  const lines = [
    `.\\" Made by hindcast completion man.`,
    `.Dd ${date}`,
    ".Dt HINDCAST 1",
    ".Os",
    ".Sh NAME",
    ".Nm hindcast",
    ".Nd time-series forecasting from the shell",
    ".Sh SYNOPSIS",
    ".Nm",
    ".Ar command",
    ".Op Ar operands",
    ".Op Ar flags",
    ".Sh DESCRIPTION",
    ...prose(
      `hindcast ${version} reads series from CSV, TSV, NDJSON or Parquet, trains and backtests models of them, and writes forecasts with intervals.`,
      "Data are files, or stdin.",
      "Results go to stdout, everything else to stderr.",
      "A flag goes before the environment, that before a file of settings, and that before the default; hindcast command --print-config shows which it was.",
    ),
    ".Sh COMMANDS",
    ...commands.flatMap(commandLines),
    ".Sh FLAGS",
    ...prose("Those that many commands have; each command says above which of them it takes."),
    ...groups.flatMap(({ title, flags }) => [`.Ss ${plain(title)}`, ...flagList(flags)]),
    ".Sh ENVIRONMENT",
    ...terms(environment, "Ev"),
    ".Sh FILES",
    ...terms(settingsFiles, "Pa"),
    ".Sh EXIT STATUS",
    ...terms(exitStatus, "Li"),
    ".Sh EXAMPLES",
    ...commands.flatMap(({ name, examples }) => [
      `Of ${name}:`,
      ".Bd -literal -offset indent -compact",
      ...examples.map(plain),
      ".Ed",
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines({ name, operands, summary, writes, own, shared }: ManualCommand): string[] {
  const lists = shared.map(({ title, taken }) => `${title} (${taken})`);
  return [
    `.Ss ${name}`,
    ".Nm",
    `.Cm ${name}`,
    `.Ar ${argument(operands)}`,
    ".Op Ar flags",
    ".Pp",
    ...prose(`${capitalised(summary)}.`, `Writes ${writes}.`),
    ...(own.length === 0 ? [] : flagList(own)),
    ".Pp",
    ...prose(`Of the flags below it takes ${lists.join("; ")}.`),
  ];
}

function flagList(flags: readonly Flag<unknown>[]): string[] {
  return [
    ".Bl -tag -width Ds",
    ...flags.flatMap((flag) => {
      const short = flag.alias === undefined ? "" : `Fl ${flag.alias} , `;
      const long = `Fl ${plain(nameOfFlag(flag).slice(1))}`;
      const taken = flag.value.placeholder === "" ? "" : ` Ar ${argument(flag.value.placeholder)}`;
      return [`.It ${short}${long}${taken}`, ...prose(`${capitalised(describeFlag(flag))}.`)];
    }),
    ".El",
  ];
}

/** @param macro that the terms are set in */
function terms(list: readonly (readonly [term: string, text: string])[], macro: string): string[] {
  return [
    ".Bl -tag -width Ds",
    ...list.flatMap(([term, text]) => [`.It ${macro} ${argument(term)}`, ...prose(`${capitalised(text)}.`)]),
    ".El",
  ];
}

const longestLine = 78;

/** Each sentence on lines of its own, as mdoc wants it, none of which can be taken for a macro. */
function prose(...sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) =>
    wrap(plain(sentence), longestLine).map((line) => line.replace(/^[.']/, "\\&$&")),
  );
}

/** As one argument of a macro, which would set punctuation at its end apart. */
function argument(text: string): string {
  return `"${plain(text)}${/[.,:;?!)\]]$/.test(text) ? "\\&" : ""}"`;
}

/** With nothing left that roff would take for its own: escapes, quotes, hyphens that are minus signs, and what is not ASCII. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll('"', "\\(dq")
    .replaceAll("…", "...")
    .replaceAll("-", "\\-")
    .replaceAll(
      /[^\n -~]/gu,
      (character) => `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}
