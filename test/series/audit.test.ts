import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { auditFrame } from "../../src/series/audit.js";
import { findOutliers } from "../../src/series/outliers.js";
import { regularise } from "../../src/series/regularise.js";
import { dates, hours, type Rows, rawData, rowsAt } from "./rows.js";

const { NaN: empty } = Number;

describe("an audit", () => {
  const rows: Rows = [
    ["2024-01-01", 0],
    ["2024-01-02", -2],
    ["2024-01-03", empty],
    ["2024-01-07", 7],
    ["2024-01-06", 6],
    ["2024-01-08", 8],
    ["2024-01-08", 9],
    ["2024-01-12", 4],
    ["2024-01-13", 4],
    ["2024-01-14", 4],
  ];
  const audit = auditFrame(rawData({ a: rows, b: rowsAt(dates("2024-02-01", 20)) }), { missing: "mask" });

  it("counts what is there, by series", () => {
    expect(audit).toMatchObject({ frequency: "d", unknownFrequency: null, first: "2024-01-01", last: "2024-02-20" });
    expect(audit.series[0]).toEqual({
      name: "a",
      rowCount: 10,
      first: "2024-01-01",
      last: "2024-01-14",
      stepCount: 14,
      gapCount: 2,
      missingStepCount: 5,
      longestGap: { steps: 3, after: "2024-01-08" },
      repeatCount: 1,
      outOfOrderCount: 1,
      offGridCount: 0,
      firstOffGrid: null,
      emptyCellCount: 1,
      unobservedCount: 6,
      min: -2,
      mean: 40 / 9,
      max: 9,
      negativeCount: 1,
      zeroCount: 1,
      isConstant: false,
      isTooShort: true,
      outlierCount: 0,
      extremeOutlier: null,
      // A step each, as there are fewer than 24; the repeated stamp is their mean.
      outline: Float64Array.of(0, -2, empty, empty, empty, 6, 7, 8.5, empty, empty, empty, 4, 4, 4),
    });
  });

  it("calls a series too short by a limit that it states", () => {
    expect(audit.leastObservedCount).toBe(10);
    expect(audit.series.map((series) => series.isTooShort)).toEqual([true, false]);
  });

  it("tells how many steps a policy would fill: as many as regularise fills", () => {
    const raw = rawData({ a: rows.filter(([, value]) => value !== 9) });
    const notes: string[] = [];
    regularise(raw, { missing: "zero" }, (note) => notes.push(note.text));
    const count = auditFrame(raw, { missing: "zero" }).series[0]!.unobservedCount;
    expect(notes.join()).toContain(`${count} steps without a value`);
  });

  it("reports data without a frequency instead of throwing", () => {
    const stamps = ["2024-01-01T00:00", "2024-01-01T00:17", "2024-01-03T05:00", "2024-01-03T05:00", "2024-02-01T00:00"];
    const irregular = auditFrame(rawData({ "": rowsAt(stamps) }), { missing: "mask" });
    expect(irregular.frequency).toBeNull();
    expect(irregular.unknownFrequency?.seen).toContain("17 min ×1");
    expect(irregular.series[0]).toMatchObject({ stepCount: null, rowCount: 5, repeatCount: 1, max: 5 });
  });

  it("reports stamps off the grid and where the first of them stands", () => {
    const stamps = hours("2024-01-01T00:00", 30).map((stamp, i) => (i === 7 ? stamp.replace(":00", ":13") : stamp));
    const found = auditFrame(rawData({ "": rowsAt(stamps) }), { missing: "mask" });
    expect(found.series[0]).toMatchObject({
      offGridCount: 1,
      firstOffGrid: { stamp: "2024-01-01T07:13", place: "data.csv line 9" },
    });
  });

  it("reports a stamp far from the others without filling the gap", () => {
    const stamps = ["1970-01-01T00:00", ...Array.from({ length: 50 }, (_, i) => `2024-01-01T00:${10 + i}`)];
    const found = auditFrame(rawData({ "": rowsAt(stamps) }), { missing: "mask" });
    expect(found.series[0]!.longestGap).toMatchObject({ after: "1970-01-01T00:00" });
    expect(found.series[0]!.stepCount).toBeGreaterThan(28_000_000);
  });

  it("reports empty and constant series", () => {
    const found = auditFrame(
      rawData({
        none: rowsAt(dates("2024-01-01", 12)).map(([stamp]) => [stamp, empty]),
        same: rowsAt(dates("2024-01-01", 12)).map(([stamp]) => [stamp, 5]),
      }),
      { missing: "mask" },
    );
    expect(found.series[0]).toMatchObject({ min: null, mean: null, max: null, emptyCellCount: 12, isConstant: false });
    expect(found.series[1]).toMatchObject({ min: 5, isConstant: true, outlierCount: 0 });
  });

  it("finds the season, and outliers beside it", () => {
    const random = seededRandom(1);
    const values = rowsAt(dates("2024-01-01", 210)).map(
      ([stamp], t) => [stamp, 10 * (t % 7) + random.normal() + (t === 100 ? 60 : 0)] as const,
    );
    const found = auditFrame(rawData({ "": values }), { missing: "mask" });
    expect(found.seasons).toEqual([7]);
    expect(found.leastObservedCount).toBe(14);
    expect(found.series[0]).toMatchObject({ outlierCount: 1, extremeOutlier: { stamp: "2024-04-10" } });
  });

  it("takes a coarser grid as it would be resampled", () => {
    const found = auditFrame(rawData({ "": rowsAt(hours("2024-01-01T00:00", 48)) }), {
      freq: "d",
      aggregate: "sum",
      missing: "mask",
    });
    expect(found).toMatchObject({ frequency: "d", series: [{ stepCount: 2, repeatCount: 46, offGridCount: 0 }] });
  });

  it("takes far less than a second for a million rows in a thousand series", () => {
    const stamps = Float64Array.from({ length: 1000 }, (_, k) => Date.UTC(2020, 0, 1) + k * 86_400_000);
    const random = seededRandom(1);
    const raw = rawData({ a: rowsAt(["2020-01-01"]) });
    const series = Array.from({ length: 1000 }, (_, s) => ({
      key: [String(s)],
      target: "y",
      stamps: stamps.slice(),
      values: Float64Array.from(stamps, () => random.normal()),
    }));
    const begin = process.cpuUsage();
    auditFrame({ ...raw, series }, { missing: "mask" });
    // Processor time, which other work on the machine hardly changes: a third of a second, and room for a slower machine.
    const { user, system } = process.cpuUsage(begin);
    expect(user + system).toBeLessThan(1_500_000);
  });
});

