// What a training has to have in common with the one that it goes on from, and what is kept of one that is cut off. In: the arguments
// and the data. Out: the checkpoint, beside --out or in a registry.
import { join } from "node:path";
import { type CheckpointOptions, checkpointPath, type OpenCheckpoint, openCheckpoint } from "../artifact/checkpoint.js";
import { fingerprint } from "../artifact/save-model.js";
import { HindcastError } from "../base/errors.js";
import type { Frame } from "../series/frame.js";
import type { RetrainArgs, TrainArgs } from "./args.js";
import type { Io } from "./io.js";
import { settingsText } from "./model-settings.js";
import { commandFlags, type FlagKey } from "./options.js";

/** These change nothing about the model, but for when `--max-time` cuts it off. */
const freeFlags: readonly FlagKey[] = ["maxTimeMs", "threads", "format", "quiet", "logJson", "colour"];

/** Between two writes, unless HINDCAST_CHECKPOINT_SECONDS says otherwise; 0 is after every step. */
const usualSeconds = 5;

/** @param engine what trains, once something does @throws HindcastError as `openCheckpoint` */
export function openTrainCheckpoint(
  args: TrainArgs,
  out: string,
  frame: Frame,
  engine: CheckpointOptions["engine"],
  io: Io,
): OpenCheckpoint {
  const settings = settingsText(commandFlags.train, freeFlags, { ...args.reading, ...args });
  return openCheckpoint(checkpointPath(out), { ...optionsOf(settings, frame, io), engine, resume: args.resume });
}

/** Of a registry that is locked: a run that died is gone on from when it had the same data and settings. */
export function openRetrainCheckpoint(
  args: RetrainArgs,
  frame: Frame,
  engine: CheckpointOptions["engine"],
  io: Io,
): OpenCheckpoint {
  const settings = settingsText(commandFlags.retrain, freeFlags, { ...args.reading, ...args });
  return openCheckpoint(join(args.registry, "checkpoint"), {
    ...optionsOf(settings, frame, io),
    engine,
    resume: "if-same",
  });
}

function optionsOf(
  settings: Record<string, string>,
  frame: Frame,
  io: Io,
): Omit<CheckpointOptions, "engine" | "resume"> {
  const asked = Number(io.env.HINDCAST_CHECKPOINT_SECONDS);
  return {
    run: { hindcast: io.version, settings, data: fingerprint(frame) },
    intervalMs: 1000 * (asked >= 0 ? asked : usualSeconds),
    now: io.now,
    notify: io.notify,
  };
}

/**
 * Where `work` is cut off, or its result cannot be written, what is done so far is kept; a note says so, which a retrain, that goes on
 * by itself, does not pass on.
 * @returns what `work` returns
 */
export async function keepingIn<T>(checkpoint: OpenCheckpoint, io: Io, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isWorthIt = io.signal.aborted || (error instanceof HindcastError && error.code === "output");
    if (isWorthIt && (await checkpoint.flush()))
      io.notify({ level: "note", text: `${checkpoint.path} is kept; try: the same command with --resume` });
    throw error;
  }
}
