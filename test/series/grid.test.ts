import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frequency, isAnchor, stampAt, stampsOf, stepsBetween } from "../../src/series/grid.js";
import { stampReader } from "../../src/series/stamp.js";
import { zoneClock } from "../../src/series/zone.js";
import { instants, zones } from "./times.js";

const frequencies: fc.Arbitrary<Frequency> = fc.oneof(
  fc.record({ kind: fc.constant("integer" as const), step: fc.integer({ min: 1, max: 1000 }) }),
  fc.record({ kind: fc.constant("fixed" as const), ms: fc.constantFrom(1000, 900_000, 3_600_000, 21_600_000) }),
  fc.record({ kind: fc.constant("day" as const), count: fc.integer({ min: 1, max: 10 }) }),
  fc.constant({ kind: "business-day" as const }),
  fc.record({ kind: fc.constant("week" as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    kind: fc.constant("month" as const),
    count: fc.constantFrom(1, 2, 3, 6, 12),
    anchor: fc.constantFrom("day" as const, "end" as const),
  }),
);

/** Stamps of a grid in a zone, as they are written there. */
function written(zone: string, frequency: Frequency, start: string, count: number): string[] {
  const read = stampReader(zone);
  const clock = zoneClock(zone);
  return [...stampsOf({ frequency, zone }, read(start), count)].map((stamp) =>
    new Date(clock.toLocal(stamp)).toISOString().slice(0, 16),
  );
}

describe("a grid", () => {
  it("finds every step again from its stamp, in every frequency and zone", () => {
    fc.assert(
      fc.property(
        frequencies,
        fc.constantFrom(...zones),
        instants,
        fc.integer({ min: -500, max: 5000 }),
        (frequency, zone, start, k) => {
          const grid = { frequency, zone };
          fc.pre(isAnchor(grid, start));
          expect(stepsBetween(grid, start, stampAt(grid, start, k))).toBe(k);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("begins at its start and only ever goes forward", () => {
    fc.assert(
      fc.property(frequencies, fc.constantFrom(...zones), instants, (frequency, zone, start) => {
        const grid = { frequency, zone };
        fc.pre(isAnchor(grid, start));
        const stamps = stampsOf(grid, start, 400);
        expect(stamps[0]).toBe(start);
        for (let k = 1; k < stamps.length; k++) {
          expect(stamps[k]).toBe(stampAt(grid, start, k));
          expect(stamps[k]!).toBeGreaterThan(stamps[k - 1]!);
        }
      }),
    );
  });

  it("has no step for a stamp that lies between two", () => {
    fc.assert(
      fc.property(frequencies, fc.constantFrom(...zones), instants, fc.nat(500), (frequency, zone, start, k) => {
        const grid = { frequency, zone };
        fc.pre(isAnchor(grid, start) && !(frequency.kind === "integer" && frequency.step === 1));
        expect(stepsBetween(grid, start, stampAt(grid, start, k) + 1)).toBeNaN();
      }),
    );
  });

  it("keeps the wall-clock time of daily stamps over days of 23 and 25 hours", () => {
    expect(written("Europe/Berlin", { kind: "day", count: 1 }, "2024-03-30T12:00", 3)).toEqual([
      "2024-03-30T12:00",
      "2024-03-31T12:00",
      "2024-04-01T12:00",
    ]);
    const grid = { frequency: { kind: "day", count: 1 }, zone: "Europe/Berlin" } as const;
    const [first, second, third] = stampsOf(grid, stampReader("Europe/Berlin")("2024-03-30"), 3);
    expect([second! - first!, third! - second!]).toEqual([24 * 3_600_000, 23 * 3_600_000]);
  });

  it("starts a day whose midnight is skipped at its first instant, and the next at midnight again", () => {
    const zone = "America/Sao_Paulo";
    expect(written(zone, { kind: "day", count: 1 }, "2018-11-03", 3)).toEqual([
      "2018-11-03T00:00",
      "2018-11-04T01:00",
      "2018-11-05T00:00",
    ]);
    expect(written(zone, { kind: "day", count: 1 }, "2018-11-04", 2)).toEqual(["2018-11-04T01:00", "2018-11-05T00:00"]);
  });

  it("keeps hours an hour long when the clock changes", () => {
    expect(written("Europe/Berlin", { kind: "fixed", ms: 3_600_000 }, "2024-03-31T01:00", 3)).toEqual([
      "2024-03-31T01:00",
      "2024-03-31T03:00",
      "2024-03-31T04:00",
    ]);
  });

  it("keeps a month's end at the end, and its 31st on the last day of shorter months", () => {
    const ends = ["2024-01-31T00:00", "2024-02-29T00:00", "2024-03-31T00:00", "2024-04-30T00:00"];
    expect(written("UTC", { kind: "month", count: 1, anchor: "end" }, "2024-01-31", 4)).toEqual(ends);
    expect(written("UTC", { kind: "month", count: 1, anchor: "day" }, "2024-01-31", 4)).toEqual(ends);
    expect(written("UTC", { kind: "month", count: 1, anchor: "end" }, "2024-02-29", 2)).toEqual(ends.slice(1, 3));
    expect(written("UTC", { kind: "month", count: 12, anchor: "day" }, "2024-02-29", 2)[1]).toBe("2025-02-28T00:00");
  });

  it("passes over weekends", () => {
    expect(written("UTC", { kind: "business-day" }, "2024-01-04", 4)).toEqual([
      "2024-01-04T00:00",
      "2024-01-05T00:00",
      "2024-01-08T00:00",
      "2024-01-09T00:00",
    ]);
    const grid = { frequency: { kind: "business-day" }, zone: "UTC" } as const;
    expect(stepsBetween(grid, Date.UTC(2024, 0, 4), Date.UTC(2024, 0, 6))).toBeNaN();
    expect(isAnchor(grid, Date.UTC(2024, 0, 6))).toBe(false);
  });
});
