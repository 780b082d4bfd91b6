// Parquet and SQL on the built command line. What DuckDB reads is the same data as the CSV, so what comes out are the same bytes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { runSql } from "../support/duckdb.js";
import { cleanEnvironment, root, runShell } from "../support/hindcast.js";

let directory: string;
const run = (line: string, env?: Record<string, string>) => runShell(line, directory, env);

beforeAll(async () => {
  directory = await temporaryDirectory();
  const at = (name: string) => `'${join(directory, name)}'`;
  const fixture = (name: string) => `'${join(root, "fixtures", name)}'`;
  await runSql(
    [
      `create table bikes as select "time", rentals, "temp", weather from ${fixture("bike-rentals-hourly.csv")}`,
      `copy bikes to ${at("bikes.csv")}`,
      `copy bikes to ${at("bikes.parquet")}`,
      `copy (from bikes limit 700) to ${at("first.parquet")}`,
      `copy (from bikes offset 700) to ${at("last.parquet")}`,
      `create table shops as from ${fixture("promotions.csv")}`,
      `copy shops to ${at("shops.csv")}`,
      `copy shops to ${at("shops.parquet")}`,
    ],
    join(directory, "data.duckdb"),
  );
});

describe("the same bytes come out of", () => {
  test.each([
    [
      "a series of typed stamps",
      "--target rentals -H 24 --model seasonal-naive",
      ["bikes.parquet", "first.parquet last.parquet", `--db data.duckdb --sql 'from bikes'`],
      "bikes.csv",
    ],
    [
      "a panel with covariates of numbers and text, whose future is known",
      "--id shop --target sold --future promo,weather -H 6 --model gru --epochs 1 --layers 4 --window 14 --engine wasm",
      ["shops.parquet", `--sql "select * from 'shops.parquet'"`],
      "shops.csv",
    ],
  ])("%s, as CSV, Parquet and SQL", async (_, flags, others, csv) => {
    const command = (data: string) => run(`hindcast forecast ${data} ${flags} -q`);
    const expected = await command(csv);
    expect(expected).toMatchObject({ stderr: "", exit: 0 });
    expect(expected.stdout.split("\n").length).toBeGreaterThan(5);
    for (const data of others) expect(await command(data)).toEqual(expected);
  });

  test("a model directory, whose data are read by SQL or from Parquet", async () => {
    const flags =
      "-H 6 --target sold --id shop --future promo -q --model gru --epochs 1 --layers 4 --window 14 --engine wasm";
    const lines = [
      `hindcast train --sql "select * from 'shops.parquet' where sold is not null" ${flags} --out model > /dev/null`,
      "hindcast forecast --from model --future-data shops.parquet > a.csv",
      "hindcast forecast shops.csv --from model > b.csv",
      "hindcast forecast shops.parquet --from model > c.csv",
      `hindcast forecast --sql "from 'shops.csv'" --from model > d.csv`,
    ];
    expect(await run(lines.join(" && "))).toMatchObject({ stdout: "", exit: 0 });
    const [first, ...others] = ["a", "b", "c", "d"].map((name) => readFileSync(join(directory, `${name}.csv`), "utf8"));
    expect(first!.split("\n")).toHaveLength(14);
    for (const other of others) expect(other).toBe(first);
  });

  test("a registry that is retrained by SQL", async () => {
    const sql = `--sql "select day, sum(sold) as sold from shops where sold is not null group by day order by day" --db data.duckdb`;
    const line = `hindcast retrain registry ${sql} -H 7 --model ets --format csv | cut -d , -f 1-4`;
    const first = await run(line);
    expect(first).toMatchObject({ stderr: "", exit: 0 });
    const second = await run(line);
    expect(second.stdout).not.toBe(first.stdout);
    expect(await run("hindcast forecast --from registry | wc -l")).toMatchObject({ stdout: "8\n" });
  });
});

