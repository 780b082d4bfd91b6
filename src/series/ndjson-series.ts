// One series a line: {"id", "start", "freq", "target", "past", "future", "static"}. In: a parsed line and what a model expects of it.
// Out: the series on its grid, as a frame would have it, or an error that names the field.
import { HindcastError } from "../base/errors.js";
import { listNames, quoteText } from "../base/wording.js";
import type { Covariate } from "./covariates.js";
import type { Series } from "./frame.js";
import { formatFrequency, parseFrequency, parseWeekday } from "./frequency.js";
import { fillGaps, observedRange } from "./gaps.js";
import { type Grid, stampAt } from "./grid.js";
import { isJsonObject, type JsonObject } from "./json-line.js";
import type { MissingPolicy } from "./options.js";
import { placeRows } from "./placement.js";
import { detectTimeStyle, stampKind, stampReader, type TimeStyle } from "./stamp.js";

/** What a line is checked against. */
export interface LineFormat {
  /** Zone of stamps that carry no offset, and of calendar steps. */
  readonly zone: string;
  /** The one that every line has to have; absent: each line names its own. */
  readonly grid?: Grid;
  /** What has to be given beside the values. */
  readonly covariates: readonly Covariate[];
  /** Steps ahead that what is known ahead has to reach. */
  readonly horizon: number;
  readonly missing: MissingPolicy;
}

/** As it came: text or a number, several for a key of several columns; null when the line has none. */
export type LineId = string | number | null | readonly (string | number)[];

export interface LineSeries {
  /** Without key and target, which a model names in its own way. */
  readonly series: Omit<Series, "key" | "target">;
  readonly grid: Grid;
  readonly timeStyle: TimeStyle;
  /** The first stamp was a number in JSON, not text. */
  readonly hasNumericTime: boolean;
  /** Names of categories that the model has not seen, as "weather hail". */
  readonly unknown: readonly string[];
  /** Names of covariates that nothing looks at. */
  readonly ignored: readonly string[];
}

const fields = ["id", "start", "freq", "target", "past", "future", "static"] as const;
const kinds = ["past", "future", "static"] as const;

/** @returns null also for an id that is none, so that an error can be told of any line */
export function idOfLine(line: JsonObject): LineId {
  const id = own(line, "id");
  return isPlain(id) || (Array.isArray(id) && id.length > 0 && id.every(isPlain)) ? id : null;
}

function isPlain(id: unknown): id is string | number {
  return typeof id === "string" || typeof id === "number";
}

/**
 * The series begins at its first observed value and ends where the target does: a missing value at the end is a step that is past.
 * @throws HindcastError "data" for what does not fit
 */
export function readLineSeries(line: JsonObject, format: LineFormat): LineSeries {
  const extra = Object.keys(line).find((key) => !fields.some((field) => field === key));
  if (extra !== undefined)
    throw new HindcastError("data", `the key ${quoteText(extra)} is not known`, `a line has ${fields.join(", ")}`);
  const id = own(line, "id");
  if (id !== undefined && id !== null && idOfLine(line) === null)
    throw wrong("id", id, "text or a number", "give the series a name");
  const { start, style, isNumber } = readStart(own(line, "start"), format.zone);
  const grid = readGrid(own(line, "freq"), start, style, format);
  const values = readNumbers("target", own(line, "target"));
  const { from, to, insideCount } = observedRange(values, format.missing, true);
  if (to === 0) throw new HindcastError("data", "the target has no observed value", "at least one number in target");
  if (insideCount > 0 && format.missing !== "mask") {
    if (format.missing === "error")
      throw new HindcastError("data", "the target has missing values", "the model was trained with --missing error");
    fillGaps(values.subarray(from, to), format.missing);
  }
  const unknown: string[] = [];
  const beside = readCovariates(line, values.length, from, format, unknown);
  return {
    series: {
      start: stampAt(grid, start, from),
      values: values.subarray(from),
      ...(format.covariates.length > 0 && { covariates: beside }),
    },
    grid,
    timeStyle: style,
    hasNumericTime: isNumber,
    unknown,
    ignored: kinds.flatMap((kind) => {
      const known = format.covariates.filter((one) => one.kind === kind).map(({ name }) => name);
      return Object.keys(groupOf(line, kind)).filter((name) => !known.includes(name));
    }),
  };
}

/** A field of the line itself, never one that objects inherit. */
function own(held: JsonObject, key: string): unknown {
  return Object.hasOwn(held, key) ? held[key] : undefined;
}

function wrong(field: string, value: unknown, wanted: string, hint: string): HindcastError {
  if (value === undefined) return new HindcastError("data", `${field} is missing`, hint);
  const shown = typeof value === "string" ? quoteText(value) : listNames([JSON.stringify(value)]);
  return new HindcastError("data", `${field} is ${shown}, and not ${wanted}`, hint);
}

function readStart(given: unknown, zone: string): { start: number; style: TimeStyle; isNumber: boolean } {
  const isNumber = typeof given === "number";
  const text = isNumber ? String(given) : given;
  const isStamp = typeof text === "string" && stampKind(text) !== null;
  if (!isStamp) throw wrong("start", given, "a stamp", "an ISO 8601 date or time, or a whole number");
  const start = stampReader(zone)(text);
  return { start, style: detectTimeStyle([text]), isNumber };
}

