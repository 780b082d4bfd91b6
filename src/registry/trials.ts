// The trials of a search, a line each, only ever added to. In: what was tried and how it did. Out: a line that is on the disk before the
// call returns; and for a search that goes on, the trials that it need not run again.
import { promises } from "node:fs";
import { codeOf, HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { refuseForeignLink } from "../base/ownership.js";
import * as z from "../base/schema.js";
import type { Trial } from "../choose/tune.js";
import type { TrialSettings } from "../choose/tune-space.js";
import { cannotWrite } from "./files.js";
import { appendLine, parseLine } from "./line-file.js";

const headSchema = z.object({ type: z.literal("search"), key: z.string() });
/** Settings are for people: they follow from the search and the trial's number. */
const trialSchema = z.object({
  type: z.literal("trial"),
  trial: z.int().min(0),
  scores: z.array(z.number()),
  error: z.string().nullable(),
});
type KeptTrial = z.infer<typeof trialSchema>;

export interface TrialsFile {
  /** By number, those that an earlier run has finished. */
  readonly finished: ReadonlyMap<number, KeptTrial>;
  keep(trial: Trial, settings: TrialSettings, durationMs: number): Promise<void>;
}

/**
 * @param key of the search: trials under another one are of no use
 * @throws HindcastError "usage" when the file holds something else, "output" when it cannot be read or written
 */
export async function openTrials(asked: string, key: string, notify: Notify): Promise<TrialsFile> {
  refuseForeignLink(asked);
  const path = await promises.realpath(asked).catch(() => asked);
  const [head, ...lines] = await readLines(path);
  const held = parseLine(headSchema, head ?? "");
  const finished = new Map<number, KeptTrial>();
  const headLine = JSON.stringify({ schema_version: 1, type: "search", key });
  if (held === undefined && (lines.length > 0 || !headLine.startsWith(head ?? "")))
    throw new HindcastError("usage", `${asked} holds no trials of a search`, "--trials-file with another name");
  if (held !== undefined && held.key !== key)
    throw new HindcastError(
      "usage",
      `${asked} holds the trials of another search: of other data, other flags or another version`,
      "give the data and the flags that it began with, or --trials-file with another name",
    );
  for (const [i, line] of lines.entries()) {
    const trial = parseLine(trialSchema, line);
    if (trial !== undefined) finished.set(trial.trial, trial);
    // A torn last line is mended by the next one.
    else if (i < lines.length - 1)
      notify({ level: "warning", text: `${asked} line ${i + 2} cannot be read, so that trial is run again` });
  }
  const isWhole = (line: string) => (parseLine(headSchema, line) ?? parseLine(trialSchema, line)) !== undefined;
  const append = async (line: string) => {
    try {
      await appendLine(path, `${line}\n`, isWhole);
    } catch (error) {
      throw cannotWrite(asked, error);
    }
  };
  if (held === undefined) await append(headLine);
  // One after the other: trials may end at the same time.
  let last: Promise<void> = Promise.resolve();
  return {
    finished,
    keep({ trial, state, scores, error }, settings, durationMs) {
      const mase = state === "complete" ? scores.at(-1)! : null;
      const told = { trial, state, mase, scores, error, settings, duration_ms: Math.round(durationMs) };
      const line = JSON.stringify({ schema_version: 1, type: "trial", ...told });
      last = last.then(() => append(line));
      return last;
    },
  };
}

async function readLines(path: string): Promise<string[]> {
  try {
    const lines = (await promises.readFile(path, "utf8")).split("\n");
    return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw cannotWrite(path, error);
  }
}
