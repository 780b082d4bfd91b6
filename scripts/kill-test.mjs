// Kills hindcast at random moments and looks at what is left. In: how many kills (200), and a seed. Out: counts, and exit code 1 when
// anything was lost. After every kill the registry has to load, its champion has to forecast, and the next run has to go on.
//
//     node scripts/kill-test.mjs [KILLS] [SEED]
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../bin/hindcast.js", import.meta.url));
const killCount = Number(process.argv[2] ?? 200);
let state = Number(process.argv[3] ?? 1);

/** Numerical Recipes' linear congruential generator; in [0, 1). */
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

const directory = mkdtempSync(join(tmpdir(), "hindcast-kill-"));
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

/** @param killAfterMs never when left out */
async function run(argv, killAfterMs) {
  const child = spawn(process.execPath, [binary, ...argv], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  child.stdout.on("data", (chunk) => said.push(chunk));
  child.stderr.on("data", (chunk) => said.push(chunk));
  const closed = new Promise((done) => child.on("close", (code, signal) => done({ code, signal })));
  if (killAfterMs !== undefined) {
    await Promise.race([sleep(killAfterMs), closed]);
    child.kill("SIGKILL");
  }
  return { ...(await closed), text: Buffer.concat(said).toString() };
}

let rowCount = 0;
function addRows(count) {
  for (let i = 0; i < count; i++) appendFileSync(data, `${++rowCount},${Math.round(1000 * random())}\n`);
}

async function timeOf(argv) {
  const started = performance.now();
  const { code, text } = await run(argv);
  if (code !== 0) throw new Error(`hindcast ${argv.join(" ")} does not work here: ${text}`);
  return performance.now() - started;
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
const lostCount = Object.values(losses).reduce((sum, count) => sum + count, 0);
for (const [name, count] of Object.entries({ ...counts, ...losses })) console.log(`${name}: ${count}`);
rmSync(directory, { recursive: true });
process.exit(lostCount > 0 ? 1 : 0);
