// The side of a pool's threads and processes. In: what the thread began with, and tasks from its port. Out: reports on each.
import type { FitContext } from "../forecast/predictor.js";
import { jobs, type Meters } from "./jobs.js";
import { packFailure, type Report, type Start } from "./messages.js";

/** Between two reports of how far a task is. */
const progressIntervalMs = 100;

export interface Port {
  postMessage(report: Report): void;
  on(event: "message", listener: (task: unknown) => void): unknown;
}

/** The pool sends a task when the one before is done. */
export function serve(port: Port, { job, setup }: Start, meters: Meters): void {
  const { now } = meters;
  const report = (message: Report) => port.postMessage(message);
  const run = jobs[job](setup, meters);
  const context: FitContext = {
    notify: (note) => report({ kind: "note", note }),
    progress: wordProgress((text) => report({ kind: "progress", text }), now),
    // Whoever wants a thread to stop ends it.
    signal: new AbortController().signal,
  };
  port.on("message", async (task: unknown) => {
    try {
      report({ kind: "done", result: await run(task, context) });
    } catch (thrown) {
      report({ kind: "failed", failure: packFailure(thrown) });
    }
  });
}

function wordProgress(say: (text: string) => void, now: () => number): FitContext["progress"] {
  let stage = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  return {
    stage(name) {
      stage = name;
      say(stage);
    },
    update({ done, total, detail }) {
      if (now() - saidAt < progressIntervalMs) return;
      saidAt = now();
      say([`${stage} ${done}/${total}`, ...(detail === undefined ? [] : [detail])].join(" · "));
    },
    stop() {},
  };
}
