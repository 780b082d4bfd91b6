// Commands that the user wants run after a retraining. In: a command as it was written, and a record. Out: nothing; the record goes
// to its stdin, so no data ever become part of a command line.
import { spawn } from "node:child_process";
import type { Io } from "./io.js";

/** A hook that fails is said and changes nothing. */
export async function runHook(flag: string, command: string, record: string, io: Io): Promise<void> {
  const problem = await new Promise<string | undefined>((done) => {
    // What it prints is no result of ours.
    const child = spawn(command, { shell: true, cwd: io.cwd, env: io.env, stdio: ["pipe", 2, 2] });
    child.on("error", (error) => done(error.message));
    child.on("close", (code, signal) =>
      done(code === 0 ? undefined : `it ended with ${signal ?? `exit code ${code}`}`),
    );
    // It need not read.
    child.stdin?.on("error", () => {});
    child.stdin?.end(record);
  });
  if (problem !== undefined) io.notify({ level: "warning", text: `--${flag} "${command}": ${problem}` });
}
