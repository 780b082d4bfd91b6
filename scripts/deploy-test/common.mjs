// What all engines are tested with: a directory with data and a model, what a single process makes of them, and how checks are told. Out: runs
// of commands, and counts.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeResults } from "../results.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const deploy = join(root, "deploy");
const directory = mkdtempSync(join(tmpdir(), "hindcast-deploy-"));
const stepCount = 60;
export const shardCount = 4;
/** The one without any value: it has no forecast, and the exit code says so. */
const emptySeries = 7;
export const partial = 3;

export const environment = { ...process.env, PATH: `${directory}/bin:${process.env.PATH}`, LC_ALL: "C.UTF-8" };
const results = [];

export function run(command, words, { accept = [0], input, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: directory,
    env: { ...environment, ...env },
    input,
    maxBuffer: 1 << 30,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (!accept.includes(status))
    throw new Error(`${command} ${words.join(" ")}: exit code ${status}\n${stderr.slice(-2000)}`);
  return { stdout, stderr, status };
}

export const at = (name) => join(directory, name);
export const read = (name) => readFileSync(at(name), "utf8");

export function expectSame(what, given, expected) {
  if (given === expected) return;
  const lines = expected.split("\n");
  const differs = given.split("\n").findIndex((line, i) => line !== lines[i]);
  throw new Error(`${what} is not what a single process gives, from line ${differs + 1} on`);
}

/** @param missing what is not installed; undefined when all is */
export async function check(name, missing, work) {
  const start = performance.now();
  let outcome = "passed";
  let detail = "";
  if (missing !== undefined) {
    outcome = "skipped";
    detail = missing;
  } else
    try {
      detail = (await work()) ?? "";
    } catch (error) {
      outcome = "failed";
      detail = error instanceof Error ? error.message : String(error);
    }
  results.push({ check: name, outcome, detail });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${outcome.padEnd(8)} ${name} (${seconds} s)${detail === "" ? "" : `: ${detail}`}`);
}

export function missingCommand(...names) {
  const absent = names.filter(
    (name) => spawnSync("sh", ["-c", `command -v ${name}`], { env: environment }).status !== 0,
  );
  return absent.length === 0 ? undefined : `${absent.join(", ")} not installed`;
}

/** Makes the data and the model. @returns what a single process forecasts, as a table and as lines; and the series without a forecast */
export function prepare(seriesCount) {
  mkdirSync(at("bin"));
  writeFileSync(at("bin/hindcast"), `#!/bin/sh\nexec "${process.execPath}" "${root}bin/hindcast.js" "$@"\n`);
  chmodSync(at("bin/hindcast"), 0o755);

  const day = (t) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10);
  const series = Array.from({ length: seriesCount }, (_, s) => ({
    id: `store-${String(s).padStart(6, "0")}`,
    values: Array.from({ length: stepCount }, (_, t) =>
      s === emptySeries
        ? null
        : Math.round(100 * (50 + (s % 17) + 10 * Math.sin((t + s) / 1.1) + ((t * 7919 + s * 104729) % 13))) / 100,
    ),
  }));
  const csvRows = series.flatMap(({ id, values }) => values.map((value, t) => `${id},${day(t)},${value ?? ""}`));
  writeFileSync(at("sales.csv"), `unique_id,ds,y\n${csvRows.join("\n")}\n`);
  const lines = series.map(({ id, values }) => JSON.stringify({ id, start: day(0), freq: "d", target: values }));
  writeFileSync(at("series.ndjson"), `${lines.join("\n")}\n`);
  run("hindcast", ["train", "sales.csv", "-H", "7", "--model", "gru", "--epochs", "2", "--out", "model"]);
  run("hindcast", ["forecast", "sales.csv", "--from", "model", "-o", "whole.csv"], { accept: [partial] });
  const whole = read("whole.csv");
  const { stdout: wholeLines } = run("hindcast", ["pipe", "--from", "model"], {
    accept: [partial],
    input: read("series.ndjson"),
  });
  console.log(`${seriesCount} series of ${stepCount} days, a GRU, 7 days ahead; one series has no value`);
  return { whole, wholeLines, emptyId: series[emptySeries].id };
}

/** Says how many checks came out how; what failed can be looked at in the directory that stays. */
export function end(isKept) {
  const countOf = (name) => results.filter(({ outcome }) => outcome === name).length;
  // What an engine logs is for the eye.
  const cellOf = (detail) => detail.split("\n")[0].slice(0, 120);
  if (isKept)
    writeResults(
      "deploy",
      results.map((result) => ({ ...result, detail: cellOf(result.detail) })),
    );
  console.log(`${countOf("passed")} passed, ${countOf("failed")} failed, ${countOf("skipped")} skipped`);
  if (countOf("failed") === 0) rmSync(directory, { recursive: true, force: true });
  else console.log(`what was left: ${directory}`);
  process.exitCode = countOf("failed") > 0 ? 1 : 0;
}
