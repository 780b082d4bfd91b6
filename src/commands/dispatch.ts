// From argv to a handler. In: the words of the command line and the world. Out: the settings of an invocation, and the exit code
// of the handler that was called with them. Handlers are loaded one by one, because each brings the stages it stands on.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { HindcastError } from "../base/errors.js";
import { listNames } from "../base/wording.js";
import { trainsNetworks } from "../choose/model-names.js";
import {
  backtestArgs,
  compareArgs,
  completionArgs,
  engineArgs,
  explainArgs,
  exportArgs,
  forecastArgs,
  type Invocation,
  inspectArgs,
  mergeArgs,
  modelsArgs,
  pipeArgs,
  reportArgs,
  retrainArgs,
  scoreArgs,
  trainArgs,
  tuneArgs,
} from "./args.js";
import { parseArgv } from "./argv.js";
import type { CommandName } from "./commands.js";
import { flags } from "./flags.js";
import type { Io } from "./io.js";
import { trainingFlags, type Values } from "./options.js";
import { isStdout } from "./output.js";
import { checkEnvironment, resolveSettings, settingsTable } from "./settings.js";
import { findConfigFiles } from "./settings-file.js";

type CliFlag = "quiet" | "logJson" | "colour" | "printConfig" | "format" | "help" | "version";

/** What the command line itself needs to know. `format` is not set for commands without it. */
export type CliValues = Values<CliFlag>;

export interface ReadInvocation extends Invocation {
  readonly cli: CliValues;
}

/** @throws HindcastError "usage" */
export async function readInvocation(
  argv: readonly string[],
  world: Pick<Io, "env" | "cwd"> & { readonly stdinIsTerminal: boolean },
): Promise<ReadInvocation> {
  const parsed = parseArgv(argv);
  const named = parsed.given.get("config");
  // An empty name is refused with the other values.
  const config = typeof named === "string" && named !== "" ? named : undefined;
  const files = await findConfigFiles(world.cwd, world.env, config);
  const settings = resolveSettings(parsed, world.env, files);
  const keys: readonly CliFlag[] = ["quiet", "logJson", "colour", "printConfig", "format", "help", "version"];
  const cli = Object.fromEntries(keys.map((key) => [key, settings.get(key)?.value])) as CliValues;
  return { argv: parsed, settings, stdinIsTerminal: world.stdinIsTerminal, cli };
}

/** @returns the exit code */
export async function dispatch(invocation: ReadInvocation, io: Io): Promise<number> {
  checkEnvironment(io.env, io.notify);
  if (invocation.cli.printConfig) {
    await io.writeTable(settingsTable(invocation.settings), { format: invocation.cli.format }, "table");
    return 0;
  }
  const exitCode = await handlers[invocation.argv.command](invocation, io);
  return typeof exitCode === "number" ? exitCode : 0;
}

/** @returns a number when the command has an exit code of its own */
type Handler = (invocation: Invocation, io: Io) => Promise<unknown>;

/** The paths of a command, by what they are for. */
interface Paths {
  readonly output?: string | undefined;
  readonly predictions?: string | undefined;
  readonly report?: string | undefined;
  readonly bestSettings?: string | undefined;
  readonly futureTemplate?: string | undefined;
  readonly futureData?: string | undefined;
  readonly trialsFile?: string | undefined;
  readonly dryRun?: boolean;
}

/** @param asked what forecasts, where flags about training are to be noted that mean nothing to it */
function handler<A extends Paths>(
  read: (invocation: Invocation) => A,
  load: () => Promise<{ run(args: A, io: Io): Promise<unknown> }>,
  asked?: (args: A) => readonly string[],
): Handler {
  return async (invocation, io) => {
    const args = read(invocation);
    if (asked !== undefined) noteUnused(asked(args), invocation.argv, io);
    await prepareOutputs(args, invocation.argv.operands, io);
    return (await load()).run(args, io);
  };
}

