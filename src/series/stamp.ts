// Time stamps as text. In: a cell of the time column. Out: an instant (epoch milliseconds, or the integer), and the style to
// write later stamps in, so that a date stays a date and an offset stays an offset.
import * as z from "../base/schema.js";
import { civilDate, dayMs, dayNumber, firstIsoMonday, hourMs, minuteMs, monthLength, weekdayOf } from "./calendar.js";
import { type ZoneClock, zoneClock } from "./zone.js";

export const timeStyleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("integer") }),
  /** "2024Q1", or "2024-Q1" */
  z.strictObject({ kind: z.literal("quarter"), separator: z.enum(["", "-"]) }),
  /** "2024-01" */
  z.strictObject({ kind: z.literal("month") }),
  /** "2024-W05", a week by its Monday (ISO 8601) */
  z.strictObject({ kind: z.literal("week") }),
  /** "2024-01-31" */
  z.strictObject({ kind: z.literal("date") }),
  z.strictObject({
    kind: z.literal("datetime"),
    separator: z.enum(["T", " "]),
    precision: z.enum(["minute", "second", "millisecond"]),
    /**
     * "none": no offset is written; "Z"; "offset": the zone's own offset at that instant, as +02:00; a number: the minutes
     * east of Greenwich that every stamp of the input had, which are written as long as the zone is UTC.
     */
    offset: z.union([z.enum(["none", "Z", "offset"]), z.int().min(-1439).max(1439)]),
  }),
]);

export type TimeStyle = Readonly<z.infer<typeof timeStyleSchema>>;

/**
 * A reader of stamps. It takes integers, ISO 8601 dates and times down to the millisecond (with a "T" or a space, with "Z", an
 * offset or none), years with a month, a quarter or a week, and spaces around them.
 * @param zone where stamps without an offset were taken
 * @returns epoch milliseconds; the integer itself for an integer; NaN for anything else, impossible dates included
 * @throws HindcastError "usage" when there is no such zone
 */
export function stampReader(zone: string): (text: string) => number {
  const clock = zoneClock(zone);
  const read = (text: string) => {
    const stamp = readIso(text, clock);
    return Number.isNaN(stamp) ? readInteger(text) : stamp;
  };
  return (text) => {
    const stamp = read(text);
    return Number.isNaN(stamp) && text.length > 0 ? read(text.trim()) : stamp;
  };
}

/** What a reader would take the text for; null when it is no stamp. */
export function stampKind(text: string): "iso" | "integer" | null {
  const trimmed = text.trim();
  if (!Number.isNaN(readIso(trimmed, zoneClock("UTC")))) return "iso";
  return Number.isNaN(readInteger(trimmed)) ? null : "integer";
}

const dash = 45;

