import { readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Note } from "../../src/base/notes.js";
import { appendRun, type Run, readHistory, runLine } from "../../src/registry/history.js";
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
  expect(notes.map(({ text }) => text)).toEqual([`${path} line 2 cannot be read and is passed over`]);
});

test("a record with fields of a later version is read", async () => {
  const directory = await temporaryDirectory();
  writeFileSync(join(directory, "history.ndjson"), `${JSON.stringify({ ...runOf("a"), later: 1 })}\n`);
  expect(await readHistory(directory, () => {})).toEqual([runOf("a")]);
});

test("a link in its place is refused", async () => {
  const directory = await temporaryDirectory();
  const victim = join(directory, "victim");
  writeFileSync(victim, "mine");
  symlinkSync(victim, join(directory, "history.ndjson"));
  await expect(appendRun(directory, runOf("a"))).rejects.toThrow(/is a link/);
  expect(readFileSync(victim, "utf8")).toBe("mine");
});
