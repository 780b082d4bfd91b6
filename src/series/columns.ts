// Which column is what. In: column names, the first rows and what the user named. Out: the indexes of the time, id and target
// columns; what cannot be told without guessing is an error that names the candidates.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { suggest } from "../base/suggest.js";
import { listNames, quoteNames, quoteSql, quoteSqlName, quoteText, quoteWord } from "../base/wording.js";
import { type Covariate, covariateKinds } from "./covariates.js";
import { stampKindReader, suggestOrder } from "./date-order.js";
import {
  explainNumber,
  hintOfNumber,
  isMissing,
  isMissingCategory,
  type NumberReader,
  numberReader,
} from "./numbers.js";
import type { ReadOptions } from "./options.js";
import { stampKind } from "./stamp.js";
import { joinTimeParts } from "./time-parts.js";

/** Indexes into the columns of the file. */
export interface Columns {
  readonly time: number;
  readonly ids: readonly number[];
  readonly targets: readonly number[];
  /** As they were asked for: those known so far first, then those known ahead, then those that are constant. */
  readonly covariates: readonly { readonly column: number; readonly kind: Covariate["kind"] }[];
  /** Time was found as the integers that increase in every series: to be checked to the end of the data. */
  readonly isIncreasing: boolean;
}

export interface Sample {
  readonly columns: readonly string[];
  /** [rows][columns] */
  readonly rows: readonly (readonly string[])[];
  /** The first source's name, for messages. */
  readonly name: string;
}

const timeNames = [
  "ds",
  "time",
  "timestamp",
  "date",
  "datetime",
  "month",
  "year",
  "quarter",
  "week",
  "day",
  "hour",
  "period",
];
const idNames = ["unique_id", "id", "series"];
const targetNames = ["y", "value", "target"];

/**
 * Time by rank: by name, else by ISO 8601 text, else by integers that increase in every series. Target by name, else the only
 * numeric column left; in wide data all that are left. Ids by name.
 * @throws HindcastError "usage" for columns that are not there, "data" when the candidates are none or several
 */
export function findColumns(sample: Sample, options: ReadOptions, notify: Notify): Columns {
  const { columns } = sample;
  refuseColumnsOfTimes(sample, options);
  refuseDataAsHeader(sample, options);
  const asked = {
    time: options.time === undefined ? undefined : findAsked(sample, "--time", [options.time])[0],
    ids: options.ids === undefined ? undefined : findAsked(sample, "--id", options.ids),
    targets: options.targets === undefined ? undefined : findAsked(sample, "--target", options.targets),
  };
  if (options.textColumns !== undefined) refuseLacking(sample, options);
  const covariates = covariateKinds.flatMap((kind) =>
    findAsked(sample, `--${kind}`, options[kind] ?? []).map((column) => ({ column, kind })),
  );
  const beside = covariates.map(({ column }) => column);
  if (options.textColumns === undefined) for (const column of beside) tellMixed(sample, column, options, notify);
  refuseOverlap(sample, asked, beside);
  if (options.wide && covariates.length > 0)
    throw new HindcastError(
      "usage",
      `--${covariates[0]!.kind} ${columns[beside[0]!]} is beside the series, and with --wide every column is a series`,
      "long data: a row per series and time, with an --id column and the covariates beside the value",
    );
  if (options.wide && asked.ids !== undefined)
    throw new HindcastError("usage", "--wide has a column per series, and --id is for long data", "one of the two");

  const ids =
    asked.ids ?? (options.wide ? [] : findNamed(sample, idNames, "id", taken(asked.time, asked.targets, beside)));
  const { time, isIncreasing } =
    asked.time === undefined
      ? findTime(sample, taken(ids, asked.targets, beside), ids, options)
      : { time: asked.time, isIncreasing: false };
  const left = columns.map((_, i) => i).filter((i) => i !== time && !ids.includes(i) && !beside.includes(i));
  const targets = asked.targets ?? findTargets(sample, left, options, isIncreasing ? columns[time] : undefined);
  const ignored = left.filter((i) => !targets.includes(i)).map((i) => columns[i]!);
  if (ignored.length > 0) notify({ level: "note", text: `${sample.name}: columns not used: ${listNames(ignored)}` });
  return { time, ids, targets, covariates, isIncreasing };
}

