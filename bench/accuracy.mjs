// How well hindcast forecasts with nothing but its defaults, on every data set of a directory, each by its own protocol, beside the
// scores that its reference.csv gives for others. In: DIR with a folder per data set (train.csv.gz, test.csv.gz with columns
// unique_id, ds, y; PROTOCOL.md naming horizon, windows, stride and m; reference.csv), --preset, --model, --only NAME,…. Out: a table,
// and a dated CSV in bench/results/.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";

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

/** Runs one data set. @returns its scores by the protocol */
function measure(name) {
  const folder = join(directory, name);
  const { horizon, season, windows, stride } = readProtocol(readFileSync(join(folder, "PROTOCOL.md"), "utf8"));
  const [train, test] = ["train", "test"].map((part) => readRows(join(folder, `${part}.csv.gz`)));
  const history = groupBy(train, (row) => row.unique_id);
  const all = join(work, `${name}.csv`);
  const later = groupBy(test, (row) => row.unique_id);
  const lines = [...history].flatMap(([id, rows]) =>
    [...rows, ...(later.get(id) ?? [])].map((r) => `${id},${r.ds},${r.y}`),
  );
  writeFileSync(all, `unique_id,ds,y\n${lines.join("\n")}\n`);
  const predictions = join(work, `${name}-predictions.csv`);
  const args = ["backtest", all, "-H", horizon, "--folds", windows, "--step", stride, "--mase-season", season];
  args.push("--model", options.model, "--preset", options.preset, "--level", "80,95", "--predictions", predictions);
  const began = performance.now();
  execFileSync(process.execPath, [join(root, "bin/hindcast.js"), ...args.map(String), "--format", "csv"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const seconds = (performance.now() - began) / 1000;
  const own = readRows(predictions).filter(({ model }) => model === options.model);
  return { ...score(name, own, history, season), seconds };
}

function score(name, rows, history, season) {
  const sums = { smape: 0, mase: 0, mse: 0, seriesCount: 0, inside80: 0, inside95: 0, points: 0 };
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
    coverage80: sums.inside80 / sums.points,
    coverage95: sums.inside95 / sums.points,
  };
}

const names = readdirSync(directory)
  .filter((name) => existsSync(join(directory, name, "test.csv.gz")))
  .filter((name) => options.only === undefined || options.only.split(",").includes(name));
const round = (value) => (value === null ? "" : Number(value.toPrecision(4)));
const columns = ["data", "model", "preset", "smape", "mase", "owa", "mse", "coverage80", "coverage95", "seconds"];
const rows = [];
for (const name of names) {
  const measured = measure(name);
  rows.push([name, options.model, options.preset, ...columns.slice(3).map((column) => round(measured[column]))]);
  console.log(
    `${name}: sMAPE ${round(measured.smape)}, MASE ${round(measured.mase)}, OWA ${round(measured.owa)}, ` +
      `coverage ${round(measured.coverage80)} and ${round(measured.coverage95)}, ${round(measured.seconds)} s`,
  );
  const reference = join(directory, name, "reference.csv");
  if (existsSync(reference))
    for (const { method, sMAPE, MASE, OWA } of readRows(reference))
      if (MASE !== "") console.log(`  ${method.padEnd(36)} sMAPE ${sMAPE}, MASE ${MASE}${OWA ? `, OWA ${OWA}` : ""}`);
}
const results = join(root, "bench/results");
mkdirSync(results, { recursive: true });
const date = new Date().toISOString().slice(0, 10);
writeFileSync(
  join(results, `accuracy-${options.model}-${options.preset}-${date}.csv`),
  `${[columns, ...rows].map((row) => row.join()).join("\n")}\n`,
);
