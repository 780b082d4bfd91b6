// A model per series: fitted on that series alone, on any number of threads.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { runShell } from "../support/hindcast.js";

/** Five daily series of 30 days; the last has three values. */
const rows = Array.from({ length: 5 }, (_, s) =>
  Array.from(
    { length: s === 4 ? 3 : 30 },
    (_, t) => `s${s},2024-03-${String(t + 1).padStart(2, "0")},${10 * s + (t % 7) + ((t * 37 + s * 11) % 5)}`,
  ),
);
let directory: string;
const run = (line: string) => runShell(line, directory);
const fit = "-H 3 --local --model gru --window 8 --epochs 2";

beforeAll(async () => {
  directory = await temporaryDirectory();
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(join(directory, name), `unique_id,ds,y\n${lines.join("\n")}\n`);
  write("all.csv", rows.flat());
  write("long.csv", rows.slice(0, 4).flat());
  for (const [s, own] of rows.entries()) write(`s${s}.csv`, own);
});

test.each(["gru", "auto --preset fast", "theta"])(
  "--model %s says of a series what it says of it alone",
  async (model) => {
    const flags = `-H 3 --model ${model} --freq d ${model === "gru" ? "--window 8 --epochs 2" : ""}`;
    const all = await run(`hindcast forecast long.csv --local ${flags}`);
    const alone = await run(
      `for s in 0 1 2 3; do hindcast forecast s$s.csv ${flags} -q; done | awk 'NR == 1 || !/^unique/'`,
    );
    expect(all).toMatchObject({ stdout: alone.stdout, exit: 0 });
  },
);

test("any number of jobs prints the same bytes and says the same", async () => {
  const alone = await run(`hindcast forecast all.csv ${fit}`);
  expect(alone).toMatchObject({ exit: 3, stdout: expect.stringContaining("s3,2024-04-02,") });
  expect(await run(`hindcast forecast all.csv ${fit} --jobs 3`)).toEqual(alone);
});

test("a series that fails is said, and the others go on", async () => {
  const { stdout, stderr, exit } = await run(`hindcast forecast all.csv ${fit}`);
  expect(exit).toBe(3);
  expect(stdout.split("\n")).toHaveLength(1 + 4 * 3 + 1);
  expect(stderr).toMatch(/warning: s4: no forecast: .*3 steps/);
  expect(stderr).toContain("note: a model per series: gru for 4");
});

test("when all fail, that is a failure", async () => {
  const { stdout, exit } = await run(`hindcast forecast s4.csv ${fit}`);
  expect({ stdout, exit }).toEqual({ stdout: "", exit: 4 });
});

test("another series more changes nothing for the rest", async () => {
  const few = await run("hindcast forecast long.csv -H 3 --local --model pretrained --only s0,s1");
  const more = await run("hindcast forecast long.csv -H 3 --local --model pretrained");
  expect(few.exit).toBe(0);
  expect(more.stdout.startsWith(few.stdout)).toBe(true);
});