/** A saved model's covariates are not asked for by a flag. */
function refuseLacking({ columns, name }: Sample, options: ReadOptions): void {
  const lacking = covariateKinds.flatMap((kind) => options[kind] ?? []).filter((column) => !columns.includes(column));
  if (lacking.length > 0)
    throw new HindcastError(
      "data",
      `${name} has no ${listNames(lacking)}, which the model was trained with: ${listNames(columns)}`,
      `data with ${lacking.length === 1 ? "this column" : "these columns"} too`,
    );
}

/** Columns that are called like times from which on they are taken to be them. */
const fewestTimes = 3;

/** Data with a column for each time, as tables for people have them, are told how to be turned. */
function refuseColumnsOfTimes({ columns, name }: Sample, options: ReadOptions): void {
  if (!options.header || options.wide || options.time !== undefined) return;
  if (columns.some((column) => timeNames.includes(column.toLowerCase()))) return;
  const kindOf = stampKindReader(options.dateOrder);
  const isTime = (column: string) => /^(1[89]|20)\d\d$/.test(column) || kindOf(column) === "iso";
  const times = columns.filter(isTime);
  const others = columns.filter((column) => !isTime(column));
  if (times.length < fewestTimes || others.length >= times.length) return;
  const taken = others.length === 0 ? "*" : `* exclude (${others.map(quoteSqlName).join(", ")})`;
  const ids = others.length === 0 ? "" : ` --id ${quoteNames(others)}`;
  const file = quoteSql(name === "stdin" ? "FILE" : name);
  throw new HindcastError(
    "data",
    `${name}: a column for each time (${listNames(times, 3)}), where a row for each is read`,
    `--sql ${quoteWord(`unpivot (from read_csv(${file}, header = true)) on ${taken} into name time value y`)}${ids}`,
  );
}

/** A file without a header would lose its first row and be told nothing. */
function refuseDataAsHeader({ columns, name }: Sample, options: ReadOptions): void {
  if (!options.header) return;
  const kindOf = stampKindReader(options.dateOrder);
  const isData =
    columns.some((column) => kindOf(column) === "iso") || columns.every((column) => Number.isFinite(Number(column)));
  if (isData)
    throw new HindcastError(
      "data",
      `${name} line 1: the header looks like data (${listNames(columns, 5)})`,
      "--no-header, or a first line that names the columns",
    );
}

function findAsked({ columns, name }: Sample, flag: string, names: readonly string[]): number[] {
  const found = names.map((column) => {
    const index = columns.indexOf(column);
    if (index >= 0) return index;
    const near = suggest(column, columns);
    throw new HindcastError(
      "usage",
      `${flag}: there is no column ${quoteText(column)} in ${name}`,
      near === undefined ? `one of: ${listNames(columns)}` : `${flag} ${quoteColumn(flag, near)}`,
    );
  });
  const repeated = names.find((column, i) => names.indexOf(column) !== i);
  if (repeated !== undefined)
    throw new HindcastError("usage", `${flag} names ${quoteText(repeated)} twice`, "each column once");
  return found;
}

/** All flags that name columns take several, but for the time. */
const quoteColumn = (flag: string, column: string) => (flag === "--time" ? quoteWord(column) : quoteNames([column]));

interface Asked {
  readonly time: number | undefined;
  readonly ids: readonly number[] | undefined;
  readonly targets: readonly number[] | undefined;
}

function refuseOverlap({ columns }: Sample, { time, ids, targets }: Asked, covariates: readonly number[]): void {
  const all = taken(time, ids, targets, covariates);
  const twice = all.find((column, i) => all.indexOf(column) !== i);
  if (twice !== undefined)
    throw new HindcastError(
      "usage",
      `column ${quoteText(columns[twice]!)} cannot be two of --time, --id${covariates.includes(twice) ? ", --target, --past, --future and --static" : " and --target"}`,
      "a column for each",
    );
}

function taken(...columns: (number | readonly number[] | undefined)[]): number[] {
  return columns.flatMap((column) => column ?? []);
}

