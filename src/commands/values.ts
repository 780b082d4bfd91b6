// Kinds of values a flag takes. In: what an edge gives (text from argv and the environment; text, numbers, booleans and lists
// from a settings file). Out: a typed value, or the words for what would have been allowed.
import * as z from "../base/schema.js";

export interface Value<T> {
  readonly schema: z.Reader<T>;
  /** Completes "it must be …". */
  readonly allowed: string;
  /** Stands for the value in the help; "" for a toggle, which takes none. */
  readonly placeholder: string;
  /** The words it may be, or may start its list with. */
  readonly choices?: readonly string[];
  /** Several, joined by commas or by repeating the flag. */
  readonly list?: true;
  /** What the flag alone, with no value after it, stands for. */
  readonly bare?: string;
  /** A path: the shell completes it. */
  readonly path?: true;
}

/** A settings file may hold a table where a word belongs, which is not for String to tell. */
export function wordOf(given: unknown): string {
  return typeof given === "object" ? JSON.stringify(given) : String(given);
}

/** On or off. */
export const toggle: Value<boolean> = {
  schema: z.preprocess((given) => booleans.get(wordOf(given).toLowerCase()) ?? given, z.boolean()),
  allowed: "true or false",
  placeholder: "",
};

const booleans = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false],
]);

/** Any text but the empty one. A settings file may hold it as a number. */
export function text(placeholder: string): Value<string> {
  return {
    schema: z.preprocess((given) => (typeof given === "number" ? String(given) : given), z.string().min(1)),
    allowed: "text that is not empty",
    placeholder,
  };
}

/** One character; a tab can be written as \t. */
export const character: Value<string> = {
  schema: z.preprocess((given) => (given === "\\t" ? "\t" : given), z.string().length(1)),
  allowed: "one character",
  placeholder: "CHAR",
};

export function path(placeholder: string): Value<string> {
  return { ...text(placeholder), allowed: "a path", path: true };
}

export function oneOf<const T extends string>(choices: readonly T[], placeholder = choices.join("|")): Value<T> {
  return { schema: z.enum(choices), allowed: orList(choices), placeholder, choices };
}

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Value<number> {
  return {
    schema: z.preprocess(readNumber, z.int().min(min).max(max)),
    allowed:
      max === Number.MAX_SAFE_INTEGER ? `a whole number, ${min} or more` : `a whole number from ${min} to ${max}`,
    placeholder: "N",
  };
}

/** @param bounds `above` is itself refused, `min` and `max` are not */
export function realNumber(bounds: { above?: number; min?: number; max?: number } = {}): Value<number> {
  const { above = Number.NEGATIVE_INFINITY, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  const limits = [
    Number.isFinite(above) && `above ${above}`,
    Number.isFinite(min) && `${min} or more`,
    Number.isFinite(max) && `${max} at most`,
  ].filter((limit) => limit !== false);
  return {
    schema: z.preprocess(readNumber, z.number().gt(above).min(min).max(max)),
    allowed: ["a number", ...limits].join(", "),
    placeholder: "X",
  };
}

export function listOf<T>(item: Value<T>, most = Number.POSITIVE_INFINITY): Value<readonly T[]> {
  const several = Number.isFinite(most) ? `up to ${most}` : "several";
  return {
    schema: z.preprocess(splitList, z.array(item.schema).min(1).max(most)),
    allowed: `${item.allowed}; ${several} are joined by commas`,
    placeholder: `${item.placeholder}[,${item.placeholder}]`,
    ...(item.choices && { choices: item.choices }),
    list: true,
  };
}

/** Some fixed words, or else another kind of value. */
export function wordOr<const W extends string, T>(words: readonly W[], value: Value<T>): Value<W | T> {
  return {
    schema: z.union([z.enum(words), value.schema]),
    allowed: `${words.join(", ")} or ${value.allowed}`,
    placeholder: `${words.join("|")}|${value.placeholder}`,
    choices: [...words, ...(value.choices ?? [])],
    ...(value.list && { list: true }),
  };
}

/** A convolution's filters and its width in steps, as text; `parseConvolution` reads it. */
export const convolution: Value<string> = {
  schema: z.string().regex(/^[1-9]\d{0,3}x[1-9]\d{0,2}$/),
  allowed: "filters by width, such as 32x5",
  placeholder: "FxW",
};

/** @param asked as `convolution` reads it; null for "none" */
export function parseConvolution(asked: string): { filters: number; width: number } | null {
  const [filters, width] = asked.split("x").map(Number);
  return width === undefined ? null : { filters: filters!, width };
}

/** A length of wall-clock time, in milliseconds. A bare number is seconds. */
export const durationMs: Value<number> = {
  schema: z.preprocess(readDuration, z.number().positive()),
  allowed: "a time such as 90s, 10m or 1h30m",
  placeholder: "10m",
};

/** Steps ahead: a count, or a span of time that only the data's frequency turns into one. */
export const horizon: Value<string> = {
  schema: z.preprocess(
    (given) => (typeof given === "number" ? String(given) : given),
    z.string().regex(/^\s*0*[1-9]\d*(\s*[a-z]+)?\s*$/i),
  ),
  allowed: 'a whole number of steps, 1 or more, or a span of time such as "2 weeks"',
  placeholder: "N",
};

export interface AskedShard {
  readonly index: number | "auto";
  readonly count: number;
}

/** Part I of N; whether I is below N is only known once `auto` is. */
export const shard: Value<AskedShard> = {
  schema: z
    .string()
    .regex(/^(\d{1,7}|auto)\/[1-9]\d{0,6}$/)
    .transform((text) => {
      const [index, count] = text.split("/");
      return { index: index === "auto" ? index : Number(index), count: Number(count) };
    }),
  allowed: "I/N, part I (from 0) of N, or auto/N",
  placeholder: "I/N",
};

const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function readNumber(given: unknown): unknown {
  return typeof given === "string" && decimalNumber.test(given.trim()) ? Number(given) : given;
}

const clockUnitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readDuration(given: unknown): unknown {
  if (typeof given === "number") return given * 1000;
  if (typeof given !== "string") return given;
  const compact = given.replaceAll(/\s/g, "");
  if (/^\d+(\.\d+)?$/.test(compact)) return Number(compact) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(compact)) return given;
  let sum = 0;
  for (const [, count, unit] of compact.matchAll(/([\d.]+)([a-z]+)/g)) sum += Number(count) * clockUnitsMs[unit!]!;
  return sum;
}

/** Splits at commas outside double quotes; the flag may also be repeated, or be a list in a settings file. */
function splitList(given: unknown): unknown {
  if (Array.isArray(given)) return given.flatMap((item) => (typeof item === "string" ? splitText(item) : [item]));
  return typeof given === "string" ? splitText(given) : [given];
}

function splitText(given: string): string[] {
  return given
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((item) => item.trim())
    .map((item) => (/^".*"$/s.test(item) ? item.slice(1, -1).replaceAll('""', '"') : item));
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
