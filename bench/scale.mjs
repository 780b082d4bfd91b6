// What many series and many rows cost: CPU time, peak memory and rate of each way of forecasting them. In: a built dist/; PYTHON, a Python
// with pyspark, for Spark. Out: a table, dated in bench/results/, from which docs/scale.md and docs/pipes.md take their numbers.
//
//     node bench/scale.mjs [PART...]        # reading, pipe, follow, forecast, local, spark; all when left out
import { spawn, spawnSync } from "node:child_process";
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { writeResults } from "../scripts/results.mjs";
import { root } from "./environments.mjs";

const hindcast = `${root}bin/hindcast.js`;
const directory = mkdtempSync(join(tmpdir(), "hindcast-scale-"));
const rows = [];

/** Tells, as it ends, what the process took: microseconds of the CPU, and KiB. */
const report = `process.on('exit',()=>{const u=process.resourceUsage();
process.getBuiltinModule('fs').writeSync(3,JSON.stringify([u.userCPUTime+u.systemCPUTime,u.maxRSS]))})`;
const reporting = ["--import", `data:text/javascript,${encodeURIComponent(report)}`];

/** @param input a file for stdin @param onText hears what comes out */
async function measure(argv, { input, onText, cwd = directory } = {}) {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...reporting, hindcast, ...argv], { cwd, stdio: ["pipe", "pipe", 2, "pipe"] });
  let told = "";
  child.stdio[3].on("data", (chunk) => (told += chunk));
  child.stdout.on("data", (chunk) => onText?.(chunk, child.pid));
  if (input !== undefined) createReadStream(join(directory, input)).pipe(child.stdin);
  else child.stdin.end();
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`hindcast ${argv.join(" ")} exits with ${code}`);
  const [cpuMicroseconds, peakKib] = JSON.parse(told);
  return { wall_s: (performance.now() - startedMs) / 1000, cpu_s: cpuMicroseconds / 1e6, peak_mib: peakKib / 1024 };
}

/** So far, of a process that runs: proc(5), fields 14 and 15 of /proc/pid/stat, in hundredths of a second. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** @param count what the work is proportional to, and of what @param isPerSeries goes on to a million and more */
function tell(part, work, [count, unit], { cpu_s, wall_s, peak_mib }, note = "") {
  const each = cpu_s / count;
  const hours = (series) => (unit === "series" ? Number(((each * series) / 3600).toPrecision(2)) : "");
  rows.push({
    part,
    work,
    count,
    unit,
    cpu_s: cpu_s.toFixed(2),
    wall_s: wall_s.toFixed(2),
    peak_mib: Math.round(peak_mib),
    cpu_us_each: Number((each * 1e6).toPrecision(3)),
    per_second: Math.round(count / cpu_s),
    cpu_hours_for_1e6_series: hours(1e6),
    cpu_hours_for_1e8_series: hours(1e8),
    note,
    node: process.version,
    cpu: cpus()[0]?.model ?? "",
  });
  console.log(Object.values(rows.at(-1)).slice(0, -2).join(","));
}

const at = (name) => join(directory, name);
const day = Array.from({ length: 200 }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10));
const saleOf = (s, t) => 50 + (s % 17) + 9 * (t % 7) + ((t * 7919 + s * 104729) % 13);

/** Writes as it goes, so that no file has to fit into memory. */
function writeLines(name, head, count, lineOf) {
  const file = openSync(at(name), "w");
  let text = head;
  for (let i = 0; i < count; i++) {
    text += `${lineOf(i)}\n`;
    if (text.length < 1 << 20) continue;
    writeSync(file, text);
    text = "";
  }
  writeSync(file, text);
  closeSync(file);
}

function writeTable(name, seriesCount, stepCount) {
  writeLines(name, "unique_id,ds,y\n", seriesCount * stepCount, (i) => {
    const [s, t] = [Math.floor(i / stepCount), i % stepCount];
    return `store-${s},${day[t]},${saleOf(s, t)}`;
  });
}

function writeSeries(name, seriesCount, stepCount) {
  writeLines(name, "", seriesCount, (s) => {
    const target = Array.from({ length: stepCount }, (_, t) => saleOf(s, t));
    return JSON.stringify({ id: `store-${s}`, start: day[0], freq: "d", target });
  });
}

function run(argv) {
  const { status, stderr } = spawnSync(process.execPath, [hindcast, ...argv], { cwd: directory, encoding: "utf8" });
  if (status !== 0) throw new Error(`hindcast ${argv.join(" ")} exits with ${status}: ${stderr}`);
}

let isTrained = false;
function trainOnce() {
  if (isTrained) return;
  isTrained = true;
  writeTable("train.csv", 200, 60);
  run(["train", "train.csv", "-H", "7", "--model", "gru", "--epochs", "2", "--out", "model", "-q"]);
}

