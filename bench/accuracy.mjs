// How well hindcast forecasts with nothing but its defaults, on every data set of a directory, each by its own protocol, beside the
// scores that its reference.csv gives for others. In: DIR with a folder per data set (train.csv.gz, test.csv.gz with columns
// unique_id, ds, y and perhaps covariates; PROTOCOL.md naming horizon, windows, stride and m; reference.csv), --preset, --model, --only
// NAME,…. Covariates that the protocol says are known ahead are told in a run of their own. A folder with ETTh1.csv.gz and scaler.csv is
// scored over every origin, on the standardised scale. Out: a table, and a dated CSV in bench/results/.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { bundle } from "./environments.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    preset: { type: "string", default: "good" },
    model: { type: "string", default: "auto" },
    only: { type: "string" },
  },
});
const [directory] = positionals;
if (directory === undefined) throw new Error("which directory? npm run bench:accuracy -- DIR");
const work = join(root, ".tmp", "accuracy");
mkdirSync(work, { recursive: true });

/** sMAPE and MASE of Naive2 on M4's hourly series, from which its OWA is taken (Makridakis, Spiliotis & Assimakopoulos 2020). */
const naive2 = { m4_hourly: [18.383, 2.395] };

/** The protocol's numbers, as its text gives them. */
function readProtocol(text) {
  const find = (...patterns) =>
    patterns.map((pattern) => text.match(pattern)?.[1]).find((found) => found !== undefined);
  const horizon = find(/horizon (\d+)/, /\bh=(\d+)/, /forecast the (?:last )?(\d+)/, /last (\d+) (?:months|points)/);
  const season = find(/\bm=(\d+)/);
  if (horizon === undefined || season === undefined) throw new Error(`no horizon or season in: ${text.slice(0, 200)}`);
  const windows = Number(find(/(\d+) window\(s\)/) ?? 1);
  return { horizon: Number(horizon), season: Number(season), windows, stride: Number(find(/stride (\d+)/) ?? horizon) };
}

const readRows = (path) =>
  parse(path.endsWith(".gz") ? gunzipSync(readFileSync(path)) : readFileSync(path), { columns: true });

function groupBy(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  return groups;
}

/** Columns that the protocol says are known over the horizon. */
function knownAhead(text) {
  const [, named] = text.match(/Covariates ([\w, ]+) are taken as known ahead/) ?? [];
  return named?.split(",").map((column) => column.trim()) ?? [];
}

