// The arguments of each command, typed. In: the operands and settings of one invocation. Out: what a handler is called with;
// whatever does not fit together is said here, before anything is read.
import { basename } from "node:path";
import { HindcastError } from "../base/errors.js";
import type { ReadOptions } from "../series/options.js";
import type { Argv } from "./argv.js";
import { type CommandName, commands, engineActions, modelsActions, shells } from "./commands.js";
import { HelpWanted } from "./help.js";
import { commandFlags, covariateFlags, type FlagKey, flagsOf, readingFlags, type Values } from "./options.js";
import type { Setting } from "./settings.js";

/** Of every command, for the command line itself. */
type General = "quiet" | "logJson" | "colour" | "config" | "printConfig" | "help" | "version";
type Reading = (typeof readingFlags | typeof covariateFlags)[number];
type OwnValues<C extends CommandName> = Values<Exclude<(typeof commandFlags)[C][number], General | Reading>>;

interface Common {
  /** Names of the flags that stand on the command line itself. */
  readonly given: ReadonlySet<string>;
}

interface DataArgs extends Common {
  /** Paths, "-" for stdin; empty only with `from`: go on from the end of what the model was trained on. */
  readonly data: readonly string[];
  readonly reading: ReadOptions;
}

/** `horizon` is there, and so is `out` unless it is a dry run. */
export type TrainArgs = DataArgs & OwnValues<"train"> & { readonly horizon: string };
/** `horizon` is there unless `from` is, and so for a backtest. */
export type ForecastArgs = DataArgs & OwnValues<"forecast">;
export type BacktestArgs = DataArgs & OwnValues<"backtest">;
export type ScoreArgs = Common &
  OwnValues<"score"> & { readonly forecast: string; readonly actuals: string; readonly reading: ReadOptions };
/** `data` is never empty; `horizon` need not be there where a champion is. */
export type RetrainArgs = DataArgs & OwnValues<"retrain"> & { readonly registry: string };
export type ModelsArgs = Common &
  OwnValues<"models"> & {
    readonly registry: string;
    readonly action: (typeof modelsActions)[number];
    /** What follows the action: a version, or data. */
    readonly rest: readonly string[];
    readonly reading: ReadOptions;
  };
/** `data` holds files, or one model directory or registry. */
export type InspectArgs = DataArgs & OwnValues<"inspect">;
export type EngineArgs = Common & OwnValues<"engine"> & { readonly action: (typeof engineActions)[number] };
export type CompletionArgs = Common & { readonly shell: (typeof shells)[number] };

export interface Invocation {
  readonly argv: Argv;
  readonly settings: ReadonlyMap<FlagKey, Setting>;
  readonly stdinIsTerminal: boolean;
}

export function trainArgs(invocation: Invocation): TrainArgs {
  const args = { ...dataArgs(invocation, undefined), ...valuesOf(invocation, "train") };
  if (args.out === undefined && !args.dryRun)
    throw new HindcastError("usage", "train needs a directory to write the model to", "add --out DIR");
  if (args.out === "-")
    throw new HindcastError("usage", "--out - is stdout, and a model is a directory", "name a directory: --out model");
  checkLimits(args);
  checkWarmStart(args.warmStart, [args.model]);
  return { ...args, horizon: needHorizon(args.horizon, "train") };
}

export function forecastArgs(invocation: Invocation): ForecastArgs {
  const values = valuesOf(invocation, "forecast");
  checkFrom(invocation, values);
  checkLimits(values);
  checkWarmStart(values.warmStart, [values.model]);
  return { ...dataArgs(invocation, values.from), ...values };
}

export function backtestArgs(invocation: Invocation): BacktestArgs {
  const values = valuesOf(invocation, "backtest");
  checkFrom(invocation, values);
  checkLimits(values);
  checkWarmStart(values.warmStart, values.models);
  if (values.predictions === (values.output ?? "-"))
    throw new HindcastError(
      "usage",
      `--predictions ${values.predictions} is where the scores are written`,
      "give each a file of its own",
    );
  return { ...dataArgs(invocation, values.from), ...values };
}