const parts = {
  async reading() {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    for (const seriesCount of [10_000, 100_000]) {
      const count = [seriesCount * 100, "rows"];
      writeTable("large.csv", seriesCount, 100);
      await connection.run(`COPY (FROM read_csv('${at("large.csv")}')) TO '${at("large.parquet")}'`);
      tell("reading", "inspect CSV", count, await measure(["inspect", "large.csv", "--format", "csv"]));
      tell("reading", "inspect Parquet", count, await measure(["inspect", "large.parquet", "--format", "csv"]));
      const sql = ["--sql", `SELECT * FROM '${at("large.parquet")}'`];
      tell("reading", "inspect --sql", count, await measure(["inspect", ...sql, "--format", "csv"]));
      trainOnce();
      for (const name of ["large.csv", "large.parquet"])
        tell(
          "reading",
          `forecast --from, ${name.slice(6)}`,
          count,
          await measure(["forecast", name, "--from", "model"]),
        );
    }
  },

  async pipe() {
    trainOnce();
    for (const seriesCount of [10_000, 100_000, 300_000]) {
      writeSeries("series.ndjson", seriesCount, 120);
      const taken = await measure(["pipe", "--from", "model"], { input: "series.ndjson" });
      tell("pipe", "pipe --from a GRU, 120 values a line", [seriesCount, "series"], taken);
    }
  },

  /** The CPU time of each tenth of the rows, after the first one, says whether a row costs the same after many others. */
  async follow() {
    trainOnce();
    for (const rowCount of [10_000, 100_000]) {
      const seriesCount = 10;
      const stampOf = (t) => new Date(Date.UTC(2024, 3, 1) + t * 86_400_000).toISOString().slice(0, 10);
      writeLines("rows.csv", "unique_id,ds,y\n", rowCount, (i) => {
        const [s, t] = [i % seriesCount, Math.floor(i / seriesCount)];
        return `store-${s},${stampOf(t)},${saleOf(s, t)}`;
      });
      const tenthsMs = [];
      let lineCount = 0;
      const onText = (chunk, pid) => {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1))
          if (++lineCount % (rowCount / 10) === 0) tenthsMs.push(cpuMs(pid));
      };
      const argv = ["forecast", "--follow", "--from", "model", "-H", "1", "-"];
      const taken = await measure(argv, { input: "rows.csv", onText });
      const spans = tenthsMs.slice(1).map((ms, i) => Math.round(ms - tenthsMs[i]));
      tell("follow", "forecast --follow, 10 series", [rowCount, "rows"], taken, `CPU ms a tenth: ${spans.join(" ")}`);
    }
  },

  async forecast() {
    trainOnce();
    writeTable("sales.csv", 20_000, 60);
    const count = [20_000, "series"];
    const forecast = ["forecast", "sales.csv", "--from", "model", "-o", "next.csv"];
    tell("forecast", "forecast --from a GRU", count, await measure(forecast));
    const shard = ["forecast", "sales.csv", "--from", "model", "--shard", "0/4", "-o", "part.csv"];
    tell("forecast", "one shard of four", count, await measure(shard));
    writeTable("many.csv", 200_000, 20);
    const parts = [0, 1, 2, 3].map((i) => `part-${i}.csv`);
    for (const [i, part] of parts.entries())
      run(["forecast", "many.csv", "--from", "model", "--shard", `${i}/4`, "-o", part, "-q"]);
    const merging = await measure(["merge", ...parts, "-o", "all.csv"]);
    tell("forecast", "merge, 7 rows a series", [200_000, "series"], merging);
  },

  async local() {
    const models = { naive: 2000, theta: 400, pretrained: 400, ets: 60, gru: 20, auto: 20 };
    for (const [model, seriesCount] of Object.entries(models)) {
      writeTable("sales.csv", seriesCount, 60);
      const argv = ["forecast", "sales.csv", "-H", "7", "--local", "--model", model, "-q"];
      tell("local", `--local --model ${model}`, [seriesCount, "series"], await measure(argv));
    }
  },

  /** CPU time of all of its processes, as the shell counts those that have ended. */
  async spark() {
    const python = process.env.PYTHON ?? "python3";
    const found = spawnSync(python, ["-c", "import sys, pyspark; print(sys.executable)"], { encoding: "utf8" });
    if (found.status !== 0) return console.log(`spark: skipped: ${python} has no pyspark`);
    const tools = dirname(found.stdout.trim());
    trainOnce();
    for (const seriesCount of [200, 20_000]) {
      writeTable("sales.csv", seriesCount, 60);
      const words = [`${tools}/spark-submit`, "--master", "local-cluster[2,1,1024]", `${root}deploy/spark/forecast.py`];
      const flags = ["--format", "ndjson", "--freq", "d", "--from", at("model"), "--hindcast", `node ${hindcast}`];
      const line = [...words, "sales.csv", `lines-${seriesCount}`, ...flags].map((word) => `'${word}'`).join(" ");
      const { status, stderr } = spawnSync("bash", ["-c", `TIMEFORMAT='%R %U %S'; time ${line} 2> spark.log`], {
        cwd: directory,
        env: { ...process.env, PATH: `${tools}:${process.env.PATH}`, PYSPARK_PYTHON: found.stdout.trim() },
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(`spark-submit exits with ${status}: ${stderr}`);
      const [wall_s, user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
      const taken = { wall_s, cpu_s: user + system, peak_mib: Number.NaN };
      tell("spark", "CSV to lines, local-cluster[2,1,1024]", [seriesCount, "series"], taken);
    }
  },
};

try {
  const asked = process.argv.slice(2);
  for (const [name, part] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await part();
  writeResults("scale", rows);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
