import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cells } from "../../../src/engine/kernels/cells.js";
import { type RecurrentProblem, stateCount, timeOf } from "../../../src/engine/kernels/problem.js";
import { recurrentBackward, recurrentForward } from "../../../src/engine/kernels/recurrent.js";
import {
  anyCase,
  type Case,
  makeCase,
  type ReferenceArrays,
  referenceOutput,
  referenceStates,
  relativeDistance,
  toReference,
} from "./reference.js";

const small: RecurrentProblem = {
  cell: "lstm",
  batch: 3,
  time: 6,
  inputs: 2,
  units: 5,
  reverse: false,
  sequences: false,
  truncate: 0,
};

/** What float32 states may be off by after a few steps: some roundings of 6e-8. */
const forwardTolerance = 1e-6;
/** Gradients sum roundings over rows and steps; the central differences themselves are right to 1e-9. */
const gradientTolerance = 1e-5;

function backward({ problem, arrays, dOutput }: Case) {
  return recurrentBackward(problem, arrays, recurrentForward(problem, arrays).tape, dOutput);
}

/** Cuts a case down to the steps that truncated backpropagation reaches, their first state held constant. */
function reached({ problem, arrays, dOutput }: Case): {
  problem: RecurrentProblem;
  arrays: ReferenceArrays;
  dOutput: number[];
} {
  const { batch, time, inputs, units, sequences, truncate, cell } = problem;
  const wide = toReference(arrays);
  if (truncate === 0 || truncate >= time) return { problem, arrays: wide, dOutput: [...dOutput] };
  const first = time - truncate;
  const state = referenceStates(problem, wide)[first]!;
  const from = problem.reverse ? 0 : first;
  const cut = (values: Float64Array | Float32Array, size: number) =>
    Array.from({ length: batch }, (_, b) => [
      ...values.subarray((b * time + from) * size, (b * time + from + truncate) * size),
    ]).flat();
  const initialState = new Float64Array(stateCount(cell) * batch * units);
  state.forEach((row, b) => {
    row.forEach((value, n) => {
      initialState[(Math.floor(n / units) * batch + b) * units + (n % units)] = value;
    });
  });
  return {
    problem: { ...problem, time: truncate },
    arrays: {
      ...wide,
      x: Float64Array.from(cut(wide.x, inputs)),
      mask: wide.mask === null ? null : Float64Array.from(cut(wide.mask, 1)),
      initialState,
    },
    dOutput: sequences ? cut(dOutput, units) : [...dOutput],
  };
}

/** d(Σ dOutput · output) / d(values[index]) by a central difference in float64. */
function slope(cut: ReturnType<typeof reached>, values: Float64Array, index: number): number {
  const loss = (shift: number) => {
    const kept = values[index]!;
    values[index] = kept + shift;
    const output = referenceOutput(cut.problem, cut.arrays);
    values[index] = kept;
    return output.reduce((sum, value, i) => sum + value * cut.dOutput[i]!, 0);
  };
  const width = 1e-5;
  return (loss(width) - loss(-width)) / (2 * width);
}

