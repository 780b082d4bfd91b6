// The measuring side of a peer of bench/kernels.mjs. In: a function that makes a training step for a cell and a size. Out: for
// each line on stdin, a line with the milliseconds of each step.
import process from "node:process";
import { createInterface } from "node:readline";

/** @param createStep (cell, [B, T, I, H]) => step; kept for each cell and size */
export async function answerRequests(createStep) {
  const steps = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    const { cell, size, ms, steps: most } = JSON.parse(line);
    const key = `${cell} ${size}`;
    if (!steps.has(key)) steps.set(key, createStep(cell, size));
    const step = steps.get(key);
    const times = [];
    const begin = performance.now();
    while (times.length < 3 || (times.length < most && performance.now() - begin < ms)) {
      const before = performance.now();
      await step();
      times.push(performance.now() - before);
    }
    process.stdout.write(`${JSON.stringify(times)}\n`);
  }
}

/** Numbers that look random: uniform in ±size. */
export function fillUniform(values, size) {
  for (let i = 0; i < values.length; i++) values[i] = size * (((i * 0.618034 + 0.1) % 1) * 2 - 1);
  return values;
}
