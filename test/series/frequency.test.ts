import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import {
  describeFrequency,
  formatFrequency,
  parseDuration,
  parseFrequency,
  parseWeekday,
} from "../../src/series/frequency.js";
import { type Frequency, stampsOf } from "../../src/series/grid.js";
import { inferFrequency } from "../../src/series/inference.js";
import { regularise } from "../../src/series/regularise.js";
import { formatStamp } from "../../src/series/stamp.js";
import { dates, hours, type Rows, rawData, rowsAt } from "./rows.js";
import { zones } from "./times.js";

describe("a frequency as text", () => {
  it.each<[string, Frequency]>([
    ["s", { kind: "fixed", ms: 1000 }],
    ["0.5s", { kind: "fixed", ms: 500 }],
    ["15min", { kind: "fixed", ms: 900_000 }],
    ["h", { kind: "fixed", ms: 3_600_000 }],
    ["6H", { kind: "fixed", ms: 21_600_000 }],
    ["d", { kind: "day", count: 1 }],
    ["b", { kind: "business-day" }],
    ["w", { kind: "week", count: 1 }],
    ["w-mon", { kind: "week", count: 1 }],
    ["2w", { kind: "week", count: 2 }],
    ["ms", { kind: "month", count: 1, anchor: "day" }],
    ["me", { kind: "month", count: 1, anchor: "end" }],
    ["qs", { kind: "month", count: 3, anchor: "day" }],
    ["qe", { kind: "month", count: 3, anchor: "end" }],
    ["ys", { kind: "month", count: 12, anchor: "day" }],
    ["ye", { kind: "month", count: 12, anchor: "end" }],
    ["24", { kind: "integer", step: 24 }],
  ])("%s is read", (text, frequency) => {
    expect(parseFrequency(text)).toEqual(frequency);
  });

  it.each(["", "m", "x", "h6", "-1", "0", "0d", "1.5d", "2b", "d-mon", "w-", "w-xyz", "1e3", "15 min min"])(
    "%j is refused by name",
    (text) => {
      expect(() => parseFrequency(text)).toThrow(`"${text}" is not a frequency`);
    },
  );

  it("is read back as what was written", () => {
    const counts = fc.integer({ min: 1, max: 48 });
    const frequencies: fc.Arbitrary<Frequency> = fc.oneof(
      counts.map((step) => ({ kind: "integer" as const, step })),
      fc.integer({ min: 1, max: 90_000_000 }).map((ms) => ({ kind: "fixed" as const, ms })),
      counts.map((count) => ({ kind: "day" as const, count })),
      fc.constant({ kind: "business-day" as const }),
      counts.map((count) => ({ kind: "week" as const, count })),
      fc.record({
        kind: fc.constant("month" as const),
        count: counts,
        anchor: fc.constantFrom("day" as const, "end" as const),
      }),
    );
    fc.assert(
      fc.property(frequencies, (frequency) => {
        expect(parseFrequency(formatFrequency(frequency))).toEqual(frequency);
      }),
    );
  });

  it("names a weekday or none", () => {
    expect([parseWeekday("w-mon"), parseWeekday("W-SUN"), parseWeekday("w"), parseWeekday("d")]).toEqual([
      0,
      6,
      null,
      null,
    ]);
  });
});

