// Frequencies and spans of time as text. In: what a user writes after --freq and --horizon. Out: a Frequency, and back; a
// horizon in steps.
import { HindcastError } from "../base/errors.js";
import { dayMs, hourMs, minuteMs } from "./calendar.js";
import { type Frequency, frequencySchema } from "./grid.js";

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const forms = "s, 15min, h, 6h, d, b, w, w-mon, ms, me, qs, qe, ys, ye, or a whole number for integer time";

/** @param text as `formatFrequency` writes it, or with a weekday (see `parseWeekday`) @throws HindcastError "usage" */
export function parseFrequency(text: string): Frequency {
  const match = /^(\d*(?:\.\d+)?)([a-z]*)(?:-([a-z]+))?$/.exec(text.trim().toLowerCase());
  const [, digits = "", unit = "", weekday] = match ?? [];
  const count = digits === "" ? 1 : Number(digits);
  const isKnown = weekday === undefined || (unit === "w" && weekdays.includes(weekday));
  const frequency = match !== null && isKnown && (digits !== "" || unit !== "") ? frequencyOf(count, unit) : undefined;
  if (frequency === undefined || !frequencySchema.safeParse(frequency).success)
    throw new HindcastError("usage", `"${text}" is not a frequency`, `--freq with one of: ${forms}`);
  return frequency;
}

function frequencyOf(count: number, unit: string): Frequency | undefined {
  switch (unit) {
    case "":
      return { kind: "integer", step: count };
    case "s":
      return { kind: "fixed", ms: Math.round(count * 1000) };
    case "min":
    case "t":
      return { kind: "fixed", ms: count * minuteMs };
    case "h":
      return { kind: "fixed", ms: count * hourMs };
    case "d":
      return { kind: "day", count };
    case "b":
      return count === 1 ? { kind: "business-day" } : undefined;
    case "w":
      return { kind: "week", count };
    case "ms":
    case "me":
    case "qs":
    case "qe":
    case "ys":
    case "ye": {
      const months = { m: 1, q: 3, y: 12 }[unit[0] as "m" | "q" | "y"];
      return { kind: "month", count: count * months, anchor: unit[1] === "e" ? "end" : "day" };
    }
    default:
      return undefined;
  }
}

/** The weekday that a frequency such as "w-sun" asks for: 0 is Monday, 6 is Sunday; null when it names none. */
export function parseWeekday(text: string): number | null {
  const index = weekdays.indexOf(text.trim().toLowerCase().split("-")[1] ?? "");
  return index < 0 ? null : index;
}

/** The shortest text that `parseFrequency` reads back. */
export function formatFrequency(frequency: Frequency): string {
  switch (frequency.kind) {
    case "integer":
      return String(frequency.step);
    case "fixed": {
      const { ms } = frequency;
      if (ms % hourMs === 0) return counted(ms / hourMs, "h");
      return ms % minuteMs === 0 ? counted(ms / minuteMs, "min") : counted(ms / 1000, "s");
    }
    case "day":
      return counted(frequency.count, "d");
    case "business-day":
      return "b";
    case "week":
      return counted(frequency.count, "w");
    case "month": {
      const end = frequency.anchor === "end" ? "e" : "s";
      const { count } = frequency;
      if (count % 12 === 0) return counted(count / 12, `y${end}`);
      return count % 3 === 0 ? counted(count / 3, `q${end}`) : counted(count, `m${end}`);
    }
    default:
      return frequency satisfies never;
  }
}

/** In words: what comes after "every". */
export function describeFrequency(frequency: Frequency): string {
  switch (frequency.kind) {
    case "integer":
      return inWords(frequency.step, "number");
    case "fixed": {
      const { ms } = frequency;
      if (ms % hourMs === 0) return inWords(ms / hourMs, "hour");
      return ms % minuteMs === 0 ? inWords(ms / minuteMs, "minute") : inWords(ms / 1000, "second");
    }
    case "day":
    case "week":
      return inWords(frequency.count, frequency.kind);
    case "business-day":
      return "business day";
    case "month":
      return frequency.count % 12 === 0 ? inWords(frequency.count / 12, "year") : inWords(frequency.count, "month");
    default:
      return frequency satisfies never;
  }
}

function inWords(count: number, unit: string): string {
  return count === 1 ? unit : `${count} ${unit}s`;
}

function counted(count: number, unit: string): string {
  return count === 1 ? unit : `${count}${unit}`;
}

type Span = { readonly ms: number } | { readonly months: number } | { readonly businessDays: number };

const spans: Readonly<Record<string, Span>> = {
  s: { ms: 1000 },
  second: { ms: 1000 },
  min: { ms: minuteMs },
  minute: { ms: minuteMs },
  h: { ms: hourMs },
  hour: { ms: hourMs },
  d: { ms: dayMs },
  day: { ms: dayMs },
  b: { businessDays: 1 },
  "business day": { businessDays: 1 },
  w: { ms: 7 * dayMs },
  week: { ms: 7 * dayMs },
  month: { months: 1 },
  quarter: { months: 3 },
  y: { months: 12 },
  year: { months: 12 },
};

/** More is a slip of the keyboard, and would be found out by the memory it takes. */
const longestHorizon = 1_000_000;

/**
 * Steps of a horizon: a count ("12", "12 steps") or a span ("2 weeks", "36h").
 * @throws HindcastError "usage" when it is neither, or not a whole number of steps of this frequency
 */
export function parseDuration(text: string, frequency: Frequency): number {
  const match = /^(\d+)\s*([a-z ]*)$/.exec(text.trim().toLowerCase());
  const count = Number(match?.[1]);
  const unit = match?.[2] ?? "";
  if (match === null || !(count >= 1 && count <= longestHorizon))
    throw new HindcastError(
      "usage",
      count > longestHorizon
        ? `"${text}": a horizon has ${longestHorizon} steps at most`
        : `"${text}" is not a horizon`,
      '--horizon with steps, such as 12, or a span, such as "2 weeks"',
    );
  if (unit === "" || unit === "step" || unit === "steps") return count;
  const span = spans[unit] ?? spans[unit.replace(/s$/, "")];
  if (span === undefined)
    throw new HindcastError(
      "usage",
      `"${text}": there is no unit of time "${unit}"`,
      "one of: steps, seconds, minutes, hours, days, business days, weeks, months, quarters, years",
    );
  const steps = stepsOf(count, span, frequency);
  if (!Number.isInteger(steps))
    throw new HindcastError(
      "usage",
      `"${text}" is not a whole number of steps: the data come every ${describeFrequency(frequency)}`,
      "--horizon with the number of steps, such as 12",
    );
  return steps;
}

/** A fraction when the span ends between two steps; NaN when the two have no fixed ratio. */
function stepsOf(count: number, span: Span, frequency: Frequency): number {
  if ("businessDays" in span) return frequency.kind === "business-day" ? count * span.businessDays : Number.NaN;
  if ("months" in span) return frequency.kind === "month" ? (count * span.months) / frequency.count : Number.NaN;
  switch (frequency.kind) {
    case "fixed":
      return (count * span.ms) / frequency.ms;
    case "day":
      return (count * span.ms) / (frequency.count * dayMs);
    case "week":
      return (count * span.ms) / (frequency.count * 7 * dayMs);
    case "business-day":
      return span.ms === 7 * dayMs ? count * 5 : Number.NaN;
    case "integer":
    case "month":
      return Number.NaN;
    default:
      return frequency satisfies never;
  }
}
