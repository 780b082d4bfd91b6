// What threads and processes can be asked to do. In: a job's name. Out: how it sets up, and then runs one task after the other.
import type { FitContext } from "../forecast/predictor.js";
import { type BacktestSetup, type BacktestTask, openBacktest } from "./backtest.js";
import { type CompareTask, openCompare } from "./compare.js";
import { type LocalSetup, type LocalTask, openLocal } from "./local.js";
import { openTune, type TuneSetup, type TuneTask } from "./tune.js";

/** What a job may measure with. */
export interface Meters {
  /** Milliseconds. */
  readonly now: () => number;
  /** The most memory that was resident at once in this process. */
  readonly peakBytes: () => number;
}

/** @returns what runs a task; its result is posted back */
export type Job = (setup: unknown, meters: Meters) => (task: unknown, context: FitContext) => Promise<unknown>;

/** The pool of a job is opened in the job's own file, which sends the types that are said here. */
export const jobs = {
  backtest: (setup, { now }) => {
    const run = openBacktest(setup as BacktestSetup, now);
    return (task, context) => run(task as BacktestTask, context);
  },
  compare: (setup, meters) => {
    const run = openCompare(setup as BacktestSetup, meters);
    return (task, context) => run(task as CompareTask, context);
  },
  local: (setup, meters) => {
    const run = openLocal(setup as LocalSetup, meters);
    return (task, context) => run(task as LocalTask, context);
  },
  tune: (setup, meters) => {
    const run = openTune(setup as TuneSetup, meters);
    return (task, context) => run(task as TuneTask, context);
  },
} as const satisfies Readonly<Record<string, Job>>;

export type JobName = keyof typeof jobs;
