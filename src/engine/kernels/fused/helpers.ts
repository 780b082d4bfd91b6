// Threads that take their share of each training step. In: how to reach a block in shared memory. Out: workers that sleep while
// there is nothing to do, and keep no process alive.
import { Worker } from "node:worker_threads";

/** How another thread reaches a block. */
export interface HelperCode {
  /** JavaScript that defines `run(entry)` from `data` and the helper's number, `index`. */
  readonly bind: string;
  readonly data: unknown;
}

/** Threads beside the one that calls. */
export interface Helpers {
  /** Tells those asleep that a step has begun. */
  wake(): void;
  /** Sleeps until fewer than `missing` shards of the step are missing. */
  awaitResults(missing: number): void;
  stop(): void;
}

/** Where the words to sleep on lie in a block's "team", as in kernels/team.h. */
const ticketAt = 0;
const missingAt = 16;
const teamLength = missingAt + 1;

/**
 * Text, since a bundle has no file of its own for it. LEFT_MASK of kernels/team.h says whether a ticket has shards left. Only who
 * helped stays awake for the next step: who came too late may be on the caller's own processor, and would only take time from it.
 */
const script = (bind: string) => `
const { workerData } = require("node:worker_threads");
const { data, index, buffer, teamOffset } = workerData;
${bind}
const team = new Int32Array(buffer, teamOffset, ${teamLength});
for (;;) {
  const ticket = Atomics.load(team, ${ticketAt});
  if ((ticket & 255) === 0) Atomics.wait(team, ${ticketAt}, ticket);
  else {
    run("help");
    Atomics.notify(team, ${missingAt});
    run("await_step");
  }
}`;

/** @param teamOffset of the block's "team" in `buffer` */
export function startHelpers(
  { bind, data }: HelperCode,
  buffer: ArrayBufferLike,
  teamOffset: number,
  count: number,
): Helpers {
  const team = new Int32Array(buffer, teamOffset, teamLength);
  const workers = Array.from({ length: count }, (_, index) => {
    const worker = new Worker(script(bind), { eval: true, workerData: { data, index, buffer, teamOffset } });
    // Where a thread cannot start, the others do its share.
    worker.on("error", () => {});
    worker.unref();
    return worker;
  });
  return {
    wake: () => void Atomics.notify(team, ticketAt),
    awaitResults: (missing) => void Atomics.wait(team, missingAt, missing),
    stop() {
      for (const worker of workers) void worker.terminate();
    },
  };
}
