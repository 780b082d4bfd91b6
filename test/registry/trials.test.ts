// The file of a search's trials, on the real file system.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
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
      const again = await openTrials(path, "key", silent);
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
    await expect(openTrials(path, "another", silent)).rejects.toThrow(/of another search/);
    for (const text of ["month,value\n1949-01,112\n", "precious"]) {
      const foreign = join(directory, "foreign.csv");
      writeFileSync(foreign, text);
      await expect(openTrials(foreign, "key", silent)).rejects.toThrow(/holds no trials/);
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
    expect(notes.map(({ text }) => text)).toEqual([`${path} line 3 cannot be read, so that trial is run again`]);
  });
});
