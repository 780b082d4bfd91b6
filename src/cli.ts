// The command line: the one place that catches, prints and sets the exit code. In: the process. Out: its end. What is imported
// here is loaded by every run, so all that can wait is loaded where it is needed.
import { fstatSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import process from "node:process";
import { type KeptCode, keepCode } from "./base/kept-code.js";
import type { Progress } from "./base/progress.js";
import { type CommandName, isCommandName } from "./commands/commands.js";
import type { ReadInvocation } from "./commands/dispatch.js";
import { commandHelp, HelpWanted, rootHelp } from "./commands/help.js";
import { type Sink, standardSink } from "./commands/stream.js";
import { build, version } from "./commands/version.js";
import type { MessageStyle } from "./report/messages.js";
import { canDraw, columnsOf, wantsColour, writesUnicode } from "./report/terminal.js";

/** Exit codes of the signals that end a run: 128 and the signal's number. */
const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The first signal that asked for the end. */
let interrupted: string | undefined;

const stdout = standardSink(1, "stdout", () => process.stdout);
const stderr = standardSink(2, "stderr", () => process.stderr);
const stdinIsTerminal = isTerminal(0, () => process.stdin);
const stdoutIsTerminal = isTerminal(1, () => process.stdout);
const stderrIsTerminal = isTerminal(2, () => process.stderr);

/** Only what is a device, and not the one of nothing, can be a terminal, so that nothing else need be opened to know. */
function isTerminal(descriptor: number, open: () => { readonly isTTY?: boolean }): boolean {
  try {
    const found = fstatSync(descriptor);
    const isNull = found.rdev === statSync("/dev/null", { throwIfNoEntry: false })?.rdev;
    return found.isCharacterDevice() && !isNull && open().isTTY === true;
  } catch {
    return false;
  }
}

/** Runs the process's command line and ends the process. */
export async function main(): Promise<void> {
  // Node's own warnings (of experimental parts, of what dependencies use) are no news for the user.
  process.removeAllListeners("warning");
  const exitCode = await runArgv(process.argv.slice(2));
  // What is being read when a signal comes is mostly there in a moment.
  for (let turn = 0; turn < 10 && interrupted !== undefined && waitsForFile(); turn++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  leave(exitCode);
}

async function runArgv(argv: readonly string[]): Promise<number> {
  const words = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length);
  try {
    if (words.includes("--version")) return await print(stdout, `${version}\n`);
    if (words.includes("--help") || words.includes("-h"))
      return await print(stdout, await helpText(words.find(isCommandName), widthOf(1)));
    if (argv.length === 0) {
      await print(stderr, await helpText(undefined, widthOf(2)));
      return 2;
    }
  } catch (error) {
    return fail(error, guessStyle(words));
  }
  return runCommand(argv, words);
}

/** @param words of `argv`, those that are not operands for certain */
async function runCommand(argv: readonly string[], words: readonly string[]): Promise<number> {
  let style = guessStyle(words);
  let finish = () => {};
  let signalled: number | undefined;
  process.on("uncaughtException", (error) => {
    finish();
    void fail(error, style).then((exitCode) => process.exit(exitCode));
  });
  try {
    const { env } = process;
    const kept = keepCompiledCode(words, env);
    const world = { env, cwd: await workingDirectory(), nodeVersion: process.version };
    const { readInvocation, dispatch } = await import("./commands/dispatch.js");
    const invocation = await readInvocation(argv, { ...world, stdinIsTerminal });
    style = styleOf(invocation);
    const [{ createIo }, { createMessages }, bar] = await Promise.all([
      import("./commands/io.js"),
      import("./report/messages.js"),
      barFor(style),
    ]);
    const messages = createMessages(style, say, Date.now, bar);
    const interruption = new AbortController();
    const unicode = writesUnicode(env, process.platform);
    const terminal = {
      isTerminal: stdoutIsTerminal,
      columns: widthOf(1),
      colour: wantsColour(invocation.cli.colour, stdoutIsTerminal, env),
      unicode,
    };
    const io = createIo({
      ...world,
      openStdin: () => process.stdin,
      stdout,
      signal: interruption.signal,
      terminal,
      messages,
      stderr: { columns: widthOf(2), colour: style.colour && !style.json, unicode },
      now: Date.now,
    });
    finish = () => {
      messages.progress.stop();
      io.discard();
    };
    // Whichever way the process ends, nothing half-written stays behind.
    process.on("exit", finish);
    process.on("SIGUSR1", messages.sayStatus);
    for (const [name, exitCode] of Object.entries(signalExitCodes)) {
      process.on(name, () => {
        if (signalled !== undefined) leave(exitCode);
        signalled = exitCode;
        interrupted = name;
        messages.notify({ level: "note", text: "interrupted: ending as soon as may be; once more leaves at once" });
        interruption.abort();
        leaveWhenIdle(exitCode);
        // A read that waits for more would wait on.
        process.stdin.destroy();
      });
    }
    const exitCode = await dispatch(invocation, io);
    if (exitCode === 0) kept?.save(Date.now());
    return signalled ?? exitCode;
  } catch (error) {
    finish();
    if (error instanceof HelpWanted) {
      await print(stderr, await helpText(error.command, widthOf(2)));
      return 2;
    }
    // What is thrown after a signal is its consequence, no failure of its own.
    return signalled ?? (await fail(error, style));
  }
}

/**
 * By the signal itself where there was one and a file is waited for: `process.exit` waits for the threads that open and read files, and one
 * that waits for the other end of a named pipe waits for ever.
 */
function leave(exitCode: number): void {
  if (interrupted === undefined || !waitsForFile()) process.exit(exitCode);
  process.emit("exit", exitCode);
  process.removeAllListeners(interrupted);
  process.kill(process.pid, interrupted);
}

function waitsForFile(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith("FSReq"));
}

