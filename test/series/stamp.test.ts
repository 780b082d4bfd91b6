import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectTimeStyle, formatStamp, stampKind, stampReader, type TimeStyle } from "../../src/series/stamp.js";
import { zoneClock } from "../../src/series/zone.js";
import { instants, zones } from "./times.js";

const readUtc = stampReader("UTC");

describe("a stamp reader", () => {
  it.each([
    ["2024-01", Date.UTC(2024, 0, 1)],
    ["2024-01-31", Date.UTC(2024, 0, 31)],
    ["2024-02-29", Date.UTC(2024, 1, 29)],
    ["1749-01-01", Date.UTC(1749, 0, 1)],
    ["2024-01-31T00:00", Date.UTC(2024, 0, 31)],
    ["2024-01-31 07:08:09", Date.UTC(2024, 0, 31, 7, 8, 9)],
    ["2024-01-31 07:08:09.5", Date.UTC(2024, 0, 31, 7, 8, 9, 500)],
    ["2024-01-31 07:08:09.123456", Date.UTC(2024, 0, 31, 7, 8, 9, 123)],
    ["2024-01-31T24:00", Date.UTC(2024, 1, 1)],
    ["2024-01-31T07:08Z", Date.UTC(2024, 0, 31, 7, 8)],
    ["2024-01-31T07:08+02:00", Date.UTC(2024, 0, 31, 5, 8)],
    ["2024-01-31T07:08:00-0330", Date.UTC(2024, 0, 31, 10, 38)],
    ["2024-01-31 07:08:00+00", Date.UTC(2024, 0, 31, 7, 8)],
    ["2024Q3", Date.UTC(2024, 6, 1)],
    ["2024-Q1", Date.UTC(2024, 0, 1)],
    ["2024-W01", Date.UTC(2024, 0, 1)],
    ["2020-W53", Date.UTC(2020, 11, 28)],
    [" 2024-01-31 ", Date.UTC(2024, 0, 31)],
    ["1949", 1949],
    ["-3", -3],
    ["20240131", 20240131],
  ])("reads %s", (text, stamp) => {
    expect(readUtc(text)).toBe(stamp);
  });

  it.each([
    "",
    " ",
    "-",
    "2024-02-30",
    "2023-02-29",
    "2024-13",
    "2024-00",
    "2024-1-1",
    "2024-01-31T",
    "2024-01-31T25:00",
    "2024-01-31T24:01",
    "2024-01-31 07:60",
    "2024-01-31 07:08:09.",
    "2024-01-31T07:08+2",
    "2024-01-31T07:08+02:0",
    "2024-01-31T07:08Zx",
    "2024Q5",
    "2024-W53",
    "2024-W00",
    "01/31/2024",
    "12.5",
    "1e3",
    "NaN",
    "1234567890123456",
  ])("takes %j for no stamp", (text) => {
    expect(readUtc(text)).toBeNaN();
    expect(stampKind(text)).toBeNull();
  });

  it("compares mixed offsets as instants", () => {
    expect(readUtc("2024-03-01T12:00+01:00")).toBe(readUtc("2024-03-01T06:00-05:00"));
  });

  it("reads a skipped local time as that much later, and a repeated one as the first of the two", () => {
    const read = stampReader("Europe/Berlin");
    expect(read("2024-03-31T02:30")).toBe(Date.UTC(2024, 2, 31, 1, 30));
    expect(read("2024-10-27T02:30")).toBe(Date.UTC(2024, 9, 27, 0, 30));
    expect(read("2024-10-27T03:30")).toBe(Date.UTC(2024, 9, 27, 2, 30));
  });

  it("follows a zone whose summer time is half an hour", () => {
    const read = stampReader("Australia/Lord_Howe");
    expect(read("2024-01-15T00:00")).toBe(Date.UTC(2024, 0, 14, 13));
    expect(read("2024-07-15T00:00")).toBe(Date.UTC(2024, 6, 14, 13, 30));
  });

  it("refuses a zone that does not exist, by its name", () => {
    expect(() => stampReader("Europe/Atlantis")).toThrow(/Europe\/Atlantis/);
  });
});

