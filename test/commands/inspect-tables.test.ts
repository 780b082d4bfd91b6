import { describe, expect, it } from "vitest";
import { describeAudit } from "../../src/commands/inspect-tables.js";
import { auditFrame } from "../../src/series/audit.js";
import { type Rows, rawData } from "../series/rows.js";

const rows: Rows = [
  ["2024-01-01", 1],
  ["2024-01-02", 2],
  ["2024-01-02", 2],
  ["2024-01-05", 5],
  ["2024-01-06", 5],
];
const tables = describeAudit(auditFrame(rawData({ a: rows, b: rows.slice(3) }), { missing: "ffill" }));

describe("the tables of an audit", () => {
  it("have a cell for every column, finite or text", () => {
    for (const { columns, rows: cells } of Object.values(tables))
      for (const row of cells) {
        expect(row).toHaveLength(columns.length);
        for (const cell of row) expect(typeof cell === "number" ? Number.isFinite(cell) : true).toBe(true);
      }
  });

  it("show the data as a whole", () => {
    const overview = new Map([...tables.overview.rows].map(([property, value]) => [property, value]));
    expect(overview.get("series")).toBe(2);
    expect(overview.get("rows")).toBe(7);
    expect(overview.get("frequency")).toBe("d");
    expect(overview.get("longest gap")).toBe("2 steps after 2024-01-02 (a)");
  });

  it("put into words what is not as it should be in a series", () => {
    expect([...tables.findings.rows]).toEqual([
      ["a", "2 steps in 1 gap, the longest 2 after 2024-01-02"],
      ["a", "1 repeated stamp"],
      ["a", "too short: 5 values, 10 needed"],
      ["b", "constant"],
      ["b", "too short: 2 values, 10 needed"],
    ]);
    const sound: Rows = Array.from({ length: 20 }, (_, i) => [`2024-01-${String(i + 1).padStart(2, "0")}`, i]);
    const { findings, policies } = describeAudit(auditFrame(rawData({ "": sound }), { missing: "mask" }));
    expect([...findings.rows]).toEqual([]);
    expect([...policies.rows]).toEqual([
      ["--missing mask", "nothing to do", true],
      ["no --aggregate", "nothing to do", true],
    ]);
  });

  it("say what each policy would do, and which is chosen", () => {
    expect([...tables.policies.rows]).toEqual([
      ["--missing mask", "2 steps left out of losses and scores", false],
      ["--missing interpolate", "2 steps filled on a line between their neighbours", false],
      ["--missing ffill", "2 steps filled with the value before", true],
      ["--missing zero", "2 steps filled with 0", false],
      ["--missing mean", "2 steps filled with the mean of their series", false],
      ["--missing error", "refused: 2 steps without a value", false],
      ["no --aggregate", "refused: 1 repeated stamp", true],
      ["--aggregate mean", "1 row combined with others of the same step", false],
    ]);
  });
});
