// Regular time grids. In: a frequency, a zone and a series' first stamp. Out: the stamp of any step, and the step of any stamp.
import * as z from "../base/schema.js";
import { civilDate, dayMs, dayNumber, monthLength, weekdayOf } from "./calendar.js";
import { type ZoneClock, zoneClock } from "./zone.js";

export const frequencySchema = z.discriminatedUnion("kind", [
  /** Integer time, `step` apart. */
  z.strictObject({ kind: z.literal("integer"), step: z.int().positive() }),
  /** A fixed number of milliseconds (seconds, minutes, hours): the same length whatever the zone. */
  z.strictObject({ kind: z.literal("fixed"), ms: z.int().positive() }),
  /** Calendar days in the zone, 23 to 25 hours long, at the same wall-clock time. */
  z.strictObject({ kind: z.literal("day"), count: z.int().positive() }),
  /** Monday to Friday. */
  z.strictObject({ kind: z.literal("business-day") }),
  /** Weeks, on the weekday of the first stamp. */
  z.strictObject({ kind: z.literal("week"), count: z.int().positive() }),
  /** Months (quarters are 3, years 12): on the same day of the month, or on the month's last day. */
  z.strictObject({ kind: z.literal("month"), count: z.int().positive(), anchor: z.enum(["day", "end"]) }),
]);

export type Frequency = Readonly<z.infer<typeof frequencySchema>>;

export interface Grid {
  readonly frequency: Frequency;
  /** IANA zone whose calendar days, weeks and months follow; "UTC" by default. */
  readonly zone: string;
}

/** The stamp `k` steps after `start`; `k` may be negative. For many of one series take `stamper` or `stampsOf`. */
export function stampAt(grid: Grid, start: number, k: number): number {
  return stamper(grid, start)(k);
}

/** Steps from `start` to `stamp`; NaN when the stamp is off the grid. For many of one series take `stepper`. */
export function stepsBetween(grid: Grid, start: number, stamp: number): number {
  return stepper(grid, start)(stamp);
}

/** Stamps of the first `count` steps. @returns [count] */
export function stampsOf(grid: Grid, start: number, count: number): Float64Array {
  const at = stamper(grid, start);
  const stamps = new Float64Array(count);
  for (let k = 0; k < count; k++) stamps[k] = at(k);
  return stamps;
}

/** The grid that begins at `start`, as a function from steps to stamps. */
export function stamper(grid: Grid, start: number): (k: number) => number {
  const { frequency } = grid;
  if (frequency.kind === "integer") return (k) => start + k * frequency.step;
  if (frequency.kind === "fixed") return (k) => start + k * frequency.ms;
  const clock = zoneClock(grid.zone);
  const wall = wallTime(clock, start);
  const day = Math.floor(wall / dayMs);
  const time = wall - day * dayMs;
  const dayOf = daysFrom(frequency, day);
  // The second of two instants that share a wall time has no name of its own, so the first step is given as it came.
  return (k) => (k === 0 ? start : clock.toInstant(dayOf(k) * dayMs + time));
}

/** The grid that begins at `start`, as a function from stamps to steps, NaN off the grid. */
export function stepper(grid: Grid, start: number): (stamp: number) => number {
  const at = stamper(grid, start);
  const nearest = nearestStep(grid, start);
  return (stamp) => {
    const k = nearest(stamp);
    return at(k) === stamp ? k : Number.NaN;
  };
}

/** The step on whose day, or in whose fixed length, a stamp lies; exact for every stamp on the grid. */
function nearestStep({ frequency, zone }: Grid, start: number): (stamp: number) => number {
  if (frequency.kind === "integer") return (stamp) => Math.round((stamp - start) / frequency.step);
  if (frequency.kind === "fixed") return (stamp) => Math.round((stamp - start) / frequency.ms);
  const clock = zoneClock(zone);
  const wall = wallTime(clock, start);
  switch (frequency.kind) {
    case "day":
    case "week": {
      const length = frequency.count * (frequency.kind === "week" ? 7 : 1) * dayMs;
      return (stamp) => Math.round((clock.toLocal(stamp) - wall) / length);
    }
    case "business-day": {
      const first = businessNumber(Math.floor(wall / dayMs));
      return (stamp) => businessNumber(Math.floor(clock.toLocal(stamp) / dayMs)) - first;
    }
    case "month": {
      const first = monthNumber(Math.floor(wall / dayMs));
      return (stamp) => Math.round((monthNumber(Math.floor(clock.toLocal(stamp) / dayMs)) - first) / frequency.count);
    }
    default:
      return frequency satisfies never;
  }
}

type CalendarFrequency = Exclude<Frequency, { kind: "integer" | "fixed" }>;

/** Day number of each step, from the one of step 0. */
function daysFrom(frequency: CalendarFrequency, day: number): (k: number) => number {
  switch (frequency.kind) {
    case "day":
      return (k) => day + k * frequency.count;
    case "week":
      return (k) => day + k * frequency.count * 7;
    case "business-day": {
      const first = businessNumber(day);
      return (k) => businessDay(first + k);
    }
    case "month": {
      const first = monthNumber(day);
      const anchor = frequency.anchor === "end" ? 31 : civilDate(day).day;
      return (k) => dayInMonth(first + k * frequency.count, anchor);
    }
    default:
      return frequency satisfies never;
  }
}

/**
 * The wall time a stamp stands for. A day whose midnight is skipped begins at its first instant, so a stamp there means
 * midnight, and the days after it are at midnight too.
 */
function wallTime(clock: ZoneClock, stamp: number): number {
  const local = clock.toLocal(stamp);
  if (clock.isUtc) return local;
  const midnight = Math.floor(local / dayMs) * dayMs;
  return clock.toInstant(midnight) === stamp ? midnight : local;
}

/** Whether a series may begin here: a business day may not be a weekend, nor a month's end another day of the month. */
export function isAnchor({ frequency, zone }: Grid, start: number): boolean {
  if (frequency.kind !== "business-day" && frequency.kind !== "month") return true;
  const day = Math.floor(wallTime(zoneClock(zone), start) / dayMs);
  if (frequency.kind === "business-day") return weekdayOf(day) < 5;
  return frequency.anchor === "day" || dayInMonth(monthNumber(day), 31) === day;
}

/** Months since the year 0. */
export function monthNumber(day: number): number {
  const { year, month } = civilDate(day);
  return year * 12 + month - 1;
}

/** Day number of a day of a month, or of the month's last one when it is shorter. @param month months since the year 0 */
export function dayInMonth(month: number, day: number): number {
  const year = Math.floor(month / 12);
  const ofYear = month - year * 12 + 1;
  return dayNumber(year, ofYear, Math.min(day, monthLength(year, ofYear)));
}

/** Weekdays, without Saturdays and Sundays, since Monday 1970-01-05; a weekend counts as its Friday. */
export function businessNumber(day: number): number {
  return Math.floor((day - 4) / 7) * 5 + Math.min(weekdayOf(day), 4);
}

/** Day number of a weekday counted by `businessNumber`. */
export function businessDay(number: number): number {
  const week = Math.floor(number / 5);
  return 4 + week * 7 + (number - week * 5);
}
