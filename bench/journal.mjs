// What a registry's history is kept in, chosen by killing what writes to it: the journal of lines, and SQLite as WebAssembly. In: how many
// kills each (200). Out: counts and times, dated in bench/results/. A writer says on stdout what it has added; after a random moment it is
// killed; then all that it had said has to be there, and the next writer has to go on.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writeResults } from "../scripts/results.mjs";
import { bundle, directoryWithSqlite, median } from "./environments.mjs";

const script = fileURLToPath(import.meta.url);
const [mode = "200", store, directory, place] = process.argv.slice(2);

/** As long as the record of a run is. */
const recordOf = (n) => ({
  run: `run-${n}`,
  action: "failed",
  ...Object.fromEntries(
    ["reason", "model", "chose", "rule", "metric", "first", "last", "engine", "error"].map(nothing),
  ),
  ...Object.fromEntries(["data_sha256", "error_code"].map((name) => [name, "f".repeat(64)])),
  ...Object.fromEntries(["version", "champion", "champion_before", "horizon", "folds", "scored", "seed"].map(nothing)),
  ...Object.fromEntries(["series", "steps", "observed", "new_observed", "duration_ms"].map((name) => [name, n])),
  ...{ champion_score: null, challenger_score: null, started: "", host: "host", hindcast: "0", node: "v20" },
});
function nothing(name) {
  return [name, null];
}

/** @returns what adds a record, and what gives the names of all of them */
async function openStore() {
  if (store === "lines") {
    const { appendRun, readHistory } = await import(place);
    return {
      add: (record) => appendRun(directory, record),
      names: async () => (await readHistory(directory, () => {})).map(({ run }) => run),
    };
  }
  const { Database } = createRequire(join(place, "package.json"))("node-sqlite3-wasm");
  const database = new Database(join(directory, "history.sqlite"));
  // As SQLite says a writer should that may be killed: https://www.sqlite.org/pragma.html#pragma_synchronous
  database.exec("PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, record TEXT)");
  return {
    add: async (record) =>
      database.run("INSERT OR REPLACE INTO runs VALUES (?, ?)", [record.run, JSON.stringify(record)]),
    names: async () => database.all("SELECT run FROM runs").map(({ run }) => run),
  };
}

/** Adds records until it is killed, and says each that is added. */
async function write(from) {
  const { add } = await openStore();
  for (let n = from; ; n++) {
    await add(recordOf(n));
    writeSync(1, `${n}\n`);
  }
}

async function read() {
  const { names } = await openStore();
  process.stdout.write(JSON.stringify(await names()));
  process.exit(0);
}

/** Starts a writer and kills it at a random moment after its first word. @returns what it said last, and how long it took a record */
async function killWriter(argv) {
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "ignore"] });
  const closed = new Promise((done) => child.on("close", done));
  const saidMs = [];
  let last;
  const begun = new Promise((done) => {
    child.stdout.on("data", (chunk) => {
      saidMs.push(performance.now());
      last = Number(String(chunk).trimEnd().split("\n").at(-1));
      done();
    });
    child.on("close", done);
  });
  await begun;
  await sleep(30 * Math.random());
  child.kill("SIGKILL");
  await closed;
  return { last, gapsMs: saidMs.slice(1).map((ms, i) => ms - saidMs[i]) };
}

async function compare(killCount) {
  const places = { lines: await bundle("src/registry/history.ts"), sqlite: directoryWithSqlite() };
  const rows = [];
  for (const name of Object.keys(places)) {
    const home = mkdtempSync(join(tmpdir(), "hindcast-journal-"));
    const start = (what) => [script, what, name, home, places[name]];
    const look = () => spawnSync(process.execPath, start("read"), { encoding: "utf8", maxBuffer: 2 ** 28 });
    const counts = { kills: 0, added: 0, "cannot be read after it": 0, "added and lost": 0, "writer is refused": 0 };
    const gapsMs = [];
    for (let next = 0; counts.kills < killCount; counts.kills++) {
      const writer = await killWriter([...start("write"), String(next)]);
      if (writer.last === undefined) counts["writer is refused"]++;
      gapsMs.push(...writer.gapsMs);
      let reader = look();
      if (reader.status !== 0) {
        counts["cannot be read after it"]++;
        // As someone would who finds it so and knows that nobody writes.
        rmSync(join(home, "history.sqlite.lock"), { recursive: true, force: true });
        reader = look();
      }
      const found = new Set(JSON.parse(reader.stdout));
      for (let n = next; n <= (writer.last ?? -1); n++) if (!found.has(`run-${n}`)) counts["added and lost"]++;
      counts.added += writer.last === undefined ? 0 : writer.last + 1 - next;
      next = (writer.last ?? next) + 2;
    }
    rmSync(home, { recursive: true });
    for (const [count, value] of Object.entries({ ...counts, "milliseconds a record": median(gapsMs).toFixed(2) })) {
      console.log(`${name}: ${count}: ${value}`);
      rows.push({ store: name, count, value, node: process.version });
    }
  }
  writeResults("journal", rows);
}

if (mode === "write") await write(Number(process.argv[6]));
else if (mode === "read") await read();
else await compare(Number(mode));
