// A model per series, on several threads: some consecutive series are a task. In: a frame and what is asked of each series. Out: what
// `forecastLocally` gives, byte for byte.
import { forecastLocally, type LocalForecasts, type LocalRequest } from "../choose/local.js";
import type { FitContext } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { type ModelRecipe, trainerSource } from "./backtest.js";
import type { Meters } from "./jobs.js";
import { openPool, type PoolOptions, settle } from "./pool.js";
import { shareFrame } from "./shared-frame.js";

export interface LocalSetup {
  readonly frame: Frame;
  readonly request: LocalRequest;
  readonly recipe: ModelRecipe;
}

/** Indices into the frame's series; `to` itself is left out. */
export interface LocalTask {
  readonly from: number;
  readonly to: number;
}

/** @returns one part after another, in the order of `tasks` */
export async function forecastOnThreads(
  setup: LocalSetup,
  tasks: readonly LocalTask[],
  options: PoolOptions,
  context: FitContext,
): Promise<LocalForecasts[]> {
  const shared: LocalSetup = { ...setup, frame: shareFrame(setup.frame) };
  const pool = openPool<LocalTask, LocalForecasts>({ job: "local", setup: shared }, options, context);
  try {
    const outcomes = await Promise.all(tasks.map((task) => pool.run(task)));
    return outcomes.map((outcome) => settle(outcome, context.notify));
  } finally {
    await pool.close();
  }
}

/** The thread's side. */
export function openLocal({ frame, request, recipe }: LocalSetup, { now }: Pick<Meters, "now">) {
  const open = trainerSource(recipe);
  return (task: LocalTask, context: FitContext): Promise<LocalForecasts> => {
    const options = { ...recipe.models, clock: now, openTrainer: () => open(context.notify) };
    return forecastLocally(frame, task, request, options, context);
  };
}
