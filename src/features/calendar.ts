// What a step's place in the calendar says: known as far ahead as one likes. In: a grid and a first stamp. Out: a sine and a
// cosine per cycle and step, by the wall clock of the grid's zone, so that 8 o'clock stays 8 o'clock across DST.
import { HindcastError } from "../base/errors.js";
import { civilDate, dayMs, dayNumber, monthLength, weekdayOf } from "../series/calendar.js";
import { type Frequency, type Grid, stamper } from "../series/grid.js";
import { zoneClock } from "../series/zone.js";

/** hour: time of day to the millisecond; weekday, monthday, yearday, month: day of the week, month and year, month of the year. */
export const calendarFeatures = ["hour", "weekday", "monthday", "yearday", "month"] as const;
export type CalendarFeature = (typeof calendarFeatures)[number];

/** @throws HindcastError "usage" for a name there is not, or for names where time is an integer */
export function calendarNames(
  frequency: Frequency,
  choice: "auto" | "none" | readonly string[],
): readonly CalendarFeature[] {
  if (choice === "none") return [];
  if (choice === "auto") return usualFeatures(frequency);
  const unknown = choice.find((name) => !isCalendarFeature(name));
  if (unknown !== undefined)
    throw new HindcastError(
      "usage",
      `there is no calendar feature "${unknown}"`,
      `--calendar auto, none, or some of: ${calendarFeatures.join(",")}`,
    );
  if (frequency.kind === "integer" && choice.length > 0)
    throw new HindcastError(
      "usage",
      `integer time has no calendar, so --calendar ${choice.join(",")} means nothing`,
      "leave out --calendar, or name a column of dates with --time",
    );
  return calendarFeatures.filter((name) => choice.includes(name));
}

function isCalendarFeature(name: string): name is CalendarFeature {
  return calendarFeatures.some((feature) => feature === name);
}

/** The cycles that a step's frequency can tell apart and that data usually follow. */
function usualFeatures(frequency: Frequency): readonly CalendarFeature[] {
  switch (frequency.kind) {
    case "integer":
      return [];
    case "fixed":
      return frequency.ms < dayMs ? ["hour", "weekday"] : ["weekday", "yearday"];
    case "day":
      return ["weekday", "yearday"];
    case "business-day":
      return ["weekday"];
    case "week":
      return ["yearday"];
    case "month":
      return frequency.count % 12 === 0 ? [] : ["month"];
    default:
      return frequency satisfies never;
  }
}

/**
 * @param start stamp of the first step
 * @returns [length × 2·names], row-major: sine and cosine of 2π times the share of each cycle that has passed; never NaN
 */
export function calendarChannels(
  grid: Grid,
  start: number,
  length: number,
  names: readonly CalendarFeature[],
): Float32Array {
  const channels = new Float32Array(length * names.length * 2);
  if (names.length === 0) return channels;
  const at = stamper(grid, start);
  const clock = zoneClock(grid.zone);
  let day = Number.NaN;
  let shares: Readonly<Record<CalendarFeature, number>> = { hour: 0, weekday: 0, monthday: 0, yearday: 0, month: 0 };
  let i = 0;
  for (let k = 0; k < length; k++) {
    const local = clock.toLocal(at(k));
    const today = Math.floor(local / dayMs);
    if (today !== day) {
      day = today;
      shares = sharesOfDay(day);
    }
    for (const name of names) {
      const angle = 2 * Math.PI * (name === "hour" ? (local - day * dayMs) / dayMs : shares[name]);
      channels[i++] = Math.sin(angle);
      channels[i++] = Math.cos(angle);
    }
  }
  return channels;
}

/** Share of each cycle that has passed when a day begins, in [0, 1). */
function sharesOfDay(number: number): Readonly<Record<CalendarFeature, number>> {
  const { year, month, day } = civilDate(number);
  const newYear = dayNumber(year, 1, 1);
  return {
    hour: 0,
    weekday: weekdayOf(number) / 7,
    monthday: (day - 1) / monthLength(year, month),
    yearday: (number - newYear) / (dayNumber(year + 1, 1, 1) - newYear),
    month: (month - 1) / 12,
  };
}
