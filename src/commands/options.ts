// Which command has which flags. In: the flags. Out: lists of them, and the types of their values.
import type { CommandName } from "./commands.js";
import { type Flag, flags } from "./flags.js";

export type FlagKey = keyof typeof flags;

/** The values of some flags, by key. */
export type Values<K extends FlagKey> = {
  readonly [P in K]: (typeof flags)[P] extends Flag<infer T> ? T : never;
};

const general = ["quiet", "logJson", "colour", "config", "printConfig", "help", "version"] as const;

export const readingFlags = [
  "time",
  "targets",
  "ids",
  "wide",
  "freq",
  "tz",
  "aggregate",
  "missing",
  "since",
  "until",
  "only",
  "inputFormat",
  "delimiter",
  "decimal",
  "thousands",
  "encoding",
  "header",
] as const satisfies readonly FlagKey[];

export const covariateFlags = ["past", "future", "static", "holidays"] as const satisfies readonly FlagKey[];

export const networkFlags = [
  "window",
  "season",
  "layers",
  "bidirectional",
  "decoder",
  "head",
  "plain",
  "preset",
  "warmStart",
  "scale",
  "scaler",
  "transform",
  "difference",
  "deseasonalize",
  "calendar",
  "loss",
  "epochs",
  "batch",
  "learningRate",
  "schedule",
  "clip",
  "dropout",
  "weightDecay",
  "patience",
  "truncate",
  "maxTimeMs",
  "seed",
  "engine",
  "threads",
] as const satisfies readonly FlagKey[];

export const limitFlags = ["min", "max", "integer"] as const;

const intervals = ["level", "quantiles"] as const;

const scoring = ["by", "seasonOfMase", "failIf"] as const;

/** The flags of each command, in the order of its help. */
export const commandFlags = {
  train: [
    "model",
    "horizon",
    "out",
    "context",
    ...readingFlags,
    ...covariateFlags,
    ...networkFlags,
    ...limitFlags,
    "format",
    "output",
    "dryRun",
    ...general,
  ],
  forecast: [
    "model",
    "from",
    "horizon",
    ...readingFlags,
    ...covariateFlags,
    "futureData",
    "futureTemplate",
    ...networkFlags,
    ...intervals,
    ...limitFlags,
    "align",
    "format",
    "output",
    "dryRun",
    ...general,
  ],
  backtest: [
    "models",
    "from",
    "horizon",
    "folds",
    "step",
    "jobs",
    "refit",
    "span",
    ...scoring,
    "predictions",
    ...readingFlags,
    ...covariateFlags,
    ...networkFlags,
    ...intervals,
    ...limitFlags,
    "format",
    "output",
    "dryRun",
    ...general,
  ],
  score: ["forecastColumn", "history", ...readingFlags, "season", ...scoring, "format", "output", ...general],
  retrain: [
    "model",
    "horizon",
    "promotion",
    "margin",
    "folds",
    "step",
    "keep",
    "requireNew",
    "maxAgeMs",
    "force",
    "lockWaitMs",
    "onPromote",
    "onFail",
    ...readingFlags,
    ...covariateFlags,
    ...networkFlags,
    ...limitFlags,
    "format",
    "output",
    ...general,
  ],
  models: ["maxAgeMs", "keep", "lockWaitMs", ...scoring, ...readingFlags, "season", "format", "output", ...general],
  inspect: [...readingFlags, "season", "format", "output", ...general],
  engine: ["source", "format", "output", ...general],
  completion: [...general],
} as const satisfies Readonly<Record<CommandName, readonly FlagKey[]>>;

/** Flags of one command, or of all when none is given. */
export function flagsOf(command?: CommandName): readonly Flag<unknown>[] {
  const keys: readonly FlagKey[] =
    command === undefined ? [...new Set(Object.values(commandFlags).flat())] : commandFlags[command];
  return keys.map((key): Flag<unknown> => flags[key]);
}
