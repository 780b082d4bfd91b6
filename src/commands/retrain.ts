// `hindcast retrain`: what cron runs. Data and a registry in; out comes a registry with a new champion or the old one, and a line in
// its history that says which, and why. Killed at any moment, it leaves a registry that works.

import type { OpenCheckpoint } from "../artifact/checkpoint.js";
import { readModel } from "../artifact/directory.js";
import { openModel } from "../artifact/open-model.js";
import { fingerprint, saveModel } from "../artifact/save-model.js";
import { codeOf, HindcastError, messageOf } from "../base/errors.js";
import type { Note } from "../base/notes.js";
import { answererOf, type FittedModel } from "../choose/fitted.js";
import { createForecaster, fitModel } from "../choose/model.js";
import { predictorOf } from "../choose/predictor.js";
import type { Predictor } from "../forecast/predictor.js";
import { championPath, promote, readPointer, versionPath } from "../registry/champion.js";
import { type Comparison, compare, decide, newObservedCount } from "../registry/comparison.js";
import { isThere } from "../registry/files.js";
import { appendRun, type Run, runCells, runColumns, runLine } from "../registry/history.js";
import { createRegistry, type OpenRegistry } from "../registry/registry.js";
import { pruneVersions, readNote, storeVersion, type VersionNote } from "../registry/versions.js";
import { type Frame, keepCovariates } from "../series/frame.js";
import type { RetrainArgs } from "./args.js";
import { horizonOf, readFrame } from "./data.js";
import { runHook } from "./hooks.js";
import type { Io } from "./io.js";
import { limitsOf, type ModelSetup, setUpModels, sharingTime } from "./model-options.js";
import { isSameSettings, settingsOf, withSettings } from "./model-settings.js";
import { beginRun } from "./registry-run.js";
import { keepingIn, openRetrainCheckpoint } from "./resume.js";
import { checkAge, checkFrame, newestStamp } from "./retrain-checks.js";
import { liveForecasts } from "./retrain-forecasts.js";
import { besideForReport, type Outcome, reportRetrain } from "./retrain-report.js";
import { readingAsTrained } from "./saved-model.js";
import { openOlder } from "./warm-start.js";

/** Says what is known of the run so far; the last word on a field counts. */
type Tell = (fields: Partial<Run>) => void;

export async function run(args: RetrainArgs, world: Io): Promise<void> {
  const io = withoutNotes(world);
  const startedMs = io.now();
  await createRegistry(args.registry);
  const begun = await beginRun(args, startedMs, io);
  const registry = begun.open;
  let record: Run = { ...begun.record("failed"), champion: registry.pointer?.version ?? null };
  const tell: Tell = (fields) => {
    record = { ...record, ...fields, duration_ms: begun.durationMs() };
  };
  let outcome: Outcome | undefined;
  const ofData = heldBack(io);
  try {
    outcome = await retrain({ args, io, ofData, registry, known: () => record, tell });
    await appendRun(args.registry, record);
  } catch (error) {
    ofData.say();
    const isInterrupted = io.signal.aborted;
    const { version } = record;
    tell({
      action: isInterrupted ? "interrupted" : "failed",
      reason: isInterrupted ? "interrupted by a signal" : null,
      version: version !== null && isThere(versionPath(args.registry, version)) ? version : null,
      error_code: isInterrupted ? null : error instanceof HindcastError ? error.code : "bug",
      error: isInterrupted ? null : messageOf(error),
    });
    // Where not even that can be written, the error itself says why.
    await appendRun(args.registry, record).catch(() => {});
    await registry.lock.release().catch(() => {});
    if (!isInterrupted && args.onFail !== undefined) await runHook("on-fail", args.onFail, runLine(record), io);
    throw error;
  }
  await registry.lock.release();
  try {
    if (outcome !== undefined && args.report !== undefined) await reportRetrain(args, outcome, io);
  } finally {
    // The champion is what it is, whether its page could be written or not.
    if (record.action === "promoted" && args.onPromote !== undefined)
      await runHook("on-promote", args.onPromote, runLine(record), io);
  }
  if (args.format === undefined && args.output === undefined) return;
  await io.writeTable({ type: "run", columns: runColumns, rows: [runCells(record)] }, args, "csv");
}

/** A success is silent, so that cron sends no mail; what may make its result unexpected is said. stdin stays unopened. */
function withoutNotes(io: Io): Io {
  return notifying(io, (note) => {
    if (note.level === "warning") io.notify(note);
  });
}

function notifying(io: Io, notify: Io["notify"]): Io {
  return Object.defineProperties({ notify }, { ...Object.getOwnPropertyDescriptors(io), notify: {} }) as Io;
}

/** What is odd about the data was said when a model was trained on them: a run that trains none does not say it again. */
interface HeldBack {
  readonly io: Io;
  readonly say: () => void;
}

function heldBack(io: Io): HeldBack {
  const held: Note[] = [];
  return {
    io: notifying(io, (note) => void held.push(note)),
    say: () => {
      for (const note of held.splice(0)) io.notify(note);
    },
  };
}

