// From flags to a model. In: the flags about models and training. Out: options that `choose/` takes.
import type { ModelOptions } from "../choose/model.js";
import { availableThreads } from "../engine/threads.js";
import type { TrainerSource } from "../fit/trainer.js";
import type { ForecastLimits } from "../forecast/limits.js";
import type { TrainArgs } from "./args.js";
import type { Io } from "./io.js";

type ModelFlags = Pick<
  TrainArgs,
  | "batch"
  | "bidirectional"
  | "calendar"
  | "clip"
  | "decoder"
  | "deseasonalize"
  | "difference"
  | "dropout"
  | "engine"
  | "epochs"
  | "layers"
  | "learningRate"
  | "integer"
  | "loss"
  | "max"
  | "maxTimeMs"
  | "min"
  | "patience"
  | "plain"
  | "preset"
  | "scale"
  | "scaler"
  | "schedule"
  | "season"
  | "seed"
  | "threads"
  | "transform"
  | "truncate"
  | "warmStart"
  | "weightDecay"
  | "window"
>;

/** Options of every model, and what trained; that is opened when the first network needs it. */
export interface ModelSetup {
  readonly options: ModelOptions;
  /** Name of what trained; null when nothing did. */
  readonly engine: () => string | null;
}

export function setUpModels(args: ModelFlags, io: Io): ModelSetup {
  let opened: Promise<TrainerSource> | undefined;
  let engine: string | null = null;
  const open = async () => {
    const { openTrainer } = await import("../fit/open-trainer.js");
    const { dataDirectory, notify } = io;
    return openTrainer(args.engine, { dataDirectory, notify, threads: args.threads ?? availableThreads() });
  };
  const { scale, scaler, transform, difference, deseasonalize, season, ...rest } = args;
  return {
    options: {
      ...rest,
      seasons: season === "auto" ? "auto" : [...season].sort((a, b) => a - b),
      scale: withoutUndefined({ scale, scaler, transform, difference, deseasonalize }),
      limits: limitsOf(args),
      clock: io.now,
      openTrainer: async () => {
        opened ??= open();
        const { name, create } = await opened;
        engine = name;
        return create;
      },
    },
    engine: () => engine,
  };
}

export function limitsOf(args: Pick<TrainArgs, "min" | "max" | "integer">): ForecastLimits {
  return { min: args.min ?? null, max: args.max ?? null, integer: args.integer };
}

/** What was left out is absent, so that spreading the rest over defaults keeps them. */
function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
