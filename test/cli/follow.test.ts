// `hindcast forecast --follow` as a process: a forecast a row, the same as `forecast` has of the file cut there.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { cleanEnvironment, root, runShell } from "../support/hindcast.js";
import { csvOf, header, panel, rowsOf, trainShell } from "../support/pipe-panel.js";

let directory = "";

/** A network that was trained on the first 40 steps of five series. */
beforeAll(async () => {
  directory = await temporaryDirectory();
  const trained = panel.slice(0, 5).map((one) => ({ ...one, target: one.target.slice(0, 40) }));
  writeFileSync(join(directory, "some.csv"), csvOf(trained));
  writeFileSync(join(directory, "panel.csv"), csvOf(panel));
  expect((await runShell(trainShell, directory)).exit).toBe(0);
});

function follow(...args: string[]) {
  const child = spawn(
    process.execPath,
    [join(root, "bin/hindcast.js"), "forecast", "--follow", "--from", "model", ...args],
    { cwd: directory, env: cleanEnvironment(directory) },
  );
  let stdout = "";
  child.stderr.resume();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const closed = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  const lineCount = async (count: number) => {
    while (stdout.split("\n").length <= count) await new Promise((done) => setTimeout(done, 5));
  };
  return { child, closed, lineCount, stdout: () => stdout };
}

/** Without the column of origins. */
const withoutOrigin = (row: string) => row.split(",").toSpliced(2, 1).join(",");

test("each row has its forecast before the next one is written", async () => {
  const { child, closed, lineCount, stdout } = follow("-H", "1", "-");
  child.stdin.write(`${header}\n`);
  const rows = rowsOf(panel[0]!).slice(0, 12);
  for (const [i, row] of rows.entries()) {
    child.stdin.write(`${row}\n`);
    await lineCount(i + 2);
  }
  child.stdin.end();
  expect(await closed).toBe(0);
  const told = stdout().trim().split("\n");
  expect(told[0]).toBe("unique_id,ds,origin,forecast,lo-80,hi-80");
  expect(told.slice(1).map((row) => row.split(",")[2])).toEqual(rows.map((row) => row.split(",")[1]));
});

test.each([1, 15, 30, 52])(
  "after %d rows, gaps among them, it is what `forecast` says of the file cut there",
  async (count) => {
    // s1 has gaps; row by row in the file's order, so that the series stand one after another.
    const rows = rowsOf(panel[1]!).slice(0, count);
    writeFileSync(join(directory, `cut-${count}.csv`), `${[header, ...rows].join("\n")}\n`);
    const [followed, whole] = await Promise.all([
      runShell(`hindcast forecast --follow --from model cut-${count}.csv`, directory),
      runShell(`hindcast forecast --from model -q cut-${count}.csv`, directory),
    ]);
    expect(followed.exit).toBe(0);
    expect(followed.stdout.trim().split("\n").slice(-6).map(withoutOrigin)).toEqual(
      whole.stdout.trim().split("\n").slice(1),
    );
  },
);

test("a series goes on from what the model was trained on where its first row comes after that", async () => {
  const rows = rowsOf(panel[1]!).slice(-8);
  writeFileSync(join(directory, "late.csv"), `${[header, ...rows].join("\n")}\n`);
  const [followed, whole] = await Promise.all([
    runShell("hindcast forecast --follow --from model late.csv", directory),
    runShell("hindcast forecast --from model panel.csv --only s1 -q", directory),
  ]);
  // The steps between are gaps for the one and not for the other: only the last row of an unbroken end can be the same.
  expect(followed.stdout.trim().split("\n")).toHaveLength(1 + 8 * 6);
  const unbroken = rowsOf(panel[1]!).filter((row) => row >= "s1,2024-02-11");
  writeFileSync(join(directory, "next.csv"), `${[header, ...unbroken].join("\n")}\n`);
  const next = await runShell("hindcast forecast --follow --from model next.csv", directory);
  expect(next.stdout.trim().split("\n").slice(-6).map(withoutOrigin)).toEqual(whole.stdout.trim().split("\n").slice(1));
});

test("rows that cannot be used are told with their lines and skipped, and the exit code is 3", async () => {
  const rows = [
    ...["x,2024-01-01,1", "x,2024-01-01,2", "x,2024-01-02,abc", "x,2024-01-02", "x,2024-13-01,1"],
    ...["x,2024-01-02,", "x,2024-01-02T06:00:00Z,1", "x,2024-01-02,3"],
  ];
  writeFileSync(join(directory, "odd.csv"), `${[header, ...rows].join("\n")}\n`);
  const { stdout, stderr, exit } = await runShell("hindcast forecast --follow --from model -H 1 odd.csv", directory);
  expect(exit).toBe(3);
  expect(stdout.trim().split("\n")).toHaveLength(3);
  expect(stderr.match(/line \d+: .*; skipped/g)?.map((text) => text.slice(0, 32))).toEqual([
    expect.stringContaining("line 3: 2024-01-01 is not later"),
    expect.stringContaining('line 4: y is "abc"'),
    expect.stringContaining("line 5: 2 cells"),
    expect.stringContaining("line 6: ds is"),
    expect.stringContaining("line 8: 2024-01-02T06"),
  ]);
});

test("lines of JSON in and out, with no row held back", async () => {
  const { child, closed, lineCount, stdout } = follow("-H", "1", "--input-format", "ndjson", "--format", "ndjson", "-");
  for (const [i, row] of rowsOf(panel[0]!).slice(0, 3).entries()) {
    const [unique_id, ds, y] = row.split(",");
    child.stdin.write(`${JSON.stringify({ unique_id, ds, y: Number(y) })}\n`);
    await lineCount(i + 1);
  }
  child.kill("SIGTERM");
  expect(await closed).toBe(143);
  const lines = stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ type, origin }) => [type, origin])).toEqual([
    ["forecast", "2024-01-01"],
    ["forecast", "2024-01-02"],
    ["forecast", "2024-01-03"],
  ]);
});

test("a reader that goes away ends it, however long rows go on", async () => {
  const rows = 'awk \'BEGIN { for (;;) print "n" i++ ",2024-01-01,5" }\'';
  const line = `(echo ${header}; ${rows}) | hindcast forecast --follow --from model -H 1 -q - | head -2; echo "\${PIPESTATUS[1]}"`;
  expect((await runShell(line, directory)).stdout.split("\n").slice(2)).toEqual(["0", ""]);
});

test.each([
  ["hindcast forecast --follow -H 3 panel.csv", "a model that is trained"],
  ["hindcast forecast --follow --from model --aggregate mean -", "--aggregate does not go with --follow"],
  ["hindcast forecast --follow --from model --format json -", "--format json"],
])("%s", async (line, message) => {
  const { stderr, exit } = await runShell(line, directory);
  expect(stderr).toContain(message);
  expect(exit).toBe(2);
});
