// The recurrent layers once more, in float64 and with the plainest loops there are: what the kernels are held against.
import * as fc from "fast-check";
import { seededRandom } from "../../../src/base/random.js";
import { cells, gateCounts } from "../../../src/engine/kernels/cells.js";
import {
  type RecurrentArrays,
  type RecurrentProblem,
  stateCount,
  timeOf,
} from "../../../src/engine/kernels/problem.js";

/** `RecurrentArrays` in float64. */
export interface ReferenceArrays {
  readonly x: Float64Array;
  readonly kernel: Float64Array;
  readonly recurrentKernel: Float64Array;
  readonly bias: Float64Array;
  readonly mask: Float64Array | null;
  readonly initialState: Float64Array | null;
}

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));

/** Every state, S·H numbers (h, then c), of every row after each step walked, the initial one first. [T + 1][B][S·H] */
export function referenceStates(problem: RecurrentProblem, arrays: ReferenceArrays): number[][][] {
  const { cell, batch, time, inputs, units } = problem;
  const { x, kernel, recurrentKernel, bias, mask, initialState } = arrays;
  const width = gateCounts[cell] * units;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  let states = range(batch).map((b) =>
    range(stateCount(cell) * units).map((n) => {
      const [s, j] = [Math.floor(n / units), n % units];
      return initialState === null ? 0 : initialState[(s * batch + b) * units + j]!;
    }),
  );
  const all = [states];
  for (let walked = 0; walked < time; walked++) {
    const t = timeOf(problem, walked);
    states = states.map((state, b) => {
      if (mask !== null && mask[b * time + t] === 0) return state;
      const h = state.slice(0, units);
      /** x W + h' U + b of one gate column */
      const linear = (hidden: number[], column: number) => {
        let sum = bias[column]!;
        for (let i = 0; i < inputs; i++) sum += x[(b * time + t) * inputs + i]! * kernel[i * width + column]!;
        for (let i = 0; i < units; i++) sum += hidden[i]! * recurrentKernel[i * width + column]!;
        return sum;
      };
      const gate = (index: number, hidden = h) => range(units).map((j) => linear(hidden, index * units + j));
      if (cell === "rnn") return gate(0).map(Math.tanh);
      if (cell === "lstm") {
        const [i, f, g, o] = [gate(0).map(sigmoid), gate(1).map(sigmoid), gate(2).map(Math.tanh), gate(3).map(sigmoid)];
        const c = range(units).map((j) => f[j]! * state[units + j]! + i[j]! * g[j]!);
        return [...c.map((value, j) => o[j]! * Math.tanh(value)), ...c];
      }
      const [z, r] = [gate(0).map(sigmoid), gate(1).map(sigmoid)];
      const reset = h.map((value, j) => r[j]! * value);
      const proposed = gate(2, reset).map(Math.tanh);
      return h.map((value, j) => z[j]! * value + (1 - z[j]!) * proposed[j]!);
    });
    all.push(states);
  }
  return all;
}

/** The output of `recurrentForward`. */
export function referenceOutput(problem: RecurrentProblem, arrays: ReferenceArrays): number[] {
  const { batch, time, units, sequences } = problem;
  const all = referenceStates(problem, arrays);
  const output: number[] = [];
  for (let b = 0; b < batch; b++)
    if (sequences) for (let t = 0; t < time; t++) output.push(...all[timeOf(problem, t) + 1]![b]!.slice(0, units));
    else output.push(...all[time]![b]!.slice(0, units));
  return output;
}

export function toReference(arrays: RecurrentArrays): ReferenceArrays {
  const wide = (values: Float32Array | null) => (values === null ? null : Float64Array.from(values));
  return {
    x: Float64Array.from(arrays.x),
    kernel: Float64Array.from(arrays.kernel),
    recurrentKernel: Float64Array.from(arrays.recurrentKernel),
    bias: Float64Array.from(arrays.bias),
    mask: wide(arrays.mask),
    initialState: wide(arrays.initialState),
  };
}

export interface Case {
  readonly problem: RecurrentProblem;
  readonly arrays: RecurrentArrays;
  /** Weights of the outputs in the loss whose gradient is taken, shaped as the output. */
  readonly dOutput: Float32Array;
}

/** Normal numbers times `scale`. */
export function normals(seed: number, label: string, length: number, scale: number): Float32Array {
  const random = seededRandom(seed).fork(label);
  return Float32Array.from({ length }, () => random.normal() * scale);
}

export function makeCase(problem: RecurrentProblem, options: { mask: boolean; initial: boolean; seed: number }): Case {
  const { cell, batch, time, inputs, units, sequences } = problem;
  const width = gateCounts[cell] * units;
  const draw = (label: string, length: number, scale: number) => normals(options.seed, label, length, scale);
  return {
    problem,
    arrays: {
      x: draw("x", batch * time * inputs, 1),
      kernel: draw("W", inputs * width, 0.7),
      recurrentKernel: draw("U", units * width, 1 / Math.sqrt(units)),
      bias: draw("b", width, 0.5),
      mask: options.mask ? draw("mask", batch * time, 1).map((value) => (value < 0.5 ? 1 : 0)) : null,
      initialState: options.initial ? draw("state", stateCount(cell) * batch * units, 0.5) : null,
    },
    dOutput: draw("dOutput", batch * units * (sequences ? time : 1), 1),
  };
}

/** Every cell and option, with sizes around the edges of a tile of the matrix product. */
export const anyCase: fc.Arbitrary<Case> = fc
  .record({
    cell: fc.constantFrom(...cells),
    batch: fc.constantFrom(1, 2, 3, 5, 130),
    time: fc.integer({ min: 1, max: 6 }),
    inputs: fc.integer({ min: 1, max: 5 }),
    units: fc.constantFrom(1, 2, 4, 7, 33),
    reverse: fc.boolean(),
    sequences: fc.boolean(),
    truncate: fc.integer({ min: 0, max: 7 }),
    mask: fc.boolean(),
    initial: fc.boolean(),
    seed: fc.nat(),
  })
  .filter(({ batch, units }) => batch < 100 || units < 5)
  .map(({ mask, initial, seed, ...problem }) => makeCase(problem, { mask, initial, seed }));

/** The largest |a - b| as a share of the largest |b|, or of 1 where all b are smaller. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let distance = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  let size = 1;
  for (let i = 0; i < b.length; i++) {
    // NaN must not compare as near.
    const apart = Math.abs(a[i]! - b[i]!);
    distance = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : Math.max(distance, apart);
    size = Math.max(size, Math.abs(b[i]!));
  }
  return distance / size;
}
