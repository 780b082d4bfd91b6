// The arguments of each command, typed. In: the operands and settings of one invocation. Out: what a handler is called with;
// whatever does not fit together is said here, before anything is read.
import { basename } from "node:path";
import { shardFormats } from "../artifact/shard-manifest.js";
import { HindcastError } from "../base/errors.js";
import { quoteWord } from "../base/wording.js";
import { modelNames } from "../choose/model-names.js";
import { cells } from "../engine/kernels/cells.js";
import { formatOfName } from "../report/format-names.js";
import type { ReadOptions } from "../series/options.js";
import type { Argv } from "./argv.js";
import { writeCommandLine } from "./command-line.js";
import { type CommandName, commands, completionForms, engineActions, modelsActions, shells } from "./commands.js";
import { flags } from "./flags.js";
import { checkHead } from "./head-args.js";
import { HelpWanted } from "./help.js";
import {
  commandFlags,
  covariateFlags,
  type FlagKey,
  flagsOf,
  queryFlags,
  readingFlags,
  type Values,
} from "./options.js";
import type { Setting } from "./settings.js";
import { checkWarmStart } from "./warm-start-args.js";

/** Of every command, for the command line itself. */
type General = "quiet" | "logJson" | "colour" | "config" | "printConfig" | "help" | "version";
type Reading = (typeof readingFlags | typeof queryFlags | typeof covariateFlags)[number];
type OwnValues<C extends CommandName> = Values<Exclude<(typeof commandFlags)[C][number], General | Reading>>;

interface Common {
  /** Names of the flags that stand on the command line itself. */
  readonly given: ReadonlySet<string>;
  /** To be told, and typed again. */
  readonly commandLine: string;
}

interface DataArgs extends Common {
  /** Paths, "-" for stdin, or the SQL of `reading` alone; empty only with `from`: go on from the end of what the model was trained on. */
  readonly data: readonly string[];
  readonly reading: ReadOptions;
}

/** `horizon` is there, and so is `out` unless it is a dry run. */
export type TrainArgs = DataArgs & OwnValues<"train"> & { readonly horizon: string };
/** `horizon` is there unless `from` is, and so for a backtest. */
export type ForecastArgs = DataArgs & OwnValues<"forecast">;
export type BacktestArgs = DataArgs & OwnValues<"backtest">;
/** `horizon` is there unless `from` is. */
export type ReportArgs = DataArgs & OwnValues<"report">;
/** `horizon` is there. */
export type CompareArgs = DataArgs & OwnValues<"compare"> & { readonly horizon: string };
/** `horizon` is there. */
export type TuneArgs = DataArgs &
  OwnValues<"tune"> & {
    readonly horizon: string;
    /** Names of flags that are set, here or in a settings file: they are not searched. */
    readonly fixed: ReadonlySet<string>;
  };
export type ExplainArgs = DataArgs & OwnValues<"explain"> & { readonly from: string };
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
/** One of `from` and `lineModel` is there, and with the latter `horizon`. */
export type PipeArgs = Common & OwnValues<"pipe"> & { readonly tz: string };
/** `files` is never empty. */
export type MergeArgs = Common & OwnValues<"merge"> & { readonly files: readonly string[] };
/** `output` is the file named as an operand, if one is. */
export type ExportArgs = Common & OwnValues<"export"> & { readonly from: string };
export type EngineArgs = Common & OwnValues<"engine"> & { readonly action: (typeof engineActions)[number] };
export type CompletionArgs = Common & { readonly form: (typeof completionForms)[number] };

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
  checkHead(args);
  checkWarmStart(args.warmStart, [args.model], true);
  return { ...args, horizon: needHorizon(args.horizon, "train") };
}

export function forecastArgs(invocation: Invocation): ForecastArgs {
  const values = valuesOf(invocation, "forecast");
  checkFrom(invocation, values);
  checkLimits(values);
  checkHead(values);
  checkWarmStart(values.warmStart, [values.model]);
  checkShard(values);
  checkTemplate(invocation, values);
  if (values.follow) checkFollow(invocation, values);
  if (invocation.argv.given.has("jobs") && !values.local)
    throw new HindcastError(
      "usage",
      "--jobs shares out a model per series, and here is one model for all",
      "add --local, or use --threads",
    );
  const asked = dataArgs(invocation, values.from);
  checkStdinOnce([...asked.data, ...(values.futureData === undefined ? [] : [values.futureData])]);
  return { ...asked, ...values };
}

/** What needs all rows, or writes a file when all is done, does not go with rows that keep coming. */
const notFollowed = [
  ...["sql", "aggregate", "missing", "since", "until", "only", "wide", "freq", "encoding"],
  ...["align", "future-data", "future-template", "shard", "report", "output", "dry-run"],
];
const followFormats = ["csv", "tsv", "ndjson"];

