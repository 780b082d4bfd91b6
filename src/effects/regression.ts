// Ridge regression of a series on terms, both filtered alike, with as much shrinkage as generalised cross-validation asks for (Golub,
// Heath & Wahba, Technometrics 21, 1979), towards 0 or towards what other series say. In: terms and values with gaps. Out: coefficients.
import { choleskyFactor, dot, productsOf } from "../base/linear-algebra.js";
import { mean } from "../base/numeric.js";

const lambdas = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1] as const;
/** Towards other series' coefficients, which may be all there is to be had. */
const lambdasToOthers = [...lambdas, 10, 100];
/** There are at least so many steps to a term; of fewer nothing is believed. */
const stepsPerTerm = 2;

/** All that a regression has to know of its terms and its target. */
export interface Moments {
  readonly size: number;
  /** [size × size] Σ x xᵀ */
  readonly gram: Float64Array;
  /** [size] Σ x y */
  readonly cross: Float64Array;
  /** Σ y² */
  readonly squares: number;
  /** Steps with a value. */
  readonly count: number;
}

/**
 * @param terms [terms][time] @param values [time] NaN = not observed
 * @param lags of the differences that are taken of both, one after the other; none: of both their mean is taken away
 * @returns undefined where nothing changes
 */
export function momentsOf(
  terms: readonly Float64Array[],
  values: Float64Array,
  lags: readonly number[],
): Moments | undefined {
  const target = differencesOf(values, lags);
  const known = target.map((_, t) => t).filter((t) => !Number.isNaN(target[t]!));
  const filtered = (differences: Float64Array) => {
    const kept = new Float64Array(known.length);
    for (let i = 0; i < kept.length; i++) kept[i] = differences[known[i]!]!;
    if (lags.length > 0) return kept;
    const level = mean(kept);
    for (let i = 0; i < kept.length; i++) kept[i]! -= level;
    return kept;
  };
  const y = filtered(target);
  const squares = dot(y, y);
  if (!(squares > 0 && Number.isFinite(squares))) return undefined;
  const columns = terms.map((term) => filtered(differencesOf(term.subarray(0, values.length), lags)));
  const cross = Float64Array.from(columns, (column) => dot(column, y));
  return { size: terms.length, gram: productsOf(columns), cross, squares, count: y.length };
}

/** Root mean square of the target. */
export function unitOf({ squares, count }: Moments): number {
  return Math.sqrt(squares / count);
}

/** Root mean square of what would be regressed; 0 where nothing changes. */
export function sizeOf(values: Float64Array, lags: readonly number[]): number {
  const moments = momentsOf([], values, lags);
  return moments === undefined ? 0 : unitOf(moments);
}

/** Together as of one series, of targets in their units. @param sum of those before, which is changed; absent: these are the first */
export function addMoments(
  sum: Moments | undefined,
  { size, gram, cross, squares, count }: Moments,
  unit: number,
): Moments {
  const { gram: grams, cross: crosses } = sum ?? { gram: new Float64Array(size * size), cross: new Float64Array(size) };
  for (let i = 0; i < gram.length; i++) grams[i]! += gram[i]!;
  for (let i = 0; i < size; i++) crosses[i]! += cross[i]! / unit;
  return {
    size,
    gram: grams,
    cross: crosses,
    squares: (sum?.squares ?? 0) + squares / unit ** 2,
    count: (sum?.count ?? 0) + count,
  };
}

/**
 * @param others [terms] coefficients that it is drawn to, and that stay where there are too few steps, or nothing in the terms differs
 * @returns [terms] undefined where there is nothing else
 */
export function regress(moments: Moments, others?: Float64Array): Float64Array | undefined {
  const { gram, count } = moments;
  if (count < stepsPerTerm * moments.size + 1) return others;
  const { cross, squares } = others === undefined ? moments : less(moments, others);
  const spreads = Float64Array.from({ length: moments.size }, (_, i) => Math.sqrt(gram[i * moments.size + i]! / count));
  const used = [...spreads.keys()].filter((i) => spreads[i]! > 0 && Number.isFinite(spreads[i]!));
  const size = used.length;
  if (size === 0 || !(squares > 0)) return others;
  const scaled = new Float64Array(size * size);
  used.forEach((i, a) => {
    used.forEach((j, b) => {
      scaled[a * size + b] = gram[i * moments.size + j]! / spreads[i]! / spreads[j]!;
    });
  });
  const scaledCross = Float64Array.from(used, (i) => cross[i]! / spreads[i]!);
  let best: { readonly score: number; readonly weights: Float64Array } | undefined;
  for (const lambda of others === undefined ? lambdas : lambdasToOthers) {
    const fit = solveRidge(scaled, scaledCross, lambda * count);
    if (fit === undefined) continue;
    const { weights, inverseTrace } = fit;
    let residual = squares;
    // Σ (y − wᵀx)² + λ |w|² = Σ y² − wᵀ Σ x y at the minimum
    for (let a = 0; a < size; a++) residual -= weights[a]! * scaledCross[a]! + lambda * count * weights[a]! ** 2;
    const freedom = size - lambda * count * inverseTrace;
    const score = Math.max(0, residual) / (1 - freedom / count) ** 2;
    if (best === undefined || score < best.score) best = { score, weights };
  }
  if (best === undefined) return others;
  const coefficients = others?.slice() ?? new Float64Array(moments.size);
  used.forEach((i, a) => {
    coefficients[i]! += best.weights[a]! / spreads[i]!;
  });
  return coefficients;
}

/** What the coefficients leave of the target. */
function less({ size, gram, cross, squares }: Moments, coefficients: Float64Array): Pick<Moments, "cross" | "squares"> {
  const fitted = Float64Array.from({ length: size }, (_, a) =>
    dot(gram.subarray(a * size, (a + 1) * size), coefficients),
  );
  return {
    cross: cross.map((value, a) => value - fitted[a]!),
    squares: squares - 2 * dot(coefficients, cross) + dot(coefficients, fitted),
  };
}

/** Differences over each lag, one after the other. @returns [time − Σ lags] NaN where a value is missing */
function differencesOf(values: Float64Array, lags: readonly number[]): Float64Array {
  return lags.reduce((from, lag) => {
    const differences = new Float64Array(Math.max(0, from.length - lag));
    for (let t = 0; t < differences.length; t++) differences[t] = from[t + lag]! - from[t]!;
    return differences;
  }, values);
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
