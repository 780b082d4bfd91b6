// What reading and auditing a million rows takes, beside csv-parse alone on the same file. In: a built dist/. Out: a table of medians
// of interleaved runs and peak memory; with --out a dated CSV in bench/results/. `node bench/inspect.mjs [rounds] [--out]`; exits
// with 1 when a case takes over 3 times csv-parse, or over 3 times the values' own size plus 64 MiB beyond bare node.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const seriesCount = 1000;
const stepCount = 1000;
const timeLimit = 3;
const memoryLimitMib = (3 * 8 * seriesCount * stepCount) / 2 ** 20 + 64;
const rounds = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 7);

const stamps = Array.from({ length: stepCount }, (_, k) => {
  return new Date(Date.UTC(2024, 0, 1) + k * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
});

/** A daily wave with noise from a linear congruential generator, so that the file is the same each time. */
function valueWriter() {
  let state = 1;
  return (k) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (100 + 20 * Math.sin((2 * Math.PI * k) / 24) + (10 * state) / 2 ** 32).toFixed(2);
  };
}

/** @param isByTime rows by time, as a database exports them; else one series after another */
function writeRows(file, isByTime) {
  const write = valueWriter();
  const lines = ["unique_id,ds,y"];
  for (let i = 0; i < seriesCount * stepCount; i++) {
    const [s, k] = isByTime
      ? [i % seriesCount, Math.floor(i / seriesCount)]
      : [Math.floor(i / stepCount), i % stepCount];
    lines.push(`store-${s},${stamps[k]},${write(k)}`);
  }
  writeFileSync(file, `${lines.join("\n")}\n`);
}

const hindcast = fileURLToPath(new URL("../bin/hindcast.js", import.meta.url));
const parser = import.meta.resolve("csv-parse");
const directory = mkdtempSync(join(tmpdir(), "hindcast-bench-"));
const parseAlone = join(directory, "parse.mjs");
// Its fastest form: rows to a listener, which drops them.
writeFileSync(
  parseAlone,
  `import { createReadStream } from "node:fs";
import { parse } from ${JSON.stringify(parser)};
let rows = 0;
createReadStream(process.argv[2]).pipe(parse()).on("data", () => rows++).on("end", () => console.log(rows));`,
);
const report =
  "process.on('exit',()=>process.getBuiltinModule('fs').writeSync(3,String(process.resourceUsage().maxRSS)))";

function measure(args) {
  const startedMs = performance.now();
  const { status, output, stderr } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${report}`, ...args],
    {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      maxBuffer: 2 ** 28,
    },
  );
  if (status !== 0) throw new Error(`${args.join(" ")} exits with ${status}: ${stderr}`);
  return { ms: performance.now() - startedMs, mib: Number(output[3]) / 1024 };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const rows = [];
try {
  const cases = new Map([["node -e 0", ["-e", "0"]]]);
  for (const order of ["series", "time"]) {
    const file = join(directory, `by-${order}.csv`);
    writeRows(file, order === "time");
    cases.set(`csv-parse, by ${order}`, [parseAlone, file]);
    cases.set(`hindcast inspect, by ${order}`, [hindcast, "inspect", file, "--format", "csv"]);
  }
  const runs = new Map([...cases.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const [name, args] of cases) runs.get(name).push(measure(args));
  const bareMib = median(runs.get("node -e 0").map(({ mib }) => mib));
  for (const [name, measured] of runs) {
    const ms = median(measured.map((run) => run.ms));
    const mib = median(measured.map((run) => run.mib));
    const alone = runs.get(name.replace("hindcast inspect", "csv-parse"));
    rows.push({
      case: name,
      median_ms: Math.round(ms),
      times_csv_parse: (ms / median(alone.map((run) => run.ms))).toFixed(2),
      peak_mib: Math.round(mib),
      mib_beyond_node: Math.round(mib - bareMib),
    });
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

console.table(rows);
const date = new Date().toISOString().slice(0, 10);
const lines = rows.map((row) =>
  [date, process.version, cpus()[0]?.model ?? "", ...Object.values(row)].map(quote).join(","),
);
if (process.argv.includes("--out")) {
  const results = fileURLToPath(new URL("results/", import.meta.url));
  mkdirSync(results, { recursive: true });
  writeFileSync(
    join(results, `inspect-${date}.csv`),
    `${["date", "node", "cpu", ...Object.keys(rows[0])].join(",")}\n${lines.join("\n")}\n`,
  );
}
const isOver = (row) => Number(row.times_csv_parse) > timeLimit || row.mib_beyond_node > memoryLimitMib;
process.exitCode = rows.some((row) => row.case.startsWith("hindcast") && isOver(row)) ? 1 : 0;

function quote(value) {
  const text = String(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
