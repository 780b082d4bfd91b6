import { describe, expect, test } from "vitest";
import { cells } from "../../../src/engine/kernels/cells.js";
import { listKernels } from "../../../src/engine/kernels/fused/load.js";
import { referenceGradients } from "./gradient-tape.js";
import { makeCase, normals } from "./reference.js";

/** Of the L2 norm: some roundings of 6e-8 a step, and 2e-7 of each activation. */
const gradientTolerance = 2e-6;

/**
 * ‖a - b‖ as a share of ‖b‖; but of a tenth of `scale` where ‖b‖ is smaller, since an array of one number may be a small
 * difference of large terms.
 */
function distance(a: ArrayLike<number>, b: Float64Array, scale: number): number {
  expect(a.length).toBe(b.length);
  let squares = 0;
  for (let i = 0; i < b.length; i++) squares += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(squares) / Math.max(norm(b), scale / 10, Number.MIN_VALUE);
}

function norm(values: ArrayLike<number>): number {
  return Math.hypot(...Array.from(values));
}

const sizes = [
  { batch: 1, time: 1, inputs: 1, units: 1 },
  { batch: 1, time: 7, inputs: 3, units: 7 },
  { batch: 5, time: 1, inputs: 17, units: 33 },
  { batch: 3, time: 6, inputs: 2, units: 33 },
  { batch: 13, time: 5, inputs: 1, units: 16 },
];
const variants = [
  { reverse: false, sequences: false, truncate: 0, mask: false, initial: false },
  { reverse: true, sequences: true, truncate: 0, mask: true, initial: true },
  { reverse: false, sequences: true, truncate: 3, mask: true, initial: false },
  { reverse: true, sequences: false, truncate: 0, mask: true, initial: true },
  { reverse: false, sequences: false, truncate: 2, mask: false, initial: true },
  { reverse: true, sequences: true, truncate: 0, mask: false, initial: false },
];

describe.each(listKernels().map((kernels) => [kernels.name, kernels] as const))("the %s kernels", (_, kernels) => {
  test.each(cells)("give outputs and gradients of a %s that agree with float64", (cell) => {
    sizes.forEach((size, s) => {
      variants.forEach(({ mask, initial, ...options }, v) => {
        const problem = { cell, ...size, ...options };
        const given = makeCase(problem, { mask, initial, seed: 10 * s + v });
        const expected = referenceGradients(given);
        const { output, tape } = kernels.forward(problem, given.arrays);
        const gradients = kernels.backward(problem, given.arrays, tape, given.dOutput);
        const { output: expectedOutput, ...expectedGradients } = expected;
        const scale = norm(Object.values(expectedGradients).map(norm));
        const apart = {
          output: distance(output, expectedOutput, 1),
          x: distance(gradients.x, expected.x, scale),
          kernel: distance(gradients.kernel, expected.kernel, scale),
          recurrentKernel: distance(gradients.recurrentKernel, expected.recurrentKernel, scale),
          bias: distance(gradients.bias, expected.bias, scale),
          initialState: distance(gradients.initialState, expected.initialState, scale),
        };
        for (const [name, share] of Object.entries(apart))
          expect(share, `${name} of ${JSON.stringify({ ...problem, mask, initial })}`).toBeLessThan(gradientTolerance);
      });
    });
  });

  test("keep the tapes of two layers of the same shape apart", () => {
    const problem = { cell: "lstm", batch: 3, time: 4, inputs: 2, units: 5, reverse: false, sequences: false } as const;
    const first = makeCase({ ...problem, truncate: 0 }, { mask: false, initial: false, seed: 1 });
    const second = makeCase({ ...problem, truncate: 0 }, { mask: true, initial: true, seed: 2 });
    const alone = kernels.forward(first.problem, first.arrays);
    const expected = kernels.backward(first.problem, first.arrays, alone.tape, first.dOutput);
    const { tape } = kernels.forward(first.problem, first.arrays);
    kernels.forward(second.problem, second.arrays);
    expect(kernels.backward(first.problem, first.arrays, tape, first.dOutput)).toEqual(expected);
  });

  test("read nothing at masked steps", () => {
    for (const cell of cells) {
      const problem = { cell, batch: 3, time: 5, inputs: 2, units: 4, reverse: false, sequences: true, truncate: 0 };
      const { arrays, dOutput } = makeCase(problem, { mask: true, initial: false, seed: 3 });
      const spoilt = { ...arrays, x: arrays.x.map((value, i) => (arrays.mask![i >> 1] === 0 ? 1e30 : value)) };
      const given = kernels.forward(problem, spoilt);
      const expected = kernels.forward(problem, arrays);
      expect(given.output).toEqual(expected.output);
      expect(kernels.backward(problem, spoilt, given.tape, dOutput).kernel).toEqual(
        kernels.backward(problem, arrays, expected.tape, dOutput).kernel,
      );
    }
  });
});