describe("a wall clock", () => {
  it("agrees with the platform's calendar in every zone", () => {
    const formats = new Map(
      zones.map((zone) => [
        zone,
        new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }),
      ]),
    );
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, instant) => {
        const local = new Date(zoneClock(zone).toLocal(instant)).toISOString().slice(0, 19).replace("T", " ");
        expect(local).toBe(formats.get(zone)!.format(instant));
      }),
    );
  });

  it("knows both passes of an hour that is set back", () => {
    const clock = zoneClock("America/New_York");
    const first = Date.UTC(2024, 10, 3, 5, 30);
    expect(clock.secondPass(first)).toBe(Date.UTC(2024, 10, 3, 6, 30));
    expect(clock.secondPass(Date.UTC(2024, 10, 3, 6, 30))).toBe(Date.UTC(2024, 10, 3, 6, 30));
    expect(clock.secondPass(Date.UTC(2024, 10, 3, 4, 30))).toBe(Date.UTC(2024, 10, 3, 4, 30));
  });
});

describe("a time style", () => {
  it.each<[string[], TimeStyle]>([
    [["1949", "1950"], { kind: "integer" }],
    [["2024-01", "2024-02"], { kind: "month" }],
    [["2024Q1"], { kind: "quarter", separator: "" }],
    [["2024-Q1"], { kind: "quarter", separator: "-" }],
    [["2024-W05"], { kind: "week" }],
    [["2024-01-01", "2024-01-02"], { kind: "date" }],
    [["2024-01-01T00:00"], { kind: "datetime", separator: "T", precision: "minute", offset: "none" }],
    [
      ["2024-01-01 00:00:00", "2024-01-01 00:00:00.250"],
      { kind: "datetime", separator: " ", precision: "millisecond", offset: "none" },
    ],
    [["2024-01-01T00:00:00Z"], { kind: "datetime", separator: "T", precision: "second", offset: "Z" }],
    [["2024-01-01T00:00+02:00"], { kind: "datetime", separator: "T", precision: "minute", offset: 120 }],
    [
      ["2024-03-01T00:00+01:00", "2024-04-01T00:00+02:00"],
      { kind: "datetime", separator: "T", precision: "minute", offset: "offset" },
    ],
  ])("of %j is told from the samples", (samples, style) => {
    expect(detectTimeStyle(samples)).toEqual(style);
  });

  it.each([
    "2024-01",
    "2024Q1",
    "2024-Q4",
    "2024-W05",
    "2020-W53",
    "2024-01-31",
    "2024-01-31T10:00",
    "2024-01-31 10:00:05.120Z",
    "2024-01-31T10:00+02:00",
    "-12",
  ])("writes %s as it was", (text) => {
    const stamp = readUtc(text);
    expect(formatStamp(detectTimeStyle([text]), "UTC", stamp)).toBe(text);
  });

  it("writes the zone's own offset where the zone is known", () => {
    const style = detectTimeStyle(["2024-01-31T10:00+01:00"]);
    expect(formatStamp(style, "Europe/Berlin", Date.UTC(2024, 6, 1))).toBe("2024-07-01T02:00+02:00");
  });

  it("never writes less than the stamp: reading what was written gives the same instant", () => {
    const offsets = fc.constantFrom<"none" | "Z" | "offset" | number>("none", "Z", "offset", 0, 345, -210);
    const styles: fc.Arbitrary<TimeStyle> = fc.oneof(
      fc.constantFrom<TimeStyle>(
        { kind: "month" },
        { kind: "date" },
        { kind: "week" },
        { kind: "quarter", separator: "" },
      ),
      fc.record({
        kind: fc.constant("datetime" as const),
        separator: fc.constantFrom("T" as const, " " as const),
        precision: fc.constantFrom("minute" as const, "second" as const, "millisecond" as const),
        offset: offsets,
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, styles, (zone, instant, style) => {
        const text = formatStamp(style, zone, instant);
        const clock = zoneClock(zone);
        // Without an offset the second pass of a repeated hour has no name of its own.
        const isNamed = clock.toInstant(clock.toLocal(instant)) === instant;
        const hasOffset = style.kind === "datetime" && style.offset !== "none";
        if (isNamed || hasOffset) expect(stampReader(zone)(text)).toBe(instant);
      }),
    );
  });
});
