// Work shared out to threads, each with a heap and engine of its own: `--jobs`. In: tasks as plain data. Out: their results, the same as
// without threads. A task's notes are told when its result is taken, so that stderr does not depend on who was first.
import { Worker } from "node:worker_threads";
import { type ErrorCode, HindcastError } from "../base/errors.js";
import type { Note } from "../base/notes.js";
import type { ModelFold, Unit } from "../evaluate/backtest.js";
import type { Frame } from "../series/frame.js";
import type { BacktestArgs } from "./args.js";
import type { Io } from "./io.js";

/** One fit and its forecasts. */
export interface UnitTask {
  readonly args: BacktestArgs;
  readonly frame: Frame;
  readonly horizon: number;
  readonly season: number;
  readonly model: string;
  readonly unit: Unit;
  readonly dataDirectory: string;
}

/** What a thread answers, once. */
export type UnitAnswer = { readonly notes: readonly Note[] } & (
  | { readonly folds: readonly ModelFold[] }
  | { readonly failure: { readonly code: ErrorCode; readonly message: string; readonly hint: string } }
);

/** The word that makes a thread of the program work on a task instead of a command line. */
export const workerWord = "--work-on-a-task";

/** @param program the file that starts hindcast @returns runs a task as soon as fewer than `jobCount` others are under way */
export function openJobs(program: string, jobCount: number, { signal, notify }: Pick<Io, "signal" | "notify">) {
  const waiting: (() => void)[] = [];
  let running = 0;
  const release = () => {
    running--;
    waiting.shift()?.();
  };
  return async (task: UnitTask): Promise<readonly ModelFold[]> => {
    if (running >= jobCount) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      const answer = await askThread(program, task, signal);
      for (const note of answer.notes) notify(note);
      if ("folds" in answer) return answer.folds;
      const { code, message, hint } = answer.failure;
      throw new HindcastError(code, message, hint);
    } finally {
      release();
    }
  };
}

function askThread(program: string, task: UnitTask, signal: AbortSignal): Promise<UnitAnswer> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const thread = new Worker(program, { workerData: task, argv: [workerWord] });
    const stop = () => {
      void thread.terminate();
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", (exitCode) => {
      signal.removeEventListener("abort", stop);
      reject(new Error(`a thread ended without an answer, with exit code ${exitCode}`));
    });
  });
}
