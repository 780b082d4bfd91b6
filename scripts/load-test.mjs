// Large data: `npm run test:load`. In: --only CASE, --largest N to leave out what is larger. Each case is run at sizes a decade apart, on data
// that are made here. Out: a line for each run with time and peak memory, how both grow (the slope of their logarithms: 1 is linear), a
// dated CSV in bench/results/, in which other cases of the same day stay, and exit code 1 where a run takes more than 2 GB or grows much
// faster than its data.
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { writeResults } from "./results.mjs";
import { root } from "./tools.mjs";

const { values: options } = parseArgs({
  options: { only: { type: "string" }, largest: { type: "string", default: "10000000" } },
});
const mostBytes = 2e9;
/** Of time or memory against the size of the data; sorting alone gives a little more than 1. */
const mostSlope = 1.2;
const directory = mkdtempSync(join(tmpdir(), "hindcast-load-"));

const network = ["--model", "gru", "--layers", "16", "--window", "24", "--epochs", "2"];
const hour = 3_600_000;
const stampOf = (t) => new Date(Date.UTC(2020, 0, 1) + t * hour).toISOString();
/** A daily season, a level of the series' own and some noise: numbers with as many digits as measured ones. */
const cellOf = (s, t) =>
  (100 + (s % 97) + 20 * Math.sin((2 * Math.PI * t) / 24) + ((t * 7919 + s * 31) % 101) / 10).toFixed(3);

const long = (seriesCount, stepCount) => ({
  header: "unique_id,ds,y",
  *rows() {
    for (let s = 0; s < seriesCount; s++) {
      const id = `series-${String(s).padStart(6, "0")}`;
      for (let t = 0; t < stepCount; t++) yield `${id},${stamps[t]},${cellOf(s, t)}`;
    }
  },
});
const stamps = Array.from({ length: 1000 }, (_, t) => stampOf(t));

/** Each: sizes, the data of a size, and command lines on them, one after another. */
const cases = {
  "series of 1,000 steps": {
    sizes: [10, 100, 1000, 10_000],
    data: (size) => long(size, 1000),
    commands: {
      train: ["train", "data.csv", "-H", "24", ...network, "--out", "model"],
      "forecast --from": ["forecast", "--from", "model"],
      "forecast data.csv --from": ["forecast", "data.csv", "--from", "model"],
    },
  },
  "rows of one series": {
    sizes: [10_000, 100_000, 1_000_000, 10_000_000],
    data: (size) => ({
      header: "ds,y",
      *rows() {
        for (let t = 0; t < size; t++) yield `${stampOf(t)},${cellOf(1, t)}`;
      },
    }),
    commands: {
      inspect: ["inspect", "data.csv"],
      train: ["train", "data.csv", "-H", "24", ...network, "--out", "model"],
      "forecast --from": ["forecast", "--from", "model"],
      "forecast by seasonal-naive": ["forecast", "data.csv", "-H", "24", "--model", "seasonal-naive"],
    },
  },
  "columns of 1,000 steps": {
    sizes: [5, 50, 500, 5000],
    data: (size) => ({
      header: ["ds", ...Array.from({ length: size }, (_, s) => `c${s}`)].join(),
      *rows() {
        for (let t = 0; t < 1000; t++)
          yield [stampOf(t), ...Array.from({ length: size }, (_, s) => cellOf(s, t))].join();
      },
    }),
    commands: {
      inspect: ["inspect", "data.csv", "--wide"],
      "forecast by seasonal-naive": ["forecast", "data.csv", "--wide", "-H", "24", "--model", "seasonal-naive"],
      train: ["train", "data.csv", "--wide", "-H", "24", ...network, "--out", "model"],
      "forecast --from": ["forecast", "--from", "model"],
    },
  },
  "series of 20 steps": {
    sizes: [100, 1000, 10_000, 100_000],
    data: (size) => long(size, 20),
    commands: {
      inspect: ["inspect", "data.csv"],
      "forecast by ets": ["forecast", "data.csv", "-H", "6", "--model", "ets"],
      train: ["train", "data.csv", "-H", "6", ...network, "--window", "8", "--out", "model"],
      "forecast --from": ["forecast", "--from", "model"],
    },
  },
};

