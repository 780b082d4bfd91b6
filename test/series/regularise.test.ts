import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import type { Note } from "../../src/base/notes.js";
import { seededRandom } from "../../src/base/random.js";
import type { Frame } from "../../src/series/frame.js";
import { stampAt } from "../../src/series/grid.js";
import type { RawData } from "../../src/series/raw.js";
import { type RegulariseOptions, regularise } from "../../src/series/regularise.js";
import { formatStamp } from "../../src/series/stamp.js";
import { dates, hours, type Rows, rawData, rowsAt } from "./rows.js";

const { NaN: empty } = Number;
const masked: RegulariseOptions = { missing: "mask" };

function frameOf(raw: RawData, options: Partial<RegulariseOptions> = {}): { frame: Frame; notes: string[] } {
  const notes: Note[] = [];
  const frame = regularise(raw, { ...masked, ...options }, (note) => notes.push(note));
  return { frame, notes: notes.map((note) => note.text) };
}

/** The only series' start and values, as text and numbers. */
function seriesOf(rows: Rows, options: Partial<RegulariseOptions> = {}, zone = "UTC"): [string, number[]] {
  const { frame } = frameOf(rawData({ "": rows }, zone), options);
  const [{ start, values }] = frame.series as [Frame["series"][0]];
  return [formatStamp(frame.timeStyle, zone, start), [...values]];
}

function failureOf(run: () => unknown): HindcastError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof HindcastError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}

const january: Rows = [
  ["2024-01-01", 1],
  ["2024-01-02", 2],
  ["2024-01-03", 3],
  ["2024-01-06", 6],
];

