// How fast each implementation of the kernels trains on this machine. In: the implementations, a number of threads and a clock. Out:
// for each cell and size, the median time of a training step: forward, loss, backpropagation through time and Adam.
import { quantile } from "../../base/numeric.js";
import { nextTurn } from "../../base/turn.js";
import { type CellKind, cells } from "./cells.js";
import type { FusedKernels, FusedNetwork } from "./fused/kernels.js";

/** B, T, I, H of one recurrent layer under a dense head of width 1. */
type Size = readonly [batch: number, time: number, inputs: number, units: number];

/** A small network, a middling one, and one for which few would choose this machine. */
export const timedSizes: readonly Size[] = [
  [32, 24, 1, 32],
  [32, 48, 1, 64],
  [64, 96, 8, 128],
];

export interface StepTime {
  readonly implementation: string;
  readonly cell: CellKind;
  readonly size: Size;
  readonly threads: number;
  readonly medianMs: number;
}

export interface TimingContext {
  /** Milliseconds, with fractions. */
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Called before each cell and size, of which there are `total`. */
  readonly onCase: (done: number, total: number) => void;
}

/** The first turn of each warms it up and is not counted. */
const turnCount = 4;
const turnMs = 20;

/**
 * The implementations take turns, so that whatever else the machine does falls on all of them alike.
 * @param threads to time beside one; plain typed arrays have no threads
 * @throws the signal's reason when aborted
 */
export async function timeSteps(
  implementations: readonly FusedKernels[],
  threads: number,
  sizes: readonly Size[],
  { clock, signal, onCase }: TimingContext,
): Promise<StepTime[]> {
  const cases = sizes.flatMap((size) => cells.map((cell) => ({ cell, size })));
  const results: StepTime[] = [];
  for (const [done, { cell, size }] of cases.entries()) {
    onCase(done, cases.length);
    const runners = implementations.flatMap((kernels) => {
      const counts = kernels.kind === "js" ? [1] : [...new Set([1, threads])];
      return counts.map((count) => ({
        implementation: kernels.name,
        threads: count,
        network: openTimed(kernels, cell, size, count),
        timesMs: [] as number[],
      }));
    });
    try {
      for (let turn = 0; turn < turnCount; turn++)
        for (const { network, timesMs } of runners) {
          await nextTurn(signal);
          const measured = runTurn(network, size[0], clock);
          if (turn > 0) timesMs.push(...measured);
        }
    } finally {
      for (const { network } of runners) network.close();
    }
    for (const { implementation, threads, timesMs } of runners)
      results.push({ implementation, cell, size, threads, medianMs: quantile(Float64Array.from(timesMs), 0.5) });
  }
  return results;
}

function openTimed(kernels: FusedKernels, cell: CellKind, size: Size, threads: number): FusedNetwork {
  const [batch, time, inputs, units] = size;
  const shape = { cell, layers: [units], bidirectional: false, inputs, time, outputs: 1, batch, truncate: 0 };
  const network = kernels.openNetwork({ ...shape, trains: true, threads });
  // The golden ratio's multiples: numbers without a pattern, within the range in which first weights are drawn.
  for (const array of [network.parameters, network.inputs, network.targets])
    for (let i = 0; i < array.length; i++) array[i] = (2 * ((i * 0.618034) % 1) - 1) / Math.sqrt(units);
  network.loadParameters();
  network.weights.fill(1);
  return network;
}

/** @returns milliseconds of each step of a turn */
function runTurn(network: FusedNetwork, count: number, clock: () => number): number[] {
  const options = {
    count,
    masked: false,
    scaled: false,
    loss: "mse",
    learningRate: 1e-3,
    clip: 0,
    weightDecay: 0,
  } as const;
  const timesMs: number[] = [];
  const begin = clock();
  for (let before = begin; before - begin < turnMs; ) {
    network.step({ ...options, step: 1 });
    const after = clock();
    timesMs.push(after - before);
    before = after;
  }
  return timesMs;
}
