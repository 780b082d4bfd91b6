// The measuring side of a peer of bench/kernels.mjs. In: a function that makes a training step for a cell and a size. Out: for
// each line {cell, size, ms, least, most} on stdin, a line with the milliseconds of each step: as many as fit into `ms`, but at
// least and at most so many.
import process from "node:process";
import { createInterface } from "node:readline";

/** @param createStep (cell, [B, T, I, H]) => step; kept for each cell and size */
export async function answerRequests(createStep) {
  const steps = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    const { cell, size, ms, least, most } = JSON.parse(line);
    const key = `${cell} ${size}`;
    if (!steps.has(key)) steps.set(key, await createStep(cell, size));
    const step = steps.get(key);
    const times = [];
    const begin = performance.now();
    while (times.length < least || (times.length < most && performance.now() - begin < ms)) {
      const before = performance.now();
      await step();
      times.push(performance.now() - before);
    }
    process.stdout.write(`${JSON.stringify(times)}\n`);
  }
  // Threads and timers of what was measured may not know that it is over.
  process.exit();
}

/** Numbers that look random: uniform in ±size. */
export function fillUniform(values, size) {
  for (let i = 0; i < values.length; i++) values[i] = size * (((i * 0.618034 + 0.1) % 1) * 2 - 1);
  return values;
}
