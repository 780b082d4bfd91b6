// The values that weights start from, those of Keras. In: a shape and a seeded stream. Out: float32, drawn in float64.
import type { Random } from "../base/random.js";
import type { ParameterPlan } from "./encoder/plan.js";
import { sizeOf } from "./parameters.js";

export function initialise({ shape, role }: ParameterPlan, random: Random): Float32Array {
  switch (role) {
    case "kernel":
      return glorotUniform(shape.at(-2)!, shape.at(-1)!, random, sizeOf(shape.slice(0, -2)));
    case "recurrentKernel":
      return orthogonal(shape[0]!, shape[1]!, random);
    case "bias":
      return new Float32Array(sizeOf(shape));
    case "forgetBias":
      return forgetBias(sizeOf(shape));
    default:
      return role satisfies never;
  }
}

/**
 * Uniform within ± √(6 / (taps · (rows + columns))) (Glorot & Bengio 2010)
 * @param taps steps that a convolution's kernel reaches over
 * @returns [taps × rows × columns]
 */
export function glorotUniform(rows: number, columns: number, random: Random, taps = 1): Float32Array {
  const limit = Math.sqrt(6 / (taps * (rows + columns)));
  return Float32Array.from({ length: taps * rows * columns }, () => (2 * random.uniform() - 1) * limit);
}

/**
 * A random matrix with orthonormal rows, or columns where there are fewer of them (Saxe et al. 2014): the Q of a normal matrix's
 * QR factorisation with a positive diagonal in R, by Gram–Schmidt, done twice so that rounding leaves nothing (Giraud et al. 2005).
 * [rows × columns]
 */
export function orthogonal(rows: number, columns: number, random: Random): Float32Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  for (let v = 0; v < count; v++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (let round = 0; round < 2; round++)
      for (const earlier of vectors) {
        const along = dot(vector, earlier);
        for (let i = 0; i < length; i++) vector[i]! -= along * earlier[i]!;
      }
    const norm = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / norm));
  }
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const column = i % columns;
    return rows <= columns ? vectors[row]![column]! : vectors[column]![row]!;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Zeros, but 1 for the forget gate, so that a fresh cell remembers (Jozefowicz et al. 2015). [4·H], gates i, f, c, o */
export function forgetBias(size: number): Float32Array {
  return new Float32Array(size).fill(1, size / 4, size / 2);
}
