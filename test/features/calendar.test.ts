import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import {
  type CalendarFeature,
  calendarChannels,
  calendarFeatures,
  calendarNames,
} from "../../src/features/calendar.js";
import { type Grid, stampsOf } from "../../src/series/grid.js";

const hourly = (zone: string): Grid => ({ frequency: { kind: "fixed", ms: 3_600_000 }, zone });

/** Share of a cycle, in [0, 1), that a sine and a cosine stand for. */
const shareOf = (sine: number, cosine: number) => (Math.atan2(sine, cosine) / (2 * Math.PI) + 1) % 1;

function expectedShare(stamp: number, zone: string, feature: CalendarFeature): number {
  const time = DateTime.fromMillis(stamp, { zone });
  switch (feature) {
    case "hour":
      return (time.hour * 60 + time.minute) / 1440;
    case "weekday":
      return (time.weekday - 1) / 7;
    case "monthday":
      return (time.day - 1) / time.daysInMonth!;
    case "yearday":
      return (time.ordinal - 1) / time.daysInYear;
    case "month":
      return (time.month - 1) / 12;
  }
}

describe("calendarChannels", () => {
  const grids: Grid[] = [
    hourly("UTC"),
    hourly("Europe/Berlin"),
    hourly("Asia/Kathmandu"),
    { frequency: { kind: "fixed", ms: 900_000 }, zone: "America/New_York" },
    { frequency: { kind: "day", count: 1 }, zone: "Australia/Lord_Howe" },
    { frequency: { kind: "business-day" }, zone: "UTC" },
    { frequency: { kind: "week", count: 1 }, zone: "Europe/Berlin" },
    { frequency: { kind: "month", count: 1, anchor: "end" }, zone: "Europe/Berlin" },
  ];
  it.each(grids)("agrees with the wall clock of luxon for $frequency in $zone", (grid) => {
    // A month end, so that every frequency can start there; the steps run through a leap day and both clock changes.
    const start = DateTime.fromISO("2024-01-31T00:00", { zone: grid.zone }).toMillis();
    const length = 400;
    const channels = calendarChannels(grid, start, length, calendarFeatures);
    stampsOf(grid, start, length).forEach((stamp, k) => {
      calendarFeatures.forEach((feature, f) => {
        const at = (k * calendarFeatures.length + f) * 2;
        const share = shareOf(channels[at]!, channels[at + 1]!);
        const difference = Math.abs(share - expectedShare(stamp, grid.zone, feature));
        // float32 sines hold an angle to some 1e-7; 0 and 1 are the same share.
        expect(Math.min(difference, 1 - difference)).toBeLessThan(1e-6);
      });
    });
  });

  it("keeps 8 o'clock at 8 o'clock across a change to summer time", () => {
    const zone = "Europe/Berlin";
    const at8 = (day: string) =>
      calendarChannels(hourly(zone), DateTime.fromISO(`${day}T08:00`, { zone }).toMillis(), 1, ["hour"]);
    expect(at8("2024-03-31")).toEqual(at8("2024-03-30"));
  });

  it("says the same of a step whatever step the series starts at", () => {
    const grid = hourly("Europe/Berlin");
    const start = DateTime.fromISO("2024-10-26T00:00", { zone: grid.zone }).toMillis();
    const whole = calendarChannels(grid, start, 72, ["hour", "weekday"]);
    const later = calendarChannels(grid, start + 10 * 3_600_000, 62, ["hour", "weekday"]);
    expect(later).toEqual(whole.subarray(10 * 4));
  });

  it("computes half a million hourly steps in a zone with summer time in a few seconds", () => {
    const channels = calendarChannels(hourly("Europe/Berlin"), 0, 500_000, ["hour", "weekday"]);
    expect(channels.every((value) => Math.abs(value) <= 1)).toBe(true);
  }, 10_000);
});

describe("calendarNames", () => {
  it("takes by itself the cycles that the frequency can tell apart", () => {
    expect(calendarNames({ kind: "fixed", ms: 900_000 }, "auto")).toEqual(["hour", "weekday"]);
    expect(calendarNames({ kind: "day", count: 1 }, "auto")).toEqual(["weekday", "yearday"]);
    expect(calendarNames({ kind: "business-day" }, "auto")).toEqual(["weekday"]);
    expect(calendarNames({ kind: "week", count: 1 }, "auto")).toEqual(["yearday"]);
    expect(calendarNames({ kind: "month", count: 1, anchor: "end" }, "auto")).toEqual(["month"]);
    expect(calendarNames({ kind: "month", count: 12, anchor: "day" }, "auto")).toEqual([]);
    expect(calendarNames({ kind: "integer", step: 1 }, "auto")).toEqual([]);
  });

  it("takes what is asked for once each and in its own order", () => {
    expect(calendarNames({ kind: "day", count: 1 }, ["month", "hour", "month"])).toEqual(["hour", "month"]);
    expect(calendarNames({ kind: "day", count: 1 }, "none")).toEqual([]);
  });

  it("refuses an unknown name, and names for integer time, saying what to write", () => {
    expect(() => calendarNames({ kind: "day", count: 1 }, ["hours"])).toThrowError(/"hours"/);
    expect(() => calendarNames({ kind: "integer", step: 1 }, ["hour"])).toThrowError(/integer time/);
  });
});
