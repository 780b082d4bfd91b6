// Whether data are fit to train a challenger on. In: a frame, and what the champion was trained on. Out: nothing, or why not.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { missingSeries } from "../registry/comparison.js";
import type { Run } from "../registry/history.js";
import { dayMs } from "../series/calendar.js";
import { type Frame, keepCovariates } from "../series/frame.js";
import { formatFrequency } from "../series/frequency.js";
import { type Grid, stampAt } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";
import type { StoredChampion } from "./retrain.js";

/** @returns −Infinity when there is no series */
export function newestStamp({ grid, series }: Frame): number {
  return series.reduce(
    (newest, { start, values }) =>
      values.length === 0 ? newest : Math.max(newest, stampAt(grid, start, values.length - 1)),
    Number.NEGATIVE_INFINITY,
  );
}

/** Whether a stamp is in the future by more than a step and a day: the end of a month that began, or a day of another zone, is not. */
export function isAhead(grid: Grid, stamp: number, now: number): boolean {
  return stamp - now > dayMs && stampAt(grid, stamp, -1) > now;
}

/**
 * A newest stamp that lies ahead is warned about: no data that come would be too old.
 * @param now milliseconds since the epoch
 * @throws HindcastError "data" when it is too old, "usage" where time is an integer
 */
export function checkAge(
  frame: Frame,
  newest: number,
  maxAgeMs: number | undefined,
  now: number,
  notify: Notify,
): void {
  if (maxAgeMs === undefined) return;
  if (frame.timeStyle.kind === "integer")
    throw new HindcastError(
      "usage",
      "integer time has no calendar, so data have no age that --max-age could limit",
      "leave out --max-age: hindcast models REGISTRY check --max-age takes the last good run's; or write the times as 2024-01-31T12:00:00Z",
    );
  const stamp = Number.isFinite(newest) ? formatStamp(frame.timeStyle, frame.grid.zone, newest) : "none";
  if (Number.isFinite(newest) && isAhead(frame.grid, newest, now))
    notify({
      level: "warning",
      text: `the newest stamp is ${stamp}, in the future, and so never older than --max-age`,
    });
  if (now - newest <= maxAgeMs) return;
  throw new HindcastError(
    "data",
    `the newest stamp is ${stamp}, ${sayDuration(now - newest)} ago: older than --max-age allows`,
    "see what feeds the data, or allow more: --max-age",
  );
}

/** `90061000` as `1d 1h`. */
export function sayDuration(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  if (hours === 0) return `${Math.floor(ms / 60_000)}m`;
  const days = Math.floor(hours / 24);
  return [days > 0 ? `${days}d` : "", hours % 24 > 0 ? `${hours % 24}h` : ""].filter((part) => part !== "").join(" ");
}

/**
 * Refuses another schema, and fewer values than the champion saw since the same start.
 * @param isForced fewer values are warned about only
 * @throws HindcastError "data"
 */
export function checkFrame(
  frame: Frame,
  { first, observed }: Pick<Run, "first" | "observed">,
  { manifest, champion: { version, note, context } }: StoredChampion,
  isForced: boolean,
  notify: Notify,
): void {
  // A model holds no covariates but those that it makes use of.
  const used = new Set((context.covariates ?? []).map(({ name }) => name));
  const [now, then] = [describeSchema(keepCovariates(frame, used)), describeSchema(context)];
  const changed = Object.keys(then).find((name) => now[name] !== then[name]);
  if (changed !== undefined)
    throw new HindcastError(
      "data",
      `the ${changed} was ${then[changed]} in the champion's data, and is ${now[changed]}`,
      "give the data as they were, or begin a new registry",
    );
  const missing = missingSeries(frame, context);
  if (missing.length > 0) {
    const named = missing.slice(0, 3).map((name) => `"${name}"`);
    const more = missing.length > named.length ? ", …" : "";
    notify({
      level: "warning",
      text: `${missing.length} series of the champion's data are gone: ${named.join(", ")}${more}`,
    });
  }
  const [have, had] = [observed ?? 0, manifest.data.observed];
  // Data that begin later have lost their old end, as a rolling export does.
  if (have >= had || (first !== null && note.made.first !== null && isLater(first, note.made.first))) return;
  const text = `there are ${have} values, and version ${version}, the champion, was trained on ${had}`;
  if (!isForced)
    throw new HindcastError("data", text, "see what became of the rest, or take them as they are: --force");
  notify({ level: "warning", text });
}

/** Both are instants in UTC, which sort as text, or both are integers. */
function isLater(one: string, other: string): boolean {
  return one.includes("T") ? one > other : Number(one) > Number(other);
}

function describeSchema({ columns, covariates, grid }: Frame): Record<string, string> {
  const list = (names: readonly string[]) => names.join(", ") || "none";
  return {
    "time column": columns.time,
    "id columns": list(columns.wide ? ["one a series"] : columns.ids),
    "target columns": columns.wide ? "wide" : list(columns.targets),
    covariates: list((covariates ?? []).map(({ name, kind }) => `${name} (${kind})`)),
    frequency: formatFrequency(grid.frequency),
    "time zone": grid.zone,
  };
}
