import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readRecords } from "../../src/series/read-records.js";
import type { Source } from "../../src/series/source.js";
import { failureOf, readOptions, textSource } from "../support/sources.js";

async function recordsOf(source: Source) {
  const { columns, records } = await readRecords(source, readOptions());
  const all = [];
  for await (const record of records) all.push(record);
  return { columns, all };
}

describe("records", () => {
  test("are cells of text with the line each row ends on, whatever the format", async () => {
    const csv = await recordsOf(textSource('ds,forecast,lo-80\n\n2024-01-01,1.50,"a\nb"\n2024-01-02,,\n'));
    expect(csv.columns).toEqual(["ds", "forecast", "lo-80"]);
    expect(csv.all).toEqual([
      { line: 4, cells: ["2024-01-01", "1.50", "a\nb"] },
      { line: 5, cells: ["2024-01-02", "", ""] },
    ]);
    const lines =
      '{"ds":"2024-01-01","forecast":1.5}\n{"forecast":null,"model":"gru","ds":"2024-01-02","more":{"a":[1]}}\n';
    const ndjson = await recordsOf(textSource(lines, "next.ndjson"));
    expect(ndjson.columns).toEqual(["ds", "forecast", "model", "more"]);
    expect(ndjson.all.map(({ cells }) => cells)).toEqual([
      ["2024-01-01", "1.5", "", ""],
      ["2024-01-02", "", "gru", '{"a":[1]}'],
    ]);
  });

  test("a reader that stops early lets go of the source", async () => {
    const stream = Readable.from(
      (function* () {
        for (let i = 0; i < 100; i++) yield Buffer.from("a,b\n".repeat(30_000));
      })(),
    );
    const { records } = await readRecords({ name: "endless.csv", open: () => stream }, readOptions());
    for await (const { cells } of records) {
      expect(cells).toEqual(["a", "b"]);
      break;
    }
    expect(stream.destroyed).toBe(true);
  });

  test("a header that is refused lets go of the source too", async () => {
    const stream = Readable.from([Buffer.from(`a,a\n${"1,2\n".repeat(50_000)}`), Buffer.from("3,4\n")]);
    expect(await failureOf(readRecords({ name: "twice.csv", open: () => stream }, readOptions()))).toContain(
      'twice.csv line 1: two columns are called "a"',
    );
    expect(stream.destroyed).toBe(true);
  });

  test("a failing stream is an error with its name", async () => {
    const stream = new Readable({
      read() {
        this.destroy(new Error("EIO: i/o error, read"));
      },
    });
    expect(await failureOf(readRecords({ name: "disk.csv", open: () => stream }, readOptions()))).toBe(
      "data: disk.csv cannot be read: EIO: i/o error, read; try: check the path and the disk",
    );
  });
});
