import { describe, expect, it } from "vitest";
import type { Note } from "../../src/base/notes.js";
import { cutFrame, dropSteps, type Frame } from "../../src/series/frame.js";
import { futureTable, requireFuture } from "../../src/series/future.js";
import { addFutureData } from "../../src/series/future-data.js";
import type { ReadOptions } from "../../src/series/options.js";
import { regularise } from "../../src/series/regularise.js";
import { readNotes, readOptions, readText, textSource } from "../support/sources.js";

const nan = Number.NaN;

async function frameOf(text: string, options: Partial<ReadOptions>, notes: Note[] = [], name?: string): Promise<Frame> {
  return regularise(await readText(text, options, name), readOptions(options), (note) => notes.push(note));
}

const covariatesOf = (frame: Frame, s = 0) => frame.series[s]!.covariates!.map((values) => [...values]);

const sales =
  "ds,y,promo,sky,size\n2024-01-01,,0,dry,7\n2024-01-02,3,1,wet,7\n2024-01-03,4,,dry,\n2024-01-04,,1,fog,7\n";

describe("reading covariates", () => {
  it("puts them on the steps of the values, known ahead or up to the last of these", async () => {
    const frame = await frameOf(sales, { past: ["sky"], future: ["promo"], static: ["size"] });
    expect(frame.covariates).toEqual([
      { name: "sky", kind: "past", categories: ["dry", "wet", "fog"], place: null },
      { name: "promo", kind: "future", categories: null, place: null },
      { name: "size", kind: "static", categories: null, place: null },
    ]);
    expect([...frame.series[0]!.values]).toEqual([3, 4]);
    expect(covariatesOf(frame)).toEqual([[1, 0], [1, nan, 1], [7]]);
  });

  it("reads the same from TSV and NDJSON", async () => {
    const options = { past: ["sky"], future: ["promo"], static: ["size"] };
    const expected = await frameOf(sales, options);
    const tsv = await frameOf(sales.replaceAll(",", "\t"), options, [], "data.tsv");
    const [, ...rows] = sales.trim().split("\n");
    const ndjson = rows.map((row) => {
      const [ds, y, promo, sky, size] = row.split(",");
      const number = (text: string | undefined) => (text === "" ? null : Number(text));
      return JSON.stringify({ ds, y: number(y), promo: number(promo), sky, size: number(size) });
    });
    expect(tsv).toEqual(expected);
    expect(await frameOf(ndjson.join("\n"), options, [], "data.ndjson")).toEqual(expected);
  });

  it("says how many values are missing, and leaves the future out of that", async () => {
    const notes: Note[] = [];
    await frameOf(sales, { future: ["promo"], past: ["sky"], static: ["size"] }, notes);
    expect(notes).toEqual([
      { level: "note", text: "1 empty step at the ends of series cut off" },
      { level: "warning", text: "promo: 1 value missing; the one before is carried on" },
    ]);
  });

  it("takes none and NA among text for words, and an empty cell for a missing one", async () => {
    const text = "ds,y,promo,zone\n1,1,none,NA\n2,2,sale,NA\n3,3,,NA\n";
    const notes: Note[] = [];
    const frame = await frameOf(text, { past: ["promo"], static: ["zone"] }, notes);
    expect(frame.covariates!.map(({ categories }) => categories)).toEqual([["none", "sale"], ["NA"]]);
    expect(covariatesOf(frame)).toEqual([[0, 1, nan], [0]]);
    expect(notes).toEqual([{ level: "warning", text: "promo: 1 value missing; the one before is carried on" }]);
  });

  it("says so where a slip makes categories of numbers, and refuses numbers that are not read as such", async () => {
    const slip = "ds,y,price\n1,1,2\n2,2,n.a.\n3,3,4\n";
    const frame = await frameOf(slip, { past: ["price"] });
    expect(frame.covariates![0]!.categories).toEqual(["2", "n.a.", "4"]);
    expect(await readNotes(slip, { past: ["price"] })).toEqual([
      { level: "warning", text: expect.stringContaining('as "n.a." is no number') },
    ]);
    const commas = frameOf('ds,y,price\n1,1,"2,5"\n2,2,"3,5"\n', { past: ["price"] });
    await expect(commas).rejects.toMatchObject({ message: expect.stringContaining('line 2: price is "2,5"') });
  });

  it("knows nothing of a sum ahead whose step is not over", async () => {
    const day = (k: number) => new Date(Date.UTC(2024, 0, k)).toISOString().slice(0, 10);
    // From a Monday on.
    const rows = (count: number, valueCount: number) =>
      Array.from({ length: count }, (_, i) => `${day(i + 1)},${i < valueCount ? 2 : ""},1`).join("\n");
    const options = { future: ["promo"], freq: "w", aggregate: "sum" } as const;
    for (const [count, valueCount, known] of [
      [23, 23, 3],
      [23, 21, 3],
      [28, 21, 4],
      [28, 23, 4],
    ] as const) {
      const frame = await frameOf(`ds,y,promo\n${rows(count, valueCount)}\n`, options);
      expect([...frame.series[0]!.values]).toEqual([14, 14, 14]);
      expect(covariatesOf(frame)).toEqual([Array(known).fill(7)]);
    }
  });

  it("aggregates numbers as the target, and takes the last text", async () => {
    const text = "ds,y,temp,sky\n2024-01-01T00:00,1,10,dry\n2024-01-01T12:00,2,20,wet\n2024-01-02T00:00,3,30,dry\n";
    const frame = await frameOf(text, { past: ["temp", "sky"], freq: "d", aggregate: "mean" });
    expect(covariatesOf(frame)).toEqual([
      [15, 30],
      [1, 0],
    ]);
  });

  it("refuses more categories than there may be inputs", async () => {
    const rows = Array.from(
      { length: 65 },
      (_, i) => `2024-01-01T00:${String(i % 60).padStart(2, "0")}:${i > 59 ? 30 : 10},1,c${i}\n`,
    );
    await expect(readText(`ds,y,code\n${rows.join("")}`, { past: ["code"] })).rejects.toThrow(
      '"c64" is the 65th text in code',
    );
  });

  it("reads a column as text where a model was trained so, whatever its cells look like", async () => {
    const frame = await frameOf("ds,y,code\n2024-01-01,1,2\n2024-01-02,2,1\n", {
      past: ["code"],
      textColumns: ["code"],
    });
    expect(frame.covariates![0]!.categories).toEqual(["2", "1"]);
  });
});

