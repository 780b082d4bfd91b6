// `hindcast models`: what is in a registry, which of it forecasts, and how its forecasts turned out.
import { readModel } from "../artifact/directory.js";
import { exitCodes, HindcastError } from "../base/errors.js";
import { extent } from "../base/numeric.js";
import type { Cell, Table } from "../base/table.js";
import { quoteWord } from "../base/wording.js";
import { championPath, type Pointer, promote, readPointer, versionPath, writePointer } from "../registry/champion.js";
import { isThere } from "../registry/files.js";
import { appendRun, type Run, readHistory, runCells, runColumns } from "../registry/history.js";
import { needRegistry, unrecordedVersions } from "../registry/registry.js";
import { listVersions, pruneVersions } from "../registry/versions.js";
import { sparkline } from "../report/sparkline.js";
import type { ModelsArgs } from "./args.js";
import type { Io } from "./io.js";
import { beginRun } from "./registry-run.js";
import { isAhead, sayDuration } from "./retrain-checks.js";

export async function run(args: ModelsArgs, io: Io): Promise<number | undefined> {
  needRegistry(args.registry);
  switch (args.action) {
    case "list":
      return list(args, io);
    case "promote":
      return change(args, io, promoteByHand);
    case "rollback":
      return change(args, io, rollBack);
    case "prune":
      return change(args, io, prune);
    case "score": {
      const { scoreLive } = await import("./models-score.js");
      return scoreLive(args, io);
    }
    case "check":
      return check(args, io);
    default:
      return args.action satisfies never;
  }
}

/** What a table shows of a run; JSON has it all. */
const shownColumns = [
  "action",
  "chose",
  "horizon",
  "rule",
  "metric",
  "champion_score",
  "challenger_score",
  "last",
  "started",
  "reason",
] as const satisfies readonly (keyof Run)[];

/** Of a table, on a narrow screen: the reason says most of it. */
const spareColumns = ["horizon", "rule", "started", "metric", "champion_score"];

async function list(args: ModelsArgs, io: Io): Promise<undefined> {
  const { registry, format } = args;
  const history = await readHistory(registry, io.notify);
  const versions = listVersions(registry);
  const champion = readPointer(registry)?.version;
  const runs = [...history, ...unrecordedVersions(registry, history, versions)];
  const stateOf = (version: number): string =>
    version === champion ? "champion" : versions.includes(version) ? "kept" : "pruned";
  const isWhole = format === "json" || format === "ndjson";
  const columns: readonly (keyof Run)[] = isWhole ? runColumns.filter((name) => name !== "version") : shownColumns;
  const rows = runs.map((run): Cell[] => [
    run.version,
    run.version === null ? null : stateOf(run.version),
    ...columns.map((column) => (column === "reason" ? (run.reason ?? run.error) : run[column])),
  ]);
  const table: Table = { type: "version", columns: ["version", "state", ...columns], rows, spare: spareColumns };
  const drawn = io.stdout.unicode && io.formatOf(args, "table") === "table" ? scoreHistory(runs) : [];
  if (drawn.length === 0) await io.writeTable(table, args, "table");
  else
    await io.writeTables([table, { type: "score_history", columns: historyColumns, rows: drawn }], {
      ...args,
      format: "table",
    });
}

const historyColumns = ["metric", "champion's score", "lowest", "highest", "last"];
/** The newest runs that are drawn. */
const drawnRuns = 24;

/** A row a metric: what the champion of each run scored in it, the oldest first. One score alone has no history. */
function scoreHistory(runs: readonly Run[]): Cell[][] {
  const scored = runs.map(({ metric, action, champion_score, challenger_score }) => ({
    metric,
    score: action === "promoted" ? challenger_score : champion_score,
  }));
  const metrics = new Set(scored.map(({ metric }) => metric));
  return [...metrics].flatMap((metric) => {
    const scores = Float64Array.from(
      scored.flatMap((run) => (run.metric === metric && run.score !== null ? [run.score] : [])).slice(-drawnRuns),
    );
    if (scores.length < 2) return [];
    const { min, max } = extent(scores);
    return [[metric, sparkline(scores), min, max, scores.at(-1)!]];
  });
}

interface Change {
  readonly action: Run["action"];
  readonly reason: string;
  readonly version: number | null;
  readonly champion: number | null;
}

