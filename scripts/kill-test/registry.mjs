// Kills what writes to a registry. After every kill the registry has to load, its champion has to forecast, and the next run has to
// go on.
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directory, end, killCount, random, run, timeOf } from "./common.mjs";

const data = join(directory, "data.csv");
const registry = join(directory, "registry");
const model = join(directory, "model");
const output = join(directory, "next.csv");
const horizon = 4;

/** What is killed, up to which random number, and what must hold of what it wrote. */
const kinds = [
  {
    name: "retrain",
    upTo: 0.7,
    argv: ["retrain", registry, data, "-H", `${horizon}`, "--model", "naive", "--promote", "always", "--keep", "3"],
  },
  { name: "models rollback", upTo: 0.8, argv: ["models", registry, "rollback"] },
  {
    name: "train --out",
    upTo: 0.9,
    argv: ["train", data, "-H", `${horizon}`, "--model", "naive", "--out", model, "-q"],
    check: async () =>
      !existsSync(join(model, "hindcast.json")) || (await run(["forecast", "--from", model])).code === 0,
  },
  {
    name: "forecast -o",
    upTo: 1,
    argv: ["forecast", data, "-H", `${horizon}`, "--model", "naive", "-o", output],
    check: () => !existsSync(output) || readFileSync(output, "utf8").split("\n").length === horizon + 2,
  },
];

let rowCount = 0;
function addRows(count) {
  for (let i = 0; i < count; i++) appendFileSync(data, `${++rowCount},${Math.round(1000 * random())}\n`);
}

writeFileSync(data, "time,value\n");
const durations = new Map();
for (const { name, argv } of kinds) {
  const times = [];
  for (let i = 0; i < 3; i++) {
    addRows(20);
    if (name === "models rollback") await timeOf(kinds[0].argv);
    times.push(await timeOf(argv));
  }
  // The quickest: what was slower had to wait for others.
  durations.set(name, Math.min(...times));
}

const newestOf = (rows) => Math.max(...rows.map(({ version }) => version ?? 0));

/** Of those that hit, some met a version that was written and not yet, or just, promoted, with no record of it. */
const counts = { kills: 0, hit: 0, "too late": 0, "before the promotion": 0, "after the promotion": 0 };
const losses = { corrupt: 0, "champion does not forecast": 0, "stuck lock": 0, "next run fails": 0, "left behind": 0 };
for (let i = 0; i < killCount; i++) {
  const pick = random();
  const kind = kinds.find(({ upTo }) => pick < upTo);
  addRows(2);
  // Up to a little beyond its end, and half of the time near it, where files are written.
  const share = random() < 0.5 ? 1.1 * random() : 0.7 + 0.4 * random();
  const { signal } = await run(kind.argv, share * durations.get(kind.name));
  counts.kills++;
  counts[signal === "SIGKILL" ? "hit" : "too late"]++;

  const report = (loss, text) => {
    losses[loss]++;
    console.error(`kill ${i + 1}, ${kind.name}: ${loss}: ${text}`);
  };
  const listed = await run(["models", registry, "--format", "json"]);
  if (listed.code !== 0) report("corrupt", listed.text);
  else {
    const { rows } = JSON.parse(listed.text);
    const lost = rows.find(
      ({ action, version, error }) => action === "interrupted" && version === newestOf(rows) && error === null,
    );
    if (lost !== undefined) counts[lost.state === "champion" ? "after the promotion" : "before the promotion"]++;
  }
  const forecast = await run(["forecast", "--from", registry]);
  if (forecast.code !== 0) report("champion does not forecast", forecast.text);
  if (kind.check !== undefined && !(await kind.check())) report("corrupt", kind.name);

  const next = await run(kinds[0].argv);
  if (next.code === 11) report("stuck lock", next.text);
  else if (next.code !== 0) report("next run fails", next.text);
  else {
    const { rows } = JSON.parse((await run(["models", registry, "--format", "json"])).text);
    const isDone = ({ action, state, last }) =>
      last === `${rowCount}` && (action === "promoted" || action === "kept" || state === "champion");
    if (!rows.some(isDone)) report("next run fails", `nobody was trained on ${rowCount} rows`);
  }
  const stray = readdirSync(registry).filter((name) => name.startsWith("."));
  const locks = readdirSync(join(registry, "lock"));
  if (stray.length > 0 || locks.length !== 1) report("left behind", [...stray, ...locks].join(" "));
}
end(counts, losses);