describe("a horizon", () => {
  it.each([
    ["12", "h", 12],
    ["12 steps", "b", 12],
    ["2 weeks", "d", 14],
    ["2 weeks", "b", 10],
    ["3 business days", "b", 3],
    ["1 day", "h", 24],
    ["1 day", "15min", 96],
    ["36h", "12h", 3],
    ["2w", "w", 2],
    ["1 year", "ms", 12],
    ["1 year", "qs", 4],
    ["2 quarters", "me", 6],
    ["90 Minutes", "30min", 3],
  ])("of %s in steps of %s is %i steps", (text, frequency, steps) => {
    expect(parseDuration(text, parseFrequency(frequency))).toBe(steps);
  });

  it.each([
    ["", "d"],
    ["0", "d"],
    ["-3", "d"],
    ["1.5", "d"],
    ["3 fortnights", "d"],
    ["1 month", "d"],
    ["1 day", "7h"],
    ["1 week", "ms"],
    ["1 day", "1"],
    ["10 days", "b"],
    ["1 quarter", "ys"],
    ["1000001", "d"],
  ])("of %j in steps of %s is refused", (text, frequency) => {
    expect(() => parseDuration(text, parseFrequency(frequency))).toThrow();
  });

  it.each([
    ["ms", "month"],
    ["qe", "3 months"],
    ["2ys", "2 years"],
    ["15min", "15 minutes"],
    ["h", "hour"],
    ["b", "business day"],
    ["2w", "2 weeks"],
    ["10", "10 numbers"],
  ])("that is no whole number of steps of %s is told that the data come every %s", (frequency, words) => {
    expect(describeFrequency(parseFrequency(frequency))).toBe(words);
    expect(() => parseDuration("7 seconds", parseFrequency(frequency))).toThrow(`the data come every ${words}`);
  });
});

/** What is inferred for one series, as --freq would take it. */
function inferred(stamps: readonly string[], zone = "UTC"): string {
  return formatFrequency(inferFrequency(rawData({ "": rowsAt(stamps) }, zone)));
}

const isWeekday = (date: Date) => date.getUTCDay() % 6 !== 0;

