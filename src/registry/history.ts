// history.ndjson: what was ever done to a registry, a line each, only ever added to. In: records. Out: a line that is on the disk
// before the call returns, and all lines back, a torn last one left out.
import { promises } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import * as z from "../base/schema.js";
import { cannotRead, statusOf } from "../base/status.js";
import type { Cell } from "../base/table.js";
import { cannotWrite, linkRefusal } from "./files.js";
import { appendLine, parseLine } from "./line-file.js";

const historyName = "history.ndjson";

export const actions = [
  /** The challenger is the new champion. */
  "promoted",
  /** The champion stays; the challenger is a version beside it. */
  "kept",
  /** There was nothing new. */
  "skipped",
  "failed",
  /** It was killed; the next one to come says so for it. */
  "interrupted",
  /** By hand. */
  "promote",
  "rollback",
  "prune",
] as const;

const text = () => z.string().nullable();
const whole = () => z.int().nullable();
const real = () => z.number().nullable();

/** What one run did and why; null where it did not come so far. Fields are only ever added. */
export const runSchema = z.object({
  run: z.string(),
  action: z.enum(actions),
  reason: text(),
  /** The version that the run made. */
  version: whole(),
  /** The champion after it, and before it. */
  champion: whole(),
  champion_before: whole(),
  model: text(),
  chose: text(),
  horizon: whole(),
  /** How champion and challenger were compared: see comparison.ts. */
  rule: text(),
  metric: text(),
  folds: whole(),
  scored: whole(),
  champion_score: real(),
  challenger_score: real(),
  series: whole(),
  steps: whole(),
  observed: whole(),
  new_observed: whole(),
  /** First and last stamp of the data: an instant in UTC, or the integer. */
  first: text(),
  last: text(),
  data_sha256: text(),
  seed: whole(),
  engine: text(),
  started: z.string(),
  duration_ms: whole(),
  host: z.string(),
  hindcast: z.string(),
  node: z.string(),
  error_code: text(),
  error: text(),
});
export type Run = z.infer<typeof runSchema>;

export const runColumns = Object.keys(runSchema.shape) as readonly (keyof Run)[];

/** The record as cells in the order of `runColumns`. */
export function runCells(run: Run): Cell[] {
  return runColumns.map((column) => run[column]);
}

/** As it stands in the history, and as commands get it. */
export function runLine(run: Run): string {
  return `${JSON.stringify({ schema_version: 1, type: "run", ...run })}\n`;
}

/** The oldest first. A line that cannot be read is said to `notify`, but for a torn last one, which the next run mends. */
export async function readHistory(registry: string, notify: Notify): Promise<Run[]> {
  const path = join(registry, historyName);
  const status = statusOf(path);
  if (status === undefined) return [];
  if (status.isSymbolicLink()) throw linkRefusal(path);
  const text = await promises.readFile(path, "utf8").catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  const lines = text.split("\n");
  const torn = lines.pop()!;
  const runs: Run[] = [];
  for (const [i, line] of lines.entries()) {
    const run = parseLine(runSchema, line);
    if (run !== undefined) runs.push(run);
    else notify({ level: "warning", text: `${path} line ${i + 1} cannot be read and is passed over` });
  }
  const whole = parseLine(runSchema, torn);
  return whole === undefined ? runs : [...runs, whole];
}

/**
 * Adds a line, after mending what a run that died while writing left at the end.
 * @throws HindcastError "output"
 */
export async function appendRun(registry: string, run: Run): Promise<void> {
  const path = join(registry, historyName);
  try {
    await appendLine(path, runLine(run), (line) => parseLine(runSchema, line) !== undefined);
  } catch (error) {
    if (codeOf(error) === "ELOOP") throw linkRefusal(path);
    throw cannotWrite(path, error);
  }
}
