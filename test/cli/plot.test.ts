// `--plot` and sparklines, by the built command line: drawn where they can be read, and nowhere else.
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const air = `${root}fixtures/air-passengers.csv`;
const weather = `${root}fixtures/seattle-weather.csv`;
const utf8 = { LANG: "C.UTF-8" };
const forecast = `hindcast forecast ${air} -H 12 --model seasonal-naive --season 12`;
const braille = /[\u2801-\u28ff]/;
let directory = "";
const run = (line: string, env: Record<string, string> = utf8) => runShell(line, directory, env);

beforeAll(async () => {
  directory = await temporaryDirectory();
});

describe("forecast --plot", () => {
  test("draws on stderr and leaves stdout as it is", async () => {
    const [plain, plotted] = await Promise.all([run(forecast), run(`${forecast} --plot`)]);
    expect(plotted.stdout).toBe(plain.stdout);
    expect(plotted.stderr).toMatch(braille);
    const lines = plotted.stderr.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^passengers {2}\S+ observed {2}\S+ forecast {2}\S+ 80 %$/);
    expect(lines).toHaveLength(18);
    expect(lines.at(-1)).toMatch(/1953-01 .* 1961-12$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("is ASCII where the locale is not UTF-8, without escape codes where colour is not wanted", async () => {
    const { stderr } = await run(`${forecast} --plot --quiet`, { LANG: "C" });
    expect(stderr).toMatch(/^[\n -~]+$/);
    expect(stderr).toContain("o");
  });

  test("has colour when it is asked for", async () => {
    const { stderr } = await run(`${forecast} --plot --color always`);
    expect(stderr).toContain("\u001b[36m");
  });

  test("is a record where stderr is records", async () => {
    const { stderr } = await run(`${forecast} --plot --log-json`);
    const records = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; lines?: string[] });
    expect(records.at(-1)).toMatchObject({ schema_version: 1, type: "plot" });
    expect(records.at(-1)!.lines).toHaveLength(18);
  });

  test("shows four series of a panel and says how many there are more", async () => {
    const shops = `{ echo id,day,y; for s in a b c d e f; do for d in 1 2 3 4 5 6 7 8 9; do echo $s,2024-01-0$d,$((d % 4)); done; done; }`;
    const { stderr } = await run(`${shops} | hindcast forecast -H 3 --model naive --plot`);
    expect(stderr.match(/observed/g)).toHaveLength(4);
    expect(stderr).toMatch(/\nand 2 more series: --only ID shows others\n$/);
  });
});

test("backtest --plot draws the first model asked for at each fold", async () => {
  const { stdout, stderr } = await run(
    `hindcast backtest ${air} -H 12 --model drift,mean --season 12 --folds 2 --plot --format csv`,
  );
  expect(stdout).toMatch(/^model,/);
  expect(stderr).toContain("drift: passengers");
  // A line at each origin.
  expect(
    stderr
      .split("\n")
      .find((line) => line.includes("┊"))!
      .match(/┊/g)!.length,
  ).toBeLessThanOrEqual(2);
  expect(stderr).toMatch(braille);
});

describe("sparklines", () => {
  test("of inspect stand in the table alone, in a locale that has them", async () => {
    const [table, plain, csv] = await Promise.all([
      run(`hindcast inspect ${weather} --wide`),
      run(`hindcast inspect ${weather} --wide`, { LANG: "C" }),
      run(`hindcast inspect ${weather} --wide --format csv`),
    ]);
    expect(table.stdout).toMatch(/^temp_max +[▁▂▃▄▅▆▇█]{24}$/m);
    expect(plain.stdout).not.toMatch(/[▁▂▃▄▅▆▇█]/);
    expect(csv.stdout).not.toMatch(/[▁▂▃▄▅▆▇█]/);
    expect(csv.stdout).not.toContain("outline");
  });

  test("of models show how the champions scored, a bar a run", async () => {
    const retrain = `for n in 60 72 84; do head -$n ${air} > some.csv; hindcast retrain registry some.csv -H 6 --model drift --folds 1 --season 12 -q; done`;
    await run(retrain);
    const [table, json] = await Promise.all([
      run("hindcast models registry --format table"),
      run("hindcast models registry --format ndjson"),
    ]);
    expect(table.stdout).toMatch(/^mase +[▁▂▃▄▅▆▇█]{3} /m);
    expect(json.stdout).not.toContain("score_history");
    expect(json.stdout.trim().split("\n")).toHaveLength(3);
  });
});
