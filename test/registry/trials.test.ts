// The file of a search's trials, on the real file system.
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Note } from "../../src/base/notes.js";
import { openTrials } from "../../src/registry/trials.js";
import { temporaryDirectory } from "../support/directory.js";

let directory = "";
beforeAll(async () => {
  directory = await temporaryDirectory();
});

const trial = (number: number) =>
  ({ trial: number, point: [0], state: "complete", scores: [2, 1 + number / 7], error: null }) as const;
const silent = () => {};

describe("a file of trials", () => {
  test("gives back what was kept, also what was kept at the same time", async () => {
    const path = join(directory, "kept.ndjson");
    const file = await openTrials(path, "key", silent);
    await Promise.all([3, 0, 2].map((number) => file.keep(trial(number), { model: "gru" }, 12.4)));
    const { finished } = await openTrials(path, "key", silent);
    expect([...finished.keys()]).toEqual([3, 0, 2]);
    expect(finished.get(2)!.scores).toEqual([2, 1 + 2 / 7]);
    expect(JSON.parse(readFileSync(path, "utf8").split("\n")[1]!)).toEqual({
      schema_version: 1,
      type: "trial",
      trial: 3,
      state: "complete",
      mase: 1 + 3 / 7,
      scores: [2, 1 + 3 / 7],
      error: null,
      settings: { model: "gru" },
      duration_ms: 12,
    });
  });

  test("is mended where a write was cut off, be it after the first bytes", async () => {
    for (const [i, cut] of [10, 40, 200, 330].entries()) {
      const path = join(directory, `torn-${i}.ndjson`);
      const file = await openTrials(path, "key", silent);
      for (const number of [0, 1]) await file.keep(trial(number), {}, 1);
      writeFileSync(path, readFileSync(path, "utf8").slice(0, cut));
      // What is torn was never done, and nothing to speak of.
      const again = await openTrials(path, "key", (note) => expect(note).toBeUndefined());
      expect(again.finished.has(1)).toBe(false);
      await again.keep(trial(1), {}, 1);
      const { finished } = await openTrials(path, "key", (note) => expect(note).toBeUndefined());
      expect(finished.has(1)).toBe(true);
      for (const line of readFileSync(path, "utf8").trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  test("of another search is refused, and so is what is none, which stays as it is", async () => {
    const path = join(directory, "other.ndjson");
    await (await openTrials(path, "key", silent)).keep(trial(0), {}, 1);
    await expect(openTrials(path, "another", silent)).rejects.toMatchObject({
      code: "usage",
      message: `${path} holds the trials of another search: of other data, other flags or another version`,
      hint: "give the data and the flags that it began with, or --trials-file with another name",
    });
    for (const text of ["month,value\n1949-01,112\n", "precious", "\n1\n", '{"type":"trial","key":"key"}\n']) {
      const foreign = join(directory, "foreign.csv");
      writeFileSync(foreign, text);
      await expect(openTrials(foreign, "key", silent)).rejects.toMatchObject({
        code: "usage",
        message: `${foreign} holds no trials of a search`,
        hint: "--trials-file with another name",
      });
      expect(readFileSync(foreign, "utf8")).toBe(text);
    }
  });

  test("tells of a line in its middle that cannot be read", async () => {
    const path = join(directory, "damaged.ndjson");
    const file = await openTrials(path, "key", silent);
    await file.keep(trial(0), {}, 1);
    appendFileSync(path, "nonsense\n");
    await file.keep(trial(2), {}, 1);
    const notes: Note[] = [];
    const { finished } = await openTrials(path, "key", (note) => void notes.push(note));
    expect([...finished.keys()]).toEqual([0, 2]);
    expect(notes).toEqual([{ level: "warning", text: `${path} line 3 cannot be read, so that trial is run again` }]);
  });

  test("begins with the search that it is of, and has no MASE for a trial that did not come to its end", async () => {
    const path = join(directory, "stopped.ndjson");
    const file = await openTrials(path, "key", silent);
    await file.keep({ ...trial(0), state: "stopped" }, {}, 0.5);
    await file.keep({ ...trial(1), state: "failed", scores: [], error: "no" }, {}, 1);
    const [head, ...lines] = readFileSync(path, "utf8").trim().split("\n");
    expect(head).toBe('{"schema_version":1,"type":"search","key":"key"}');
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told).toMatchObject([
      { state: "stopped", mase: null, scores: [2, 1], duration_ms: 1 },
      { state: "failed", mase: null, scores: [], error: "no" },
    ]);
    const { finished } = await openTrials(path, "key", silent);
    expect(finished.get(1)).toEqual({ type: "trial", trial: 1, scores: [], error: "no" });
  });

  test("passes over what is no trial, and takes the later of two with the same number", async () => {
    const path = join(directory, "mixed.ndjson");
    const file = await openTrials(path, "key", silent);
    await file.keep(trial(0), {}, 1);
    for (const own of [{ trial: -1 }, { type: "search" }, { scores: [null] }, { error: 1 }]) {
      const line = { type: "trial", trial: 5, scores: [], error: null, ...own };
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    }
    await file.keep({ ...trial(0), scores: [7] }, {}, 1);
    const notes: Note[] = [];
    const { finished } = await openTrials(path, "key", (note) => void notes.push(note));
    expect([...finished.values()].map(({ trial, scores }) => [trial, scores])).toEqual([[0, [7]]]);
    expect(notes.map(({ text }) => /line (\d)/.exec(text)?.[1])).toEqual(["3", "4", "5", "6"]);
  });

  test("may stand behind a link of one's own, which stays one", async () => {
    const path = join(directory, "behind.ndjson");
    const link = join(directory, "link.ndjson");
    writeFileSync(path, "");
    symlinkSync("behind.ndjson", link);
    await (await openTrials(link, "key", silent)).keep(trial(0), {}, 1);
    expect((await openTrials(path, "key", silent)).finished.has(0)).toBe(true);
  });

  test("that cannot be read or written is said", async () => {
    const path = join(directory, "directory");
    mkdirSync(path);
    const refusal = (of: string, code: string) => ({
      code: "output",
      message: expect.stringContaining(`${of} cannot be written: ${code}`),
    });
    await expect(openTrials(path, "key", silent)).rejects.toMatchObject(refusal(path, "EISDIR"));
    const nowhere = join(directory, "nowhere/trials.ndjson");
    await expect(openTrials(nowhere, "key", silent)).rejects.toMatchObject(refusal(nowhere, "ENOENT"));
    const gone = join(directory, "gone");
    mkdirSync(gone);
    const file = await openTrials(join(gone, "trials.ndjson"), "key", silent);
    rmSync(gone, { recursive: true });
    await expect(file.keep(trial(0), {}, 1)).rejects.toMatchObject(refusal(join(gone, "trials.ndjson"), "ENOENT"));
  });
});
