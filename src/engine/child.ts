// Other programs, run to their end. In: a command, its arguments and environment. Out: how it ended and what it said.
import { spawn } from "node:child_process";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

export interface ChildResult {
  /** null when it was killed, or could not be started at all. */
  readonly exitCode: number | null;
  /** What it wrote to stdout and stderr, as it came. */
  readonly output: string;
}

/** @throws the signal's reason when it aborts; a command that does not exist is a result, not an error */
export function runChild(command: string, args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  const { cwd, env, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    const stop = () => child.kill();
    signal?.addEventListener("abort", stop);
    const finish = (result: ChildResult) => {
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) reject(signal.reason);
      else resolve(result);
    };
    child.on("error", (error) => finish({ exitCode: null, output: error.message }));
    child.on("close", (exitCode) => finish({ exitCode, output }));
  });
}

/** What a failed program said was wrong, on one line: the first lines that name an error, else its last line. */
export function describeFailure(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const errors = lines
    .filter((line) => /\berror\b/i.test(line))
    .map((line) => line.replace(/^(npm error|ERROR:)\s+/, ""));
  return errors.slice(0, 4).join("; ") || lines.findLast((line) => line !== "") || "it said nothing";
}
