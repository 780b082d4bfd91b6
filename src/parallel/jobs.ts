// What threads can be asked to do. In: a job's name. Out: how it sets up, and then runs one task after the other.
import type { FitContext } from "../forecast/predictor.js";
import { type BacktestSetup, type BacktestTask, openBacktest } from "./backtest.js";

/** @param now milliseconds @returns what runs a task; its result is posted back */
export type Job = (setup: unknown, now: () => number) => (task: unknown, context: FitContext) => Promise<unknown>;

/** The pool of a job is opened in the job's own file, which sends the types that are said here. */
export const jobs = {
  backtest: (setup, now) => {
    const run = openBacktest(setup as BacktestSetup, now);
    return (task, context) => run(task as BacktestTask, context);
  },
} as const satisfies Readonly<Record<string, Job>>;

export type JobName = keyof typeof jobs;