/** Below this a float has less than a full mantissa, and processors take a hundred times as long. */
const leastNormal = 2 ** -126;

test.each(
  listKernels()
    .filter(({ kind }) => kind !== "js")
    .map((kernels) => [kernels.name, kernels] as const),
)("the %s kernels go on with 0 where gradients vanish, which changes none that counts", (_, kernels) => {
  for (const cell of cells) {
    const problem = { cell, batch: 2, time: 400, inputs: 2, units: 5, reverse: false, sequences: false, truncate: 0 };
    const given = makeCase(problem, { mask: false, initial: true, seed: 4 });
    // Nearly all that a state says is forgotten at the next step.
    given.arrays.recurrentKernel.forEach((value, i, all) => {
      all[i] = 0.1 * value;
    });
    const expected = referenceGradients(given);
    const { tape } = kernels.forward(problem, given.arrays);
    const gradients = kernels.backward(problem, given.arrays, tape, given.dOutput);
    const sizes = gradients.x.map(Math.abs);
    expect(sizes.filter((size) => size > 0 && size < leastNormal)).toEqual(new Float32Array(0));
    expect(sizes[0]).toBe(0);
    expect(sizes.at(-1)).toBeGreaterThan(0);
    for (const name of ["x", "kernel", "recurrentKernel", "bias"] as const)
      expect(distance(gradients[name], expected[name], norm(expected.kernel)), `${name} of ${cell}`).toBeLessThan(
        gradientTolerance,
      );
  }
});

/** Beside the floats themselves, which every result is rounded to. */
const activationTolerance = 2e-7;

describe.each(
  listKernels()
    .filter(({ kind }) => kind !== "js")
    .map((kernels) => [kernels.name, kernels] as const),
)("the activations of the %s kernels", (_, kernels) => {
  const layer = { time: 1, inputs: 1, units: 1, reverse: false, sequences: false, truncate: 0 };

  test("give tanh within 2e-7, relative, and exactly 0 at 0", () => {
    const x = Float32Array.from([0, ...spread(-30, 30), ...spread(-0.01, 0.01), ...normals(1, "x", 2000, 1e-20)]);
    // One unit whose state is tanh(x).
    const arrays = { kernel: Float32Array.of(1), recurrentKernel: Float32Array.of(0), bias: Float32Array.of(0) };
    const rest = { mask: null, initialState: null };
    const { output } = kernels.forward({ cell: "rnn", batch: x.length, ...layer }, { x, ...arrays, ...rest });
    expect(output[0]).toBe(0);
    expect(largestError(output, x, Math.tanh)).toBeLessThan(activationTolerance);
  });

  test("give the sigmoid within 2e-7, relative, and with it the exponential", () => {
    const x = Float32Array.from([...spread(-87, 87), ...spread(-1, 1)]);
    // One unit with the gates z = σ(x), h̃ = 0, whose state goes from 1 to z.
    const arrays = {
      kernel: Float32Array.of(1, 0, 0),
      recurrentKernel: new Float32Array(3),
      bias: new Float32Array(3),
      mask: null,
      initialState: new Float32Array(x.length).fill(1),
    };
    const { output } = kernels.forward({ cell: "gru", batch: x.length, ...layer }, { x, ...arrays });
    expect(largestError(output, x, (value) => 1 / (1 + Math.exp(-value)))).toBeLessThan(activationTolerance);
  });
});

function spread(from: number, to: number): Float32Array {
  const count = 20_001;
  return Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

function largestError(given: Float32Array, x: Float32Array, exact: (x: number) => number): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) {
    const expected = exact(x[i]!);
    if (expected !== 0) largest = Math.max(largest, Math.abs(given[i]! - expected) / Math.abs(expected));
  }
  return largest;
}