function writeData({ header, rows }) {
  const file = openSync(join(directory, "data.csv"), "w");
  let text = `${header}\n`;
  for (const row of rows()) {
    text += `${row}\n`;
    if (text.length < 1 << 20) continue;
    writeSync(file, text);
    text = "";
  }
  writeSync(file, text);
  closeSync(file);
  return statSync(join(directory, "data.csv")).size;
}

const hook = join(directory, "hook.cjs");
const measured = join(directory, "measured.json");
writeFileSync(
  hook,
  `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(measured)}, JSON.stringify(process.resourceUsage())));\n`,
);

/** @returns seconds of the clock and of the processors, and the peak of the process's memory */
function measure(argv) {
  const words = ["-r", hook, join(root, "bin/hindcast.js"), ...argv, "--quiet", "--output", join(directory, "out.csv")];
  const began = performance.now();
  const { status, signal, stderr } = spawnSync(process.execPath, words, { cwd: directory, encoding: "utf8" });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`hindcast ${argv.join(" ")}: ${status ?? signal}: ${stderr}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(measured, "utf8"));
  return { seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, bytes: 1024 * maxRSS };
}

/** What grows by less than this share of its first value stays as it is: the rest is chance. */
const leastGrowth = 0.1;

/** Least squares over logarithms, of what is above the smallest size's, which is mostly what a start takes. */
function slopeOf(sizes, values) {
  if (values.every((value) => value - values[0] < leastGrowth * values[0])) return 0;
  const points = sizes
    .slice(1)
    .map((size, i) => [Math.log(size - sizes[0]), Math.log(Math.max(1e-9, values[i + 1] - values[0]))]);
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const [above, below] = [0, 1].map((which) =>
    points.reduce((sum, point) => sum + (point[0] - x) * (which === 0 ? point[1] - y : point[0] - x), 0),
  );
  return above / below;
}

for (const [name, { sizes, data, commands }] of Object.entries(cases)) {
  if (options.only !== undefined && !name.includes(options.only)) continue;
  const taken = sizes.filter((size) => size <= Number(options.largest));
  const rows = [];
  const runs = new Map(Object.keys(commands).map((command) => [command, []]));
  for (const size of taken) {
    const dataBytes = writeData(data(size));
    rmSync(join(directory, "model"), { recursive: true, force: true });
    for (const [command, argv] of Object.entries(commands)) {
      const run = { size, dataBytes, ...measure(argv) };
      runs.get(command).push(run);
      const mb = (bytes) => Math.round(bytes / 1e6);
      console.log(
        `${size} ${name}, ${mb(dataBytes)} MB, ${command}: ${run.seconds.toFixed(1)} s (${run.cpuSeconds.toFixed(1)} s of processors), ${mb(run.bytes)} MB`,
      );
      if (run.bytes > mostBytes) process.exitCode = 1;
    }
  }
  for (const [command, all] of taken.length > 2 ? runs : []) {
    const slopes = ["cpuSeconds", "bytes"].map((what) =>
      slopeOf(
        taken,
        all.map((run) => run[what]),
      ),
    );
    console.log(
      `${name}, ${command}: time grows with the power ${slopes[0].toFixed(2)}, memory ${slopes[1].toFixed(2)}`,
    );
    if (slopes.some((slope) => slope > mostSlope)) process.exitCode = 1;
    for (const [i, { size, dataBytes, seconds, cpuSeconds, bytes }] of all.entries()) {
      const [slope_cpu, slope_peak] = i === all.length - 1 ? slopes.map((slope) => slope.toFixed(2)) : ["", ""];
      rows.push({
        ...{
          case: name.replaceAll(",", ""),
          command,
          size,
          data_mb: (dataBytes / 1e6).toFixed(1),
          seconds: seconds.toFixed(1),
        },
        ...{ cpu_seconds: cpuSeconds.toFixed(1), peak_mb: (bytes / 1e6).toFixed(1), slope_cpu, slope_peak },
      });
    }
  }
  if (rows.length > 0) writeResults("load", rows);
}
rmSync(directory, { recursive: true });
