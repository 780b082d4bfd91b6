// The time column while it is read. In: its cells. Out: instants, the style they are written in, and words for a cell that is
// no stamp. A column holds dates or whole numbers, never both, for one would pass for the other.
import { HindcastError } from "../base/errors.js";
import { quoteText } from "../base/wording.js";
import { isoSpeller, suggestOrder } from "./date-order.js";
import { type Frequency, stampAt } from "./grid.js";
import { isMissing } from "./numbers.js";
import type { DateOrder, ReadOptions } from "./options.js";
import { detectTimeStyle, stampKind, stampReader, type TimeStyle } from "./stamp.js";
import type { TypedColumn } from "./typed-columns.js";
import { zoneClock } from "./zone.js";

export type StampKind = "iso" | "integer";

export interface StampColumn {
  readonly kind: StampKind;
  /** @returns NaN for a cell that is no stamp of this kind */
  read(text: string): number;
  /** @returns `read` for the rows of a typed column */
  readTyped(column: TypedColumn): (row: number) => number;
  /** What is wrong with a cell for which `read` gives NaN. */
  explain(text: string): { problem: string; hint: string };
  /** The style that loses nothing of what was read. */
  style(): TimeStyle;
}

/**
 * @param order in which dates that are not in ISO 8601 are written
 * @throws HindcastError "usage" when there is no such zone
 */
export function createStampColumn(kind: StampKind, zone: string, order?: DateOrder): StampColumn {
  const readStamp = stampReader(zone);
  const spell = isoSpeller(order);
  /** One stamp of each length and offset: all that a style depends on. */
  const samples = new Map<string, string>();
  let lastLength = -1;
  let lastOffset = "";
  let lastMark: string | undefined;
  const clock = zoneClock(zone);
  let hasFraction = false;

  const keepSample = (text: string) => {
    lastLength = text.length;
    lastOffset = text.slice(offsetStart(text));
    lastMark = text[16];
    const shape = `${lastLength} ${lastMark} ${lastOffset}`;
    if (!samples.has(shape)) samples.set(shape, text);
  };
  const read = (cell: string) => {
    const text = spell(cell);
    const stamp = readStamp(text);
    if (Number.isNaN(stamp) || isIso(text) !== (kind === "iso")) return Number.NaN;
    if (text.length !== lastLength || text[16] !== lastMark || !text.endsWith(lastOffset)) keepSample(text);
    return stamp;
  };
  return {
    kind,
    read,
    readTyped(column) {
      if (column.kind !== "instant" || kind !== "iso") return (row) => read(column.text(row));
      let isSampled = false;
      return (row) => {
        const shown = column.instant(row);
        const isFiner = !hasFraction && shown % 1000 > 0;
        if (!isSampled || isFiner) {
          isSampled = !Number.isNaN(read(column.text(row)));
          hasFraction ||= isFiner;
        }
        return column.hasOffset ? shown : clock.toInstant(shown);
      };
    },
    explain: (text) => explainStamp(text, spell(text), kind),
    style: () => detectTimeStyle([...samples.values()]),
  };
}

/** Whether a stamp is a date; only integers have neither a dash nor a Q after the first four characters. */
function isIso(text: string): boolean {
  let at = 4;
  while (text.charCodeAt(at - 4) <= 32) at++;
  const character = text[at];
  return character === "-" || character === "Q";
}

/** Where "Z", "+02:00", "+0200" or "+02" begins; the length of the text without one. */
function offsetStart(text: string): number {
  const { length } = text;
  if (length <= 16) return length;
  if (text.endsWith("Z")) return length - 1;
  for (const width of [6, 5, 3])
    if (text[length - width] === "+" || text[length - width] === "-") return length - width;
  return length;
}

/** A day, a month or a time of day as ISO 8601 writes it, whether there is one or not. */
const isoForm = /^\d{4}-(?:W\d\d|\d\d(-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?)?)$/;
const isoHint = "write it as 2024-01-31 or 2024-01-31T12:00:00Z (ISO 8601)";

/** @param text as it was read, and @param iso as it was taken: no stamp of this kind */
function explainStamp(text: string, iso: string, kind: StampKind): { problem: string; hint: string } {
  if (isMissing(text)) return { problem: "missing", hint: "fill it in, or leave the row out" };
  if (stampKind(iso) !== null)
    return {
      problem: kind === "iso" ? "a whole number among dates" : "a date among whole numbers",
      hint: "one kind of time in the column, or --time with another",
    };
  const order = suggestOrder([text]);
  if (order !== "")
    return {
      problem: order.includes(" or ") ? "a date whose day and month cannot be told apart" : "not ISO 8601",
      hint: `${order}, or ${isoHint}`,
    };
  if (isoForm.test(iso.trim())) return { problem: "a date or a time that does not exist", hint: "correct it" };
  if (/^\s*\d{1,2}([/.-])\d{1,2}\1\d{4}(?!\d)/.test(text))
    return { problem: "a date that does not exist, whichever comes first, the day or the month", hint: "correct it" };
  if (/^\s*(?:\d{1,2}[\s/.-])?(?:\d{1,2}|[a-z]{3,9}\.?)[\s/.-]\d\d(?!\d|\s+[a-z])/i.test(text))
    return { problem: "a date with two digits of its year", hint: isoHint };
  if (/^\s*\d{4}-?[0-3]\d\d\s*$/.test(text)) return { problem: "a day of a year, which is not read", hint: isoHint };
  if (/^\s*-?\d{16,}\s*$/.test(text)) return { problem: "a whole number of more than 15 digits", hint: isoHint };
  return { problem: "neither an ISO 8601 date nor a whole number", hint: `${isoHint}, or --time with another column` };
}

const periods: Readonly<Partial<Record<TimeStyle["kind"], Frequency>>> = {
  date: { kind: "day", count: 1 },
  week: { kind: "week", count: 1 },
  month: { kind: "month", count: 1, anchor: "day" },
  quarter: { kind: "month", count: 3, anchor: "day" },
};

/**
 * The ends of the cut, both kept. An end that is a day, a week, a month or a quarter is kept whole.
 * @throws HindcastError "usage" for an end that is no stamp, or not of the column's kind
 */
export function readCut(options: ReadOptions, kind: StampKind): { since: number; until: number } {
  const { since, until, tz } = options;
  const from = since === undefined ? Number.NEGATIVE_INFINITY : readEnd("--since", since, kind, tz);
  if (until === undefined) return { since: from, until: Number.POSITIVE_INFINITY };
  const to = readEnd("--until", until, kind, tz);
  const period = periods[detectTimeStyle([until]).kind];
  const last = period === undefined ? to : stampAt({ frequency: period, zone: tz }, to, 1) - 1;
  if (last < from)
    throw new HindcastError("usage", `--until ${until} is before --since ${since}`, "the earlier one after --since");
  return { since: from, until: last };
}

function readEnd(flag: string, text: string, kind: StampKind, zone: string): number {
  if (stampKind(text) === kind) return stampReader(zone)(text);
  if (stampKind(text) === null && isoForm.test(text.trim()))
    throw new HindcastError("usage", `${flag} ${quoteText(text)}: there is no such date or time`, `${flag} 2024-01-31`);
  throw new HindcastError(
    "usage",
    `${flag} ${quoteText(text)}: the time column holds ${kind === "iso" ? "dates" : "whole numbers"}`,
    kind === "iso" ? `${flag} 2024-01-31` : `${flag} 100`,
  );
}
