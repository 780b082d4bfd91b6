// `compare` by the built command line, on the classical models, which are quick.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const air = `${root}fixtures/air-passengers.csv`;
const compare = `hindcast compare ${air} -H 6 --season 12 --models theta,drift`;
const timed = /fit_ms|forecast_ms|peak_mb/;
let directory = "";
const run = (line: string) => runShell(line, directory);

beforeAll(async () => {
  directory = await temporaryDirectory();
});

describe("compare", () => {
  test("prints the same bytes whatever runs at once, and leaves out what no two runs agree on", async () => {
    const [one, three] = await Promise.all([run(`${compare} --folds 8`), run(`${compare} --folds 8 --jobs 3`)]);
    expect(one).toMatchObject({ exit: 0, stderr: "" });
    expect(three).toEqual(one);
    expect(one.stdout).toMatch(/^rank,model,chose,n,mase,/);
    expect(one.stdout).not.toMatch(timed);
    expect(
      one.stdout
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(",", 2).join()),
    ).toEqual(["1,theta", "2,seasonal-naive", "3,naive", "4,drift", "5,mean"]);
  });

  test("has the scores of a backtest, and writes the same predictions", async () => {
    await run(`${compare} --predictions compared.csv -o compared-scores.csv -q`);
    await run(
      `hindcast backtest ${air} -H 6 --season 12 --model theta,drift --predictions backtested.csv -o scores.csv -q`,
    );
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    expect(read("compared.csv")).toBe(read("backtested.csv"));
    const cellOf = (text: string, column: string) => {
      const [header, ...rows] = text
        .trim()
        .split("\n")
        .map((line) => line.split(","));
      return rows.find((row) => row.includes("theta"))![header!.indexOf(column)];
    };
    for (const column of ["mase", "mse", "rmsse", "smape", "coverage", "winkler", "skill"])
      expect(cellOf(read("compared-scores.csv"), column)).toBe(cellOf(read("scores.csv"), column));
  });

  test("tells time and memory in its table, which fits 80 columns, and where they are asked for", async () => {
    const [table, untimed, csv] = await Promise.all([
      run(`${compare} --folds 8 --format table`),
      run(`${compare} --folds 8 --format table --no-timing`),
      run(`${compare} --folds 8 --timing`),
    ]);
    expect(table.stdout.split("\n")[0]).toMatch(/^rank +model +mase .*skill +p_best +p_naive +fit_ms .*peak_mb$/);
    for (const line of table.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(untimed.stdout).not.toMatch(timed);
    expect(csv.stdout).toMatch(/p_naive,fit_ms,forecast_ms,peak_mb\n/);
  });

  test("writes JSON with its type", async () => {
    const { stdout } = await run(`${compare} --folds 1 -q --format json`);
    const { rows, ...rest } = JSON.parse(stdout) as { rows: object[] };
    expect(rest).toEqual({ schema_version: 1, type: "leaderboard" });
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({ rank: 1, model: "theta", p_best: null, p_naive: null });
  });

  test("says when there are too few folds for significance", async () => {
    const { stderr } = await run(compare);
    expect(stderr).toContain("3 folds are too few to tell whether models differ: p_best and p_naive need --folds 8");
  });

  test("ends with 6 when a gate fails, and refuses a gate on what is not compared", async () => {
    expect(await run(`${compare} -q --fail-if 'theta.mase>0' -o gated.csv`)).toMatchObject({ exit: 6 });
    expect(await run(`${compare} -q --fail-if 'naive.mase>100' -o gated.csv`)).toMatchObject({ exit: 0 });
    expect(await run(`${compare} --fail-if 'gru.mase>1'`)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("one of: theta, drift, naive, seasonal-naive, mean"),
    });
  });

  test("refuses, as a backtest does, where the network that is asked for cannot be fitted", async () => {
    const [compared, tested] = await Promise.all([
      run(`${compare},gru --window 500 --folds 2`),
      run(`hindcast backtest ${air} -H 6 --season 12 --model theta,drift,gru --window 500 --folds 2`),
    ]);
    expect(compared.exit).toBe(4);
    expect(compared.stderr).toBe(tested.stderr);
  });
});