/** A champion that can go on, loaded. */
interface Champion {
  readonly version: number;
  readonly horizon: number;
  readonly fitted: FittedModel;
  readonly context: Frame;
  readonly note: VersionNote;
  readonly open: () => Promise<Predictor>;
}

/** What the parts of a run have in common. */
interface Work {
  readonly args: RetrainArgs;
  readonly io: Io;
  readonly ofData: HeldBack;
  readonly registry: OpenRegistry;
  /** What was told so far. */
  readonly known: () => Run;
  readonly tell: Tell;
}

/** @returns undefined where nothing was trained */
async function retrain(work: Work): Promise<Outcome | undefined> {
  const data = await readData(work);
  if (await isSkipped(work, data)) return undefined;
  work.ofData.say();
  return storeChallenger(work, data, await compareModels(work, data));
}

interface Data {
  readonly frame: Frame;
  readonly reading: RetrainArgs["reading"];
  /** Values that were observed. */
  readonly observed: number;
  readonly horizon: number;
  /** undefined before the first one, and where it cannot go on. */
  readonly stored: StoredChampion | undefined;
}

/** The champion, and data that are fit to train its challenger on. */
async function readData({ args, io, ofData, registry, known, tell }: Work): Promise<Data> {
  const { pointer } = registry;
  const stored = pointer === undefined ? undefined : await loadChampion(args.registry, pointer.version, io);
  const reading = stored === undefined ? args.reading : asTrainedUnlessAsked(stored.manifest, args);
  const frame = await readFrame(args.data, reading, ofData.io).catch((error: unknown) => {
    // A column that the champion was trained on and nobody named is no slip of the command line.
    if (stored === undefined || !(error instanceof HindcastError) || error.code !== "usage") throw error;
    throw new HindcastError("data", error.message, error.hint, { cause: error });
  });
  const newest = newestStamp(frame);
  const { series, steps, observed, sha256 } = fingerprint(frame);
  tell({
    series,
    steps,
    observed,
    data_sha256: sha256,
    first: sayStamp(frame, Math.min(...frame.series.map(({ start }) => start))),
    last: sayStamp(frame, newest),
    seed: args.seed,
    model: args.model,
  });
  checkAge(frame, newest, args.maxAgeMs, io.now(), io.notify);
  if (stored !== undefined) checkFrame(frame, known(), stored, args.force, io.notify);
  const horizon =
    args.horizon === undefined && stored !== undefined ? stored.champion.horizon : horizonOf(args.horizon, frame);
  tell({ horizon });
  return { frame, reading, observed, horizon, stored };
}

/** Whether too little is new for another training. */
async function isSkipped({ args, registry, tell }: Work, { frame, observed, stored }: Data): Promise<boolean> {
  const reference = await newestContext(args.registry, registry.settled);
  const newCount = reference === undefined ? observed : newObservedCount(frame, reference);
  tell({ new_observed: newCount });
  if (reference === undefined || stored === undefined || newCount >= args.requireNew || args.force) return false;
  const asked = args.requireNew > 1 ? ` of the ${args.requireNew} asked for` : "";
  const values = newCount === 1 ? "value" : "values";
  tell({ action: "skipped", reason: newCount === 0 ? "nothing new" : `${newCount} new ${values}${asked}` });
  return true;
}

interface Compared extends ModelSetup {
  /** That the challenger is made with. */
  readonly settings: VersionNote["settings"];
  readonly checkpoint: OpenCheckpoint;
  /** Steps from one fold to the next. */
  readonly step: number;
  readonly comparison: Comparison;
}

/** The challenger and the champion on the newest folds. */
async function compareModels({ args, io, tell }: Work, { frame, horizon, stored }: Data): Promise<Compared> {
  const champion = stored?.champion;
  const settings = settingsOf(args);
  const isChanged = champion !== undefined && !isSameSettings(settings, champion.note.settings);
  // The challenger before the newest folds, the champion's settings likewise, and the challenger on all.
  const timed = sharingTime(args, isChanged ? 3 : 2);
  const { options: unkept, engine } = setUpModels(timed, io);
  const checkpoint = openRetrainCheckpoint(args, frame, engine, io);
  const options = { ...unkept, checkpoint, older: await openOlder(args, frame, horizon, io) };
  const contestants = {
    challenger: createForecaster(args.model, options),
    champion: champion && {
      context: champion.context,
      open: champion.open,
      refit: isChanged ? recipeOf(champion, timed, io) : undefined,
    },
  };
  const step = args.step ?? horizon;
  const scoring = {
    horizon: Math.min(horizon, champion?.horizon ?? horizon),
    folds: args.folds,
    step,
    seasons: options.seasons,
    ...(args.report === undefined ? {} : besideForReport(options)),
  };
  io.progress.stage(`score ${args.model} and the champion`);
  const comparison = await keepingIn(checkpoint, io, () => compare(frame, contestants, scoring, io));
  const { rule, metric, folds, scored } = comparison;
  tell({ rule, metric, folds, scored, champion_score: comparison.champion, challenger_score: comparison.challenger });
  return { settings, options, engine, checkpoint, step, comparison };
}

