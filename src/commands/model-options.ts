// From flags to a model. In: the flags about models and training. Out: options that `choose/` takes.
import type { ModelOptions } from "../choose/model.js";
import { trainsNetworks } from "../choose/model-names.js";
import { availableThreads } from "../engine/threads.js";
import type { TrainerSource } from "../fit/trainer.js";
import type { ForecastLimits } from "../forecast/limits.js";
import type { TrainArgs } from "./args.js";
import type { Io } from "./io.js";
import { parseConvolution } from "./values.js";

type ModelFlags = Pick<
  TrainArgs,
  | "attention"
  | "batch"
  | "bidirectional"
  | "calendar"
  | "clip"
  | "conv"
  | "decoder"
  | "deseasonalize"
  | "difference"
  | "dropout"
  | "engine"
  | "epochs"
  | "layers"
  | "learningRate"
  | "holdBack"
  | "integer"
  | "loss"
  | "max"
  | "members"
  | "maxTimeMs"
  | "min"
  | "mix"
  | "patience"
  | "plain"
  | "preset"
  | "head"
  | "samples"
  | "scale"
  | "scaler"
  | "schedule"
  | "season"
  | "seed"
  | "segment"
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
  let source: TrainerSource | undefined;
  const open = async () => {
    const { openTrainer } = await import("../fit/open-trainer.js");
    const { dataDirectory, notify } = io;
    return openTrainer(args.engine, { dataDirectory, notify, threads: args.threads ?? availableThreads() });
  };
  const { scale, scaler, transform, difference, deseasonalize, season: _season, warmStart, ...rest } = args;
  return {
    options: {
      ...rest,
      // What a directory holds is opened by those who can go on from it.
      warmStart: warmStart === "pretrained" ? warmStart : undefined,
      conv: parseConvolution(args.conv),
      attention: args.attention === "none" ? null : args.attention,
      mix: args.mix === "none" ? [] : args.mix,
      seasons: seasonsAsked(args),
      scale: withoutUndefined({ scale, scaler, transform, difference, deseasonalize }),
      limits: limitsOf(args),
      clock: io.now,
      openTrainer: async () => {
        opened ??= open();
        source = await opened;
        return source.create;
      },
    },
    engine: () => source?.name ?? null,
  };
}

/** @returns ascending */
export function seasonsAsked({ season }: Pick<ModelFlags, "season">): ModelOptions["seasons"] {
  return season === "auto" ? "auto" : [...season].sort((a, b) => a - b);
}

/**
 * The time that each fit of a run may take, so that all together take no more than was asked for.
 * @param fitCount fits of networks
 */
export function sharingTime<T extends Pick<ModelFlags, "maxTimeMs">>(args: T, fitCount: number): T {
  return args.maxTimeMs === undefined ? args : { ...args, maxTimeMs: args.maxTimeMs / Math.max(1, fitCount) };
}

/** Fits of a backtest, of models that train. */
export function fitsOf(
  models: readonly string[],
  { folds, refit }: { readonly folds: number; readonly refit: "never" | "every" | number },
): number {
  const each = refit === "never" ? 1 : Math.ceil(folds / (refit === "every" ? 1 : refit));
  return each * models.filter(trainsNetworks).length;
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