/** Does something to a registry under its lock, and leaves a line about it. */
async function change(
  args: ModelsArgs,
  io: Io,
  work: (args: ModelsArgs, pointer: Pointer | undefined, io: Io) => Promise<Change>,
): Promise<undefined> {
  const { open, record, durationMs } = await beginRun(args, io.now(), io);
  const { lock, pointer } = open;
  try {
    const { version, ...done } = await work(args, pointer, io);
    const run: Run = { ...record(done.action), ...done, duration_ms: durationMs() };
    await appendRun(args.registry, run);
    if (args.format !== undefined || args.output !== undefined)
      await io.writeTable({ type: "run", columns: runColumns, rows: [runCells(run)] }, args, "csv");
    if (version !== null) io.notify({ level: "note", text: `version ${version} is the champion` });
  } finally {
    await lock.release();
  }
}

async function promoteByHand({ registry, rest }: ModelsArgs, pointer: Pointer | undefined): Promise<Change> {
  const [word = ""] = rest;
  const versions = listVersions(registry);
  const version = versions.find((known) => String(known) === word);
  if (version === undefined)
    throw new HindcastError(
      "usage",
      word === "" ? "promote needs a version" : `there is no version "${word}" in ${registry}`,
      `hindcast models ${quoteWord(registry)} promote VERSION, which is one of: ${versions.join(", ") || "none"}`,
    );
  await readModel(versionPath(registry, version));
  await promote(registry, version, pointer);
  return { action: "promote", reason: "by hand", version, champion: version };
}

async function rollBack({ registry }: ModelsArgs, pointer: Pointer | undefined): Promise<Change> {
  const previous = (pointer?.previous ?? []).filter((version) => isThere(versionPath(registry, version)));
  const [version, ...rest] = previous;
  if (version === undefined)
    throw new HindcastError(
      "model",
      `${registry} has no champion before this one`,
      `hindcast models ${quoteWord(registry)}, then hindcast models ${quoteWord(registry)} promote VERSION`,
    );
  await readModel(versionPath(registry, version));
  await writePointer(registry, { version, previous: rest });
  return { action: "rollback", reason: `from version ${pointer?.version}`, version, champion: version };
}

async function prune({ registry, keep }: ModelsArgs, pointer: Pointer | undefined): Promise<Change> {
  const champion = pointer?.version ?? null;
  const removed = await pruneVersions(registry, keep, pointer);
  const reason = removed.length === 0 ? "nothing to remove" : `removed ${removed.join(", ")}`;
  return { action: "prune", reason, version: null, champion };
}

/** Whether the champion loads, and the newest data that a run has seen are young enough: for monitoring. */
async function check(args: ModelsArgs, io: Io): Promise<number | undefined> {
  const { registry, maxAgeMs } = args;
  const path = championPath(registry);
  const { manifest } = await readModel(path);
  const history = await readHistory(registry, io.notify);
  const unrecorded = unrecordedVersions(registry, history, listVersions(registry));
  const good = [...history, ...unrecorded].filter(({ last, action }) => last !== null && action !== "failed");
  const newest = good.at(-1);
  const isClock = manifest.time_style.kind !== "integer";
  const since = newest === undefined ? Number.NaN : Date.parse(isClock ? (newest.last ?? "") : newest.started);
  const ageMs = io.now() - since;
  // An age that is not known is no proof of youth.
  const isStale = maxAgeMs !== undefined && !(ageMs <= maxAgeMs);
  const table: Table = {
    type: "check",
    columns: ["registry", "champion", "last", "last_run", "age_seconds", "stale"],
    rows: [
      [
        registry,
        readPointer(registry)?.version ?? null,
        newest?.last ?? null,
        newest?.started ?? null,
        Number.isFinite(ageMs) ? Math.round(ageMs / 1000) : null,
        isStale,
      ],
    ],
  };
  if (args.format !== undefined || args.output !== undefined) await io.writeTable(table, args, "csv");
  if (isClock && maxAgeMs !== undefined && isAhead(manifest.grid, since, io.now()))
    io.notify({
      level: "warning",
      text: `${registry}: the newest data that a run has seen are of ${newest?.last}, in the future, and so never older than --max-age`,
    });
  if (!isStale) return undefined;
  const age = Number.isFinite(ageMs) ? `${sayDuration(ageMs)} old` : "of unknown age";
  const what = isClock ? "the newest data that a run has seen are" : "the last good run is";
  io.notify({ level: "warning", text: `${registry}: ${what} ${age}, older than --max-age allows` });
  return exitCodes.gate;
}
