// Threads that take their share of each training step. In: a build of the add-on and a block in shared memory. Out: workers that
// sleep while there is nothing to do, and keep no process alive.
import { Worker } from "node:worker_threads";
import type { Helpers } from "./block.js";

/** Text, since a bundle has no file of its own for it. LEFT_MASK of kernels/team.h says whether a ticket has shards left. */
const script = `
const { workerData } = require("node:worker_threads");
const { path, name, buffer, teamOffset } = workerData;
const { help } = require(path)[name];
const block = new Uint8Array(buffer);
const ticket = new Int32Array(buffer, teamOffset, 1);
for (;;) {
  help(block);
  const seen = Atomics.load(ticket, 0);
  if ((seen & 255) === 0) Atomics.wait(ticket, 0, seen);
}`;

/** @param teamOffset of the block's "team" in `buffer` */
export function startHelpers(
  build: { readonly path: string; readonly name: string },
  buffer: ArrayBufferLike,
  teamOffset: number,
  count: number,
): Helpers {
  const ticket = new Int32Array(buffer, teamOffset, 1);
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(script, { eval: true, workerData: { ...build, buffer, teamOffset } });
    worker.unref();
    return worker;
  });
  return {
    wake: () => void Atomics.notify(ticket, 0),
    stop() {
      for (const worker of workers) void worker.terminate();
    },
  };
}