export function scoreArgs(invocation: Invocation): ScoreArgs {
  const [forecast, actuals, ...more] = invocation.argv.operands;
  if (forecast === undefined && invocation.stdinIsTerminal) throw new HelpWanted("score");
  if (forecast === undefined || actuals === undefined || more.length > 0)
    throw new HindcastError(
      "usage",
      `score takes two files, a forecast and what came; ${invocation.argv.operands.length} given`,
      "hindcast score next.csv sales.csv",
    );
  checkStdinOnce([forecast, actuals]);
  return {
    ...common(invocation),
    ...valuesOf(invocation, "score"),
    forecast,
    actuals,
    reading: readOptions(invocation),
  };
}

export function retrainArgs(invocation: Invocation): RetrainArgs {
  const [registry, ...data] = invocation.argv.operands;
  if (registry === undefined && invocation.stdinIsTerminal) throw new HelpWanted("retrain");
  if (registry === undefined || data.length === 0)
    throw new HindcastError(
      "usage",
      "retrain needs a registry and data",
      "hindcast retrain registry/ sales.csv -H 12; - reads stdin",
    );
  checkStdinOnce(data);
  const values = valuesOf(invocation, "retrain");
  checkLimits(values);
  return { ...common(invocation), ...values, registry, data, reading: readOptions(invocation) };
}

/** Flags that one action has and the others have not. */
const flagsOfActions: Readonly<Record<string, readonly (typeof modelsActions)[number][]>> = {
  "max-age": ["check"],
  keep: ["prune"],
  "lock-wait": ["promote", "rollback", "prune"],
  by: ["score"],
  "mase-season": ["score"],
  "fail-if": ["score"],
};

export function modelsArgs(invocation: Invocation): ModelsArgs {
  const [registry, word = "list", ...rest] = invocation.argv.operands;
  const action = modelsActions.find((known) => known === word);
  if (registry === undefined) throw new HindcastError("usage", "models needs a registry", "hindcast models registry/");
  if (action === undefined)
    throw new HindcastError("usage", `"${word}" is no action of models`, `one of: ${modelsActions.join(", ")}`);
  if (action !== "score" && rest.length > (action === "promote" ? 1 : 0))
    throw new HindcastError("usage", `"${rest.at(-1)}" is more than ${action} takes`, "hindcast models --help");
  if (action === "score" && rest.length === 0)
    throw new HindcastError("usage", "score needs data", `hindcast models ${registry} score data.csv`);
  checkStdinOnce(rest);
  for (const name of invocation.argv.given.keys()) {
    const owners = flagsOfActions[name];
    if (owners !== undefined && !owners.includes(action))
      throw new HindcastError(
        "usage",
        `models ${action} has no --${name}`,
        `it is a flag of models ${owners.join(", ")}`,
      );
  }
  const values = valuesOf(invocation, "models");
  return { ...common(invocation), ...values, registry, action, rest, reading: readOptions(invocation) };
}

export function inspectArgs(invocation: Invocation): InspectArgs {
  return { ...dataArgs(invocation, undefined), ...valuesOf(invocation, "inspect") };
}

export function engineArgs(invocation: Invocation): EngineArgs {
  const action = operandWord(invocation, engineActions) ?? "status";
  const values = valuesOf(invocation, "engine");
  if (action !== "install" && invocation.argv.given.has("from"))
    throw new HindcastError("usage", `engine ${action} has no --from`, "hindcast engine install --from DIR");
  return { ...common(invocation), ...values, action };
}

/** @param env whose SHELL says which shell is meant when no operand does */
export function completionArgs(
  invocation: Invocation,
  env: Readonly<Record<string, string | undefined>>,
): CompletionArgs {
  const own = basename(env.SHELL ?? "");
  const shell = operandWord(invocation, shells) ?? shells.find((name) => name === own);
  if (shell === undefined)
    throw new HindcastError("usage", "which shell is the completion for?", `hindcast completion ${shells.join("|")}`);
  return { ...common(invocation), shell };
}

