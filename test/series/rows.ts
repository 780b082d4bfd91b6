// Raw data as the reader hands it over, written by hand: what the tests of regularise, audit and inference begin with.
import type { RawData } from "../../src/series/raw.js";
import { detectTimeStyle, stampReader } from "../../src/series/stamp.js";

export type Rows = readonly (readonly [stamp: string, value: number])[];

/** @param panel rows by series key; the key "" is a single series without an id column */
export function rawData(panel: Readonly<Record<string, Rows>>, zone = "UTC"): RawData {
  const read = stampReader(zone);
  const samples = Object.values(panel).flatMap((rows) => rows.map(([stamp]) => stamp));
  const isSingle = Object.keys(panel).join() === "";
  return {
    name: "data.csv",
    columns: { time: "ds", ids: isSingle ? [] : ["id"], targets: ["y"], wide: false },
    timeStyle: detectTimeStyle(samples),
    zone,
    series: Object.entries(panel).map(([key, rows]) => ({
      key: isSingle ? [] : [key],
      target: "y",
      stamps: Float64Array.from(rows, ([stamp]) => read(stamp)),
      values: Float64Array.from(rows, ([, value]) => value),
    })),
    locate: (_series, row) => `data.csv line ${row + 2}`,
  };
}

/** Rows 1, 2, 3, … at the given stamps. */
export function rowsAt(stamps: readonly string[]): Rows {
  return stamps.map((stamp, i) => [stamp, i + 1]);
}

/** Dates from the first on, `count` of them, those kept of which `keep` is true. */
export function dates(first: string, count: number, keep: (date: Date, i: number) => boolean = () => true): string[] {
  const start = Date.parse(`${first}T00:00Z`);
  return Array.from({ length: count }, (_, i) => new Date(start + i * 86_400_000))
    .filter(keep)
    .map((date) => date.toISOString().slice(0, 10));
}

/** Local hours from the first on, written without an offset. */
export function hours(first: string, count: number): string[] {
  const start = Date.parse(`${first}Z`);
  return Array.from({ length: count }, (_, i) => new Date(start + i * 3_600_000).toISOString().slice(0, 16));
}
