// Tasks on several threads, or in several processes, at once. In: a job, what its tasks have in common, and tasks as plain data. Out: what each came to, the
// notes it made among it, so that who asked can pass them on in an order that does not depend on the threads.
import { HindcastError, messageOf } from "../base/errors.js";
import type { Note, Notify } from "../base/notes.js";
import type { FitContext } from "../forecast/predictor.js";
import { type Hand, startProcess, startThread } from "./hands.js";
import { type Report, type Start, unpackFailure } from "./messages.js";

export type Outcome<Result> = { readonly notes: readonly Note[] } & (
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly thrown: unknown }
);

export interface Pool<Task, Result> {
  /** Tasks begin in the order in which they are given. Nothing is thrown: what a task throws is its outcome. */
  run(task: Task): Promise<Outcome<Result>>;
  /** Ends the threads, whatever they are at; tasks that are not done never will be. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** The built src/worker.ts. */
  readonly workerFile: URL;
  /** Threads at most; one starts when a task finds none idle. */
  readonly threadCount: number;
  /** Each task in a process of its own instead, so that what it takes is known. */
  readonly processes?: boolean;
}

interface Ticket<Task, Result> {
  readonly task: Task;
  readonly notes: Note[];
  readonly finish: (outcome: Outcome<Result>) => void;
}

/**
 * When the signal aborts, the threads are ended at once, and its reason is what the tasks that are left come to.
 * @param Result what the job's tasks return, which no type can check across threads
 */
export function openPool<Task, Result>(
  start: Start,
  { workerFile, threadCount, processes = false }: PoolOptions,
  { signal, progress }: Pick<FitContext, "signal" | "progress">,
): Pool<Task, Result> {
  const waiting: Ticket<Task, Result>[] = [];
  /** In the order in which the tasks began. */
  const running = new Map<Hand, Ticket<Task, Result>>();
  const idle: Hand[] = [];
  const workers = new Set<Hand>();
  const what = processes ? "a process" : "a thread";
  let given = 0;
  let done = 0;

  const fail = ({ notes, finish }: Ticket<Task, Result>, thrown: unknown) => finish({ notes, ok: false, thrown });

  const startWorker = (): Hand => {
    const worker: Hand = (processes ? startProcess : startThread)(workerFile, start, {
      onReport: (report) => receive(worker, report),
      onError: (error) => crash(worker, describeCrash(error, what)),
      onExit: (ending) => crash(worker, new Error(`${what} of --jobs ended with ${ending}`)),
    });
    workers.add(worker);
    return worker;
  };

  const advance = () => {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (workers.size < threadCount ? startWorker() : undefined);
      if (worker === undefined) return;
      const ticket = waiting.shift()!;
      running.set(worker, ticket);
      worker.postMessage(ticket.task);
    }
  };

  const receive = (worker: Hand, report: Report) => {
    const ticket = running.get(worker);
    if (ticket === undefined) return;
    switch (report.kind) {
      case "note":
        ticket.notes.push(report.note);
        return;
      case "progress":
        // One bar shows one of them: the task that began first.
        if (running.keys().next().value === worker) progress.update({ done, total: given, detail: report.text });
        return;
      case "done":
        ticket.finish({ notes: ticket.notes, ok: true, result: report.result as Result });
        break;
      case "failed":
        fail(ticket, unpackFailure(report.failure));
        break;
      default:
        report satisfies never;
    }
    running.delete(worker);
    if (processes) {
      workers.delete(worker);
      void worker.terminate();
    } else idle.push(worker);
    done++;
    progress.update({ done, total: given });
    advance();
  };

  const crash = (worker: Hand, error: Error) => {
    const ticket = running.get(worker);
    workers.delete(worker);
    running.delete(worker);
    if (ticket !== undefined) fail(ticket, error);
    advance();
  };

  const end = async (reason: unknown) => {
    signal.removeEventListener("abort", abort);
    const left = [...running.values(), ...waiting.splice(0)];
    running.clear();
    for (const ticket of left) fail(ticket, reason);
    await Promise.all([...workers].map((worker) => worker.terminate()));
  };
  const abort = () => void end(signal.reason);
  signal.addEventListener("abort", abort);

  return {
    run(task) {
      if (signal.aborted) return Promise.resolve({ notes: [], ok: false, thrown: signal.reason });
      return new Promise((finish) => {
        waiting.push({ task, notes: [], finish });
        given++;
        advance();
      });
    },
    close: () => end(new Error("the pool is closed")),
  };
}

/** Passes on what a task had to say, and returns or throws what it came to. */
export function settle<Result>(outcome: Outcome<Result>, notify: Notify): Result {
  for (const note of outcome.notes) notify(note);
  if (outcome.ok) return outcome.result;
  throw outcome.thrown;
}

function describeCrash(error: Error & { readonly code?: string }, what: string): Error {
  if (error.code === "ERR_WORKER_OUT_OF_MEMORY")
    return new HindcastError("engine", `${what} of --jobs ran out of memory`, "fewer at once: --jobs 1");
  return Object.assign(new Error(`${what} of --jobs crashed: ${messageOf(error)}`), { stack: error.stack ?? "" });
}
