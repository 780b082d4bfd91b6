// Known answers, asked of every implementation of the kernels before it is used: a build for a platform that it was never run
// on may be wrong, and then the next one serves.
import { type CellKind, cells } from "../cells.js";
import type { FusedKernels } from "./kernels.js";

/** Of the first step and of a second one, with what `takeSteps` computes. */
export interface Answers {
  readonly losses: readonly [number, number];
  readonly gradientNorms: readonly [number, number];
}

/** From the float64 arithmetic of the typed-array kernels. */
const knownAnswers: Readonly<Record<CellKind, Answers>> = {
  rnn: { losses: [2.089904, 1.923542], gradientNorms: [2.238264, 2.062198] },
  lstm: { losses: [1.783372, 1.74292], gradientNorms: [1.216956, 1.17496] },
  gru: { losses: [1.541614, 1.489258], gradientNorms: [1.020789, 0.897011] },
};

/** Far above float32 rounding, far below any mistake. */
const tolerance = 1e-4;

/** @throws Error naming the answer that is wrong */
export function checkKnownAnswers(kernels: FusedKernels): void {
  for (const cell of cells) {
    const known = knownAnswers[cell];
    const given = takeSteps(kernels, cell);
    for (const name of ["losses", "gradientNorms"] as const)
      known[name].forEach((expected, step) => {
        const value = given[name][step]!;
        if (!(Math.abs(value - expected) <= tolerance * expected))
          throw new Error(`wrong answer: ${cell} ${name} of step ${step + 1} is ${value} instead of ${expected}`);
      });
  }
}

/** Two training steps of a small network that has everything: two layers, both directions, a mask, padding in every panel. */
function takeSteps(kernels: FusedKernels, cell: CellKind): Answers {
  const shape = {
    cell,
    layers: [5, 3],
    bidirectional: true,
    inputs: 2,
    time: 4,
    outputs: 2,
    batch: 3,
    truncate: 0,
    threads: 1,
  };
  const network = kernels.openNetwork({ ...shape, trains: true });
  fillWave(network.inputs, 1);
  fillWave(network.targets, 2);
  fillWave(network.parameters, 0.5);
  network.weights.fill(1);
  network.mask.fill(1, 3);
  network.loadParameters();
  const options = {
    count: 3,
    masked: true,
    scaled: false,
    loss: "mse",
    learningRate: 0.01,
    clip: 1,
    weightDecay: 0.1,
  } as const;
  const first = network.step({ ...options, step: 1 });
  const second = network.step({ ...options, step: 2 });
  return {
    losses: [first.loss, second.loss],
    gradientNorms: [first.gradientNorm, second.gradientNorm],
  };
}

/** Values between ±size that look random, and are the same everywhere. */
function fillWave(values: Float32Array, size: number): void {
  for (let i = 0; i < values.length; i++) values[i] = size * (((i * 0.618034 + 0.1) % 1) * 2 - 1);
}
