// `tune` by the built command line: small networks, real trainings, real signals.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { cleanEnvironment, root, runShell } from "../support/hindcast.js";

const air = `${root}fixtures/air-passengers.csv`;
/** What is given is not searched: what is left trains in a moment. */
const flags = [
  ...["-H", "6", "--season", "12", "--folds", "2", "--max-trials", "10", "--epochs", "3", "--layers", "8"],
  ...["--model", "gru,rnn", "--conv", "none", "--attention", "none", "--mix", "none", "--no-bidirectional"],
];
const words = ["tune", air, ...flags];
let directory = "";
const run = (line: string) => runShell(line, directory);
const tune = (...more: string[]) => run(["hindcast", ...words, ...more].join(" "));
const linesOf = (name: string) => readFileSync(join(directory, name), "utf8").trim().split("\n");
const trialsOf = (name: string) =>
  linesOf(name)
    .slice(1)
    .map((line) => JSON.parse(line) as { trial: number; state: string; mase: number | null; settings: object })
    .sort((a, b) => a.trial - b.trial);

describe("tune", () => {
  let whole: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    whole = await tune("--trials-file", "whole.ndjson", "--out", "best.json");
  });

  test("tells the best trial beside the default, which it is never worse than", () => {
    expect(whole.exit).toBe(0);
    const rows = whole.stdout.trim().split("\n");
    expect(rows[0]).toBe("setting,best,default,importance");
    const [, best, usual] = rows[1]!.split(",").map(Number);
    expect(best).toBeLessThanOrEqual(usual!);
    const trials = trialsOf("whole.ndjson");
    expect(trials).toHaveLength(10);
    expect(trials[0]).toMatchObject({ state: "complete", mase: usual, settings: { model: "gru" } });
    expect(Math.min(...trials.flatMap(({ mase }) => mase ?? []))).toBe(best);
    expect(rows.slice(2).map((row) => row.split(",")[0])).not.toContain("conv");
  });

  test("writes settings that train takes, and that score in a backtest as they did in the search", async () => {
    const best = Number(whole.stdout.split("\n")[1]!.split(",")[1]);
    const [trained, tested] = await Promise.all([
      run(`hindcast train ${air} --config best.json --out model -q`),
      run(`hindcast backtest ${air} --config best.json --folds 2 --refit every --level none --format json -q`),
    ]);
    expect(trained).toMatchObject({ exit: 0 });
    const { rows } = JSON.parse(tested.stdout) as { rows: { mase: number }[] };
    expect(rows[0]!.mase).toBe(best);
  });

  test("does the same with two jobs", async () => {
    const both = await tune("--trials-file", "both.ndjson", "--jobs", "2", "-q");
    expect(both.stdout).toBe(whole.stdout);
    const told = (name: string) => trialsOf(name).map((trial) => ({ ...trial, duration_ms: 0 }));
    expect(told("both.ndjson")).toEqual(told("whole.ndjson"));
  });

  test("killed, goes on without repeating a trial, to the same end", async () => {
    const child = spawn(process.execPath, [`${root}bin/hindcast.js`, ...words, "--trials-file", "cut.ndjson", "-q"], {
      cwd: directory,
      env: cleanEnvironment(directory),
      stdio: "ignore",
    });
    const closed = new Promise((done) => child.on("close", done));
    const isBegun = () => existsSync(join(directory, "cut.ndjson")) && linesOf("cut.ndjson").length >= 4;
    while (child.exitCode === null && !isBegun()) await sleep(2);
    child.kill("SIGKILL");
    await closed;
    const kept = linesOf("cut.ndjson").length - 1;
    expect(kept).toBeLessThan(10);
    const resumed = await tune("--trials-file", "cut.ndjson");
    expect(resumed.stdout).toBe(whole.stdout);
    expect(resumed.stderr).toContain(`cut.ndjson has ${kept} trials, which are not run again`);
    expect(linesOf("cut.ndjson")).toHaveLength(11);
    const other = await tune("--trials-file", "cut.ndjson", "--seed", "2");
    expect(other).toMatchObject({ exit: 2, stderr: expect.stringContaining("of another search") });
  });

  test("says what cannot be", async () => {
    expect(await run(`hindcast tune ${air}`)).toMatchObject({ exit: 2 });
    const unknown = await run(`hindcast tune ${air} -H 6 --model ets`);
    expect(unknown).toMatchObject({ exit: 2, stderr: expect.stringContaining("rnn, lstm") });
  });
});