const handlers = {
  train: handler(
    trainArgs,
    () => import("./train.js"),
    ({ model }) => [model],
  ),
  forecast: handler(
    forecastArgs,
    () => import("./forecast.js"),
    ({ model }) => [model],
  ),
  backtest: handler(
    backtestArgs,
    () => import("./backtest.js"),
    ({ models }) => models,
  ),
  report: handler(
    reportArgs,
    () => import("./report.js"),
    ({ models }) => models,
  ),
  compare: handler(
    compareArgs,
    () => import("./compare.js"),
    ({ compared }) => compared,
  ),
  tune: handler(tuneArgs, () => import("./tune.js")),
  explain: handler(explainArgs, () => import("./explain.js")),
  score: handler(scoreArgs, () => import("./score.js")),
  retrain: handler(retrainArgs, () => import("./retrain.js")),
  models: handler(modelsArgs, () => import("./models.js")),
  inspect: handler(inspectArgs, () => import("./inspect.js")),
  pipe: handler(
    pipeArgs,
    () => import("./pipe.js"),
    ({ lineModel }) => (lineModel === undefined ? [] : [lineModel]),
  ),
  merge: handler(mergeArgs, () => import("./merge.js")),
  export: handler(exportArgs, () => import("./export.js")),
  engine: handler(engineArgs, () => import("./engine.js")),
  completion: async (invocation, io) => (await import("./completion.js")).run(completionArgs(invocation, io.env), io),
} satisfies Record<CommandName, Handler>;

/** Networks alone are told how to train: what stands on the command line for none of them is said to mean nothing. */
function noteUnused(models: readonly string[], { given }: Invocation["argv"], io: Io): void {
  if (models.length === 0 || models.some((name) => trainsNetworks(name))) return;
  const unused = trainingFlags.map((key) => flags[key].name).filter((name) => given.has(name));
  if (unused.length > 0)
    io.notify({
      level: "note",
      text: `${listNames(unused.map((name) => `--${name}`))} ${unused.length === 1 ? "is" : "are"} about networks, and ${listNames([...new Set(models)])} ${models.length === 1 ? "is none" : "are none"}`,
    });
}

/** What cannot be written, or would be written over what is read or written as well, is said before the long work. @param operands what the command reads */
async function prepareOutputs(args: Paths, operands: readonly string[], io: Io): Promise<void> {
  const written = [args.output, args.predictions, args.report, args.bestSettings].filter((path) => path !== undefined);
  const read = [...operands, args.futureData, args.trialsFile].filter((path) => path !== undefined);
  for (const path of args.futureTemplate === undefined ? written : [...written, args.futureTemplate]) {
    const clash = read.find((one) => isSameFile(one, path));
    if (clash !== undefined)
      throw new HindcastError("usage", `${path} would be written over ${clash}, which is read`, "a file of its own");
  }
  checkApart(args, io.cwd);
  const parquet = [args.output, args.predictions].find((path) => path?.toLowerCase().endsWith(".parquet"));
  if (parquet !== undefined)
    throw new HindcastError("usage", `${parquet}: Parquet is read, and not written`, "a name that ends in .csv");
  const packed = [args.output, args.predictions].find((path) => /\.(gz|zst|bz2|xz|zip|xlsx?)$/i.test(path ?? ""));
  if (packed !== undefined)
    throw new HindcastError(
      "usage",
      `${packed}: what is written is text`,
      /\.xlsx?$/i.test(packed) ? "a name that ends in .csv" : `without -o, and | gzip > ${packed}`,
    );
  if (args.dryRun !== true) for (const path of written) await io.prepareOutput(path);
}

/** @throws HindcastError "usage" where two outputs of a run would be one file, or both stdout */
function checkApart(args: Paths, cwd: string): void {
  const outputs = [
    { flag: "output", path: args.output ?? "-", holds: "predictions" in args ? "the scores" : "the rows" },
    { flag: "predictions", path: args.predictions, holds: "the predictions" },
    { flag: "report", path: args.report, holds: "the charts" },
    { flag: "out", path: args.bestSettings, holds: "the settings" },
    { flag: "trials-file", path: args.trialsFile, holds: "the trials" },
  ];
  const there: { path: string; place: string; holds: string }[] = [];
  for (const { flag, path, holds } of outputs) {
    if (path === undefined) continue;
    const place = isStdout(path) ? "-" : resolve(cwd, path);
    const clash = there.find((other) => other.place === place || isSameFile(other.path, path));
    if (clash !== undefined)
      throw new HindcastError(
        "usage",
        `--${flag} ${path} is where ${clash.holds} are written`,
        "give each a file of its own",
      );
    there.push({ path, place, holds });
  }
}

/** Of regular files that are there: a pipe may be read and written. */
function isSameFile(first: string, second: string): boolean {
  if (first === "-" || second === "-") return false;
  const [one, other] = [first, second].map((path) => statSync(path, { throwIfNoEntry: false }));
  return one?.isFile() === true && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}
