// Runs deploy/ on the real engines, as far as they are installed: GNU parallel, a Slurm of one node, a Spark of two worker processes,
// and the schema of Kubernetes. In: what `npm run build` made; PYTHON, a Python with pyspark and pyarrow. Out: what each gave against the
// bytes of a single process, and counts; exit code 1 when anything failed. What is not installed is skipped, and said.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const deploy = join(root, "deploy");
const directory = mkdtempSync(join(tmpdir(), "hindcast-deploy-"));
const seriesCount = Number(process.argv[2] ?? 200);
const stepCount = 60;
const shardCount = 4;
/** The one without any value: it has no forecast, and the exit code says so. */
const emptySeries = 7;
const partial = 3;

const environment = { ...process.env, PATH: `${directory}/bin:${process.env.PATH}`, LC_ALL: "C.UTF-8" };
const results = [];

function run(command, words, { accept = [0], input, env = {} } = {}) {
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

const at = (name) => join(directory, name);
const read = (name) => readFileSync(at(name), "utf8");

function expectSame(what, given, expected) {
  if (given === expected) return;
  const lines = expected.split("\n");
  const differs = given.split("\n").findIndex((line, i) => line !== lines[i]);
  throw new Error(`${what} is not what a single process gives, from line ${differs + 1} on`);
}

/** @param missing what is not installed; undefined when all is */
async function check(name, missing, work) {
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
  results.push(outcome);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${outcome.padEnd(8)} ${name} (${seconds} s)${detail === "" ? "" : `: ${detail}`}`);
}

function missingCommand(...names) {
  const absent = names.filter(
    (name) => spawnSync("sh", ["-c", `command -v ${name}`], { env: environment }).status !== 0,
  );
  return absent.length === 0 ? undefined : `${absent.join(", ")} not installed`;
}

// --- The data, the model, and what a single process makes of them.

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

// --- GNU parallel

await check("GNU parallel, shards", missingCommand("parallel"), () => {
  run(`${deploy}/parallel/forecast.sh`, ["sales.csv", "model", String(shardCount), "parallel.csv"], {
    accept: [partial],
  });
  expectSame("the merged file", read("parallel.csv"), whole);
});
await check("GNU parallel, pipe", missingCommand("parallel"), () => {
  const { stdout, status } = run(`${deploy}/parallel/pipe.sh`, ["model"], {
    accept: [1],
    input: read("series.ndjson"),
    env: { BLOCK: "16k" },
  });
  expectSame("the output", stdout, wholeLines);
  return `${status} block with a line in error`;
});

// --- Slurm: a controller and a node of our own, in our own directory.

function startSlurm() {
  const home = at("slurm");
  for (const name of ["", "state", "spool", "munge"]) mkdirSync(join(home, name), { mode: 0o755 });
  writeFileSync(join(home, "munge/key"), crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
  const host = hostname().split(".")[0];
  const settings = {
    ClusterName: "test",
    SlurmctldHost: host,
    SlurmUser: "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${home}/munge/socket`,
    SlurmctldPort: 17817,
    SlurmdPort: 17818,
    StateSaveLocation: `${home}/state`,
    SlurmdSpoolDir: `${home}/spool`,
    SlurmctldPidFile: `${home}/slurmctld.pid`,
    SlurmdPidFile: `${home}/slurmd.pid`,
    SlurmctldLogFile: `${home}/slurmctld.log`,
    SlurmdLogFile: `${home}/slurmd.log`,
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_CPU",
    ReturnToService: 2,
  };
  const conf = [
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    `NodeName=${host} CPUs=2 State=UNKNOWN`,
    `PartitionName=all Nodes=${host} Default=YES State=UP`,
  ];
  writeFileSync(join(home, "slurm.conf"), `${conf.join("\n")}\n`);
  const env = { SLURM_CONF: join(home, "slurm.conf") };
  const file = (name) => `--${name}=${home}/munge/${name.split("-")[0]}`;
  run("munged", ["--force", ...["key-file", "socket", "pid-file", "log-file", "seed-file"].map(file)]);
  run("slurmctld", [], { env });
  run("slurmd", [], { env });
  return {
    env,
    stop() {
      run("scontrol", ["shutdown"], { env });
      process.kill(Number(readFileSync(join(home, "munge/pid"), "utf8")));
    },
  };
}

const cannotSlurm =
  missingCommand("munged", "slurmctld", "slurmd", "sbatch") ?? (process.getuid() === 0 ? undefined : "needs root");