/** Trains the challenger on all the data and makes a version of it, and the champion if it is better. */
async function storeChallenger(
  { args, io, registry, known, tell }: Work,
  { frame, reading, horizon, stored }: Data,
  { settings, options, engine, checkpoint, step, comparison }: Compared,
): Promise<Outcome> {
  const { registry: path } = args;
  const { pointer, nextVersion: version, lock } = registry;
  const champion = stored?.champion;
  io.progress.stage(`train ${args.model}`);
  const fitted = await keepingIn(checkpoint, io, () => fitModel(args.model, frame, horizon, options, io));
  io.progress.stop();
  const { isPromoted, reason } = decide(
    args.promotion,
    args.margin,
    champion !== undefined,
    comparison,
    champion === undefined || newObservedCount(frame, champion.context) > 0,
  );
  tell({ chose: answererOf(fitted), engine: engine(), reason, version, action: isPromoted ? "promoted" : "kept" });
  const limits = limitsOf(args);
  const forecasts = await liveForecasts(
    frame,
    horizon,
    [{ version, horizon, open: () => predictorOf(fitted, limits, io) }, ...(champion === undefined ? [] : [champion])],
    io.notify,
  );
  io.signal.throwIfAborted();
  const { metric, scored } = comparison;
  const heldOut =
    metric === null || comparison.challenger === null
      ? null
      : { n: scored, scores: { [metric]: comparison.challenger } };
  const saved = {
    fitted,
    frame,
    horizon,
    seed: args.seed,
    engine: engine(),
    reading,
    limits,
    heldOut,
    keepContext: true,
  };
  const { started, host, hindcast, node, run } = known();
  await storeVersion(path, version, { settings, made: known() }, forecasts, (target) =>
    saveModel(target, saved, io.version, { run, started, host, node, hindcast }),
  );
  await checkpoint.remove();
  lock.verify();
  if (isPromoted) {
    await promote(path, version, pointer);
    tell({ champion: version });
  }
  await pruneVersions(path, args.keep, readPointer(path));
  tell({});
  return {
    frame,
    seasons: options.seasons,
    step,
    comparison,
    challenger: { version, fitted, horizon, limits },
    champion: stored && { ...stored.champion, manifest: stored.manifest },
    isPromoted,
    reason,
  };
}

export interface StoredChampion {
  readonly manifest: Awaited<ReturnType<typeof readModel>>["manifest"];
  readonly champion: Champion;
}

/**
 * @returns undefined, with a warning, for one that is damaged: the challenger takes its place
 * @throws HindcastError "model" for one that the system does not let be read, which may pass
 */
async function loadChampion(registry: string, version: number, io: Io): Promise<StoredChampion | undefined> {
  try {
    const stored = await readModel(championPath(registry));
    const { manifest } = stored;
    const { fitted, context } = await openModel(stored);
    if (context === undefined) return undefined;
    const names = new Set((context.covariates ?? []).map(({ name }) => name));
    const open = async () => {
      const predictor = await predictorOf(fitted, manifest.limits, io);
      const predict: Predictor["predict"] = (frame, ...asked) =>
        predictor.predict(keepCovariates(frame, names), ...asked);
      return { ...predictor, predict };
    };
    const note = readNote(registry, version);
    return { manifest, champion: { version, horizon: manifest.horizon, fitted, context, note, open } };
  } catch (error) {
    if (!(error instanceof HindcastError) || isRefusedBySystem(error)) throw error;
    io.notify({ level: "warning", text: `version ${version}, the champion, is replaced: ${error.message}` });
    return undefined;
  }
}

/** What the newest version saw: new is what came after it, whether it was promoted or not. @param versions the oldest first */
async function newestContext(registry: string, versions: readonly number[]): Promise<Frame | undefined> {
  const newest = versions.at(-1);
  if (newest === undefined) return undefined;
  try {
    return (await openModel(await readModel(versionPath(registry, newest)))).context;
  } catch (error) {
    if (error instanceof HindcastError && !isRefusedBySystem(error)) return undefined;
    throw error;
  }
}

/** Whether a file is there and cannot be read: no permission, too many open files, a disk that fails. */
function isRefusedBySystem({ cause }: HindcastError): boolean {
  return !["", "ENOENT", "ENOTDIR", "ELOOP"].includes(codeOf(cause));
}

function asTrainedUnlessAsked(manifest: StoredChampion["manifest"], args: RetrainArgs): RetrainArgs["reading"] {
  const { past, future, static: constant, holidays } = args.reading;
  const asked = { past, future, static: constant, holidays };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return { ...readingAsTrained(manifest, args), ...given };
}

/** A model of the champion's settings, to be fitted anew. */
function recipeOf({ note }: Champion, args: RetrainArgs, io: Io) {
  const own = withSettings(args, note.settings);
  return createForecaster(own.model, setUpModels(own, io).options);
}

/** An instant in UTC, or the integer, whatever style the data have. */
function sayStamp(frame: Frame, stamp: number): string | null {
  if (!Number.isFinite(stamp)) return null;
  return frame.timeStyle.kind === "integer" ? String(stamp) : new Date(stamp).toISOString();
}
