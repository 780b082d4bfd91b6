// Shards, merged, are the bytes of the run without them; and what is no complete set of shards is refused.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { runShell } from "../support/hindcast.js";

/** Seven series of two weeks in the order of no key; "b" has no value. */
function panel(): string {
  const rows = ["store,day,units"];
  for (let day = 1; day <= 14; day++)
    for (const [s, store] of ["z", "a, the first", "m", "b", "k", "q", "c"].entries())
      rows.push(`"${store}",2024-03-${String(day).padStart(2, "0")},${store === "b" ? "" : (day % 7) + s + day / 3}`);
  return `${rows.join("\n")}\n`;
}

const read = "--id store --time day --target units";
const count = 3;
let directory: string;
const run = (line: string, env?: Record<string, string>) => runShell(line, directory, env);
const shards = (flags: string, name: (i: number) => string) =>
  [
    ...Array.from({ length: count }, (_, i) => `hindcast forecast ${flags} --shard ${i}/${count} -o ${name(i)} &`),
    "wait",
  ].join(" ");

beforeAll(async () => {
  directory = await temporaryDirectory();
  writeFileSync(join(directory, "panel.csv"), panel());
  await run(
    `hindcast train panel.csv ${read} -H 3 --model gru --window 4 --epochs 2 --out gru;
     hindcast train panel.csv ${read} -H 3 --model theta --seed 2 --out theta;
     ${shards("panel.csv --from gru", (i) => `good-${i}.csv`)}`,
  );
});

test.each(["csv", "json"])("a saved model's shards in %s, merged, are the whole", async (format) => {
  const name = (i: number) => `${format}-${i}.part`;
  const flags = `panel.csv --from gru --level 80,95 --format ${format}`;
  const { stdout, exit } = await run(`hindcast forecast ${flags}`);
  expect(exit).toBe(3);
  await run(shards(flags, name));
  const merged = await run(`hindcast merge ${[2, 0, 1].map(name).join(" ")}`);
  expect(merged).toMatchObject({ stdout, exit: 3, stderr: expect.stringContaining("1 of 7 series have no forecast") });
});

test.each(["json", "ndjson", "tsv"])("the name of a shard's output asks for %s as without shards", async (format) => {
  const whole = await run(`hindcast forecast panel.csv --from theta -o whole.${format}`);
  expect(whole.exit).toBe(3);
  await run(shards("panel.csv --from theta", (i) => `named-${i}.${format}`));
  expect(await run(`hindcast merge named-*.${format} -o merged.${format}`)).toMatchObject({ exit: 3 });
  const [merged, asked] = ["merged", "whole"].map((name) => readFileSync(join(directory, `${name}.${format}`), "utf8"));
  expect(merged).toBe(asked);
});

test("so are shards of a model per series, the index from an array job", async () => {
  const flags = `panel.csv ${read} -H 3 --local --model gru --window 4 --epochs 2`;
  const { stdout } = await run(`hindcast forecast ${flags}`);
  expect(stdout.split("\n")).toHaveLength(1 + 6 * 3 + 1);
  for (let i = 0; i < count; i++)
    await run(`hindcast forecast ${flags} --shard auto/${count} -o local-${i}.csv`, {
      [i === 0 ? "JOB_COMPLETION_INDEX" : "SLURM_ARRAY_TASK_ID"]: String(i),
    });
  expect(await run("hindcast merge local-*.csv -o local.csv")).toMatchObject({ exit: 3 });
  expect(readFileSync(join(directory, "local.csv"), "utf8")).toBe(stdout);
});

test("where each shard draws and writes its page makes no difference", async () => {
  const flags = "panel.csv --from gru --level 80,95";
  const { stdout } = await run(`hindcast forecast ${flags}`);
  const made = await run(
    `for i in 0 1 2; do hindcast forecast ${flags} --shard $i/3 --report r$i.html $([ $i = 1 ] && echo --plot) -o page-$i.csv; done
     ls r*.html`,
  );
  expect(made.stdout).toBe("r0.html\nr1.html\nr2.html\n");
  expect(await run("hindcast merge page-*.csv")).toMatchObject({ stdout, exit: 3 });
});

test("a shard that holds no series merges all the same, and manifests stand for their files", async () => {
  const flags = `panel.csv --from theta --only z,m,k --format json`;
  const { stdout } = await run(`hindcast forecast ${flags}`);
  const made = await run(`for i in 0 1 2 3 4; do hindcast forecast ${flags} --shard $i/5 -o few-$i.json || exit; done`);
  expect(made.exit).toBe(0);
  expect(await run("hindcast merge few-*.json")).toEqual({ stdout, stderr: "", exit: 0 });
});

