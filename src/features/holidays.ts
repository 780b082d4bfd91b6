// Public holidays, known as far ahead as one likes. In: a frame and places ("DE", "US-CA"). Out: the frame with a covariate for each
// place: how many of a step's days are holidays. The calendars are those of date-holidays, which is loaded when a place is asked for.
import type Holidays from "date-holidays";
import { HindcastError } from "../base/errors.js";
import { suggest } from "../base/suggest.js";
import { listNames } from "../base/wording.js";
import { civilDate, dayMs, dayNumber } from "../series/calendar.js";
import type { Covariate } from "../series/covariates.js";
import type { Frame } from "../series/frame.js";
import { type Grid, stamper } from "../series/grid.js";
import { zoneClock } from "../series/zone.js";

/**
 * Adds the places that the frame lacks, and carries those it has on to `horizon` steps after the end of each series.
 * @throws HindcastError "usage" for a place without a calendar, and where time is an integer
 */
export async function addHolidays(frame: Frame, asked: readonly string[], horizon: number): Promise<Frame> {
  const before = (frame.covariates ?? []).filter(({ place }) => place === null);
  const held = (frame.covariates ?? []).flatMap(({ place }) => place ?? []);
  const places = [...new Set([...held, ...asked.map((place) => place.toUpperCase())])];
  if (places.length === 0) return frame;
  if (frame.grid.frequency.kind === "integer")
    throw new HindcastError(
      "usage",
      `integer time has no calendar, so --holidays ${asked.join(",")} means nothing`,
      "leave out --holidays, or name a column of dates with --time",
    );
  const calendars = await openCalendars(places);
  const isColumn = (_: unknown, c: number) => frame.covariates![c]!.place === null;
  return {
    ...frame,
    covariates: [
      ...before,
      ...places.map((place): Covariate => ({ name: `holidays ${place}`, kind: "future", categories: null, place })),
    ],
    series: frame.series.map((series) => ({
      ...series,
      covariates: [
        ...(series.covariates?.filter(isColumn) ?? []),
        ...calendars.map((isHoliday) =>
          countHolidays(frame.grid, series.start, series.values.length + horizon, isHoliday),
        ),
      ],
    })),
  };
}

/** Whether a day (its number) is a holiday. */
type IsHoliday = (day: number) => boolean;

/** The days of a step: its own, or for steps of several days all of them, up to the stamp where that is the last day of a month. */
function countHolidays({ frequency, zone }: Grid, start: number, length: number, isHoliday: IsHoliday): Float64Array {
  const at = stamper({ frequency, zone }, start);
  const clock = zoneClock(zone);
  const dayOf = (k: number) => Math.floor(clock.toLocal(at(k)) / dayMs);
  const endsAtStamp = frequency.kind === "month" && frequency.anchor === "end";
  const isOneDay = frequency.kind === "business-day";
  return Float64Array.from({ length }, (_, k) => {
    const [from, to] = endsAtStamp ? [dayOf(k - 1) + 1, dayOf(k)] : [dayOf(k), isOneDay ? dayOf(k) : dayOf(k + 1) - 1];
    let count = 0;
    for (let day = from; day <= Math.max(from, to); day++) if (isHoliday(day)) count++;
    return count;
  });
}

async function openCalendars(places: readonly string[]): Promise<IsHoliday[]> {
  const { default: Calendar } = await load();
  return places.map((place) => {
    const [country = "", state, region] = place.split("-");
    refuseUnknown(place, "country", country, new Calendar().getCountries());
    if (state !== undefined) refuseUnknown(place, "region", state, new Calendar().getStates(country));
    if (region !== undefined) refuseUnknown(place, "region", region, new Calendar().getRegions(country, state!));
    const calendar = new Calendar({
      country,
      ...(state !== undefined && { state }),
      ...(region !== undefined && { region }),
    });
    const years = new Map<number, ReadonlySet<number>>();
    return (day) => {
      const { year } = civilDate(day);
      let days = years.get(year);
      if (days === undefined) {
        days = holidaysOf(calendar, year);
        years.set(year, days);
      }
      return days.has(day);
    };
  });
}

/** Day numbers. Only whole days count: the eve that begins at nightfall is none. */
function holidaysOf(calendar: Holidays, year: number): ReadonlySet<number> {
  const days = new Set<number>();
  for (const { type, date, start, end } of calendar.getHolidays(year)) {
    if (type !== "public") continue;
    const [y, m, d] = date.slice(0, 10).split("-").map(Number);
    const first = dayNumber(y!, m!, d!);
    // A day on which clocks are set forward is an hour short.
    const length = Math.floor((end.getTime() - start.getTime() + dayMs / 12) / dayMs);
    for (let day = first; day < first + Math.max(1, length); day++) days.add(day);
  }
  return days;
}

function refuseUnknown(
  place: string,
  what: string,
  code: string,
  known: Readonly<Record<string, string>> | undefined,
): void {
  const codes = Object.keys(known ?? {});
  if (codes.includes(code)) return;
  const near = suggest(code, codes);
  throw new HindcastError(
    "usage",
    `--holidays ${place}: there is no ${what} ${code}`,
    codes.length === 0
      ? `--holidays ${place.split("-")[0]}, which has no regions`
      : `${near === undefined ? "" : `${near}, or `}one of: ${listNames(codes, 20)}`,
  );
}

async function load(): Promise<{ readonly default: typeof Holidays }> {
  try {
    return await import("date-holidays");
  } catch (error) {
    throw new HindcastError(
      "usage",
      "--holidays needs the package date-holidays, which is not installed",
      "npm install date-holidays, or leave out --holidays",
      { cause: error },
    );
  }
}