/** @throws HindcastError "data" when the frequency is not the model's, or the series cannot begin where it does */
function readGrid(given: unknown, start: number, style: TimeStyle, { grid: asked, zone }: LineFormat): Grid {
  if (given === undefined && asked === undefined)
    throw wrong("freq", given, "a frequency", 'the time between two values, as "freq":"d"');
  const isText = typeof given === "string" || typeof given === "number";
  if (given !== undefined && !isText) throw wrong("freq", given, "a frequency", '"freq":"d", h, 15min, w-mon, ms, …');
  const grid: Grid = given === undefined ? asked! : { frequency: parse(String(given)), zone };
  const text = formatFrequency(grid.frequency);
  const ofModel = asked === undefined ? text : formatFrequency(asked.frequency);
  if (text !== ofModel)
    throw new HindcastError("data", `freq is ${given}, the model's is ${ofModel}`, `"freq":"${ofModel}"`);
  if ((grid.frequency.kind === "integer") !== (style.kind === "integer"))
    throw new HindcastError(
      "data",
      `start is a ${style.kind === "integer" ? "whole number" : "date"}, and freq ${text} does not count those`,
      style.kind === "integer" ? "a whole number as freq" : "a unit in freq, as d or h",
    );
  const weekday = typeof given === "string" ? parseWeekday(given) : null;
  if (placeRows(Float64Array.of(start), grid, weekday).offGridCount > 0)
    throw new HindcastError(
      "data",
      `start is no step of freq ${given ?? text}`,
      "the stamp of the first value as start",
    );
  return grid;
}

/** What is wrong in a line is the data's fault, not the command line's. */
function parse(text: string): Grid["frequency"] {
  try {
    return parseFrequency(text);
  } catch (thrown) {
    if (!(thrown instanceof HindcastError)) throw thrown;
    throw new HindcastError("data", `freq: ${thrown.message}`, thrown.hint.replace("--freq with", "freq as"));
  }
}

/** @returns NaN for null */
function readNumbers(field: string, given: unknown): Float64Array {
  if (!Array.isArray(given)) throw wrong(field, given, "a list", `"${field}":[1,2,null]`);
  const values = new Float64Array(given.length);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = given[i];
    if (value !== null && !Number.isFinite(value))
      throw typeof value === "number"
        ? new HindcastError("data", `${field}[${i}] is infinite`, "null where there is no value")
        : wrong(`${field}[${i}]`, value, "a number", "null where there is no value");
    values[i] = value === null ? Number.NaN : Number(value);
  }
  return values;
}

function groupOf(line: JsonObject, kind: (typeof kinds)[number]): JsonObject {
  const group = own(line, kind) ?? {};
  if (!isJsonObject(group)) throw wrong(kind, group, "an object", `"${kind}":{"name":[…]}`);
  return group;
}

/**
 * What the series knows beside its values, from step `from` on, as `Series.covariates` has it.
 * @param length of the target
 * @param unknown takes the categories that the model has no input for
 */
function readCovariates(
  line: JsonObject,
  length: number,
  from: number,
  { covariates, horizon }: LineFormat,
  unknown: string[],
): Float64Array[] {
  return covariates.map(({ name, kind, categories }) => {
    const group = groupOf(line, kind);
    const field = `${kind}.${name}`;
    if (!Object.hasOwn(group, name)) {
      const elsewhere = kinds.find((other) => Object.hasOwn(groupOf(line, other), name));
      throw new HindcastError(
        "data",
        `${field} is missing${elsewhere === undefined ? "" : `: ${name} stands in ${elsewhere}`}`,
        `the model was trained with ${listNames(covariates.map((one) => `${one.kind}.${one.name}`))}`,
      );
    }
    const given = group[name];
    const numbersOf = (list: unknown) => {
      if (categories === null) return readNumbers(field, list);
      if (!Array.isArray(list)) throw wrong(field, list, "a list", `"${name}":["a","b",null]`);
      return readCategories(name, field, list, categories, unknown);
    };
    if (kind === "static") return numbersOf([given]);
    const values = numbersOf(given);
    const need = kind === "future" ? length + horizon : length;
    if (kind === "future" ? values.length < need : values.length !== need)
      throw new HindcastError(
        "data",
        `${field} has ${values.length} values where ${need} are needed`,
        kind === "future" ? "a value for each value of target and each step ahead" : "a value for each value of target",
      );
    if (kind === "future") {
      const missing = values.findIndex((value, i) => i >= length && i < need && Number.isNaN(value));
      if (missing >= 0 && Array.isArray(given) && given[missing] === null)
        throw new HindcastError("data", `${field}[${missing}] is missing, and lies ahead`, "its value at that step");
    }
    return values.subarray(from);
  });
}

/** @returns indices into the categories; NaN for null, and for one that is not among them */
function readCategories(
  name: string,
  field: string,
  given: readonly unknown[],
  categories: readonly string[],
  unknown: string[],
): Float64Array {
  return Float64Array.from(given, (value, i) => {
    if (value === null) return Number.NaN;
    if (!isPlain(value) && typeof value !== "boolean")
      throw wrong(`${field}[${i}]`, value, "a category", "text, or null where there is none");
    const index = categories.indexOf(String(value).trim());
    if (index < 0 && unknown.length === 0) unknown.push(`${name} ${value}`);
    return index < 0 ? Number.NaN : index;
  });
}