/** Columns with one of the names, in any case. @throws when there are several */
function findNamed(sample: Sample, names: readonly string[], flag: string, without: readonly number[]): number[] {
  const found = sample.columns
    .map((_, i) => i)
    .filter((i) => !without.includes(i) && names.includes(sample.columns[i]!.toLowerCase()));
  if (found.length > 1) throw severalCandidates(sample, found, flag);
  return found;
}

function severalCandidates(sample: Sample, found: readonly number[], flag: string): HindcastError {
  const { columns, name } = sample;
  const joined = flag === "time" ? joinTimeParts(sample) : undefined;
  const names = found.map((i) => columns[i]!);
  return new HindcastError(
    "data",
    `${name}: several columns may be the ${flag}: ${listNames(names)}`,
    joined ??
      `--${flag} ${quoteColumn(`--${flag}`, names[0]!)}${flag === "target" ? ", or --wide if each column is a series" : ""}`,
  );
}

function findTime(
  sample: Sample,
  without: readonly number[],
  ids: readonly number[],
  options: ReadOptions,
): { time: number; isIncreasing: boolean } {
  const { columns, rows } = sample;
  const [named] = findNamed(sample, timeNames, "time", without);
  if (named !== undefined) return { time: named, isIncreasing: false };
  const open = columns.map((_, i) => i).filter((i) => !without.includes(i));
  const kindOf = stampKindReader(options.dateOrder);
  const iso = open.filter((i) => every(rows, i, (text) => kindOf(text) === "iso"));
  if (iso.length > 1) throw severalCandidates(sample, iso, "time");
  if (iso.length === 1) return { time: iso[0]!, isIncreasing: false };
  refuseOtherDates(sample, open);
  const increasing = (kind: typeof stampKind) =>
    open.filter((i) => !targetNames.includes(columns[i]!.toLowerCase()) && increases(rows, i, ids, kind));
  const whole = increasing(stampKind);
  // A column of 17.0 may as well be one of values.
  const integers = whole.length > 0 ? whole : increasing(kindOf);
  if (integers.length > 1) throw severalCandidates(sample, integers, "time");
  if (integers.length === 1) return { time: integers[0]!, isIncreasing: true };
  throw new HindcastError(
    "data",
    `${sample.name}: no column looks like time: ${listNames(columns)}`,
    "--time COL; dates as 2024-01-31 or 2024-01-31T12:00:00Z (ISO 8601)",
  );
}

/** A column of dates in an order that was not asked for would be passed over for one of numbers. */
function refuseOtherDates({ columns, rows, name }: Sample, open: readonly number[]): void {
  for (const i of open) {
    const cells = rows.map((row) => row[i]!).filter((text) => !isMissing(text));
    const order = suggestOrder(cells);
    if (order !== "")
      throw new HindcastError(
        "data",
        `${name}: ${columns[i]} holds dates that are not in ISO 8601, such as ${quoteText(cells[0]!)}`,
        order,
      );
  }
}

/** Whether the cells of a column that are not missing all pass, and there are some. */
function every(rows: Sample["rows"], column: number, passes: (text: string) => boolean): boolean {
  let count = 0;
  for (const row of rows) {
    const text = row[column]!;
    if (isMissing(text)) continue;
    if (!passes(text)) return false;
    count++;
  }
  return count > 0;
}

function increases(rows: Sample["rows"], column: number, ids: readonly number[], kindOf: typeof stampKind): boolean {
  const last = new Map<string, number>();
  for (const row of rows) {
    const text = row[column]!;
    if (kindOf(text) !== "integer") return false;
    const key = JSON.stringify(ids.map((id) => row[id]));
    const value = Number(text);
    if (value <= (last.get(key) ?? Number.NEGATIVE_INFINITY)) return false;
    last.set(key, value);
  }
  return rows.length > 0;
}

