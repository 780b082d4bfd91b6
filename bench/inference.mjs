// What forecasting from a saved model costs: series a second of one core, in CPU time, so that others on the machine count for little. In:
// --series N --rounds N. Out: a table, and a dated CSV in bench/results/: the median over the rounds, the start of Node included.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { median } from "./environments.mjs";
import { hindcast, keepResults, timesOf, today } from "./measuring.mjs";

const { values: options } = parseArgs({
  options: { series: { type: "string", default: "20000" }, rounds: { type: "string", default: "5" } },
});
const count = Number(options.series);
const [length, horizon] = [120, 12];
const directory = mkdtempSync(join(tmpdir(), "hindcast-inference-"));
/** Months with a year's shape, no two series alike. */
const valueAt = (s, t) =>
  Math.round(50 + (s % 17) + 9 * Math.sin((2 * Math.PI * t) / 12 + s) + ((s * 31 + t * 17) % 7));
const start = (t) => `${2010 + Math.floor(t / 12)}-${String((t % 12) + 1).padStart(2, "0")}`;
const valuesOf = (s) => Array.from({ length }, (_, t) => valueAt(s, t));
const lines = Array.from({ length: count }, (_, s) => ({
  id: `s${s}`,
  start: start(0),
  freq: "ms",
  target: valuesOf(s),
}));
const rowsOf = (from, to) =>
  [
    "id,month,y",
    ...lines.slice(from, to).flatMap(({ id, target }) => target.map((y, t) => `${id},${start(t)},${y}`)),
    "",
  ].join("\n");

try {
  writeFileSync(join(directory, "lines.ndjson"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  writeFileSync(join(directory, "some.csv"), rowsOf(0, 100));
  writeFileSync(join(directory, "all.csv"), rowsOf(0, count));
  timesOf(`${hindcast} train some.csv -H ${horizon} --model gru --layers 32 --epochs 2 --out model`, directory);
  const cases = [
    ["pipe --from, lines", "pipe --from model < lines.ndjson > forecasts.ndjson"],
    ["pipe --from, lines, no intervals", "pipe --from model --level none < lines.ndjson > forecasts.ndjson"],
    ["forecast --from, CSV", "forecast all.csv --from model -o forecasts.csv"],
    [
      "forecast --model seasonal-naive, CSV",
      `forecast all.csv -H ${horizon} --model seasonal-naive --level none -o forecasts.csv`,
    ],
  ];
  const taken = cases.map(() => []);
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [i, [name, line]] of cases.entries()) {
      taken[i].push(timesOf(`${hindcast} ${line}`, directory).cpu);
      console.error(`${name}: ${taken[i].at(-1).toFixed(2)} s`);
    }
  keepResults(
    "inference",
    cases.map(([name], i) => {
      const seconds = median(taken[i]);
      const node = process.version;
      return { date: today, node, case: name, series: count, cpu_s: seconds, series_per_cpu_s: count / seconds };
    }),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
