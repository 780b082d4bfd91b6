import fc from "fast-check";
import { IANAZone } from "luxon";
import { describe, expect, test } from "vitest";
import { zoneClock } from "../../src/series/zone.js";

/** With daylight saving on both hemispheres, half hours, a skipped midnight, a skipped day, and offsets in seconds long ago. */
const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/Sao_Paulo",
  "Pacific/Apia",
  "Africa/Monrovia",
];

describe.each(zones)("the wall clock of %s", (zone) => {
  test("is luxon's, at any instant", () => {
    const instant = fc.oneof(fc.integer({ min: -4e12, max: 8e12 }), fc.integer({ min: -8.6e15, max: 8.6e15 }));
    const clock = zoneClock(zone);
    const luxon = IANAZone.create(zone);
    fc.assert(
      fc.property(instant, (at) => {
        expect(clock.toLocal(at)).toBe(at + Math.round(luxon.offset(at) * 60_000));
      }),
    );
  });
});

test("a zone that there is not is refused, whatever Intl throws", () => {
  for (const zone of ["Mars/Olympus", "", "Europe/Berlin ", "constructor"])
    expect(() => zoneClock(zone)).toThrow(`there is no time zone "${zone}"`);
});