function checkFollow({ argv }: Invocation, { from, format = "csv" }: Values<"from" | "format">): void {
  const usage = "tail -n +1 -f data.csv | hindcast forecast --follow --from DIR -";
  if (from === undefined) throw new HindcastError("usage", "--follow needs a model that is trained already", usage);
  const unfit = notFollowed.find((name) => argv.given.has(name));
  if (unfit !== undefined)
    throw new HindcastError("usage", `--${unfit} does not go with --follow, whose rows keep coming`, usage);
  if (!followFormats.includes(format))
    throw new HindcastError(
      "usage",
      `--format ${format} is written when all rows are there`,
      `one of: ${followFormats.join(", ")}`,
    );
  if (argv.operands.length !== 1)
    throw new HindcastError("usage", `--follow reads one input; ${argv.operands.length} given`, usage);
}

/** One model of all series has to be the same for every shard, so it has to be there before. */
function checkShard(values: Values<"shard" | "from" | "local" | "format" | "output">): void {
  const { shard, from, local, output, format = formatOfName(output) ?? "csv" } = values;
  if (shard === undefined) return;
  if (from === undefined && !local)
    throw new HindcastError(
      "usage",
      "--shard would train another model on each shard",
      "--from DIR with a model of all series, or --local for a model per series",
    );
  if (!shardFormats.some((name) => name === format))
    throw new HindcastError(
      "usage",
      `the rows of ${values.format === undefined ? `${output}, in the format ${format},` : `--format ${format}`} cannot be merged`,
      values.format === undefined
        ? `--format csv, or an output called .${shardFormats.join(", .")}`
        : `one of: ${shardFormats.join(", ")}`,
    );
}

export function backtestArgs(invocation: Invocation): BacktestArgs {
  const values = valuesOf(invocation, "backtest");
  checkFrom(invocation, values);
  checkLimits(values);
  checkHead(values);
  checkWarmStart(values.warmStart, values.models);
  return { ...dataArgs(invocation, values.from), ...values };
}

export function reportArgs(invocation: Invocation): ReportArgs {
  const values = valuesOf(invocation, "report");
  checkFrom(invocation, values);
  checkLimits(values);
  checkHead(values);
  checkWarmStart(values.warmStart, values.models);
  return { ...dataArgs(invocation, values.from), ...values };
}

export function compareArgs(invocation: Invocation): CompareArgs {
  const values = valuesOf(invocation, "compare");
  checkLimits(values);
  checkHead(values);
  checkWarmStart(values.warmStart, values.compared);
  return { ...dataArgs(invocation, undefined), ...values, horizon: needHorizon(values.horizon, "compare") };
}

export function tuneArgs(invocation: Invocation): TuneArgs {
  const values = valuesOf(invocation, "tune");
  checkLimits(values);
  checkHead(values);
  const set = [...invocation.settings.values()].filter(({ origin }) => origin !== "default");
  const fixed = new Set(set.map(({ name }) => name));
  return { ...dataArgs(invocation, undefined), ...values, horizon: needHorizon(values.horizon, "tune"), fixed };
}