describe("recurrentForward", () => {
  test("agrees with a float64 reference for every cell, size, direction, mask and initial state", () => {
    fc.assert(
      fc.property(anyCase, ({ problem, arrays }) => {
        const { output } = recurrentForward(problem, arrays);
        const expected = referenceOutput(problem, toReference(arrays));
        expect(relativeDistance(output, expected)).toBeLessThan(forwardTolerance);
      }),
      { numRuns: 150 },
    );
  });

  test.each(cells)("%s leaves a state alone where a step is masked", (cell) => {
    const { problem, arrays } = makeCase({ ...small, cell }, { mask: false, initial: true, seed: 1 });
    const mask = new Float32Array(problem.batch * problem.time);
    const { output } = recurrentForward(problem, { ...arrays, mask });
    expect(output).toEqual(arrays.initialState!.slice(0, output.length));
  });

  test.each(cells)("%s gives the same for a left-padded window as for the window alone", (cell) => {
    const { problem, arrays } = makeCase({ ...small, cell, batch: 1 }, { mask: false, initial: false, seed: 2 });
    const { time, inputs } = problem;
    const padding = 4;
    const x = new Float32Array((padding + time) * inputs).fill(-9999);
    x.set(arrays.x, padding * inputs);
    const mask = new Float32Array(padding + time).fill(1, padding);
    const padded = recurrentForward({ ...problem, time: padding + time }, { ...arrays, x, mask });
    expect(padded.output).toEqual(recurrentForward(problem, arrays).output);
  });

  test("a row of a batch does not depend on the other rows", () => {
    const { problem, arrays } = makeCase({ ...small, batch: 5 }, { mask: false, initial: false, seed: 3 });
    const rowSize = problem.time * problem.inputs;
    const alone = recurrentForward(
      { ...problem, batch: 1 },
      { ...arrays, x: arrays.x.slice(3 * rowSize, 4 * rowSize) },
    );
    const all = recurrentForward(problem, arrays).output;
    expect(alone.output).toEqual(all.slice(3 * problem.units, 4 * problem.units));
  });

  test("saturated gates stay finite, and a NaN input comes out as NaN", () => {
    const { problem, arrays } = makeCase(small, { mask: false, initial: false, seed: 4 });
    for (const huge of [-1e30, 1e30]) {
      const { output } = recurrentForward(problem, { ...arrays, x: arrays.x.map(() => huge) });
      expect(output.every(Number.isFinite)).toBe(true);
    }
    const { output } = recurrentForward(problem, { ...arrays, x: arrays.x.map(() => Number.NaN) });
    expect(output.every(Number.isNaN)).toBe(true);
  });
});

describe("recurrentBackward", () => {
  test("agrees with central differences of the float64 reference, truncated or not", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, pick) => {
        const gradients = backward(given);
        const cut = reached(given);
        const { problem } = given;
        const first = problem.time - cut.problem.time;
        for (const name of ["kernel", "recurrentKernel", "bias", "x", "initialState"] as const) {
          const values = cut.arrays[name];
          if (values === null || (name === "initialState" && first > 0)) continue;
          const found: number[] = [];
          const expected: number[] = [];
          for (let n = 0; n < Math.min(6, values.length); n++) {
            const index = (pick + n * 7919) % values.length;
            const row = Math.floor(index / (cut.problem.time * problem.inputs));
            // A cut x starts later, or with the walk reversed ends earlier.
            const skipped = name === "x" ? (row + (problem.reverse ? 0 : 1)) * first * problem.inputs : 0;
            found.push(gradients[name][index + skipped]!);
            expected.push(slope(cut, values, index));
          }
          expect(relativeDistance(found, expected), name).toBeLessThan(gradientTolerance);
        }
      }),
      { numRuns: 120 },
    );
  });

  test.each(cells)("%s stops after the truncated steps and leaves no gradient before them", (cell) => {
    for (const reverse of [false, true]) {
      const problem: RecurrentProblem = { ...small, cell, reverse, sequences: true, truncate: 2 };
      const given = makeCase(problem, { mask: false, initial: true, seed: 5 });
      const gradients = backward(given);
      expect(gradients.initialState.every((value) => value === 0)).toBe(true);
      for (let row = 0; row < problem.batch; row++)
        for (let walked = 0; walked < problem.time; walked++) {
          const at = (row * problem.time + timeOf(problem, walked)) * problem.inputs;
          const step = gradients.x.subarray(at, at + problem.inputs);
          expect(step.some((value) => value !== 0)).toBe(walked >= problem.time - 2);
        }
    }
  });

  test("truncation to the whole window or more changes nothing", () => {
    const given = makeCase(small, { mask: true, initial: true, seed: 6 });
    const whole = backward(given);
    for (const truncate of [small.time, small.time + 5])
      expect(backward({ ...given, problem: { ...small, truncate } })).toEqual(whole);
  });

  test("the same arrays give the same bytes", () => {
    for (const cell of cells) {
      const given = makeCase({ ...small, cell }, { mask: true, initial: true, seed: 7 });
      expect(backward(given)).toEqual(backward(given));
    }
  });
});
