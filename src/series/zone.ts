// Wall clocks. In: an IANA zone. Out: instants to local times and back, fast enough for a million rows because offsets are
// remembered by week. A local time is written as the epoch milliseconds it would be in UTC.
import { HindcastError } from "../base/errors.js";
import { dayMs, dayNumber, hourMs, minuteMs } from "./calendar.js";

export interface ZoneClock {
  /** The zone is UTC, so that instants and local times are the same numbers. */
  readonly isUtc: boolean;
  toLocal(instant: number): number;
  /** Of two instants (an hour set back) the earlier; a time that is skipped is moved on by the length of the gap. */
  toInstant(local: number): number;
  /** The later instant of the same local time, when the clock shows it twice; else the instant itself. */
  secondPass(instant: number): number;
}

const utcClock: ZoneClock = {
  isUtc: true,
  toLocal: (instant) => instant,
  toInstant: (local) => local,
  secondPass: (instant) => instant,
};
const clocks = new Map<string, ZoneClock>();

/** @throws HindcastError "usage" when there is no such zone */
export function zoneClock(zone: string): ZoneClock {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  // Names of UTC are known without asking Intl, which takes as long to load as all the rest of a forecast.
  const isUtc = /^((etc\/)?(utc|uct|gmt|universal|zulu)|greenwich)$/i.test(zone);
  const clock = isUtc ? utcClock : createClock(offsetsOf(zone));
  clocks.set(zone, clock);
  return clock;
}

/** From instants to the milliseconds that wall clocks are ahead of UTC. */
function offsetsOf(zone: string): (instant: number) => number {
  const format = wallFormat(zone);
  return (instant) => {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(instant)) shown[type] = value;
    // The year before 1 AD is 1 BC.
    const year = shown.era === "AD" ? Number(shown.year) : 1 - Number(shown.year);
    const day = dayNumber(year, Number(shown.month), Number(shown.day));
    const time = Number(shown.hour) * hourMs + Number(shown.minute) * minuteMs + Number(shown.second) * 1000;
    // Parts of a second are not among what is shown.
    return day * dayMs + time - Math.floor(instant / 1000) * 1000;
  };
}

function wallFormat(timeZone: string): Intl.DateTimeFormat {
  const [numeric, hourCycle] = ["numeric", "h23"] as const;
  const date = { era: "short", year: numeric, month: numeric, day: numeric } as const;
  const time = { hour: numeric, minute: numeric, second: numeric, hourCycle } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, ...date, ...time });
  } catch {
    throw new HindcastError(
      "usage",
      `there is no time zone "${timeZone}"`,
      "--tz with a name such as Europe/Berlin, or UTC",
    );
  }
}

const weekMs = 7 * dayMs;
/** A month inside the limits of what Intl can format (ECMA-262, 21.4.1.1). */
const latest = 8.64e15 - 31 * dayMs;

function createClock(offsetAt: (instant: number) => number): ZoneClock {
  /** By week since the epoch: [offset at its start, instant of its transition or +∞, offset after it]. */
  const weeks = new Map<number, readonly [number, number, number]>();
  let recentWeek = Number.NaN;
  let recent: readonly [number, number, number] = [0, 0, 0];

  // Zones change their offset at most once in a week, so that two ends that agree mean a constant offset between them.
  const weekOffsets = (week: number) => {
    const from = week * weekMs;
    const before = offsetAt(from);
    const after = offsetAt(from + weekMs);
    if (before === after) return [before, Number.POSITIVE_INFINITY, after] as const;
    let low = from;
    let high = from + weekMs;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return [before, high, after] as const;
  };

  const offset = (instant: number) => {
    const week = Math.floor(instant / weekMs);
    if (week !== recentWeek) {
      let offsets = weeks.get(week);
      if (offsets === undefined) {
        offsets = weekOffsets(week);
        weeks.set(week, offsets);
      }
      recent = offsets;
      recentWeek = week;
    }
    return instant < recent[1] ? recent[0] : recent[2];
  };

  return {
    isUtc: false,
    toLocal: (instant) => (Math.abs(instant) <= latest ? instant + offset(instant) : Number.NaN),
    // Temporal's "compatible" disambiguation: whichever way the clock is moved, the offset from before the move applies.
    toInstant(local) {
      if (!(Math.abs(local) <= latest)) return Number.NaN;
      const before = offset(local - dayMs);
      const after = offset(local + dayMs);
      if (before === after || offset(local - before) === before) return local - before;
      return offset(local - after) === after ? local - after : local - before;
    },
    secondPass(instant) {
      const local = instant + offset(instant);
      const later = local - offset(instant + dayMs);
      return later > instant && later + offset(later) === local ? later : instant;
    },
  };
}
