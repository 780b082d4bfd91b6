// `retrain` and `models` as cron meets them: the built binary, on a registry of its own.
import { spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { cleanEnvironment, root, runShell } from "../support/hindcast.js";

const horizon = 4;
const retrain = `hindcast retrain registry data.csv -H ${horizon}`;

/** A directory with `rowCount` rows of data. */
async function start(rowCount: number): Promise<string> {
  const directory = await temporaryDirectory();
  writeFileSync(join(directory, "data.csv"), "time,value\n");
  addRows(directory, 1, rowCount);
  return directory;
}

function addRows(directory: string, from: number, count: number): void {
  const rows = Array.from({ length: count }, (_, i) => `${from + i},${((from + i) * 7919) % 101}\n`);
  appendFileSync(join(directory, "data.csv"), rows.join(""));
}

async function succeed(line: string, directory: string): Promise<string> {
  const outcome = await runShell(line, directory);
  expect(outcome).toMatchObject({ stderr: "", exit: 0 });
  return outcome.stdout;
}

type Row = Readonly<Record<string, string | number | null>>;

async function rowsOf(line: string, directory: string): Promise<Row[]> {
  const { rows } = JSON.parse(await succeed(`${line} --format json`, directory)) as { rows: Row[] };
  return rows;
}

const versions = (directory: string) => readdirSync(join(directory, "registry/versions")).map(Number).sort();
const championOf = (directory: string) =>
  (JSON.parse(readFileSync(join(directory, "registry/champion.json"), "utf8")) as { version: number }).version;

test("a run trains the first champion in silence, the next finds nothing new, and new rows make a challenger", async () => {
  const directory = await start(40);
  expect(await succeed(`${retrain} --model naive`, directory)).toBe("");
  expect(await rowsOf(`${retrain} --model naive`, directory)).toMatchObject([
    { action: "skipped", reason: "nothing new", champion: 1 },
  ]);
  addRows(directory, 41, 5);
  expect(await rowsOf(`${retrain} --model naive --require-new 6`, directory)).toMatchObject([
    { action: "skipped", new_observed: 5 },
  ]);
  expect(await rowsOf(`${retrain} --model naive`, directory)).toMatchObject([
    { action: "promoted", rule: "as-is", folds: 1, scored: 4, new_observed: 5, champion: 2, champion_before: 1 },
  ]);
  expect(await rowsOf("hindcast models registry", directory)).toMatchObject([
    { version: 1, state: "kept", action: "promoted", rule: "alone" },
    { version: null, state: null, action: "skipped" },
    { version: null, state: null, action: "skipped" },
    { version: 2, state: "champion", action: "promoted" },
  ]);
});

test("a worse challenger is kept and not promoted; --promote and the hand decide otherwise", async () => {
  const directory = await start(60);
  await succeed(`${retrain} --model mean`, directory);
  addRows(directory, 61, 8);
  const [row] = await rowsOf(`${retrain} --model naive`, directory);
  expect(row).toMatchObject({ action: "kept", version: 2, champion: 1, metric: "mase" });
  expect(Number(row?.challenger_score)).toBeGreaterThan(Number(row?.champion_score));
  expect(await rowsOf(`${retrain} --model naive --force --promote always`, directory)).toMatchObject([
    { action: "promoted", champion: 3 },
  ]);
  await runShell("hindcast models registry rollback -q", directory);
  expect(championOf(directory)).toBe(1);
  await runShell("hindcast models registry promote 2 -q", directory);
  expect(championOf(directory)).toBe(2);
  expect((await runShell("hindcast models registry promote 9", directory)).exit).toBe(2);
});

test("a model of the champion's settings is fitted anew when too little is new to score it as it is", async () => {
  const directory = await start(60);
  await succeed(`${retrain} --model mean`, directory);
  addRows(directory, 61, 1);
  const [row] = await rowsOf(`${retrain} --model naive`, directory);
  expect(row).toMatchObject({ rule: "refit", folds: 3, scored: 12, action: "kept" });
});

test("--warm-start of its own registry trains anew where there is no champion yet, and goes on from the champion later", async () => {
  const directory = await start(40);
  const warm = `${retrain} --model gru --epochs 3 --layers 4 --window 8 --promote always`;
  await succeed(`${warm} --warm-start registry`, directory);
  addRows(directory, 41, 8);
  const own = "hindcast train data.csv -H 4 --model gru --epochs 3 -q --out";
  await runShell(`${own} warm --warm-start registry && ${own} cold`, directory);
  const weights = (model: string) => readFileSync(join(directory, model, "weights.bin"));
  expect(weights("warm").equals(weights("cold"))).toBe(false);
  await succeed(warm.replace("--layers 4 --window 8", "--warm-start registry"), directory);
  expect(championOf(directory)).toBe(2);
  expect(weights("registry/versions/2").equals(weights("warm"))).toBe(true);
});

test.each([
  ["--model gru --layers 8", 2, "is the form of a network"],
  ["--model lstm", 2, "holds no lstm"],
  ["--model auto", 2, "goes on from a network"],
])("--warm-start of a registry with %s is refused", async (flags, exit, text) => {
  const directory = await start(40);
  await succeed(`${retrain} --model gru --epochs 1`, directory);
  addRows(directory, 41, 8);
  const outcome = await runShell(`${retrain} --warm-start registry ${flags}`, directory);
  expect(outcome.exit).toBe(exit);
  expect(outcome.stderr).toContain(text);
});

test("--from a registry is its champion", async () => {
  const directory = await start(40);
  await succeed(`${retrain} --model naive`, directory);
  const line = (from: string) => `hindcast forecast --from ${from} && hindcast backtest data.csv --from ${from} -q`;
  expect(await succeed(line("registry"), directory)).toBe(await succeed(line("registry/versions/1"), directory));
  expect(await succeed("hindcast inspect registry", directory)).toContain("naive");
});

test("past forecasts are scored once their actuals are known, champion's and challenger's alike", async () => {
  const directory = await start(40);
  await succeed(`${retrain} --model naive`, directory);
  addRows(directory, 41, 4);
  await succeed(`${retrain} --model mean`, directory);
  addRows(directory, 45, 4);
  const rows = await rowsOf("hindcast models registry score data.csv --by fold", directory);
  expect(rows.map(({ model, fold, n }) => [model, fold, n])).toEqual([
    ["1", 1, 4],
    ["1", 2, 4],
    ["2", 2, 4],
  ]);
  // The naive of 40 rows says row 40 four times.
  const values = readFileSync(join(directory, "data.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => Number(row.split(",")[1]));
  const mae = [40, 41, 42, 43].reduce((sum, t) => sum + Math.abs(values[t]! - values[39]!) / 4, 0);
  expect(rows[0]?.mae).toBeCloseTo(mae, 9);
  expect((await runShell("hindcast models registry score data.csv -q --fail-if 'mae>0'", directory)).exit).toBe(6);
  // What a new champion forecast is still to come, and no failure.
  await succeed(`${retrain} --model drift`, directory);
  expect((await runShell("hindcast models registry score data.csv -q --fail-if 'mae>1e9'", directory)).exit).toBe(0);
  expect((await runShell("hindcast models registry score data.csv -q --fail-if 'mae>0'", directory)).exit).toBe(6);
});

test("what is pruned is the oldest, and never the champion", async () => {
  const directory = await start(40);
  for (let i = 0; i < 4; i++) {
    await succeed(`${retrain} --model naive --keep 2 --force ${i === 0 ? "" : "--promote never"}`, directory);
  }
  expect(versions(directory)).toEqual([1, 3, 4]);
  expect(await rowsOf("hindcast models registry prune --keep 1 -q", directory)).toMatchObject([
    { reason: "removed 3" },
  ]);
  expect(versions(directory)).toEqual([1, 4]);
  // A number is given once, though its version is gone.
  await runShell("hindcast models registry promote 4 -q; hindcast models registry prune --keep 1 -q", directory);
  expect(await rowsOf(`${retrain} --model naive --force`, directory)).toMatchObject([{ version: 5 }]);
});

describe("data that are not what they were", () => {
  test.each([
    ["fewer values", "head -30 data.csv > less.csv; hindcast retrain registry less.csv", /30|29 values.*trained on 40/],
    [
      "another frequency",
      "sed -n '1p;0~2p' data.csv > less.csv; hindcast retrain registry less.csv --freq 2",
      /frequency was 1/,
    ],
    [
      "another target",
      "sed '1s/value/other/' data.csv > less.csv; hindcast retrain registry less.csv --target other",
      /target columns was value/,
    ],
    ["a column that is gone", "sed '1s/value/other/' data.csv > less.csv; hindcast retrain registry less.csv", /value/],
    ["no file", "hindcast retrain registry nowhere.csv", /nowhere.csv/],
  ])("%s are refused, recorded, and change nothing", async (_, line, message) => {
    const directory = await start(40);
    await succeed(`${retrain} --model naive`, directory);
    const outcome = await runShell(line, directory);
    expect(outcome.exit).toBe(4);
    expect(outcome.stderr).toMatch(message);
    expect(await rowsOf("hindcast models registry", directory)).toMatchObject([
      { version: 1, state: "champion" },
      { action: "failed", error_code: "data", version: null, champion: 1 },
    ]);
  });

  test("fewer values are taken with --force, and those of a rolling export as they are", async () => {
    const directory = await start(40);
    await succeed(`${retrain} --model naive`, directory);
    addRows(directory, 41, 5);
    const rolled =
      "(head -1 data.csv; tail -30 data.csv) > rolled.csv; hindcast retrain registry rolled.csv --model naive";
    expect(await rowsOf(rolled, directory)).toMatchObject([{ action: "promoted", observed: 30, new_observed: 5 }]);
    const cut = "head -21 data.csv > cut.csv; hindcast retrain registry cut.csv --model naive -q --force";
    await runShell(`hindcast models registry promote 1 -q`, directory);
    expect(await rowsOf(cut, directory)).toMatchObject([{ observed: 20 }]);
  });

  test("old data are refused by --max-age, and found by `models check`", async () => {
    const directory = await temporaryDirectory();
    const dayMs = 86_400_000;
    const rows = Array.from({ length: 40 }, (_, i) => {
      const date = new Date(Date.now() - (43 - i) * dayMs).toISOString().slice(0, 10);
      return `${date},${i % 7}\n`;
    });
    writeFileSync(join(directory, "data.csv"), `date,value\n${rows.join("")}`);
    expect((await runShell(`${retrain} --model naive --max-age 2d`, directory)).exit).toBe(4);
    await succeed(`${retrain} --model naive --max-age 9d`, directory);
    expect((await runShell("hindcast models registry check --max-age 2d", directory)).exit).toBe(6);
    expect(await succeed("hindcast models registry check --max-age 9d", directory)).toBe("");
  });

  test("--max-age says where it could refuse nothing: stamps in the future, and integer time", async () => {
    const directory = await start(40);
    expect(await runShell(`${retrain} --model naive --max-age 2d`, directory)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("integer time has no calendar, so data have no age that --max-age could limit"),
    });
    const days = Array.from({ length: 40 }, (_, i) => `2099-0${1 + (i >> 4)}-${10 + (i & 15)},${i % 7}\n`);
    writeFileSync(join(directory, "ahead.csv"), `date,value\n${days.join("")}`);
    for (const line of [
      "hindcast retrain ahead ahead.csv -H 2 --model naive --max-age 2d",
      "hindcast models ahead check --max-age 2d",
    ])
      expect(await runShell(line, directory)).toMatchObject({
        exit: 0,
        stderr: expect.stringMatching(
          /^hindcast: warning: .* 2099-03-17.*, in the future, and so never older than --max-age\n$/,
        ),
      });
  });
});

test("what is odd about the data is said when a model is trained on them or they are refused, not when nothing is new", async () => {
  const directory = await temporaryDirectory();
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 7},${i % 9 === 4 ? "" : i % 2}\n`);
  writeFileSync(join(directory, "data.csv"), `time,value,promo\n${rows.join("")}`);
  const line = `${retrain} --model naive --past promo`;
  const warning = "hindcast: warning: promo: 4 values missing; the one before is carried on\n";
  expect(await runShell(line, directory)).toEqual({ stdout: "", stderr: warning, exit: 0 });
  expect(await succeed(line, directory)).toBe("");
  expect(await runShell(`${line} --force`, directory)).toEqual({ stdout: "", stderr: warning, exit: 0 });
  writeFileSync(join(directory, "data.csv"), `time,value,promo\n${rows.slice(0, 20).join("")}`);
  const refused = await runShell(line, directory);
  expect(refused).toMatchObject({ exit: 4, stderr: expect.stringContaining("promo: 2 values missing") });
});

test("hooks get the record on stdin, nothing of it in their command, and what they print is no result", async () => {
  const directory = await start(40);
  renameSync(join(directory, "data.csv"), join(directory, "$(touch harm).csv"));
  const hooked = "--on-promote 'cat > promoted.json; echo said' --on-fail 'cat > failed.json; exit 3'";
  const done = await runShell(`hindcast retrain registry '$(touch harm).csv' -H 4 --model naive ${hooked}`, directory);
  expect(done).toEqual({ stdout: "", stderr: "said\n", exit: 0 });
  const failed = await runShell(`hindcast retrain registry nowhere.csv -H 4 ${hooked}`, directory);
  expect(failed.exit).toBe(4);
  expect(failed.stderr).toContain("it ended with exit code 3");
  const read = (name: string) => JSON.parse(readFileSync(join(directory, name), "utf8")) as Row;
  expect(read("promoted.json")).toMatchObject({ type: "run", action: "promoted", champion: 1 });
  expect(read("failed.json")).toMatchObject({ type: "run", action: "failed", error_code: "data" });
  expect(readdirSync(directory)).not.toContain("harm");
});

test("hooks are not taken from the environment, nor from a file of the working directory", async () => {
  const directory = await start(40);
  const env = { HINDCAST_ON_PROMOTE: "touch harm" };
  expect((await runShell(`${retrain} --model naive`, directory, env)).exit).toBe(0);
  expect(readdirSync(directory)).not.toContain("harm");
  writeFileSync(join(directory, "hindcast.config.json"), '{"retrain": {"on-promote": "touch harm"}}');
  expect((await runShell(`${retrain} --model naive --force`, directory)).exit).toBe(2);
  expect(readdirSync(directory)).not.toContain("harm");
});

test("of ten runs at once one works and the others exit with 11, or wait when told to", async () => {
  const directory = await start(40);
  const ten = (flags: string) =>
    Promise.all(Array.from({ length: 10 }, () => runShell(`${retrain} --model naive --force ${flags}`, directory)));
  const exits = (await ten("--on-promote 'sleep 0'")).map(({ exit }) => exit);
  expect(exits.filter((exit) => exit === 0).length).toBeGreaterThanOrEqual(1);
  expect(exits.filter((exit) => exit !== 0 && exit !== 11)).toEqual([]);
  const before = versions(directory).length;
  expect((await ten("--lock-wait 2m --keep 100")).map(({ exit }) => exit)).toEqual(Array(10).fill(0));
  expect(versions(directory)).toHaveLength(before + 10);
}, 120_000);

test("the lock of a living run is never taken, that of a killed one is", async () => {
  const directory = await start(40);
  await succeed(`${retrain} --model naive`, directory);
  const args = ["retrain", "registry", "-", "-H", "4", "--model", "naive"];
  const child = spawn(process.execPath, [join(root, "bin/hindcast.js"), ...args], {
    cwd: directory,
    env: cleanEnvironment(directory),
    stdio: ["pipe", "ignore", "ignore"],
  });
  const closed = new Promise((done) => child.on("close", done));
  const isHeld = () => readdirSync(join(directory, "registry/lock")).includes("2");
  while (!isHeld()) await new Promise((done) => setTimeout(done, 20));
  const locked = await runShell(`${retrain} --force`, directory);
  expect(locked.exit).toBe(11);
  expect(locked.stderr).toContain(`process ${child.pid}`);
  child.kill("SIGKILL");
  await closed;
  expect(await rowsOf(`${retrain} --model naive --force`, directory)).toMatchObject([{ action: "promoted" }]);
  expect((await rowsOf("hindcast models registry", directory)).map(({ action }) => action)).toEqual([
    "promoted",
    "interrupted",
    "promoted",
  ]);
});

test("a version that a killed run wrote and did not promote does not pass for news already dealt with", async () => {
  const directory = await start(40);
  await succeed(`${retrain} --model naive`, directory);
  addRows(directory, 41, 5);
  const history = readFileSync(join(directory, "registry/history.ndjson"));
  const pointer = readFileSync(join(directory, "registry/champion.json"));
  await succeed(`${retrain} --model naive`, directory);
  // As it was between the two renames.
  writeFileSync(join(directory, "registry/history.ndjson"), history);
  writeFileSync(join(directory, "registry/champion.json"), pointer);
  expect(await rowsOf("hindcast models registry", directory)).toMatchObject([
    { version: 1, state: "champion" },
    { version: 2, state: "kept", action: "interrupted" },
  ]);
  expect(await rowsOf(`${retrain} --model naive`, directory)).toMatchObject([{ action: "promoted", version: 3 }]);
});

test("a champion that is damaged is replaced, and said to be", async () => {
  const directory = await start(40);
  await succeed(`${retrain} --model naive`, directory);
  writeFileSync(join(directory, "registry/versions/1/context.bin"), "");
  expect((await runShell("hindcast forecast --from registry", directory)).exit).toBe(5);
  const outcome = await runShell(`${retrain} --model naive`, directory);
  expect(outcome.exit).toBe(0);
  expect(outcome.stderr).toContain("version 1, the champion, is replaced");
  expect(championOf(directory)).toBe(2);
});

describe("what stands in the way is refused, and stays as it is", () => {
  test.each(["lock", "champion.json", "history.ndjson", "versions", "versions/1"])("a link at %s", async (name) => {
    const directory = await start(40);
    await succeed(`${retrain} --model naive`, directory);
    mkdirSync(join(directory, "elsewhere"));
    writeFileSync(join(directory, "elsewhere/file"), "mine");
    rmSync(join(directory, "registry", name), { recursive: true });
    const target = join(directory, name.includes(".") ? "elsewhere/file" : "elsewhere");
    symlinkSync(target, join(directory, "registry", name));
    const forecast = name.startsWith("versions")
      ? [await runShell("hindcast forecast --from registry", directory)]
      : [];
    for (const outcome of [...forecast, await runShell(`${retrain} --force --model naive`, directory)]) {
      expect(outcome.exit).toBe(5);
      expect(outcome.stderr).toMatch(/is a link/);
    }
    expect(readdirSync(join(directory, "elsewhere"))).toEqual(["file"]);
    expect(readFileSync(join(directory, "elsewhere/file"), "utf8")).toBe("mine");
  });

  test("a directory of other things, and a file", async () => {
    const directory = await start(40);
    mkdirSync(join(directory, "registry"));
    writeFileSync(join(directory, "registry/notes.txt"), "mine");
    expect(await runShell(`${retrain} --model naive`, directory)).toMatchObject({ exit: 8 });
    expect(readdirSync(join(directory, "registry"))).toEqual(["notes.txt"]);
    expect((await runShell("hindcast retrain data.csv data.csv -H 4", directory)).exit).toBe(8);
    expect((await runShell("hindcast models registry", directory)).exit).toBe(5);
  });

  test("a directory that may not be written to", async () => {
    const directory = await start(40);
    await succeed(`${retrain} --model naive`, directory);
    const before = readFileSync(join(directory, "registry/history.ndjson"));
    // Nothing is forbidden to root.
    const isRoot = process.getuid?.() === 0;
    const other = isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
    const names = ["", "registry", "registry/lock"].map((name) => join(directory, name));
    for (const name of names) chmodSync(name, 0o555);
    const run = (words: string) => runShell(`${other}node ${join(root, "bin/hindcast.js")} ${words}`, directory);
    expect(await run(`retrain registry data.csv -H ${horizon} --force`)).toMatchObject({ exit: 8 });
    expect(await run(`retrain another data.csv -H ${horizon}`)).toMatchObject({ exit: 8 });
    expect((await run("forecast --from registry")).stdout).toContain("41,");
    for (const name of names) chmodSync(name, 0o755);
    expect(readFileSync(join(directory, "registry/history.ndjson"))).toEqual(before);
  });
});

test.each([
  "hindcast retrain registry -H 4",
  "hindcast models registry nothing",
  "hindcast models registry list --keep 3",
  "hindcast models registry score",
  "hindcast models registry rollback 3",
])("%s is a usage error", async (line) => {
  const directory = await start(40);
  await succeed(`${retrain} --model naive`, directory);
  expect((await runShell(line, directory)).exit).toBe(2);
});

test("killed at random moments, it leaves a registry that works", async () => {
  const outcome = await runShell(`node ${join(root, "scripts/kill-test.mjs")} retrain 4`, await temporaryDirectory());
  expect(outcome).toMatchObject({ stderr: "", exit: 0 });
  expect(outcome.stdout).toContain("hit: 4\n");
}, 300_000);
