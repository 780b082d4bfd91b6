// The command line: the one place that catches, prints and sets the exit code. In: the process. Out: its end. What is imported
// here is loaded by every run, so all that can wait is loaded where it is needed.
import process from "node:process";
import type { Progress } from "./base/progress.js";
import { type CommandName, isCommandName } from "./commands/commands.js";
import type { ReadInvocation } from "./commands/dispatch.js";
import { commandHelp, HelpWanted, rootHelp } from "./commands/help.js";
import { writeStream } from "./commands/stream.js";
import { version } from "./commands/version.js";
import type { MessageStyle } from "./report/messages.js";
import { canDraw, columnsOf, wantsColour } from "./report/terminal.js";

/** Exit codes of the signals that end a run: 128 and the signal's number. */
const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Runs the process's command line and ends the process. */
export async function main(): Promise<void> {
  // Node's own warnings (of experimental parts, of what dependencies use) are no news for the user.
  process.removeAllListeners("warning");
  process.exit(await runArgv(process.argv.slice(2)));
}

async function runArgv(argv: readonly string[]): Promise<number> {
  const words = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length);
  try {
    if (words.includes("--version")) return await print(process.stdout, `${version}\n`);
    if (words.includes("--help") || words.includes("-h"))
      return await print(process.stdout, await helpText(words.find(isCommandName), process.stdout));
    if (argv.length === 0) {
      await print(process.stderr, await helpText(undefined, process.stderr));
      return 2;
    }
  } catch (error) {
    return fail(error, guessStyle(words));
  }
  return runCommand(argv, guessStyle(words));
}

async function runCommand(argv: readonly string[], asked: MessageStyle): Promise<number> {
  // When nobody listens to stderr any more, nothing can be said about it.
  process.stderr.on("error", () => {});
  let style = asked;
  let finish = () => {};
  let signalled: number | undefined;
  process.on("uncaughtException", (error) => {
    finish();
    void fail(error, style).then((exitCode) => process.exit(exitCode));
  });
  try {
    const { env, stdin, stdout, stderr } = process;
    const world = { env, cwd: process.cwd(), stdin, nodeVersion: process.version };
    const { readInvocation, dispatch } = await import("./commands/dispatch.js");
    const invocation = await readInvocation(argv, { ...world, stdinIsTerminal: stdin.isTTY === true });
    style = styleOf(invocation);
    const [{ createIo }, { createMessages }, bar] = await Promise.all([
      import("./commands/io.js"),
      import("./report/messages.js"),
      barFor(style),
    ]);
    const messages = createMessages(style, (text) => stderr.write(text), Date.now, bar);
    const interruption = new AbortController();
    const terminal = {
      isTerminal: stdout.isTTY === true,
      columns: columnsOf(stdout),
      colour: wantsColour(invocation.cli.colour, stdout.isTTY === true, env),
    };
    const io = createIo({ ...world, signal: interruption.signal, stdout, terminal, messages, now: Date.now });
    finish = () => {
      messages.progress.stop();
      io.discard();
    };
    // Whichever way the process ends, nothing half-written stays behind.
    process.on("exit", finish);
    process.on("SIGUSR1", messages.sayStatus);
    for (const [name, exitCode] of Object.entries(signalExitCodes)) {
      process.on(name, () => {
        if (signalled !== undefined) process.exit(exitCode);
        signalled = exitCode;
        messages.notify({ level: "note", text: "interrupted: ending as soon as may be; once more leaves at once" });
        interruption.abort();
        // A read that waits for more would wait on.
        stdin.destroy();
      });
    }
    const exitCode = await dispatch(invocation, io);
    return signalled ?? exitCode;
  } catch (error) {
    finish();
    if (error instanceof HelpWanted) {
      await print(process.stderr, await helpText(error.command, process.stderr));
      return 2;
    }
    // What is thrown after a signal is its consequence, no failure of its own.
    return signalled ?? (await fail(error, style));
  }
}

async function fail(error: unknown, style: MessageStyle): Promise<number> {
  const { describeFailure } = await import("./report/messages.js");
  const { text, exitCode } = describeFailure(error, style);
  // Where stderr cannot be written, the exit code is all that is left to say it with.
  await print(process.stderr, text).catch(() => {});
  return exitCode;
}

async function print(stream: NodeJS.WritableStream, text: string): Promise<number> {
  await writeStream(stream, stream === process.stdout ? "stdout" : "stderr", [text]);
  return 0;
}

async function helpText(command: CommandName | undefined, stream: NodeJS.WriteStream): Promise<string> {
  if (command === undefined) return rootHelp(columnsOf(stream));
  const [{ groupTitles }, { flagsOf }] = await Promise.all([
    import("./commands/flags.js"),
    import("./commands/options.js"),
  ]);
  return commandHelp(command, flagsOf(command), groupTitles, columnsOf(stream));
}

/** How errors are told before the command line could be read. */
function guessStyle(words: readonly string[]): MessageStyle {
  const joined = words.join(" ");
  return {
    quiet: false,
    json: words.includes("--log-json"),
    jsonErrors: /--format[ =](nd)?json\b/.test(joined),
    colour: wantsColour(
      /--color[ =]never\b/.test(joined) ? "never" : "auto",
      process.stderr.isTTY === true,
      process.env,
    ),
  };
}

function styleOf({ cli }: ReadInvocation): MessageStyle {
  return {
    quiet: cli.quiet,
    json: cli.logJson,
    jsonErrors: cli.format === "json" || cli.format === "ndjson",
    colour: wantsColour(cli.colour, process.stderr.isTTY === true, process.env),
  };
}

/** A bar where it can be drawn and is wanted. */
async function barFor({ quiet, json }: MessageStyle): Promise<Progress | undefined> {
  const { env, stderr } = process;
  if (quiet || json || !canDraw(stderr.isTTY === true, env)) return undefined;
  const { createBar } = await import("./report/bar.js");
  const fps = Number(env.HINDCAST_PROGRESS_FPS);
  return createBar(stderr, fps > 0 ? fps : 10);
}
