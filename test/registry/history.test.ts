import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Note } from "../../src/base/notes.js";
import { appendRun, type Run, readHistory, runCells, runColumns, runLine } from "../../src/registry/history.js";
import { emptyRun } from "../../src/registry/registry.js";
import { temporaryDirectory } from "../support/directory.js";

const seed = { run: "", started: "2024-05-01T12:00:00.000Z", host: "h", hindcast: "1", node: "v20" };
const runOf = (name: string): Run => ({ ...emptyRun({ ...seed, run: name }, "kept"), reason: "because…" });

test("cut anywhere, it gives the lines that are whole, and the next line makes it whole again", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "history.ndjson");
  const lines = ["a", "b", "c"].map((name) => runLine(runOf(name)));
  const whole = Buffer.from(lines.join(""));
  const ends = [0, ...lines.map((_, i) => Buffer.byteLength(lines.slice(0, i + 1).join("")))];
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (cut) => {
      writeFileSync(path, whole);
      truncateSync(path, cut);
      const notes: Note[] = [];
      // A line without its end of line is whole.
      const expected = ["a", "b", "c"].filter((_, i) => cut >= ends[i + 1]! - 1);
      expect((await readHistory(directory, (note) => notes.push(note))).map(({ run }) => run)).toEqual(expected);
      expect(notes).toEqual([]);
      await appendRun(directory, runOf("d"));
      expect(readFileSync(path, "utf8")).toBe([...expected, "d"].map((name) => runLine(runOf(name))).join(""));
    }),
    { numRuns: 60, examples: [[0], [whole.length], [whole.length - 1], [ends[1]!], [ends[1]! - 1]] },
  );
});

test("a torn line longer than a block of the file is found", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "history.ndjson");
  writeFileSync(path, `${runLine(runOf("a"))}${"x".repeat(10_000)}`);
  await appendRun(directory, runOf("b"));
  expect(readFileSync(path, "utf8")).toBe(runLine(runOf("a")) + runLine(runOf("b")));
});

test("a damaged line in the middle is passed over and said", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "history.ndjson");
  writeFileSync(path, `${runLine(runOf("a"))}garbage\n${runLine(runOf("b"))}`);
  const notes: Note[] = [];
  const runs = await readHistory(directory, (note) => notes.push(note));
  expect(runs.map(({ run }) => run)).toEqual(["a", "b"]);
  expect(notes).toEqual([{ level: "warning", text: `${path} line 2 cannot be read and is passed over` }]);
});

test("a record with fields of a later version is read", async () => {
  const directory = await temporaryDirectory();
  writeFileSync(join(directory, "history.ndjson"), `${JSON.stringify({ ...runOf("a"), later: 1 })}\n`);
  expect(await readHistory(directory, () => {})).toEqual([runOf("a")]);
});

test.each(["promoted", "kept", "skipped", "failed", "interrupted", "promote", "rollback", "prune"] as const)(
  "a run that was %s is read back, and its cells stand in the order of the columns",
  async (action) => {
    const directory = await temporaryDirectory();
    const run: Run = { ...runOf("a"), action, version: 2, champion_score: 0.5 };
    await appendRun(directory, run);
    const text = readFileSync(join(directory, "history.ndjson"), "utf8");
    expect(text).toBe(`${JSON.stringify({ schema_version: 1, type: "run", ...run })}\n`);
    expect(await readHistory(directory, () => {})).toEqual([run]);
    expect(Object.fromEntries(runCells(run).map((cell, i) => [runColumns[i], cell]))).toEqual(run);
  },
);

test("where there is none, nothing was done", async () => {
  expect(await readHistory(await temporaryDirectory(), () => {})).toEqual([]);
});

test("a link in its place is refused, and a directory", async () => {
  const directory = await temporaryDirectory();
  const victim = join(directory, "victim");
  const path = join(directory, "history.ndjson");
  writeFileSync(victim, "mine");
  symlinkSync(victim, path);
  const refusal = { code: "model", message: `${path} is a link; a registry holds its own files` };
  await expect(appendRun(directory, runOf("a"))).rejects.toMatchObject(refusal);
  await expect(readHistory(directory, () => {})).rejects.toMatchObject(refusal);
  expect(readFileSync(victim, "utf8")).toBe("mine");
  const other = join(directory, "other");
  mkdirSync(join(other, "history.ndjson"), { recursive: true });
  const reason = (what: string) => expect.stringContaining(`history.ndjson cannot be ${what}: EISDIR`);
  await expect(appendRun(other, runOf("a"))).rejects.toMatchObject({ code: "output", message: reason("written") });
  await expect(readHistory(other, () => {})).rejects.toMatchObject({ code: "model", message: reason("read") });
});