test.each([
  { what: "a missing shard", files: "good-0.csv good-2.csv", exit: 4, says: "of 3 shards, one is missing: 1" },
  {
    what: "a shard twice",
    files: "good-0.csv good-1.csv good-2.csv copy.csv",
    before: "cp good-1.csv copy.csv; cp good-1.csv.manifest.json copy.csv.manifest.json",
    exit: 4,
    says: "good-1.csv and copy.csv are both shard 1 of 3",
  },
  {
    what: "other settings",
    files: "good-0.csv good-1.csv wide.csv",
    before: "hindcast forecast panel.csv --from gru --level 90 --shard 2/3 -o wide.csv",
    exit: 4,
    says: "the setting --level is as usual in one, and 90 in the other",
  },
  {
    what: "another model",
    files: "good-0.csv good-1.csv model.csv",
    before: "hindcast forecast panel.csv --from theta --shard 2/3 -o model.csv",
    exit: 5,
    says: "good-0.csv and model.csv do not belong together: they were made with different models",
  },
  {
    what: "other data",
    files: "good-0.csv good-1.csv data.csv",
    before: "sed 's/,4$/,5/' panel.csv > other; hindcast forecast other --from gru --shard 2/3 -o data.csv",
    exit: 4,
    says: "they were made from different data",
  },
  {
    what: "another number of shards",
    files: "good-0.csv good-1.csv four.csv",
    before: "hindcast forecast panel.csv --from gru --shard 2/4 -o four.csv",
    exit: 4,
    says: "the number of shards is 3 in one, and 4 in the other",
  },
  {
    what: "a changed byte",
    files: "good-0.csv good-1.csv changed.csv",
    before: "sed 's/1/2/' good-2.csv > changed.csv; cp good-2.csv.manifest.json changed.csv.manifest.json",
    exit: 4,
    says: "changed.csv is not what was written",
  },
  {
    what: "a changed manifest",
    files: "good-0.csv good-1.csv told.csv",
    before:
      'cp good-2.csv told.csv; sed \'s/"horizon": 3/"horizon": 2/\' good-2.csv.manifest.json > told.csv.manifest.json',
    exit: 4,
    says: "told.csv.manifest.json is not what was written",
  },
  { what: "a file without manifest", files: "panel.csv", exit: 4, says: "panel.csv has no manifest beside it" },
  { what: "nothing", files: "", exit: 2, says: "merge needs the outputs of shards" },
])("merge refuses $what", async ({ files, before = ":", exit, says }) => {
  const merged = await run(
    `{ ${before}; } 2> before; hindcast merge ${files} -o refused.csv; code=$?; ls | grep refused; exit $code`,
  );
  expect(merged).toMatchObject({ stdout: "", exit });
  expect(merged.stderr).toContain(says);
  expect(merged.stderr).toContain("try: ");
});

test.each([
  { flags: "--shard 0/2 -H 3", says: "--shard would train another model on each shard" },
  { flags: "--from gru --shard 2/2", says: "there is no shard 2 of 2" },
  { flags: "--from gru --shard auto/2", says: "needs SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, and neither is set" },
  {
    flags: "--from gru --shard auto/2",
    env: { SLURM_ARRAY_TASK_ID: "2" },
    says: "SLURM_ARRAY_TASK_ID is 2, so there is no shard 2",
  },
  { flags: "--from gru --shard auto/2", env: { JOB_COMPLETION_INDEX: "one" }, says: "JOB_COMPLETION_INDEX is one" },
  { flags: "--from gru --shard 1", says: "--shard" },
  { flags: "--from gru --shard 0/0", says: "--shard" },
  { flags: "--from gru --shard 0/2 --format md", says: "the rows of --format md cannot be merged" },
  {
    flags: "--from gru --shard 0/2 -o rows.md",
    says: "the rows of rows.md, in the format md, cannot be merged\ntry: --format csv",
  },
  { flags: "--from gru --local", says: "--local is about fitting" },
  { flags: "-H 3 --jobs 2", says: "--jobs shares out a model per series" },
])("$flags is refused as usage", async ({ flags, env, says }) => {
  const { exit, stderr } = await run(`hindcast forecast panel.csv ${flags}`, env);
  expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(says) });
});

test("a shard on stdout has its rows and writes no manifest", async () => {
  const { stdout } = await run("hindcast forecast panel.csv --from gru --shard 1/3; ls *.manifest.json | grep -c '^-'");
  expect(stdout).toBe(`${readFileSync(join(directory, "good-1.csv"), "utf8")}0\n`);
});

test("an output that a shard wrote over, without its manifest, is refused", async () => {
  await run(shards("panel.csv --from gru", (i) => `over-${i}.csv`));
  renameSync(join(directory, "good-1.csv"), join(directory, "over-1.csv"));
  await run("cp over-1.csv good-1.csv; hindcast forecast panel.csv --from gru --level 95 -o over-1.csv");
  const { exit, stderr } = await run("hindcast merge over-*.csv");
  expect({ exit, stderr }).toEqual({
    exit: 4,
    stderr: expect.stringContaining("run its shard again, with -o over-1.csv"),
  });
});