/** Runs one data set. @param future columns that are told @returns its scores by the protocol */
function measure(name, future) {
  const folder = join(directory, name);
  const { horizon, season, windows, stride } = readProtocol(readFileSync(join(folder, "PROTOCOL.md"), "utf8"));
  const [train, test] = ["train", "test"].map((part) => readRows(join(folder, `${part}.csv.gz`)));
  const history = groupBy(train, (row) => row.unique_id);
  const all = join(work, `${name}.csv`);
  const later = groupBy(test, (row) => row.unique_id);
  const lines = [...history].flatMap(([id, rows]) =>
    [...rows, ...(later.get(id) ?? [])].map((r) => [id, r.ds, r.y, ...future.map((column) => r[column])].join()),
  );
  writeFileSync(all, `${["unique_id,ds,y", ...future].join()}\n${lines.join("\n")}\n`);
  const predictions = join(work, `${name}-predictions.csv`);
  const args = ["backtest", all, "-H", horizon, "--folds", windows, "--step", stride, "--mase-season", season];
  args.push("--model", options.model, "--preset", options.preset, "--level", "80,95", "--predictions", predictions);
  if (future.length > 0) args.push("--future", future.join());
  const began = performance.now();
  execFileSync(process.execPath, [join(root, "bin/hindcast.js"), ...args.map(String), "--format", "csv"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const seconds = (performance.now() - began) / 1000;
  const own = readRows(predictions).filter(({ model }) => model === options.model);
  return { ...score(name, own, history, season), seconds };
}

function score(name, rows, history, season) {
  const sums = { smape: 0, mase: 0, mse: 0, mae: 0, seriesCount: 0, inside80: 0, inside95: 0, points: 0 };
  for (const [id, own] of groupBy(rows, (row) => row.unique_id ?? [...history.keys()][0])) {
    const known = history.get(id).map(({ y }) => Number(y));
    let scale = 0;
    for (let t = season; t < known.length; t++)
      scale += Math.abs(known[t] - known[t - season]) / (known.length - season);
    let [error, percent, square] = [0, 0, 0];
    for (const row of own) {
      const [actual, forecast] = [Number(row.actual), Number(row.forecast)];
      const size = Math.abs(actual) + Math.abs(forecast);
      error += Math.abs(actual - forecast) / own.length;
      square += (actual - forecast) ** 2 / own.length;
      percent += size === 0 ? 0 : (200 * Math.abs(actual - forecast)) / size / own.length;
      sums.inside80 += Number(row["lo-80"]) <= actual && actual <= Number(row["hi-80"]) ? 1 : 0;
      sums.inside95 += Number(row["lo-95"]) <= actual && actual <= Number(row["hi-95"]) ? 1 : 0;
      sums.points++;
    }
    if (scale === 0) continue;
    sums.smape += percent;
    sums.mase += error / scale;
    sums.mse += square;
    sums.mae += error;
    sums.seriesCount++;
  }
  const mean = (sum) => sum / sums.seriesCount;
  const [smape, mase] = [mean(sums.smape), mean(sums.mase)];
  const base = naive2[name];
  return {
    smape,
    mase,
    owa: base === undefined ? null : (smape / base[0] + mase / base[1]) / 2,
    mse: mean(sums.mse),
    mae: mean(sums.mae),
    coverage80: sums.inside80 / sums.points,
    coverage95: sums.inside95 / sums.points,
  };
}

/** ETTh1 (Zhou et al. 2021): trained on all but the test part, then every window of it, on each column standardised. */
const ett = { trainRows: 11_520, rows: 14_400, start: Date.UTC(2016, 6, 1) };
const ettRuns = [
  { name: "M", horizons: [96, 336, 720] },
  { name: "OT", horizons: [96, 336, 720], only: "OT" },
];

async function measureEtt(folder, { only }, horizon) {
  const [columns, ...lines] = gunzipSync(readFileSync(join(folder, "ETTh1.csv.gz")))
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const rows = lines.slice(0, ett.rows);
  const targets = columns.slice(1).filter((column) => only === undefined || column === only);
  const scales = new Map(readRows(join(folder, "scaler.csv")).map((row) => [row.unique_id, Number(row.std)]));
  const valuesOf = (target) => rows.map((row) => Number(row[columns.indexOf(target)]));
  const [data, model, request] = ["csv", "model", "json"].map((ending) => join(work, `ett.${ending}`));
  const trained = rows.slice(0, ett.trainRows);
  const cut = trained.map((row) => [row[0], ...targets.map((target) => row[columns.indexOf(target)])].join());
  writeFileSync(data, `${["date", ...targets].join()}\n${cut.join("\n")}\n`);
  rmSync(model, { recursive: true, force: true });
  const began = performance.now();
  const args = ["train", data, "--target", targets.join(), "-H", horizon, "--out", model, "--quiet", "-o", "/dev/null"];
  args.push("--model", options.model, "--preset", options.preset);
  execFileSync(process.execPath, [join(root, "bin/hindcast.js"), ...args.map(String)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const seconds = (performance.now() - began) / 1000;
  const series = targets.map((target) => ({ target, values: valuesOf(target), deviation: scales.get(target) }));
  const window = { from: ett.trainRows, to: ett.rows, horizon, stride: 1 };
  writeFileSync(request, JSON.stringify({ model, start: ett.start, series, ...window }));
  const rolling = await bundle("bench/peers/rolling.mjs");
  return { ...JSON.parse(execFileSync(process.execPath, [rolling, request], { encoding: "utf8" })), seconds };
}

const wanted = (name) => options.only === undefined || options.only.split(",").includes(name);
const round = (value) => (value === null || value === undefined ? "" : Number(value.toPrecision(4)));
const columns = [
  "data",
  "model",
  "preset",
  "smape",
  "mase",
  "owa",
  "mse",
  "mae",
  "coverage80",
  "coverage95",
  "seconds",
];
const rows = [];

function report(name, measured) {
  rows.push([name, options.model, options.preset, ...columns.slice(3).map((column) => round(measured[column]))]);
  const told = columns.slice(3).filter((column) => round(measured[column]) !== "");
  console.log(`${name}: ${told.map((column) => `${column} ${round(measured[column])}`).join(", ")}`);
}

function reportOthers(folder, prefix) {
  const reference = join(folder, "reference.csv");
  if (!existsSync(reference)) return;
  for (const { dataset, method, sMAPE, MASE, OWA, MSE, MAE } of readRows(reference)) {
    if (!dataset.startsWith(prefix)) continue;
    const told = Object.entries({ sMAPE, MASE, OWA, MSE, MAE }).filter(([, value]) => value !== "");
    console.log(`  ${method.padEnd(36)} ${told.map(([column, value]) => `${column} ${value}`).join(", ")}`);
  }
}

for (const name of readdirSync(directory).filter(wanted)) {
  const folder = join(directory, name);
  if (existsSync(join(folder, "test.csv.gz"))) {
    const future = knownAhead(readFileSync(join(folder, "PROTOCOL.md"), "utf8"));
    report(name, measure(name, []));
    if (future.length > 0) report(`${name} with ${future.join(" ")}`, measure(name, future));
    reportOthers(folder, "");
  }
  if (existsSync(join(folder, "ETTh1.csv.gz")))
    for (const run of ettRuns)
      for (const horizon of run.horizons) {
        const label = `${name}_${run.name}_h${horizon}`;
        report(label, await measureEtt(folder, run, horizon));
        reportOthers(folder, label);
      }
}
const results = join(root, "bench/results");
mkdirSync(results, { recursive: true });
const date = new Date().toISOString().slice(0, 10);
const file = join(results, `accuracy-${options.model}-${options.preset}-${date}.csv`);
// With --only, what else was measured today stays.
const measured = new Set(rows.map(([data]) => data));
const others = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").slice(1) : [];
const lines = [...others.filter((line) => !measured.has(line.split(",")[0])), ...rows.map((row) => row.join())];
writeFileSync(file, `${[columns.join(), ...lines].join("\n")}\n`);