/** The two digits at `i`, or NaN. */
function twoDigits(text: string, i: number): number {
  const tens = text.charCodeAt(i) - 48;
  const ones = text.charCodeAt(i + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** NaN unless the text is at most fifteen digits, with or without a minus sign: what a double holds exactly. */
function readInteger(text: string): number {
  const first = text.charCodeAt(0) === dash ? 1 : 0;
  if (text.length === first || text.length > first + 15) return Number.NaN;
  let value = 0;
  for (let i = first; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return first === 1 && value > 0 ? -value : value;
}

function readIso(text: string, clock: ZoneClock): number {
  const { length } = text;
  if (length < 6) return Number.NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const hasDash = text.charCodeAt(4) === dash;
  const letter = text[hasDash ? 5 : 4];
  if (letter === "Q" && length === (hasDash ? 7 : 6)) {
    const quarter = text.charCodeAt(length - 1) - 48;
    if (!(quarter >= 1 && quarter <= 4)) return Number.NaN;
    return clock.toInstant(dayNumber(year, quarter * 3 - 2, 1) * dayMs);
  }
  if (!hasDash) return Number.NaN;
  if (letter === "W" && length === 8) {
    const week = twoDigits(text, 6);
    const monday = firstIsoMonday(year) + (week - 1) * 7;
    if (!(week >= 1 && monday < firstIsoMonday(year + 1))) return Number.NaN;
    return clock.toInstant(monday * dayMs);
  }
  const month = twoDigits(text, 5);
  if (!(month >= 1 && month <= 12)) return Number.NaN;
  if (length === 7) return clock.toInstant(dayNumber(year, month, 1) * dayMs);
  const day = twoDigits(text, 8);
  if (text.charCodeAt(7) !== dash || !(day >= 1 && day <= monthLength(year, month))) return Number.NaN;
  const date = dayNumber(year, month, day) * dayMs;
  return length === 10 ? clock.toInstant(date) : readTime(text, date, clock);
}

/** The instant of `date` at the time of day that stands from the eleventh character on. */
function readTime(text: string, date: number, clock: ZoneClock): number {
  const separator = text[10];
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  if ((separator !== "T" && separator !== " ") || text[13] !== ":" || !(hour <= 24 && minute <= 59)) return Number.NaN;
  let local = date + hour * hourMs + minute * minuteMs;
  let i = 16;
  if (text[i] === ":") {
    const second = twoDigits(text, i + 1);
    if (!(second <= 59)) return Number.NaN;
    local += second * 1000;
    i += 3;
    if (text[i] === "." || text[i] === ",") {
      const from = ++i;
      let scale = 100;
      let fraction = 0;
      for (; i < text.length; i++, scale /= 10) {
        const digit = text.charCodeAt(i) - 48;
        if (!(digit >= 0 && digit <= 9)) break;
        if (scale >= 1) fraction += digit * scale;
      }
      if (i === from) return Number.NaN;
      local += fraction;
    }
  }
  if (hour === 24 && local !== date + dayMs) return Number.NaN;
  if (i === text.length) return clock.toInstant(local);
  if (text[i] === "Z") return i + 1 === text.length ? local : Number.NaN;
  return local - readOffset(text, i) * minuteMs;
}

/** Minutes east of Greenwich of the "+hh", "+hhmm" or "+hh:mm" that ends the text at `i`, or NaN. */
function readOffset(text: string, i: number): number {
  const sign = text[i] === "+" ? 1 : text[i] === "-" ? -1 : Number.NaN;
  const hours = twoDigits(text, i + 1);
  const hasColon = text[i + 3] === ":";
  const minutes = text.length === i + 3 ? 0 : twoDigits(text, i + (hasColon ? 4 : 3));
  const end = text.length === i + 3 ? i + 3 : i + (hasColon ? 6 : 5);
  return hours <= 23 && minutes <= 59 && end === text.length ? sign * (hours * 60 + minutes) : Number.NaN;
}

const datetimeForm = /^\d{4}-\d\d-\d\d([T ])\d\d:\d\d(:\d\d)?([.,]\d+)?(.*)$/;

/**
 * The style that loses nothing of the samples: the finest of them, with the offset they share.
 * @param samples stamps that a reader takes; any others are passed over
 */
export function detectTimeStyle(samples: readonly string[]): TimeStyle {
  const texts = samples.map((sample) => sample.trim()).filter((text) => stampKind(text) !== null);
  if (texts.some((text) => stampKind(text) === "integer")) return { kind: "integer" };
  const times = texts.map((text) => datetimeForm.exec(text)).filter((match) => match !== null);
  const [first] = times;
  if (first === undefined) {
    if (texts.some((text) => text.length === 10)) return { kind: "date" };
    if (texts.some((text) => text.includes("W"))) return { kind: "week" };
    const quarter = texts.find((text) => text.includes("Q"));
    if (quarter === undefined) return texts.length > 0 ? { kind: "month" } : { kind: "date" };
    return { kind: "quarter", separator: quarter.includes("-") ? "-" : "" };
  }
  return {
    kind: "datetime",
    separator: first[1] === "T" ? "T" : " ",
    precision: times.some((match) => match[3] !== undefined)
      ? "millisecond"
      : times.some((match) => match[2] !== undefined)
        ? "second"
        : "minute",
    offset: sharedOffset(times.map((match) => match[4]!)),
  };
}

function sharedOffset(offsets: readonly string[]): "none" | "Z" | "offset" | number {
  const first = offsets[0]!;
  if (offsets.every((offset) => offset === "")) return "none";
  if (offsets.every((offset) => offset === "Z" || offset === "")) return "Z";
  const minutes = readOffset(first, 0);
  return offsets.every((offset) => readOffset(offset, 0) === minutes) ? minutes : "offset";
}

/**
 * The stamp as text, in the style as long as that loses nothing: a date with a time of day is written with its time.
 * @param instant epoch milliseconds, or the integer
 */
export function formatStamp(style: TimeStyle, zone: string, instant: number): string {
  if (style.kind === "integer") return String(instant);
  const clock = zoneClock(zone);
  if (style.kind === "datetime") return formatDatetime(style, clock, instant);
  const local = clock.toLocal(instant);
  const day = Math.floor(local / dayMs);
  if (clock.toInstant(day * dayMs) !== instant)
    return formatDatetime({ kind: "datetime", separator: " ", precision: "minute", offset: "none" }, clock, instant);
  const date = civilDate(day);
  if (style.kind === "month" && date.day === 1) return `${pad(date.year, 4)}-${pad(date.month, 2)}`;
  if (style.kind === "quarter" && date.day === 1 && date.month % 3 === 1)
    return `${pad(date.year, 4)}${style.separator}Q${(date.month + 2) / 3}`;
  if (style.kind === "week" && weekdayOf(day) === 0) {
    const { year } = civilDate(day + 3);
    return `${pad(year, 4)}-W${pad((day - firstIsoMonday(year)) / 7 + 1, 2)}`;
  }
  return formatDate(day);
}

function formatDatetime(style: TimeStyle & { kind: "datetime" }, clock: ZoneClock, instant: number): string {
  const fixedMinutes = style.offset === "Z" ? 0 : typeof style.offset === "number" && clock.isUtc ? style.offset : null;
  const minutes = fixedMinutes ?? Math.round((clock.toLocal(instant) - instant) / minuteMs);
  const local = style.offset === "none" ? clock.toLocal(instant) : instant + minutes * minuteMs;
  const day = Math.floor(local / dayMs);
  const time = local - day * dayMs;
  const milliseconds = time % 1000;
  const seconds = Math.floor(time / 1000) % 60;
  let text = `${formatDate(day)}${style.separator}${pad(Math.floor(time / hourMs), 2)}:${pad(Math.floor(time / minuteMs) % 60, 2)}`;
  if (style.precision !== "minute" || seconds > 0 || milliseconds > 0) text += `:${pad(seconds, 2)}`;
  if (style.precision === "millisecond" || milliseconds > 0) text += `.${pad(milliseconds, 3)}`;
  if (style.offset === "none") return text;
  if (style.offset === "Z") return `${text}Z`;
  const size = Math.abs(minutes);
  return `${text}${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function formatDate(day: number): string {
  const date = civilDate(day);
  return `${pad(date.year, 4)}-${pad(date.month, 2)}-${pad(date.day, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
