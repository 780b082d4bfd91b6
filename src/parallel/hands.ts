// What a pool gives its tasks to: a thread, or a process of its own, started from the same built file. In: what it begins with, and who
// listens. Out: something to post tasks to.
import { fork, type Serializable } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SHARE_ENV, Worker } from "node:worker_threads";
import type { Report, Start } from "./messages.js";

export interface Hand {
  postMessage(task: unknown): void;
  /** Ends it, whatever it is at. */
  terminate(): Promise<unknown>;
}

export interface Listeners {
  onReport(report: Report): void;
  onError(error: Error): void;
  /** @param ending the exit code or the signal, in words */
  onExit(ending: string): void;
}

export function startThread(file: URL, start: Start, { onReport, onError, onExit }: Listeners): Hand {
  // The C libraries of an engine read the environment of the process, not a copy of it.
  const worker = new Worker(file, { workerData: start, env: SHARE_ENV });
  worker.on("message", onReport);
  worker.on("error", onError);
  worker.on("exit", (exitCode) => onExit(`exit code ${exitCode}`));
  return worker;
}

/** Numbers are copied to it: memory cannot be shared with a process. */
export function startProcess(file: URL, start: Start, { onReport, onError, onExit }: Listeners): Hand {
  const child = fork(fileURLToPath(file), {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", onReport);
  child.on("error", onError);
  child.on("exit", (exitCode, signal) => onExit(signal ?? `exit code ${exitCode}`));
  const ended = new Promise((done) => child.once("exit", done));
  // What cannot be sent any more, the exit tells of.
  const postMessage = (message: unknown) => void child.send(message as Serializable, () => {});
  postMessage(start);
  return {
    postMessage,
    terminate() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}