describe("the frequency of data", () => {
  it.each([
    ["years as integers", ["1949", "1950", "1951", "1953"], "1"],
    ["integers ten apart", ["0", "10", "20", "40"], "10"],
    ["months", ["1949-01", "1949-02", "1949-03", "1949-05"], "ms"],
    ["first days of months", ["2024-01-01", "2024-02-01", "2024-03-01"], "ms"],
    ["fifteenths", ["2024-01-15", "2024-02-15", "2024-03-15"], "ms"],
    ["last days of months", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"], "me"],
    ["quarters", ["2024Q1", "2024Q2", "2024Q3"], "qs"],
    ["last days of quarters", ["2023-12-31", "2024-03-31", "2024-06-30"], "qe"],
    ["years", ["2020-01-01", "2021-01-01", "2022-01-01"], "ys"],
    ["weeks", ["2024-W01", "2024-W02", "2024-W04"], "w"],
    ["Sundays", ["2024-01-07", "2024-01-14", "2024-01-28"], "w"],
    ["every other day", ["2024-01-01", "2024-01-03", "2024-01-05", "2024-01-09"], "2d"],
    ["quarters of an hour", ["2024-01-01T00:00", "2024-01-01T00:15", "2024-01-01T00:45", "2024-01-01T01:00"], "15min"],
    ["noons", ["2024-01-01T12:00", "2024-01-02T12:00", "2024-01-03T12:00"], "d"],
    ["one month only", ["2024-01"], "ms"],
  ])("of %s", (_, stamps, frequency) => {
    expect(inferred(stamps)).toBe(frequency);
  });

  it("of days survives missing days, repeats and any order", () => {
    const stamps = dates("2024-01-01", 200, (_, i) => i % 7 !== 3 && (i < 50 || i > 70));
    stamps.push(stamps[10]!, stamps[40]!);
    const shuffled = Int32Array.from(stamps.keys());
    seededRandom(3).shuffle(shuffled);
    expect(inferred(Array.from(shuffled, (i) => stamps[i]!))).toBe("d");
  });

  it("of working days is told from days with gaps", () => {
    expect(inferred(dates("2024-01-01", 12, isWeekday))).toBe("b");
    expect(inferred(dates("2024-01-01", 90, (date, i) => isWeekday(date) && i % 11 !== 0))).toBe("b");
    expect(inferred(dates("2024-01-01", 90, (date, i) => isWeekday(date) || i > 60))).toBe("d");
    expect(inferred(dates("2024-01-01", 5))).toBe("d");
  });

  it("is looked for in all series, whatever the first one is like", () => {
    const panel: Record<string, Rows> = {
      lonely: rowsAt(["2024-01-05"]),
      gappy: rowsAt(["2024-01-01", "2024-01-09"]),
      full: rowsAt(dates("2024-01-01", 30)),
    };
    expect(formatFrequency(inferFrequency(rawData(panel)))).toBe("d");
  });

  it("of days in a zone is days, over the changes of its clock and where midnight is skipped", () => {
    for (const zone of [...zones, "America/Sao_Paulo"]) expect(inferred(dates("2018-08-01", 300), zone)).toBe("d");
  });

  it("of local hours is hours, over the changes of the clock", () => {
    for (const zone of zones) expect(inferred(hours("2024-01-01T00:00", 24 * 366), zone)).toBe("h");
  });

  it("of offsets that follow a zone is days once the zone is said, and asks for it before", () => {
    const grid = { frequency: { kind: "day", count: 1 }, zone: "Europe/Berlin" } as const;
    const style = { kind: "datetime", separator: "T", precision: "minute", offset: "offset" } as const;
    const stamps = Array.from(stampsOf(grid, Date.UTC(2024, 2, 19, 23), 20), (stamp) =>
      formatStamp(style, "Europe/Berlin", stamp),
    );
    expect(inferred(stamps, "Europe/Berlin")).toBe("d");
    expect(inferred(stamps.slice(0, 5), "UTC")).toBe("d");
  });

  it("that cannot be told is an error that shows the steps seen and what to set", () => {
    const irregular = [
      "2024-01-01T00:00",
      "2024-01-02T00:00",
      "2024-01-05T00:00",
      "2024-01-05T17:00",
      "2024-01-20T02:13",
    ];
    expect(() => inferred(irregular)).toThrow(
      expect.objectContaining({
        code: "data",
        message: expect.stringMatching(/17 h ×1, 1 d ×1, 3 d ×1/),
        hint: expect.stringMatching(/^--freq \S+ --aggregate mean$/),
      }),
    );
    expect(() => inferred(dates("2024-01-01", 60, (_, i) => [0, 2, 5, 9, 10, 14, 20, 27, 35].includes(i)))).toThrow(
      expect.objectContaining({ hint: "--freq d" }),
    );
    expect(() => inferred(["2024-01-01"])).toThrow(expect.objectContaining({ code: "data" }));
  });

  it("of epoch stamps that are no regular count is not averaged away: they are to be written as times", () => {
    const awk = (seconds: string) =>
      `awk -F, -v OFS=, 'NR>1{$1=strftime("%FT%TZ",${seconds},1)}1' where it is the first column`;
    const months = Array.from({ length: 12 }, (_, month) => Date.UTC(2024, month));
    for (const [scale, unit, seconds] of [
      [1000, "seconds", "$1"],
      [1, "milliseconds", "$1/1000"],
    ] as const) {
      const raw = rawData({ "": rowsAt(months.map((ms) => String(ms / scale))) });
      const hint = `write the epoch ${unit} in ds as times, such as with ${awk(seconds)}; for days and months that begin at local midnight add --tz`;
      expect(() => regularise(raw, { missing: "mask" }, () => {})).toThrow(expect.objectContaining({ hint }));
    }
    const scattered = [0, 1, 3, 7, 15, 31].map((hour) => String(1_704_067_200 + hour * 3600));
    expect(() => inferred([...scattered, "1704500000"])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(awk("$1")) }),
    );
    const small = months.map((ms) => String((ms - months[0]!) / 3_600_000));
    expect(() => regularise(rawData({ "": rowsAt(small) }), { missing: "mask" }, () => {})).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("--aggregate mean") }),
    );
  });
});
