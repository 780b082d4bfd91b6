// Times that stand in several columns: the hint joins them, and works when it is followed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { joinTimeParts } from "../../src/series/time-parts.js";
import { temporaryDirectory } from "../support/directory.js";
import { runShell } from "../support/hindcast.js";

let directory = "";
beforeAll(async () => {
  directory = await temporaryDirectory();
});

const days = Array.from({ length: 48 }, (_, i) => [`2024-01-0${1 + Math.floor(i / 24)}`, i % 24] as const);
const months = Array.from({ length: 30 }, (_, i) => [2022 + Math.floor(i / 12), 1 + (i % 12)] as const);

test.each([
  { what: "date, hour", rows: days.map(([day, hour], i) => `${day},${hour},${i}`), next: "2024-01-03 00:00:00" },
  { what: "date, time", rows: days.map(([day, hour], i) => `${day},${hour}:00,${i}`), next: "2024-01-03 00:00:00" },
  { what: "year, month", rows: months.map(([year, month], i) => `${year},${month},${i}`), next: "2024-07-01" },
  {
    what: "year, month, day",
    rows: days.slice(0, 28).map((_, i) => `2023,2,${i + 1},${i}`),
    flags: "--time year",
    next: "2023-03-01",
  },
])("$what", async ({ what, rows, next, flags = "" }) => {
  writeFileSync(join(directory, "my data.csv"), `${what.replaceAll(", ", ",")},y\n${rows.join("\n")}\n`);
  const run = (line: string) => runShell(`hindcast forecast -q -H 1 --model naive --level none ${line}`, directory);
  const refused = await run(`"my data.csv" ${flags}`);
  expect(refused.exit).toBe(4);
  const hint = /^try: (--time ds --sql ".*")/m.exec(refused.stderr)?.[1];
  expect(await run(hint ?? "")).toEqual({ stdout: `ds,forecast\n${next},${rows.length - 1}\n`, stderr: "", exit: 0 });
});

test("columns that are no parts of a time are left alone", () => {
  const parts = (columns: string[], ...rows: string[][]) => joinTimeParts({ columns, rows, name: "x.csv" });
  expect(parts(["date", "month", "y"], ["2024-01-01", "1", "2"])).toBeUndefined();
  expect(parts(["date", "hour", "y"], ["2024-01-01 10:00", "10", "2"])).toBeUndefined();
  expect(parts(["date", "hour", "y"], ["2024-01-01", "31", "2"])).toBeUndefined();
  expect(parts(["year", "y"], ["2024", "2"])).toBeUndefined();
  expect(parts(["date", "opens", "y"], ["2024-01-01", "09:00", "2"])).toBeUndefined();
});