function common({ argv }: Invocation): Common {
  return { given: new Set(argv.given.keys()) };
}

function dataArgs(invocation: Invocation, from: string | undefined): DataArgs {
  const { argv, stdinIsTerminal } = invocation;
  if (argv.operands.length === 0 && from === undefined && stdinIsTerminal) throw new HelpWanted(argv.command);
  checkStdinOnce(argv.operands);
  const data = argv.operands.length > 0 || from !== undefined ? argv.operands : ["-"];
  return { ...common(invocation), data, reading: readOptions(invocation) };
}

function checkStdinOnce(paths: readonly string[]): void {
  if (paths.filter((path) => path === "-").length > 1)
    throw new HindcastError("usage", "- is given twice, and stdin can be read once", "give files by name");
}

/** With a model at hand nothing is fitted, so saying how would be ignored: it is refused instead. */
function checkFrom(invocation: Invocation, values: { from: string | undefined; horizon: string | undefined }): void {
  const { command, given } = invocation.argv;
  if (values.from === undefined) {
    needHorizon(values.horizon, command);
    return;
  }
  const fitting = flagsOf(command).find((flag) => flag.fitting === true && given.has(flag.name));
  if (fitting !== undefined)
    throw new HindcastError(
      "usage",
      `--${fitting.name} is about fitting, and with --from ${values.from} nothing is fitted`,
      `leave out --${fitting.name}, or leave out --from to fit a new model`,
    );
}

/** @throws HindcastError "usage" where nothing that is asked for can be fine-tuned */
function checkWarmStart(warmStart: string | undefined, models: readonly string[]): void {
  if (warmStart === undefined || models.some((model) => model === "auto" || model === "pretrained")) return;
  throw new HindcastError(
    "usage",
    `--warm-start pretrained fine-tunes the pretrained model, and --model is ${models.join(",")}`,
    "--model pretrained, or leave --warm-start out",
  );
}

function checkLimits({ min, max, integer }: Values<"min" | "max" | "integer">): void {
  if (min === undefined || max === undefined) return;
  const isEmpty = integer ? Math.ceil(min) > Math.floor(max) : min > max;
  if (isEmpty)
    throw new HindcastError(
      "usage",
      `no ${integer ? "whole number" : "number"} lies between --min ${min} and --max ${max}`,
      "--min with the lower one, --max with the higher one",
    );
}

function needHorizon(horizon: string | undefined, command: CommandName): string {
  if (horizon === undefined)
    throw new HindcastError("usage", `${command} needs a horizon: how many steps ahead?`, 'add -H 12, or -H "2 weeks"');
  return horizon;
}

function operandWord<const W extends string>({ argv }: Invocation, words: readonly W[]): W | undefined {
  const [word, ...more] = argv.operands;
  const known = words.find((candidate) => candidate === word);
  if (more.length > 0 || (word !== undefined && known === undefined))
    throw new HindcastError(
      "usage",
      `"${more.length > 0 ? more[0] : word}" is not what ${argv.command} takes`,
      `hindcast ${argv.command} ${commands[argv.command].operands}`,
    );
  return known;
}

/** Every setting has been read by its flag's own schema, which is what makes the type true. */
function pick<K extends FlagKey>({ settings }: Invocation, keys: readonly K[]): Values<K> {
  return Object.fromEntries(keys.map((key) => [key, settings.get(key)?.value])) as Values<K>;
}

function valuesOf<C extends CommandName>(invocation: Invocation, command: C): OwnValues<C> {
  return pick<(typeof commandFlags)[C][number]>(invocation, commandFlags[command]);
}

function readOptions(invocation: Invocation): ReadOptions {
  return pick(invocation, [...readingFlags, ...covariateFlags]);
}
