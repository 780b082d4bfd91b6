// What a second job is worth to a backtest and to a model per series: the same command with --jobs 1 and 2, in turns, by the clock (a search's
// is in bench/tune.mjs). In: --rounds N. Out: a table, and a dated CSV in bench/results/: medians, and the ratio, which is told of each pair
// that ran one after the other and its median taken, so that a machine that others use as well weighs on both alike. `cpu_s` is what both
// together had of the cores.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median, root } from "./environments.mjs";
import { hindcast, keepResults, timesOf, today } from "./measuring.mjs";

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const directory = mkdtempSync(join(tmpdir(), "hindcast-jobs-"));
const air = `${root}fixtures/air-passengers.csv`;
const shops = ["id,day,y"];
for (let s = 0; s < 60; s++)
  for (let t = 1; t <= 120; t++) shops.push(`s${s},${t},${50 + (s % 17) + 9 * (t % 7) + ((s * 31 + t * 17) % 5)}`);
writeFileSync(join(directory, "shops.csv"), `${shops.join("\n")}\n`);

const cases = [
  ["backtest, 8 networks", `backtest ${air} -H 12 --model gru,lstm --folds 4 --refit every`],
  ["forecast --local, 60 networks", "forecast shops.csv -H 7 --local --model gru"],
];
try {
  const rows = cases.map(([name, line]) => {
    const pairs = Array.from({ length: Number(options.rounds) }, () => {
      const pair = [1, 2].map((jobs) =>
        timesOf(`${hindcast} ${line} --jobs ${jobs} --threads 1 -o out-${jobs}.csv`, directory),
      );
      console.error(
        `${name}: ${pair.map(({ wall }) => wall.toFixed(1)).join(" and ")} s; load ${loadavg()[0].toFixed(1)}`,
      );
      return pair;
    });
    const of = (pick) => median(pairs.map(pick));
    return {
      date: today,
      cores: availableParallelism(),
      load: loadavg()[0],
      case: name,
      one_s: of(([one]) => one.wall),
      two_s: of(([, two]) => two.wall),
      two_of_one: of(([one, two]) => two.wall / one.wall),
      one_cpu_s: of(([one]) => one.cpu),
      two_cpu_s: of(([, two]) => two.cpu),
    };
  });
  keepResults("jobs", rows);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
