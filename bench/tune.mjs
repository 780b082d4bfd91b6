// What a search is worth: 40 trials against the default; killed in the middle and gone on; and the same with a second job. In: --rounds N pairs of
// one job and two, --trials N. Out: a table, and a dated CSV in bench/results/; exit code 1 when a trial that was finished ran again, or when
// what went on, or two jobs, found anything else.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { median, root } from "./environments.mjs";
import { hindcast, keepResults, timesOf, today } from "./measuring.mjs";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, trials: { type: "string", default: "40" } },
});
const trialCount = Number(options.trials);
const directory = mkdtempSync(join(tmpdir(), "hindcast-tune-"));
/** Short trainings of what the kernels train in one call, on one thread each, so that a second core is a second job's. */
const forms = ["--epochs", "30", "--conv", "none", "--attention", "none", "--mix", "none", "--threads", "1"];
const words = ["tune", `${root}fixtures/air-passengers.csv`, "-H", "12", "--max-trials", `${trialCount}`, ...forms];
const read = (name) => readFileSync(join(directory, name), "utf8");
/** In the order in which they were finished. */
const trialsIn = (name) =>
  read(name)
    .split("\n")
    .slice(1, -1)
    .map((line) => JSON.parse(line).trial);
const search = (jobs, name) =>
  timesOf(
    `${hindcast} ${words.join(" ")} --jobs ${jobs} --trials-file ${name}.ndjson --format csv -o ${name}.csv`,
    directory,
  );

/** @returns the numbers of the trials that were finished when it was killed, at half of them */
async function killInTheMiddle(name) {
  const more = ["--jobs", "2", "--trials-file", `${name}.ndjson`, "-q"];
  const child = spawn(process.execPath, [`${root}bin/hindcast.js`, ...words, ...more], {
    cwd: directory,
    stdio: "ignore",
  });
  const closed = new Promise((done) => child.on("close", done));
  const isThere = () =>
    existsSync(join(directory, `${name}.ndjson`)) && trialsIn(`${name}.ndjson`).length >= trialCount / 2;
  while (child.exitCode === null && !isThere()) await sleep(5);
  child.kill("SIGKILL");
  await closed;
  return trialsIn(`${name}.ndjson`);
}

try {
  const pairs = Array.from({ length: Number(options.rounds) }, (_, round) => {
    const load = loadavg()[0];
    const [one, two] = [1, 2].map((jobs) => search(jobs, `${round}-${jobs}`));
    console.error(`${one.wall.toFixed(1)} and ${two.wall.toFixed(1)} s; load before ${load.toFixed(2)}`);
    return { one, two, load };
  });
  const whole = read("0-1.csv");
  const [, best, usual] = whole.split("\n")[1].split(",").map(Number);

  const kept = await killInTheMiddle("cut");
  search(2, "cut");
  const all = trialsIn("cut.ndjson");
  const repeated = all.length - new Set(all).size;
  const others = pairs
    .flatMap((_, round) => [1, 2].map((jobs) => `${round}-${jobs}.csv`))
    .filter((name) => read(name) !== whole);

  const of = (pick) => median(pairs.map(pick));
  const rows = [
    ["trials", trialCount],
    ["MASE of the default", usual],
    ["MASE of the best", best],
    ["finished when killed", kept.length],
    ["finished in the end", all.length],
    ["finished twice", repeated],
    ["same end as never killed", Number(read("cut.csv") === whole)],
    ["searches with another end", others.length],
    ["one job, s", of(({ one }) => one.wall)],
    ["two jobs, s", of(({ two }) => two.wall)],
    ["two of one", of(({ one, two }) => two.wall / one.wall)],
    ["one job, CPU s", of(({ one }) => one.cpu)],
    ["two jobs, CPU s", of(({ two }) => two.cpu)],
    ["load before", of(({ load }) => load)],
  ].map(([measure, value]) => ({ date: today, node: process.version, cores: availableParallelism(), measure, value }));
  keepResults("tune", rows, 4);
  const isKept = kept.every((trial, i) => all[i] === trial) && all.length === trialCount;
  if (repeated > 0 || others.length > 0 || read("cut.csv") !== whole || !isKept) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
