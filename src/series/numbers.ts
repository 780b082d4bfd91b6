// Cells that hold numbers. In: text, and how its numbers are written. Out: a finite number, or NaN, which is either a missing
// cell or one that `explainNumber` has words for. Nothing is guessed: "1,5" is a number only where the decimal mark is a comma.
import { HindcastError } from "../base/errors.js";
import { quoteText } from "../base/wording.js";
import type { DecimalMark } from "./options.js";

export interface NumberStyle {
  readonly decimal: DecimalMark;
  /** One character between groups of three digits. */
  readonly thousands?: string | undefined;
}

export type NumberReader = (text: string) => number;

const missing = /^\s*(?:-?nan|na|n\/a|#n\/a|<na>|null|none)?\s*$/i;

/** Whether a cell says that there is no value. */
export function isMissing(text: string): boolean {
  return missing.test(text);
}

const missingCategory = /^\s*(?:-?nan|#n\/a|<na>|null)?\s*$/i;

/** Whether a cell of a column of text says that there is none: "none", "NA" and "n/a" are words that a category may be called. */
export function isMissingCategory(text: string): boolean {
  return missingCategory.test(text);
}

const wholeNumber = /^\s*[+-]?\d+\s*$/;

/** @throws HindcastError "usage" for a thousands separator that cannot be told from the rest of a number */
export function numberReader(style: NumberStyle): NumberReader {
  const { decimal, thousands } = style;
  if (thousands !== undefined && (!/^[^\d\s+\-eE]$|^[ \u00a0\u202f]$/u.test(thousands) || thousands === decimal))
    throw new HindcastError(
      "usage",
      `--thousands "${thousands}" cannot separate the thousands of numbers with the decimal mark "${decimal}"`,
      "one character that is no digit, no sign and not the decimal mark",
    );
  const form = numberForm(style);
  const toPlain = plainForm(style);
  return (text) => {
    if (!form.test(text)) return Number.NaN;
    const plain = toPlain(text);
    const value = Number(plain);
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
    return wholeNumber.test(plain) || !Number.isFinite(value) ? Number.NaN : value;
  };
}

/** Rewrites a number of the style as JavaScript writes it. */
function plainForm({ decimal, thousands }: NumberStyle): (text: string) => string {
  if (thousands === undefined) return decimal === "." ? (text) => text : (text) => text.replace(",", ".");
  const separators = new RegExp(separatorClass(thousands), "gu");
  return (text) => text.replaceAll(separators, "").replace(",", ".");
}

function numberForm({ decimal, thousands }: NumberStyle): RegExp {
  const mark = decimal === "." ? "\\." : ",";
  const whole = thousands === undefined ? "\\d+" : `(?:\\d{1,3}(?:${separatorClass(thousands)}\\d{3})+|\\d+)`;
  return new RegExp(`^\\s*[+-]?(?:${whole}(?:${mark}\\d*)?|${mark}\\d+)(?:[eE][+-]?\\d+)?\\s*$`, "u");
}

/** A space stands for the spaces that do not break, too. */
function separatorClass(thousands: string): string {
  return /\s/u.test(thousands) ? "[ \\u00a0\\u202f]" : `[\\u{${thousands.codePointAt(0)!.toString(16)}}]`;
}

/** Whether there is one in a cell, as far as the style has one. */
function holdsSeparator(cell: string, thousands: string | undefined): boolean {
  return thousands === undefined || new RegExp(separatorClass(thousands), "u").test(cell);
}

/** Styles that are worth a hint, with the flags that ask for them. */
const otherStyles: readonly (NumberStyle & { readonly flags: string })[] = [
  { decimal: ".", flags: "--decimal ." },
  { decimal: ",", flags: "--decimal ," },
  { decimal: ".", thousands: ",", flags: "--thousands ," },
  { decimal: ",", thousands: ".", flags: "--decimal , --thousands ." },
  { decimal: ".", thousands: " ", flags: '--thousands " "' },
  { decimal: ",", thousands: " ", flags: '--decimal , --thousands " "' },
  { decimal: ".", thousands: "'", flags: `--thousands "'"` },
];

export interface NumberProblem {
  /** Follows the value: "is …". */
  readonly problem: string;
  readonly hint: string;
  /** The cell is a number all the same, one that cannot be used. */
  readonly isNumber: boolean;
}

/** @param where the line stands; "" where the caller says so */
export function cellError(
  where: string,
  column: string,
  text: string,
  { problem, hint }: { readonly problem: string; readonly hint: string },
): HindcastError {
  const place = where === "" ? "" : `${where}: `;
  return new HindcastError(
    "data",
    `${place}${column} is ${isMissing(text) ? "" : `${quoteText(text)}, `}${problem}`,
    hint,
  );
}

/** What is wrong with a cell that is neither a number nor missing. */
export function explainNumber(text: string, style: NumberStyle): NumberProblem {
  const isNumber = numberForm(style).test(text);
  if (isNumber && Number.isFinite(Number(plainForm(style)(text))))
    return {
      problem: "beyond 2^53, where whole numbers are no longer exact",
      hint: "write it as 1.5e18 where rounding does no harm",
      isNumber,
    };
  if (isNumber || /^\s*[+-]?inf(?:inity)?\s*$/i.test(text))
    return { problem: "infinite", hint: "leave the cell empty where there is no value", isNumber: true };
  return {
    problem: "not a number",
    hint: hintOfNumber(text, style) || "--target with a numeric column; leave the cell empty where there is no value",
    isNumber,
  };
}

/** A sign of currency or of percent on either side of a number. */
const besideNumber = /^\s*([+-]?)([\p{Sc}%])?\s*([^\p{Sc}%]*?)\s*([\p{Sc}%])?\s*$/u;

/**
 * What makes a number of a cell that is none as it stands: flags, or to take a sign away. Out: "" where nothing does, or the cell is a
 * number or missing.
 */
export function hintOfNumber(text: string, style: NumberStyle): string {
  const form = numberForm(style);
  if (isMissing(text) || form.test(text)) return "";
  const flags = flagsFor(text.trim());
  if (flags !== "") return flags;
  const [, minus, before, number, after] = besideNumber.exec(text) ?? [];
  const sign = before ?? after;
  if (sign === undefined || (before !== undefined && after !== undefined)) return "";
  const alone = `${minus}${number}`;
  const more = form.test(alone) ? "" : flagsFor(alone);
  if (more === "" && !form.test(alone)) return "";
  return `numbers without ${sign}${more === "" ? "" : `, and ${more}`}`;
}

/** The flags by which a cell is a number, in all styles in which it is; "" where there is none. */
function flagsFor(cell: string): string {
  return otherStyles
    .filter((other) => numberForm(other).test(cell) && holdsSeparator(cell, other.thousands))
    .map((other) => other.flags)
    .join(" or ");
}
