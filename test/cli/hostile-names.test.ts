// Series with names that are markup, escape codes, keys of objects, very long, or written the other way around: text wherever they are shown.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { runShell } from "../support/hindcast.js";

const names = [
  "<script>alert(1)</script>",
  "</script><img src=x onerror=alert(2)>",
  "__proto__",
  "constructor",
  "x".repeat(10_000),
  "🦉📈 sales",
  "مبيعات الشهر",
  "\u202Eturned around\u202C",
  "\u001b[2J\u001b]0;title\u0007 moves the cursor",
  'a "quoted", name | of `code` & more',
  "=1+1",
];

let directory = "";
/** In a UTF-8 locale, so that plots and sparklines are drawn in full. */
const run = (line: string) => runShell(line, directory, { LC_ALL: "C.UTF-8" });

beforeAll(async () => {
  directory = await temporaryDirectory();
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const rows = names.flatMap((name, s) =>
    Array.from({ length: 30 }, (_, t) => `${quoted(name)},${t + 1},${20 + s + ((t * 7) % 5) + (t % 6)}`),
  );
  writeFileSync(join(directory, "data.csv"), ["id,time,y", ...rows, ""].join("\n"));
});

/** What a terminal is sent: letters, spaces and line feeds, and nothing that it would obey. */
function expectPlain(text: string): void {
  expect(text).not.toMatch(/(?!\n)\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u);
  for (const line of text.split("\n")) expect(line.length).toBeLessThan(400);
}

const line = "data.csv -H 3 --model theta -q";

describe("names are what they were", () => {
  test("in CSV and TSV", async () => {
    for (const [format, delimiter] of [
      ["csv", ","],
      ["tsv", "\t"],
    ] as const) {
      const { stdout } = await run(`hindcast forecast ${line} --format ${format}`);
      const rows = parse(stdout, { delimiter, columns: true }) as { id: string }[];
      expect([...new Set(rows.map(({ id }) => id))]).toEqual(names);
    }
  });

  test("in JSON and NDJSON", async () => {
    const { rows } = JSON.parse((await run(`hindcast forecast ${line} --format json`)).stdout) as {
      rows: { id: string }[];
    };
    expect([...new Set(rows.map(({ id }) => id))]).toEqual(names);
    const { stdout } = await run(`hindcast backtest ${line} --by series --format ndjson`);
    const scored = stdout
      .trim()
      .split("\n")
      .map((record) => JSON.parse(record) as { model: string; series: string });
    expect(scored.filter(({ model }) => model === "theta").map(({ series }) => series)).toEqual(names);
    const { stdout: told } = await run("hindcast inspect data.csv --format csv");
    expect((parse(told, { columns: true }) as { series: string }[]).map(({ series }) => series)).toEqual(names);
  });

  test("in the data of a report, which shows them as text", async () => {
    expect((await run(`hindcast report ${line} --folds 1 -o page.html`)).exit).toBe(0);
    const page = readFileSync(join(directory, "page.html"), "utf8");
    const { table } = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!) as {
      table: { rows: [string][] };
    };
    expect(table.rows.map(([name]) => name).sort()).toEqual([...names].sort());
    // The data, and the page's own script.
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
    const shown = page.slice(0, page.indexOf('<script type="application/json"'));
    expect(shown).toContain("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>");
    expect(shown).not.toMatch(/(?![\t\n])\p{Cc}|[\u202A-\u202E\u2066-\u2069]|x{100}/u);
  });
});

describe("names move nothing", () => {
  test("in a table of forecasts", async () => {
    const { stdout } = await run(`hindcast forecast ${line} --format table`);
    expectPlain(stdout);
    for (const name of ["<script>alert(1)</script>", "__proto__", "مبيعات الشهر", "🦉📈 sales"])
      expect(stdout).toContain(name);
  });

  test("in Markdown, where markup is text", async () => {
    const { stdout } = await run(`hindcast forecast ${line} --format md`);
    expectPlain(stdout.replaceAll(/x{100,}/g, ""));
    for (const name of ["\\<script\\>alert(1)\\</script\\>", "\\_\\_proto\\_\\_", "name \\| of"])
      expect(stdout).toContain(name);
  });

  test("in a table of scores, in inspect and in plots", async () => {
    const { stderr, stdout } = await run(`hindcast backtest ${line} --by series --format table --plot`);
    for (const text of [stdout, stderr, (await run("hindcast inspect data.csv --format table")).stdout])
      expectPlain(text);
    expect(stderr).toContain("theta: <script>alert(1)</script>");
    for (const name of ["🦉📈 sales", "\u202Eturned around\u202C", "\u001b[2J\u001b]0;title\u0007 moves the cursor"]) {
      const { stderr: plot } = await run(`hindcast forecast ${line} --plot -o next.csv --only $'${name}'`);
      expectPlain(plot);
      expect(plot).toMatch(/sales|turned around|moves the cursor/);
    }
  });

  test("in errors and notes", async () => {
    const { stderr, exit } = await run(`hindcast forecast ${line} --only nothing`);
    expect(exit).not.toBe(0);
    expectPlain(stderr.replaceAll(/x{100,}/g, ""));
  });
});