/** Milliseconds that a run which was asked to end may spend waiting for a file alone. */
const mostWait = 2000;

function leaveWhenIdle(exitCode: number): void {
  let before = performance.eventLoopUtilization();
  setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    if (utilization < 0.01 && waitsForFile()) leave(exitCode);
  }, mostWait).unref();
}

/**
 * What is compiled is kept in the user's cache directory, where there is one: for each command, and apart for saved models. What is in
 * words is no more than a guess, and a wrong one costs a few milliseconds.
 */
function keepCompiledCode(
  words: readonly string[],
  { XDG_CACHE_HOME, HOME = "" }: typeof process.env,
): KeptCode | undefined {
  const directory = join(XDG_CACHE_HOME || join(HOME, ".cache"), "hindcast");
  const command = words.find(isCommandName);
  if (command === undefined || !isAbsolute(directory)) return undefined;
  const isSaved = words.some((word) => /^--from(=|$)/.test(word));
  const key = [build, process.version, process.arch, command, ...(isSaved ? ["from"] : [])].join("-");
  const kept = keepCode(require, __dirname, directory, key);
  kept.load("forecast.js");
  return kept;
}

async function workingDirectory(): Promise<string> {
  try {
    return process.cwd();
  } catch {
    const { HindcastError } = await import("./base/errors.js");
    throw new HindcastError("usage", "the directory that hindcast was started in is gone", "cd to one that is there");
  }
}

async function fail(error: unknown, style: MessageStyle): Promise<number> {
  const { describeFailure } = await import("./report/messages.js");
  const { text, exitCode } = describeFailure(error, style);
  // Where stderr cannot be written, the exit code is all that is left to say it with.
  await print(stderr, text).catch(() => {});
  return exitCode;
}

async function print(sink: Sink, text: string): Promise<number> {
  await sink.write([text]);
  return 0;
}

/** When nobody reads stderr any more, nothing can be said about it. */
function say(text: string): void {
  void stderr.write([text]).catch(() => {});
}

/** Columns of stdout, 1, or stderr, 2. */
function widthOf(descriptor: 1 | 2): number {
  if (descriptor === 1) return columnsOf(stdoutIsTerminal ? process.stdout : {});
  return columnsOf(stderrIsTerminal ? process.stderr : {});
}

async function helpText(command: CommandName | undefined, width: number): Promise<string> {
  if (command === undefined) return rootHelp(width);
  const [{ groupTitles }, { flagsOf }] = await Promise.all([
    import("./commands/flags.js"),
    import("./commands/options.js"),
  ]);
  return commandHelp(command, flagsOf(command), groupTitles, width);
}

/** How errors are told before the command line could be read. */
function guessStyle(words: readonly string[]): MessageStyle {
  const joined = words.join(" ");
  return {
    quiet: false,
    json: words.includes("--log-json"),
    jsonErrors: /--format[ =](nd)?json\b/.test(joined),
    colour: wantsColour(/--color[ =]never\b/.test(joined) ? "never" : "auto", stderrIsTerminal, process.env),
  };
}

function styleOf({ cli }: ReadInvocation): MessageStyle {
  return {
    quiet: cli.quiet,
    json: cli.logJson,
    jsonErrors: cli.format === "json" || cli.format === "ndjson",
    colour: wantsColour(cli.colour, stderrIsTerminal, process.env),
  };
}

/** A bar where it can be drawn and is wanted. */
async function barFor({ quiet, json }: MessageStyle): Promise<Progress | undefined> {
  const { env } = process;
  if (quiet || json || !canDraw(stderrIsTerminal, env)) return undefined;
  const { createBar } = await import("./report/bar.js");
  const fps = Number(env.HINDCAST_PROGRESS_FPS);
  return createBar(process.stderr, fps > 0 ? fps : 10, writesUnicode(env, process.platform));
}
