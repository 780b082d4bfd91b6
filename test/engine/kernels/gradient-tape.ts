// Gradients in float64 by reverse-mode automatic differentiation of the cells' plain equations: what the compiled kernels' are
// held against. In: a case. Out: output and every gradient, as scalars on a tape.
import { gateCounts } from "../../../src/engine/kernels/cells.js";
import { stateCount, timeOf } from "../../../src/engine/kernels/problem.js";
import type { Case } from "./reference.js";

/** A number and where it came from: its parents, and how fast it changes with each. */
interface Scalar {
  readonly value: number;
  readonly parents: readonly Scalar[];
  readonly slopes: readonly number[];
  gradient: number;
}

class Tape {
  readonly scalars: Scalar[] = [];

  make(value: number, parents: readonly Scalar[] = [], slopes: readonly number[] = []): Scalar {
    const scalar = { value, parents, slopes, gradient: 0 };
    this.scalars.push(scalar);
    return scalar;
  }

  add = (a: Scalar, b: Scalar) => this.make(a.value + b.value, [a, b], [1, 1]);
  subtract = (a: Scalar, b: Scalar) => this.make(a.value - b.value, [a, b], [1, -1]);
  multiply = (a: Scalar, b: Scalar) => this.make(a.value * b.value, [a, b], [b.value, a.value]);

  sigmoid = (a: Scalar) => {
    const s = 1 / (1 + Math.exp(-a.value));
    return this.make(s, [a], [s * (1 - s)]);
  };

  tanh = (a: Scalar) => {
    const t = Math.tanh(a.value);
    return this.make(t, [a], [1 - t * t]);
  };

  /** Σ aᵢ bᵢ + c */
  dot(a: readonly Scalar[], b: readonly Scalar[], c: Scalar): Scalar {
    const value = a.reduce((sum, scalar, i) => sum + scalar.value * b[i]!.value, c.value);
    const slopes = [...b.map((scalar) => scalar.value), ...a.map((scalar) => scalar.value), 1];
    return this.make(value, [...a, ...b, c], slopes);
  }

  /** Fills all gradients from those of the outputs. */
  walkBack(): void {
    for (const { parents, slopes, gradient } of [...this.scalars].reverse())
      parents.forEach((parent, i) => {
        parent.gradient += gradient * slopes[i]!;
      });
  }
}

export interface ReferenceGradients {
  readonly output: Float64Array;
  readonly x: Float64Array;
  readonly kernel: Float64Array;
  readonly recurrentKernel: Float64Array;
  readonly bias: Float64Array;
  readonly initialState: Float64Array;
}

export function referenceGradients({ problem, arrays, dOutput }: Case): ReferenceGradients {
  const { cell, batch, time, inputs, units, sequences, truncate } = problem;
  const tape = new Tape();
  const width = gateCounts[cell] * units;
  const leaves = (values: ArrayLike<number>) => Array.from(values, (value) => tape.make(value));
  const x = leaves(arrays.x);
  const kernel = leaves(arrays.kernel);
  const recurrentKernel = leaves(arrays.recurrentKernel);
  const bias = leaves(arrays.bias);
  const initial = leaves(arrays.initialState ?? new Float32Array(stateCount(cell) * batch * units));
  const constant = (scalars: Scalar[]) => scalars.map(({ value }) => tape.make(value));
  const one = tape.make(1);
  /** Columns of the weights, recurrent rows first. */
  const columns = Array.from({ length: width }, (_, n) => [
    ...Array.from({ length: units }, (_, i) => recurrentKernel[i * width + n]!),
    ...Array.from({ length: inputs }, (_, i) => kernel[i * width + n]!),
  ]);
  const output = new Array<Scalar>(batch * units * (sequences ? time : 1));
  const firstOfGradient = truncate === 0 ? 0 : Math.max(0, time - truncate);
  for (let b = 0; b < batch; b++) {
    let h = initial.slice(b * units, (b + 1) * units);
    let c = cell === "lstm" ? initial.slice((batch + b) * units, (batch + b + 1) * units) : [];
    for (let walked = 0; walked < time; walked++) {
      const t = timeOf(problem, walked);
      if (walked === firstOfGradient && walked > 0) [h, c] = [constant(h), constant(c)];
      const row = x.slice((b * time + t) * inputs, (b * time + t + 1) * inputs);
      // What lies before the truncation is computed, but its weights' gradients must not count.
      const from = walked < firstOfGradient ? constant : (scalars: Scalar[]) => scalars;
      const gate = (index: number, state: Scalar[]) =>
        Array.from({ length: units }, (_, j) => {
          const n = index * units + j;
          return tape.dot([...state, ...from(row)], from(columns[n]!), from([bias[n]!])[0]!);
        });
      if (arrays.mask === null || arrays.mask[b * time + t] !== 0) {
        if (cell === "rnn") h = gate(0, h).map(tape.tanh);
        else if (cell === "lstm") {
          const [i, f, o] = [0, 1, 3].map((index) => gate(index, h).map(tape.sigmoid));
          const g = gate(2, h).map(tape.tanh);
          c = c.map((carry, j) => tape.add(tape.multiply(f![j]!, carry), tape.multiply(i![j]!, g[j]!)));
          h = c.map((carry, j) => tape.multiply(o![j]!, tape.tanh(carry)));
        } else {
          const [z, r] = [0, 1].map((index) => gate(index, h).map(tape.sigmoid));
          const reset = h.map((state, j) => tape.multiply(r![j]!, state));
          const proposed = gate(2, reset).map(tape.tanh);
          h = h.map((state, j) =>
            tape.add(tape.multiply(z![j]!, state), tape.multiply(tape.subtract(one, z![j]!), proposed[j]!)),
          );
        }
      }
      if (sequences || walked === time - 1) {
        const at = sequences ? (b * time + t) * units : b * units;
        for (let j = 0; j < units; j++) output[at + j] = tape.multiply(h[j]!, one);
      }
    }
  }
  // A truncated walk hands nothing back to what came before, outputs before it included.
  output.forEach((scalar, n) => {
    const t = Math.floor(n / units) % time;
    const walked = problem.reverse ? time - 1 - t : t;
    if (!sequences || walked >= firstOfGradient) scalar.gradient = dOutput[n]!;
  });
  tape.walkBack();
  const values = (scalars: Scalar[], read: (scalar: Scalar) => number) => Float64Array.from(scalars, read);
  const gradient = (scalars: Scalar[]) => values(scalars, (scalar) => scalar.gradient);
  return {
    output: values(output, (scalar) => scalar.value),
    x: gradient(x),
    kernel: gradient(kernel),
    recurrentKernel: gradient(recurrentKernel),
    bias: gradient(bias),
    initialState: gradient(initial),
  };
}