describe("where SQL comes from", () => {
  const show = "hindcast inspect --print-config --format csv | grep -E '^(sql|db),'";

  test("neither the environment nor the working directory says what is run, and the user's own settings do", async () => {
    const home = join(directory, "config");
    mkdirSync(join(home, "hindcast"), { recursive: true });
    writeFileSync(
      join(home, "hindcast", "config.yaml"),
      "inspect:\n  sql: from 'shops.csv'\n  id: shop\n  target: sold\n",
    );
    expect((await run(show, { HINDCAST_SQL: "select 1", HINDCAST_DB: "x.db" })).stdout).toBe(
      "sql,,default\ndb,x.db,HINDCAST_DB\n",
    );
    const own = { XDG_CONFIG_HOME: home };
    const inspected = await run("hindcast inspect -q --format csv | cut -d , -f 1", own);
    expect(inspected).toMatchObject({ stdout: "series\nnorth\nsouth\n", exit: 0 });
    const named = await run("hindcast inspect shops.parquet -q --format csv | cut -d , -f 1", own);
    expect(named.stdout).toBe(inspected.stdout);
    writeFileSync(join(directory, "hindcast.config.yaml"), "inspect:\n  sql: select 1\n");
    const near = await run("hindcast inspect shops.csv");
    writeFileSync(join(directory, "hindcast.config.yaml"), "");
    expect(near.stderr).toContain(
      'hindcast.config.yaml line 2: "sql" is not taken from a file of the working directory',
    );
    expect(near.exit).toBe(2);
  });

  test.each([
    ["hindcast forecast bikes.csv --sql 'select 1' -H 2", "--sql reads the data, and bikes.csv is given too"],
    ["hindcast forecast --sql 'select 1' - -H 2", "--sql reads the data, and - is given too"],
    ["hindcast forecast bikes.csv --db data.duckdb -H 2", "--db data.duckdb is read by SQL, and there is none"],
    ["hindcast score a.csv b.csv --sql 'select 1'", "score has no --sql"],
    ["cat bikes.parquet | hindcast forecast --input-format parquet -H 2", "stdin: Parquet is read from its end"],
    [
      "hindcast train bikes.csv -H 2 --target rentals --model naive --out naive -q && hindcast forecast bikes.parquet --from naive --follow",
      "--follow reads rows as they come, and bikes.parquet is Parquet",
    ],
  ])("%s is a slip that is said", async (line, message) => {
    const { stderr, exit } = await run(line);
    expect(stderr).toContain(`hindcast: error: ${message}`);
    expect(stderr).toContain("\ntry: ");
    expect(exit).toBe(2);
  });
});

describe("a database", () => {
  test("that a program writes to is locked, which is an exit code of its own", async () => {
    const script = join(directory, "writer.mjs");
    const api = JSON.stringify(join(root, "node_modules/@duckdb/node-api/lib/index.js"));
    writeFileSync(
      script,
      `import api from ${api}; const db = await api.DuckDBInstance.create("data.duckdb"); console.log("open"); process.stdin.on("end", () => db.closeSync()).resume();`,
    );
    const writer = spawn(process.execPath, [script], { cwd: directory, stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(writer, "exit");
    await once(writer.stdout, "data");
    const line = "hindcast inspect --sql 'from shops' --db data.duckdb --id shop --target sold --format csv -q";
    const locked = await run(line);
    writer.stdin.end();
    await ended;
    expect(locked.stderr).toMatch(
      /^hindcast: error: data\.duckdb is locked: .*PID \d+\)\.\ntry: let the program that writes/,
    );
    expect([locked.stdout, locked.exit]).toEqual(["", 11]);
    expect((await run(line)).exit).toBe(0);
  });

  test("is not changed by being read, and nothing is left beside it", async () => {
    const before = readFileSync(join(directory, "data.duckdb"));
    const names = readdirSync(directory);
    const sql = "select day, any_value(sold) as y from shops group by day order by day";
    expect(await run(`hindcast inspect --sql '${sql}' --db data.duckdb --format csv -q`)).toMatchObject({ exit: 0 });
    expect(readFileSync(join(directory, "data.duckdb")).equals(before)).toBe(true);
    expect(readdirSync(directory)).toEqual(names);
  });
});

test("without the package, Parquet and SQL say what to install, and a CSV is read as ever", async () => {
  const bare = await temporaryDirectory();
  for (const part of ["bin", "dist", "package.json"]) cpSync(join(root, part), join(bare, part), { recursive: true });
  const { PATH } = cleanEnvironment(bare);
  expect(existsSync(join(bare, "node_modules"))).toBe(false);
  const hindcast = `'${process.execPath}' '${join(bare, "bin/hindcast.js")}'`;
  for (const data of ["shops.parquet", "--sql 'select 1'"]) {
    const { stderr, exit } = await run(`${hindcast} inspect ${data}`, { PATH: PATH! });
    expect(stderr).toMatch(
      / needs the package @duckdb\/node-api, which is not installed\ntry: npm install @duckdb\/node-api\n$/,
    );
    expect(exit).toBe(7);
  }
  expect(await run(`${hindcast} inspect bikes.csv --target rentals --format csv`)).toMatchObject({ exit: 0 });
});

test("every command line of the page on reading data works as it is pasted", async () => {
  const page = readFileSync(join(root, "docs/data.md"), "utf8");
  const lines = Array.from(page.matchAll(/^ {4}(\S.*)$/gm), ([, line]) => line!);
  expect(lines.length).toBeGreaterThan(8);
  const here = await temporaryDirectory();
  cpSync(join(root, "fixtures"), join(here, "fixtures"), { recursive: true });
  const outcomes = await Promise.all(
    lines.map(async (line) => {
      const { stdout, stderr, exit } = await runShell(`set -o pipefail; ${line}`, here);
      return { line, exit, wrote: stdout.length > 0, error: stderr.match(/error: .*/)?.[0] };
    }),
  );
  expect(outcomes).toEqual(lines.map((line) => ({ line, exit: 0, wrote: true, error: undefined })));
});