await check(`Slurm, an array of ${shardCount}`, cannotSlurm, () => {
  const slurm = startSlurm();
  try {
    const env = { ...slurm.env, DATA: "sales.csv", MODEL: "model", DIRECTORY: "parts", OUTPUT: "slurm.csv" };
    const array = ["--parsable", `--array=0-${shardCount - 1}`, `${deploy}/slurm/forecast.sbatch`];
    const id = run("sbatch", array, { env }).stdout.trim();
    const merge = ["--parsable", "--wait", `--dependency=afterok:${id}`, `${deploy}/slurm/merge.sbatch`];
    run("sbatch", merge, { env, accept: [partial] });
    expectSame("the merged file", read("slurm.csv"), whole);
    return `${readdirSync(at("parts")).filter((name) => name.endsWith(".csv")).length} parts`;
  } finally {
    slurm.stop();
  }
});

// --- Kubernetes: the manifests fit the schema; a cluster is not here.

/** `kubernetes-models` is no dependency: it is found where this is run, after `npm install --no-save kubernetes-models`. */
async function findKubernetes() {
  try {
    const { Job } = createRequire(join(process.cwd(), "package.json"))("kubernetes-models/batch/v1");
    return { Job, parse: (await import("yaml")).parse };
  } catch {
    return undefined;
  }
}
const kubernetes = await findKubernetes();
await check("Kubernetes, the schema alone", kubernetes ? undefined : "kubernetes-models not installed", () => {
  for (const name of ["forecast", "merge"]) {
    const job = kubernetes.parse(readFileSync(`${deploy}/kubernetes/${name}.yaml`, "utf8"));
    new kubernetes.Job(job).validate();
  }
});

// --- Spark: a master and two worker processes.

const python = process.env.PYTHON ?? "python3";
const hasSpark = spawnSync(python, ["-c", "import pyspark, pyarrow"]).status === 0;
const cannotSpark = hasSpark ? missingCommand("java") : `${python} has no pyspark and pyarrow`;

function spark(input, output, flags) {
  const words = [
    "--master",
    "local-cluster[2,1,1024]",
    "--conf",
    "spark.ui.enabled=false",
    `${deploy}/spark/forecast.py`,
  ];
  const tool = run(python, ["-c", "import sys; print(sys.executable)"]).stdout.trim();
  const { stderr } = run(join(dirname(tool), "spark-submit"), [...words, input, output, ...flags], {
    env: { PATH: `${dirname(tool)}:${environment.PATH}`, PYSPARK_PYTHON: tool },
  });
  return new Set(Array.from(stderr.matchAll(/Starting task .*,executor (\d+),/g), ([, executor]) => executor)).size;
}

await check("Spark, CSV to lines", cannotSpark, () => {
  const executorCount = spark("sales.csv", "lines", ["--format", "ndjson", "--freq", "d", "--from", at("model")]);
  const parts = readdirSync(at("lines"))
    .filter((name) => name.startsWith("part-"))
    .sort();
  expectSame("the parts, one after another,", parts.map((name) => read(`lines/${name}`)).join(""), wholeLines);
  if (executorCount < 2) throw new Error(`${executorCount} of 2 worker processes had tasks`);
  return `${parts.length} parts from ${executorCount} worker processes`;
});

const toParquet = `
import pyarrow.csv, pyarrow.parquet
pyarrow.parquet.write_table(pyarrow.csv.read_csv("sales.csv"), "sales.parquet")`;
/** JSON's and JavaScript's way with numbers is one of many; the numbers themselves are compared. */
const fromParquet = `
import json, pyarrow.parquet
for row in pyarrow.parquet.read_table("next.parquet").to_pylist():
    print(json.dumps(list(row.values()), default=str))`;

await check("Spark, Parquet to Parquet", cannotSpark, () => {
  run(python, ["-c", toParquet]);
  spark("sales.parquet", "next.parquet", ["--freq", "d", "--from", at("model")]);
  const rows = run(python, ["-c", fromParquet])
    .stdout.trim()
    .split("\n")
    .map((line) => JSON.parse(line).join(","));
  expectSame("the table", `${rows.join("\n")}\n`, whole.slice(whole.indexOf("\n") + 1));
  const errors = readdirSync(at("next.parquet.errors")).filter((name) => name.startsWith("part-"));
  const said = errors.map((name) => read(`next.parquet.errors/${name}`)).join("");
  if (!said.includes(series[emptySeries].id) || said.trim().split("\n").length !== 1)
    throw new Error(`errors: ${said}`);
  return `${rows.length} rows, 1 error line`;
});

const countOf = (outcome) => results.filter((one) => one === outcome).length;
console.log(`${countOf("passed")} passed, ${countOf("failed")} failed, ${countOf("skipped")} skipped`);
if (countOf("failed") === 0) rmSync(directory, { recursive: true, force: true });
else console.log(`what was left: ${directory}`);
process.exitCode = countOf("failed") > 0 ? 1 : 0;
