// Ridge regression of a series on terms, both filtered alike, with as much shrinkage as generalised cross-validation asks for (Golub,
// Heath & Wahba, Technometrics 21, 1979). In: terms and values with gaps. Out: coefficients.
import { choleskyFactor } from "../linear/ridge.js";
import { dot } from "../series/regression.js";

const lambdas = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1] as const;
/** There are at least so many steps to a term. */
const stepsPerTerm = 2;

/**
 * @param terms [terms][time] @param values [time] NaN = not observed
 * @param lags of the differences that are taken of both, one after the other
 * @returns [terms] undefined where there are too few steps, or nothing in them that differs
 */
export function regressOn(
  terms: readonly Float64Array[],
  values: Float64Array,
  lags: readonly number[],
): Float64Array | undefined {
  const target = differencesOf(values, lags);
  const isKnown = target.map((value) => (Number.isNaN(value) ? 0 : 1));
  const count = isKnown.reduce((sum, one) => sum + one, 0);
  if (count < stepsPerTerm * terms.length + 1) return undefined;
  const y = target.filter((_, t) => isKnown[t] === 1);
  const columns = terms.map((term) =>
    differencesOf(term.subarray(0, values.length), lags).filter((_, t) => isKnown[t] === 1),
  );
  const spreads = columns.map((column) => Math.sqrt(dot(column, column) / count));
  const used = [...columns.keys()].filter((i) => spreads[i]! > 0 && Number.isFinite(spreads[i]!));
  const size = used.length;
  const squares = dot(y, y);
  if (size === 0 || !(squares > 0 && Number.isFinite(squares))) return undefined;
  for (const i of used) for (let t = 0; t < count; t++) columns[i]![t]! /= spreads[i]!;
  const gram = new Float64Array(size * size);
  used.forEach((i, a) => {
    for (let b = 0; b <= a; b++) gram[a * size + b] = gram[b * size + a] = dot(columns[i]!, columns[used[b]!]!);
  });
  const cross = Float64Array.from(used, (i) => dot(columns[i]!, y));
  let best: { readonly score: number; readonly weights: Float64Array } | undefined;
  for (const lambda of lambdas) {
    const fit = solveRidge(gram, cross, lambda * count);
    if (fit === undefined) continue;
    const { weights, inverseTrace } = fit;
    let residual = squares;
    // Σ (y − wᵀx)² + λ |w|² = Σ y² − wᵀ Σ x y at the minimum
    for (let a = 0; a < size; a++) residual -= weights[a]! * cross[a]! + lambda * count * weights[a]! ** 2;
    const freedom = size - lambda * count * inverseTrace;
    const score = Math.max(0, residual) / (1 - freedom / count) ** 2;
    if (best === undefined || score < best.score) best = { score, weights };
  }
  if (best === undefined) return undefined;
  const coefficients = new Float64Array(terms.length);
  used.forEach((i, a) => {
    coefficients[i] = best.weights[a]! / spreads[i]!;
  });
  return coefficients;
}

/** Differences over each lag, one after the other. @returns [time − Σ lags] NaN where a value is missing */
function differencesOf(values: Float64Array, lags: readonly number[]): Float64Array {
  return lags.reduce(
    (from, lag) => from.subarray(Math.min(lag, from.length)).map((value, t) => value - from[t]!),
    values,
  );
}

/** @returns undefined where the matrix is not positive definite */
function solveRidge(
  gram: Float64Array,
  cross: Float64Array,
  ridge: number,
): { readonly weights: Float64Array; readonly inverseTrace: number } | undefined {
  const size = cross.length;
  const factor = choleskyFactor(gram, size, ridge);
  if (factor === undefined) return undefined;
  const weights = cross.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) weights[i]! -= factor[i * size + k]! * weights[k]!;
    weights[i]! /= factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) weights[i]! -= factor[k * size + i]! * weights[k]!;
    weights[i]! /= factor[i * size + i]!;
  }
  // The trace of the inverse: the squares of the inverse factor.
  let inverseTrace = 0;
  const column = new Float64Array(size);
  for (let k = 0; k < size; k++)
    for (let i = k; i < size; i++) {
      let value = i === k ? 1 : 0;
      for (let j = k; j < i; j++) value -= factor[i * size + j]! * column[j]!;
      column[i] = value / factor[i * size + i]!;
      inverseTrace += column[i]! ** 2;
    }
  return { weights, inverseTrace };
}