export function explainArgs(invocation: Invocation): ExplainArgs {
  const { from, ...values } = valuesOf(invocation, "explain");
  if (from === undefined)
    throw new HindcastError(
      "usage",
      "explain needs a model that is trained already",
      "hindcast explain data.csv --from DIR",
    );
  return { ...dataArgs(invocation, from), ...values, from };
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
  const [registry, ...paths] = invocation.argv.operands;
  if (registry === undefined && invocation.stdinIsTerminal) throw new HelpWanted("retrain");
  const { data, reading } = readingOf(invocation, paths);
  if (registry === undefined || data.length === 0)
    throw new HindcastError(
      "usage",
      "retrain needs a registry and data",
      "hindcast retrain registry/ sales.csv -H 12; - reads stdin",
    );
  checkStdinOnce(data);
  const values = valuesOf(invocation, "retrain");
  checkLimits(values);
  checkHead(values);
  checkWarmStart(values.warmStart, [values.model], true);
  return { ...common(invocation), ...values, registry, data, reading };
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
    throw new HindcastError("usage", "score needs data", `hindcast models ${quoteWord(registry)} score data.csv`);
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

/** Models that a series has for itself at once. */
const untrained = modelNames.filter((name) => name !== "auto" && !cells.some((cell) => cell === name));

export function pipeArgs(invocation: Invocation): PipeArgs {
  const { operands } = invocation.argv;
  const model = "hindcast pipe --from DIR < lines.ndjson, or --model pretrained -H 12";
  if (operands.some((operand) => operand !== "-") || operands.length > 1)
    throw new HindcastError("usage", `pipe reads stdin, and "${operands[0]}" is no flag of it`, model);
  const values = valuesOf(invocation, "pipe");
  if (values.from === undefined && values.lineModel === undefined)
    throw new HindcastError("usage", "pipe needs a model", model);
  checkFrom(invocation, values);
  if (values.from === undefined && !untrained.some((name) => name === values.lineModel))
    throw new HindcastError(
      "usage",
      `--model ${values.lineModel} has to be trained first`,
      `hindcast train data.csv -H ${values.horizon} --model ${values.lineModel} --out model, then pipe --from model; or one of: ${untrained.join(", ")}`,
    );
  checkLimits(values);
  checkHead(values);
  checkWarmStart(values.warmStart, [values.lineModel ?? "auto"]);
  if (invocation.stdinIsTerminal)
    throw new HindcastError("usage", "pipe reads a series a line from stdin, and stdin is a terminal", model);
  return { ...common(invocation), ...values, tz: pick(invocation, ["tz"]).tz };
}

export function mergeArgs(invocation: Invocation): MergeArgs {
  const files = invocation.argv.operands;
  if (files.length === 0)
    throw new HindcastError("usage", "merge needs the outputs of shards", "hindcast merge part-*.csv -o next.csv");
  return { ...common(invocation), ...valuesOf(invocation, "merge"), files };
}

export function exportArgs(invocation: Invocation): ExportArgs {
  const { from, ...values } = valuesOf(invocation, "export");
  const { operands } = invocation.argv;
  const usage = "hindcast export --from model/ --to onnx model.onnx";
  if (from === undefined) throw new HindcastError("usage", "export needs a model that is trained already", usage);
  if (values.to === undefined) throw new HindcastError("usage", "export needs to know the form of the file", usage);
  if (operands.length + (values.output === undefined ? 0 : 1) > 1)
    throw new HindcastError("usage", `export writes one file, and "${operands.at(-1)}" is one more`, usage);
  return { ...common(invocation), ...values, from, output: values.output ?? operands[0] };
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
  const form = operandWord(invocation, completionForms) ?? shells.find((name) => name === own);
  if (form === undefined)
    throw new HindcastError("usage", "which shell is the completion for?", `hindcast completion ${shells.join("|")}`);
  return { ...common(invocation), form };
}

function common(invocation: Invocation): Common {
  return { given: new Set(invocation.argv.given.keys()), commandLine: writeCommandLine(invocation) };
}

function dataArgs(invocation: Invocation, from: string | undefined): DataArgs {
  const { argv, stdinIsTerminal } = invocation;
  const { data, reading } = readingOf(invocation, argv.operands);
  if (data.length === 0 && from === undefined && stdinIsTerminal) throw new HelpWanted(argv.command);
  checkStdinOnce(data);
  if (data.length === 0 && from !== undefined) checkUnread(argv);
  return { ...common(invocation), data: data.length > 0 || from !== undefined ? data : ["-"], reading };
}

/**
 * What is read, and how: the query of --sql, or else the paths, before which one that a settings file holds stands back.
 * @throws HindcastError "usage" for a query beside paths, and for a database without a query
 */
function readingOf(invocation: Invocation, paths: readonly string[]): Pick<DataArgs, "data" | "reading"> {
  const { given } = invocation.argv;
  const reading = readOptions(invocation);
  const { sql, database } = reading;
  if (paths.length > 0 && given.has("sql"))
    throw new HindcastError(
      "usage",
      `--sql reads the data, and ${paths[0]} is given too`,
      `one of the two; a query can name files itself: --sql 'select … from "sales.parquet"'`,
    );
  if (sql !== undefined && paths.length === 0) return { data: [sql], reading };
  if (given.has("db"))
    throw new HindcastError("usage", `--db ${database} is read by SQL, and there is none`, "add --sql 'select …'");
  return { data: paths, reading: { ...reading, sql: undefined } };
}

/** Without data nothing is read, but what is known ahead; which series are forecast can be said all the same. */
function checkUnread({ command, given }: Argv): void {
  if (given.has("future-data")) return;
  const unread = readingFlags
    .filter((key) => key !== "only")
    .map((key) => flags[key])
    .find(({ name }) => given.has(name));
  if (unread !== undefined)
    throw new HindcastError(
      "usage",
      `--${unread.name} is about reading data, and none are given`,
      `name the data: hindcast ${command} data.csv --from DIR, or leave out --${unread.name}`,
    );
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

/** A template is written, and nothing is forecast. */
function checkTemplate({ argv }: Invocation, { futureTemplate }: Values<"futureTemplate">): void {
  if (futureTemplate === undefined) return;
  const other = ["output", "format", "report", "plot", "shard", "future-data"].find((name) => argv.given.has(name));
  if (other !== undefined)
    throw new HindcastError(
      "usage",
      `--future-template writes what is to be filled in, and forecasts nothing that --${other} is for`,
      "run again with --future-data once it is filled in",
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
  return pick(invocation, [...readingFlags, ...queryFlags, ...covariateFlags]);
}