/** @param presumedTime a column of numbers that was taken for the time because they increase */
function findTargets(
  sample: Sample,
  left: readonly number[],
  options: ReadOptions,
  presumedTime: string | undefined,
): readonly number[] {
  const { columns, rows, name } = sample;
  const read = numberReader(options);
  const isNumber = (text: string) => isNumeric(text, read, options);
  if (options.wide) {
    refuseUnreadNumbers(sample, left, isNumber, options);
    // A column of text beside the series is left out; one with a number in it is a series, and its text an error later.
    const series = left.filter((i) => !every(rows, i, (text) => !isNumber(text)));
    if (series.length > 0) return series;
  } else {
    const named = left.filter((i) => targetNames.includes(columns[i]!.toLowerCase()));
    if (named.length > 1) throw severalCandidates(sample, named, "target");
    if (named.length === 1) return named;
    const numeric = left.filter((i) => every(rows, i, isNumber));
    if (numeric.length > 1) throw severalCandidates(sample, numeric, "target");
    if (numeric.length === 1) refuseUnreadNumbers(sample, left, isNumber, options);
    if (numeric.length === 1) return numeric;
    // The only column there is must be meant: its first cell that is no number will say what is wrong.
    const [only] = left;
    if (left.length === 1 && (presumedTime === undefined || rows.some((row) => isNumber(row[only!]!)))) return left;
  }
  const example = left.flatMap((i) => rows.map((row) => row[i]!)).find((text) => !isMissing(text));
  const beside = presumedTime === undefined ? "" : `beside ${presumedTime}, which was taken for the time, `;
  throw new HindcastError(
    "data",
    left.length === 0
      ? `${name}: there is no column beside time and ids: ${listNames(columns)}`
      : `${name}: ${beside}no column holds numbers only: ${listNames(left.map((i) => columns[i]!))}`,
    left.length === 0
      ? "data with a column of numbers beside the time"
      : hintOfNumber(example ?? "", options) || "--target COL",
  );
}

/** A column of numbers that cannot be read as they are written would be passed over for one that can. */
function refuseUnreadNumbers(
  { columns, rows, name }: Sample,
  left: readonly number[],
  isNumber: (text: string) => boolean,
  options: ReadOptions,
): void {
  for (const i of left) {
    const isUnread = (text: string) => hintOfNumber(text, options) !== "";
    if (!every(rows, i, (text) => isNumber(text) || isUnread(text))) continue;
    const text = rows.map((row) => row[i]!).find(isUnread);
    if (text === undefined) continue;
    throw new HindcastError(
      "data",
      `${name}: ${columns[i]} holds ${quoteText(text)}, which is not read as a number`,
      options.wide
        ? `${hintOfNumber(text, options)}; or leave the column out of the data`
        : `${hintOfNumber(text, options)}; or --target with the column that is meant`,
    );
  }
}

/** Whether a cell is a number, usable or not. */
function isNumeric(text: string, read: NumberReader, options: ReadOptions): boolean {
  return !Number.isNaN(read(text)) || (!isMissing(text) && explainNumber(text, options).isNumber);
}

/**
 * Whether a column holds text, as far as its first cells tell. Numbers that are not read as they are written are none, so that the first of
 * them is refused.
 */
export function holdsText(sample: Sample, column: number, options: ReadOptions): boolean {
  const { numbers, words, others } = sortCells(sample, column, options);
  return words.length > 0 || (numbers.length === 0 && others.some((text) => !isMissingCategory(text)));
}

/** Text in a column that is mostly numbers may be a slip. */
function tellMixed(sample: Sample, column: number, options: ReadOptions, notify: Notify): void {
  const { numbers, words } = sortCells(sample, column, options);
  if (words.length === 0 || numbers.length <= words.length) return;
  const name = sample.columns[column]!;
  notify({
    level: "warning",
    text: `${name} is taken for categories, as ${quoteText(words[0]!)} is no number; the cell empty where there is no value makes it a column of numbers`,
  });
}

/** The first cells of a column: numbers, read or not, words, and what is missing. */
function sortCells({ rows }: Sample, column: number, options: ReadOptions) {
  const read = numberReader(options);
  const sorted = { numbers: [] as string[], words: [] as string[], others: [] as string[] };
  for (const row of rows) {
    const text = row[column]!;
    if (isMissing(text)) sorted.others.push(text);
    else if (isNumeric(text, read, options) || hintOfNumber(text, options) !== "") sorted.numbers.push(text);
    else sorted.words.push(text);
  }
  return sorted;
}
