// Runs the built command line as a shell would. In: a shell line, a directory, what differs in the environment. Out: what it
// wrote and how it ended.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 and the signal's number when a signal ended it, as a shell has it. */
  readonly exit: number;
}

/** A directory with `hindcast` in it, to be put on PATH. */
const binaries = mkdtempSync(join(tmpdir(), "hindcast-bin-"));
writeFileSync(join(binaries, "hindcast"), `#!/bin/sh\nexec "${process.execPath}" "${root}bin/hindcast.js" "$@"\n`);
chmodSync(join(binaries, "hindcast"), 0o755);

/** The environment of a run: nothing of the user's own settings, language, zone or terminal. */
export function cleanEnvironment(cwd: string): Record<string, string> {
  return { PATH: `${binaries}:${process.env.PATH}`, HOME: join(cwd, "home"), LANG: "C", TMPDIR: cwd };
}

/** Runs `line` in bash. stdin is empty, and no stream is a terminal. */
export function runShell(line: string, cwd: string, env: Record<string, string> = {}): Promise<Outcome> {
  if (!existsSync(join(root, "dist/cli.js"))) throw new Error("there is no dist/: npm run build");
  const child = spawn("bash", ["-c", line], {
    cwd,
    env: { ...cleanEnvironment(cwd), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done({ stdout, stderr, exit: code ?? 1 }));
  });
}