describe("outliers", () => {
  it("are none in noise, however it is scaled and shifted", () => {
    const random = seededRandom(7);
    const values = Float64Array.from({ length: 500 }, () => random.normal());
    expect(findOutliers(values, 1).count).toBe(0);
    expect(
      findOutliers(
        values.map((value) => value * 1e6 + 1e9),
        1,
      ).count,
    ).toBe(0);
  });

  it("are single values far from their neighbours, not a new level", () => {
    const random = seededRandom(7);
    const values = Float64Array.from({ length: 500 }, (_, t) => random.normal() + (t < 250 ? 0 : 100));
    values[100] = 50;
    values[300] = 20;
    expect(findOutliers(values, 1)).toEqual({ count: 2, extremeStep: 300 });
  });

  it("are none in a season that grows", () => {
    const values = Float64Array.from(
      { length: 144 },
      (_, t) => (100 + 3 * t) * (1 + 0.3 * Math.sin((Math.PI * t) / 6)),
    );
    expect(findOutliers(values, 12).count).toBe(0);
  });

  it("are seen where all other values are the same, and not in demand that comes now and then", () => {
    const flat = new Float64Array(100).fill(3);
    flat[40] = 9;
    expect(findOutliers(flat, 1)).toEqual({ count: 1, extremeStep: 40 });
    const demand = Float64Array.from({ length: 100 }, (_, t) => (t % 4 === 0 ? 1 : 0));
    expect(findOutliers(demand, 1).count).toBe(0);
  });
});
