// Ridge regression with as much shrinkage as generalised cross-validation asks for (Golub, Heath & Wahba, Technometrics 21, 1979). In: the
// sums of products of regressors and target. Out: the weights.

import { square } from "../base/portable.js";

/** In observations, the regressors being standardised. */
const ridges = [0.1, 0.5, 2, 8, 30, 100];
/** Beyond this share of the rows more parameters cannot be told from interpolation. */
const greatestShare = 0.99;

/**
 * The last regressor is the constant, and not shrunk.
 * @param products [size × size] Σ x xᵀ, row-major, its lower triangle
 * @param targets [size] Σ x y
 * @param targetSquare Σ y²
 * @param rowCount how many rows were summed
 * @returns [size] weights
 */
export function fitRidge(
  products: Float64Array,
  targets: Float64Array,
  targetSquare: number,
  rowCount: number,
): Float64Array {
  const size = targets.length;
  const factor = new Float64Array(size * size);
  const weights = new Float64Array(size);
  const best = new Float64Array(size);
  let least = Number.POSITIVE_INFINITY;
  for (const ridge of ridges) {
    factor.set(products);
    for (let i = 0; i < size - 1; i++) factor[i * size + i]! += ridge;
    factorise(factor, size);
    solve(factor, targets, weights);
    // Σ (y − wᵀx)² + ridge |w|² = Σ y² − wᵀ Σ x y at the minimum
    let residual = targetSquare;
    for (let i = 0; i < size; i++) residual -= weights[i]! * targets[i]!;
    for (let i = 0; i < size - 1; i++) residual -= ridge * square(weights[i]!);
    const freedom = size - ridge * inverseTrace(factor, size);
    const score = Math.max(residual, 0) / square(1 - Math.min(freedom / rowCount, greatestShare));
    if (score < least) {
      least = score;
      best.set(weights);
    }
  }
  return best;
}

/** Cholesky's decomposition in place, the diagonal inverted. @param matrix [size × size] positive definite, its lower triangle, row-major */
function factorise(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const [row, other] = [i * size, j * size];
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      matrix[row + j] = i === j ? 1 / Math.sqrt(sum) : sum * matrix[other + j]!;
    }
}

/** @param factor as {@link factorise} leaves it */
function solve(factor: Float64Array, vector: Float64Array, out: Float64Array): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * size + k]! * out[k]!;
    out[i] = sum * factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = out[i]!;
    for (let k = i + 1; k < size; k++) sum -= factor[k * size + i]! * out[k]!;
    out[i] = sum * factor[i * size + i]!;
  }
}

/** The trace of the inverse but for its last element: the squares of the inverse factor's columns but for the last. */
function inverseTrace(factor: Float64Array, size: number): number {
  const column = new Float64Array(size);
  let sum = 0;
  for (let k = 0; k < size - 1; k++)
    for (let i = k; i < size; i++) {
      let value = i === k ? 1 : 0;
      for (let j = k; j < i; j++) value -= factor[i * size + j]! * column[j]!;
      column[i] = value * factor[i * size + i]!;
      sum += square(column[i]!);
    }
  return sum;
}