describe("regularise", () => {
  it("takes over the reader's values when the rows are sorted and without gaps", () => {
    const raw = rawData({ "": rowsAt(dates("2024-01-01", 30)) });
    const { frame, notes } = frameOf(raw);
    expect(frame.series[0]!.values.buffer).toBe(raw.series[0]!.values.buffer);
    expect(notes).toEqual([]);
  });

  it("makes gaps visible, and says so once", () => {
    const { frame, notes } = frameOf(rawData({ a: january, b: january }));
    expect(frame.series.map(({ values }) => [...values])).toEqual([
      [1, 2, 3, empty, empty, 6],
      [1, 2, 3, empty, empty, 6],
    ]);
    expect(notes).toEqual(["4 steps without a value in 2 series: left out of losses and scores (--missing mask)"]);
  });

  it.each([
    ["interpolate", [1, 2, 3, 4, 5, 6]],
    ["ffill", [1, 2, 3, 3, 3, 6]],
    ["zero", [1, 2, 3, 0, 0, 6]],
    ["mean", [1, 2, 3, 3, 3, 6]],
  ] as const)("fills gaps by %s", (missing, values) => {
    expect(seriesOf(january, { missing })).toEqual(["2024-01-01", values]);
  });

  it("fills a gap between the ends of the range of numbers with numbers", () => {
    const raw = rawData({
      "": [
        ["2024-01-01", -1.7e308],
        ["2024-01-02", empty],
        ["2024-01-03", 1.7e308],
      ],
    });
    expect([...frameOf(raw, { missing: "interpolate" }).frame.series[0]!.values]).toEqual([-1.7e308, 0, 1.7e308]);
  });

  it("fills empty cells without writing into the reader's values", () => {
    const raw = rawData({ "": [...january.slice(0, 3), ["2024-01-04", empty], ["2024-01-05", 5]] });
    const { frame } = frameOf(raw, { missing: "interpolate" });
    expect([...frame.series[0]!.values]).toEqual([1, 2, 3, 4, 5]);
    expect(raw.series[0]!.values[3]).toBeNaN();
  });

  const ended: Rows = [...january.slice(0, 3), ["2024-01-04", empty], ["2024-01-05", empty]];

  it.each([
    ["zero", [1, 2, 3, 0, 0]],
    ["ffill", [1, 2, 3, 3, 3]],
    ["mean", [1, 2, 3]],
    ["mask", [1, 2, 3]],
  ] as const)("takes empty cells at the end for what %s says they are", (missing, values) => {
    expect(seriesOf(ended, { missing })).toEqual(["2024-01-01", values]);
    expect(seriesOf([["2023-12-31", empty], ...ended], { missing })).toEqual(["2024-01-01", values]);
  });

  it("refuses empty cells at the end under error", () => {
    expect(failureOf(() => seriesOf(ended, { missing: "error" })).message).toContain("is empty at 2024-01-04");
  });

  it("leaves out sums over days that are not whole", () => {
    const rows = hours("2024-01-01 18:00", 6 + 3 * 24 + 14).map((stamp): Rows[number] => [stamp, 1]);
    const { frame, notes } = frameOf(rawData({ a: rows }), { freq: "d", aggregate: "sum" });
    expect([...frame.series[0]!.values]).toEqual([24, 24, 24]);
    expect(formatStamp(frame.timeStyle, "UTC", frame.series[0]!.start)).toContain("2024-01-02");
    expect(notes).toContain("the sum of a step that is not over, or began before the data, is left out: a");
    expect(seriesOf(rows, { freq: "d", aggregate: "mean" })[1]).toEqual([1, 1, 1, 1, 1]);
  });

  it("tells by the calendar where there is little to go by", () => {
    const daily = (first: string, count: number) => dates(first, count).map((day): Rows[number] => [day, 1]);
    const monthly = (rows: Rows) => seriesOf(rows, { freq: "ms", aggregate: "sum" });
    expect(monthly(daily("2024-01-01", 41))).toEqual(["2024-01-01", [31]]);
    // 29 days are more than February has, and fewer than March has.
    expect(monthly(daily("2023-01-01", 59 + 29))).toEqual(["2023-01-01", [31, 28]]);
    // None is whole.
    expect(monthly(daily("2024-01-20", 20))).toEqual(["2024-01-01", [12, 8]]);
  });

  it("keeps sums over weeks that end on days without rows", () => {
    const rows = dates("2024-01-01", 21)
      .filter((_, i) => i % 7 < 5)
      .map((day): Rows[number] => [day, 1]);
    expect(seriesOf(rows, { freq: "w", aggregate: "sum" })).toEqual(["2024-01-01", [5, 5, 5]]);
    expect(seriesOf(rows.slice(0, -1), { freq: "w", aggregate: "sum" })).toEqual(["2024-01-01", [5, 5]]);
  });

  it("keeps sums over days of fewer hours that are all there is", () => {
    const rows = dates("2024-01-01", 8).flatMap((day) =>
      [9, 10, 11, 12]
        .slice(0, day.endsWith("6") ? 2 : 4)
        .map((hour): Rows[number] => [`${day} ${String(hour).padStart(2, "0")}:00`, 1]),
    );
    expect(seriesOf(rows, { freq: "d", aggregate: "sum" })[1]).toEqual([4, 4, 4, 4, 4, 2, 4, 4]);
    expect(seriesOf(rows.slice(0, -2), { freq: "d", aggregate: "sum" })[1]).toEqual([4, 4, 4, 4, 4, 2, 4, 2]);
    expect(seriesOf(rows.slice(0, -3), { freq: "d", aggregate: "sum" })[1]).toEqual([4, 4, 4, 4, 4, 2, 4]);
  });

  it("refuses gaps and empty cells under error, naming the line", () => {
    const gap = failureOf(() => seriesOf(january, { missing: "error" }));
    expect(gap).toMatchObject({ code: "data", message: expect.stringMatching(/line 4.* no row for 2024-01-04/) });
    const cell = failureOf(() =>
      seriesOf([...january.slice(0, 2), ["2024-01-03", empty], ["2024-01-04", 4]], { missing: "error" }),
    );
    expect(cell.message).toMatch(/line 4.*empty at 2024-01-03/);
  });

  it("keeps a series without any value, and warns", () => {
    const { frame, notes } = frameOf(
      rawData({
        a: january,
        b: [
          ["2024-01-01", empty],
          ["2024-01-02", empty],
        ],
      }),
    );
    expect([...frame.series[1]!.values]).toEqual([empty, empty]);
    expect(notes).toContain("no value at all: b");
  });

  it("sorts rows, and gives the same frame for every order of them", () => {
    const rows: Rows = [...january, ["2024-01-10", empty], ["2024-01-11", 11]];
    const [whole] = frameOf(rawData({ "": rows })).frame.series;
    fc.assert(
      fc.property(fc.shuffledSubarray([...rows], { minLength: rows.length }), (shuffled) => {
        const { frame, notes } = frameOf(rawData({ "": shuffled }));
        expect(frame.series[0]).toEqual(whole);
        expect(notes.some((note) => note.includes("out of order"))).toBe(shuffled.some((row, i) => row !== rows[i]));
      }),
    );
  });

  it("puts every row of gappy data back at its own stamp", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("UTC", "Europe/Berlin", "America/New_York"),
        fc.constantFrom("d", "h", "ms", "b"),
        fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 60 }),
        (zone, freq, steps) => {
          const all = freq === "h" ? hours("2024-10-20T00:00", 400) : dates("2023-01-01", 20_000);
          const stamps = all.filter(
            (date) => (freq !== "ms" || date.endsWith("-01")) && (freq !== "b" || new Date(date).getUTCDay() % 6 !== 0),
          );
          const kept = steps.sort((a, b) => a - b).map((step) => stamps[step]!);
          const raw = rawData({ "": rowsAt(kept) }, zone);
          const { frame } = frameOf(raw, { freq });
          const [series] = frame.series;
          const found: number[] = [];
          series!.values.forEach((value, k) => {
            if (!Number.isNaN(value)) found.push(stampAt(frame.grid, series!.start, k));
          });
          expect(found).toEqual([...raw.series[0]!.stamps]);
        },
      ),
    );
  });

  it("refuses repeated stamps, naming the stamp and the line", () => {
    const rows: Rows = [...january, ["2024-01-02", 4]];
    const failure = failureOf(() => seriesOf(rows));
    expect(failure).toMatchObject({
      code: "data",
      message: "data.csv line 6: the series has 2024-01-02 again; 1 row repeats a stamp",
    });
    expect(failure.hint).toMatch(/--id COL/);
    expect(failureOf(() => frameOf(rawData({ a: rows }))).hint).toMatch(/^--aggregate/);
  });

  it.each([
    ["mean", 3],
    ["sum", 6],
    ["first", 4],
    ["last", 2],
    ["min", 2],
    ["max", 4],
  ] as const)("combines repeated stamps by %s, passing over empty cells", (aggregate, value) => {
    const rows: Rows = [
      ["2024-01-01", 1],
      ["2024-01-02", empty],
      ["2024-01-02", 4],
      ["2024-01-02", 2],
      ["2024-01-03", 3],
    ];
    expect(seriesOf(rows, { aggregate })).toEqual(["2024-01-01", [1, value, 3]]);
  });

  it("refuses stamps off the grid, naming the line and how to resample", () => {
    const stamps = hours("2024-01-01T00:00", 20).map((stamp, i) => (i === 7 ? stamp.replace(":00", ":13") : stamp));
    expect(failureOf(() => seriesOf(rowsAt(stamps)))).toMatchObject({
      code: "data",
      message: expect.stringMatching(/line 9: .*2024-01-01T07:13/),
      hint: "--freq h --aggregate mean",
    });
  });

  it("resamples onto a coarser grid, every row in the step whose time it falls in", () => {
    const readings = rowsAt(hours("2024-01-01T06:00", 30));
    expect(seriesOf(readings, { freq: "d", aggregate: "max" })).toEqual(["2024-01-01T00:00", [18, 30]]);
    expect(seriesOf(rowsAt(dates("2024-01-03", 12)), { freq: "w", aggregate: "first" })).toEqual([
      "2024-01-01",
      [1, 6],
    ]);
    expect(seriesOf(rowsAt(dates("2024-01-03", 12)), { freq: "w-sun", aggregate: "first" })).toEqual([
      "2023-12-31",
      [1, 5, 12],
    ]);
    expect(seriesOf(rowsAt(dates("2024-01-03", 60)), { freq: "me", aggregate: "last" })).toEqual([
      "2024-01-31",
      [29, 58, 60],
    ]);
    expect(seriesOf(rowsAt(dates("2024-02-03", 70)), { freq: "qs", aggregate: "first" })).toEqual([
      "2024-01-01",
      [1, 59],
    ]);
    expect(seriesOf(rowsAt(["3", "4", "5", "11"]), { freq: "5", aggregate: "max" })).toEqual(["0", [2, 3, 4]]);
  });

  it("resamples days of the zone, 23 to 25 hours long", () => {
    const rows = hours("2024-03-30T00:00", 96).map((stamp) => [stamp, 1] as const);
    const local = rows.filter(([stamp]) => stamp !== "2024-03-31T02:00");
    expect(seriesOf(local, { freq: "d", aggregate: "sum" }, "Europe/Berlin")[1]).toEqual([24, 23, 24, 24]);
  });

  it("keeps a grid that the rows already lie on, though repeated stamps are combined", () => {
    const rows: Rows = [
      ["2024-01-15", 1],
      ["2024-01-15", 2],
      ["2024-02-15", 3],
    ];
    expect(seriesOf(rows, { freq: "ms", aggregate: "sum" })).toEqual(["2024-01-15", [3, 3]]);
  });

  it("tells the two passes of an hour that is set back apart", () => {
    const stamps = hours("2024-10-27T00:00", 6);
    stamps.splice(3, 0, "2024-10-27T02:00");
    expect(seriesOf(rowsAt(stamps), {}, "Europe/Berlin")).toEqual(["2024-10-27T00:00", [1, 2, 3, 4, 5, 6, 7]]);
    const quarters = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"].map((time) => `2024-10-27T${time}`);
    expect(seriesOf(rowsAt(quarters), {}, "Europe/Berlin")[1]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("does not crash where the repeated hour is written once", () => {
    expect(seriesOf(rowsAt(hours("2024-10-27T00:00", 6)), {}, "Europe/Berlin")[1]).toEqual([1, 2, 3, empty, 4, 5, 6]);
  });

  it("refuses a series without any value among others where gaps are refused", () => {
    const raw = rawData({
      a: rowsAt(dates("2024-01-01", 3)),
      b: [
        ["2024-01-01", empty],
        ["2024-01-02", empty],
      ],
    });
    expect(frameOf(raw).notes).toEqual(["no value at all: b"]);
    expect(failureOf(() => frameOf(raw, { missing: "error" }))).toMatchObject({
      code: "data",
      message: "data.csv line 2: b is empty at 2024-01-01",
    });
  });

  it("refuses a stamp so far from the others that the gap would fill the memory", () => {
    const stamps = ["1970-01-01T00:00", ...Array.from({ length: 50 }, (_, i) => `2024-01-01T00:${10 + i}`)];
    expect(failureOf(() => seriesOf(rowsAt(stamps)))).toMatchObject({
      code: "data",
      message: expect.stringMatching(/line 2: .*1970-01-01T00:00 and then no row for 28\d{6} steps of min/),
      hint: expect.stringMatching(/--since/),
    });
  });

  it("refuses a frequency of the other kind of time", () => {
    expect(failureOf(() => seriesOf(january, { freq: "1" })).code).toBe("usage");
    expect(failureOf(() => seriesOf(rowsAt(["1", "2"]), { freq: "h" })).code).toBe("usage");
  });

  it("refuses starts that the frequency has no step for", () => {
    expect(failureOf(() => seriesOf(january, { freq: "w-tue" })).message).toMatch(/line 2.*2024-01-01/);
    expect(failureOf(() => seriesOf(january, { freq: "me" })).message).toMatch(/line 2.*2024-01-01/);
    expect(failureOf(() => seriesOf(rowsAt(["2024-01-06", "2024-01-08"]), { freq: "b" })).message).toMatch(
      /2024-01-06/,
    );
  });

  it("gives each series its own phase", () => {
    const { frame } = frameOf(
      rawData({ a: rowsAt(hours("2024-01-01T00:00", 5)), b: rowsAt(hours("2024-01-01T00:30", 5)) }),
    );
    expect(frame.series.map(({ values }) => values.length)).toEqual([5, 5]);
  });

  it("says that a series is constant", () => {
    expect(frameOf(rawData({ a: january, b: january.map(([stamp]) => [stamp, 7]) })).notes).toContain("constant: b");
  });

  it("sorts rows in complete disorder without losing one", () => {
    const random = seededRandom(5);
    const order = Int32Array.from({ length: 5000 }, (_, i) => i);
    random.shuffle(order);
    const { frame } = frameOf(rawData({ "": Array.from(order, (i) => [String(i), i] as const) }));
    expect(frame.series[0]!.values).toEqual(Float64Array.from({ length: 5000 }, (_, i) => i));
  });
});
