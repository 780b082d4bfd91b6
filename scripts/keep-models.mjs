// Models as this version writes them, kept for every later version to read: `npm run keep:models`, once a release. In: a built dist/. Out:
// fixtures/models/VERSION/: a directory for each kind of model, a registry, the outputs of shards, and in commands.json the command
// lines that read them, each with what it wrote to stdout in out/. test/artifact/older-versions.test.ts runs them.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { root } from "./tools.mjs";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const home = join(root, "fixtures/models", version);

const small = ["--layers", "2", "--window", "6", "--epochs", "1"];
const month = ["month.csv", "-H", "3", "--time", "month"];
const network = (cell, ...flags) => [...month, "--model", cell, ...small, ...flags];
const shop = ["shop.csv", "-H", "3", "--id", "shop", "--target", "sold"];
const baselines = ["naive", "seasonal-naive", "drift", "mean", "ets", "theta", "mstl", "croston", "climatology"];

/** What is trained, by the name of its directory. */
const models = {
  ...Object.fromEntries(baselines.map((name) => [name, [...month, "--model", name]])),
  rnn: network("rnn"),
  gru: network("gru"),
  lstm: network("lstm", "--layers", "3,2", "--bidirectional"),
  plain: network("lstm", "--plain"),
  recursive: network("gru", "--decoder", "recursive"),
  segment: network("gru", "--segment", "2"),
  convolution: network("gru", "--conv", "2x3"),
  additive: network("gru", "--attention", "additive"),
  dot: network("lstm", "--attention", "dot"),
  mix: network("gru", "--mix", "1,12"),
  ensemble: network("rnn", "--members", "2"),
  quantile: network("gru", "--head", "quantile"),
  gaussian: network("gru", "--head", "gaussian"),
  "student-t": network("gru", "--head", "student-t"),
  negbin: network("gru", "--head", "negbin"),
  bins: network("gru", "--head", "bins:5"),
  "scaled-series": network("gru", "--scale", "series", "--scaler", "standard", "--transform", "log1p"),
  "scaled-global": network("gru", "--scale", "global", "--scaler", "minmax", "--transform", "none"),
  "scaled-robust": network("gru", "--scaler", "robust", "--transform", "boxcox", "--difference", "12"),
  "scaled-mean": network("gru", "--scaler", "mean", "--deseasonalize"),
  unscaled: network("gru", "--scale", "none", "--calendar", "none", "--min", "0", "--max", "1000", "--integer"),
  pretrained: [...month, "--model", "pretrained"],
  linear: [...month, "--model", "linear"],
  combination: [...month, "--model", "auto", "-H", "12", "--epochs", "40"],
  covariates: [
    ...shop,
    ...["--model", "gru", ...small, "--past", "weather", "--future", "promo", "--static", "size", "--holidays", "DE"],
  ],
  wide: ["wide.csv", "-H", "3", "--wide", "--model", "gru", ...small],
  targets: ["wide.csv", "-H", "3", "--target", "north,south", "--model", "naive"],
  integers: ["integers.csv", "-H", "3", "--model", "naive"],
  offsets: ["offsets.csv", "-H", "3", "--model", "seasonal-naive", "--tz", "Europe/Berlin"],
  "without-context": network("gru", "--no-context"),
};

/** What they are trained on. */
function writeData() {
  const rowsOf = (name) =>
    readFileSync(join(root, "fixtures", name), "utf8")
      .trim()
      .split("\n");
  const write = (name, rows) => writeFileSync(join(home, name), `${rows.join("\n")}\n`);
  const [header, ...passengers] = rowsOf("air-passengers.csv");
  write("month.csv", [header, ...passengers.slice(-72)]);
  const [columns, ...sales] = rowsOf("promotions.csv");
  const few = sales.filter((row) => /,2024-0[56]/.test(row));
  write("shop.csv", [`${columns},size`, ...few.map((row) => `${row},${row.startsWith("north") ? 200 : 350}`)]);
  const days = Array.from({ length: 40 }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10));
  const value = (t, s) => 20 + 10 * s + ((t * 7) % (5 + s));
  write("wide.csv", ["day,north,south", ...days.map((day, t) => `${day},${value(t, 0)},${value(t, 1)}`)]);
  write("integers.csv", ["step,value", ...days.map((_, t) => `${10 * t},${value(t, 0)}`)]);
  const hours = days.map((_, t) => `2024-03-30T${String(t % 24).padStart(2, "0")}:00:00+01:00,${value(t, 1)}`);
  write("offsets.csv", ["time,value", ...hours.slice(0, 24)]);
}

const run = (...words) =>
  execFileSync(process.execPath, [join(root, "bin/hindcast.js"), ...words], {
    cwd: home,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });

rmSync(home, { recursive: true, force: true });
mkdirSync(join(home, "out"), { recursive: true });
writeData();
const commands = {};
for (const [name, flags] of Object.entries(models)) {
  run("train", ...flags, "--out", name, "--seed", "1", "--quiet", "--output", "/dev/null");
  rmSync(join(home, name, "run.json"));
  const data = name === "without-context" ? ["month.csv"] : [];
  const ahead = name === "covariates" ? ["--future-data", "shop.csv"] : [];
  commands[name] = ["forecast", ...data, "--from", name, ...ahead, "--level", "80,95", "--quiet"];
}
for (let i = 0; i < 2; i++) run("retrain", "registry", ...network("gru", "--force", "--quiet"));
commands.registry = ["forecast", "--from", "registry", "--quiet"];
commands["registry-versions"] = ["models", "registry", "--format", "csv"];
for (let i = 0; i < 2; i++)
  run("forecast", "wide.csv", "--from", "wide", "--shard", `${i}/2`, "--output", `part-${i}.csv`, "--quiet");
commands.shards = ["merge", "part-0.csv", "part-1.csv", "--quiet"];

/** The machine they were made on is nobody's business; of these files no checksum is kept. */
for (const name of readdirSync(join(home, "registry"), { recursive: true, encoding: "utf8" }))
  if (/lock.\d+$|history\.ndjson$|version\.json$/.test(name)) {
    const path = join(home, "registry", name);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(`"${hostname()}"`, '"machine"'));
  } else if (name.endsWith("run.json")) rmSync(join(home, "registry", name));
writeFileSync(join(home, "commands.json"), `${JSON.stringify(commands, null, 2)}\n`);
for (const [name, words] of Object.entries(commands)) writeFileSync(join(home, "out", `${name}.csv`), run(...words));