describe("frames with covariates", () => {
  it("lose what is known so far behind a cut, keep what is known ahead, and shift both with the first step", async () => {
    const frame = await frameOf(sales, { past: ["sky"], future: ["promo"], static: ["size"] });
    expect(covariatesOf(cutFrame(frame, [1]))).toEqual([[1], [1, nan, 1], [7]]);
    const later = dropSteps(frame, frame.series[0]!, 1);
    expect(later.start).toBe(Date.UTC(2024, 0, 3));
    expect([...later.values]).toEqual([4]);
    expect(later.covariates!.map((values) => [...values])).toEqual([[0], [nan, 1], [7]]);
  });
});

describe("what is known ahead", () => {
  const panel =
    "id,ds,y,promo,sky\na,2024-01-01,1,0,dry\na,2024-01-02,2,1,wet\nb,2024-01-01,3,0,dry\nb,2024-01-02,4,0,dry\n";
  const options = { future: ["promo", "sky"] };
  const silent = () => {};

  it("comes from rows without a target or from a file of its own, all the same", async () => {
    const future = "id,ds,y,promo,sky\na,2024-01-03,,1,fog\nb,2024-01-03,,0,wet\n";
    const together = await frameOf(panel + future.slice(future.indexOf("\n") + 1), options);
    const apart = await addFutureData(
      await frameOf(panel, options),
      textSource(future, "next.csv"),
      readOptions(options),
      silent,
    );
    expect(apart).toEqual(together);
    expect(() => requireFuture(apart, 1)).not.toThrow();
  });

  it("is never the target: a value that the file has is not looked at", async () => {
    const frame = await frameOf(panel, options);
    const file = textSource("id,ds,y,promo,sky\na,2024-01-03,99,1,dry\nb,2024-01-03,99,1,dry\n");
    const known = await addFutureData(frame, file, readOptions(options), silent);
    expect(known.series.map(({ values }) => [...values])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("is asked for by series and stamp where it lacks", async () => {
    const frame = await addFutureData(
      await frameOf(panel, options),
      textSource("id,ds,promo,sky\na,2024-01-03,1,dry\na,2024-01-04,1,\n"),
      readOptions(options),
      silent,
    );
    expect(() => requireFuture(frame, 2)).toThrow(
      "no value of sky, promo ahead for a: 2024-01-04; b: 2024-01-03, 2024-01-04",
    );
    expect([...futureTable(frame, 2).rows]).toEqual([
      ["a", "2024-01-03", 1, "dry"],
      ["a", "2024-01-04", 1, null],
      ["b", "2024-01-03", null, null],
      ["b", "2024-01-04", null, null],
    ]);
  });

  it("refuses a stamp off the grid, and one too far ahead to be meant", async () => {
    const frame = await frameOf(panel, options);
    const add = (row: string) =>
      addFutureData(frame, textSource(`id,ds,promo,sky\n${row}\n`), readOptions(options), silent);
    await expect(add("a,2024-01-03T12:00,1,dry")).rejects.toThrow("line 2: 2024-01-03T12:00 is no step of the series");
    await expect(add("a,9024-01-03,1,dry")).rejects.toThrow("steps after the end of its series");
    await expect(add("a,2024-01-03,many,dry")).rejects.toThrow('line 2: promo is "many", not a number');
  });
});
