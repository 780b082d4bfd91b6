// Runs of hindcast in which one call to the system fails. In: a directory and a command line. Out: the calls that it makes on the
// directory's files; and how it ends when one of them fails.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../../bin/hindcast.js", import.meta.url));
const timeoutMs = 60_000;
const { ENOSPC, EIO, EACCES, EPERM, EMFILE, EINTR, EXDEV, EROFS } = constants.errno;
const errors = { ENOSPC, EIO, EACCES, EPERM, EMFILE, EINTR, EXDEV, EROFS };

/** What can befall each call, beside a kill before it and one after it. */
const befalls = {
  stat: ["EIO", "EACCES"],
  access: ["EACCES"],
  list: ["EIO", "EACCES", "EMFILE"],
  open: ["EIO", "EACCES", "EMFILE", "EINTR"],
  reopen: ["EIO", "EACCES", "EROFS"],
  read: ["EIO", "EINTR", "short"],
  create: ["ENOSPC", "EIO", "EACCES", "EMFILE", "EROFS", "full"],
  write: ["ENOSPC", "EIO", "EINTR", "short", "full"],
  fsync: ["EIO", "ENOSPC"],
  chmod: ["EIO", "EPERM"],
  rename: ["EXDEV", "ENOSPC", "EIO", "EACCES", "full"],
  link: ["EXDEV", "ENOSPC", "EIO", "EACCES"],
  mkdir: ["ENOSPC", "EIO", "EACCES", "EROFS", "full"],
  truncate: ["EIO"],
  unlink: ["EIO", "EACCES"],
  rmdir: ["EIO", "EACCES"],
};

/** @returns the path of the library, or undefined with the reason said where none can be made */
export function buildLibrary(directory) {
  const library = join(directory, "faults.so");
  const source = fileURLToPath(new URL("./faults.c", import.meta.url));
  if (process.platform !== "linux")
    return console.log("skipped: calls are made to fail by LD_PRELOAD, which is Linux's");
  try {
    execFileSync("cc", ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], { stdio: "pipe" });
  } catch (error) {
    return console.log(`skipped: there is no C compiler here: ${error.message.split("\n")[0]}`);
  }
  return library;
}

/** @param fault what preloads and configures the library; nothing fails when left out */
export function run(argv, cwd, fault = {}) {
  const home = join(cwd, "..", "home");
  mkdirSync(home, { recursive: true });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    UV_THREADPOOL_SIZE: "1",
    HINDCAST_CHECKPOINT_SECONDS: "0",
    ...fault,
  };
  const child = spawn(process.execPath, [binary, ...argv], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill("SIGABRT"), timeoutMs);
  const out = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (out[name] += text));
  return new Promise((done) => {
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      done({ ...out, code, signal });
    });
  });
}

/** @returns the calls on the files of `cwd`, in their order, each with its name and path */
export async function listCalls(library, argv, cwd) {
  const log = join(cwd, "..", "calls.log");
  rmSync(log, { force: true });
  const outcome = await run(argv, cwd, { LD_PRELOAD: library, FAULT_UNDER: cwd, FAULT_LOG: log });
  if (outcome.code !== 0) throw new Error(`hindcast ${argv.join(" ")} does not work here: ${outcome.stderr}`);
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  return lines.map((line) => ({ name: line.slice(0, line.indexOf(" ")), path: line.slice(line.indexOf(" ") + 1) }));
}

/** All that can befall the calls: the number of a call, and what. */
export function planFaults(calls) {
  return calls.flatMap(({ name, path }, i) =>
    [...befalls[name], "before", "after"].map((what) => ({ at: i + 1, name, path, what })),
  );
}

export function runFaulty(library, argv, cwd, { at, what }) {
  const how = String(errors[what] ?? what);
  return run(argv, cwd, { LD_PRELOAD: library, FAULT_UNDER: cwd, FAULT_AT: String(at), FAULT_DO: how });
}
