// Ridge regression of each step of the horizon on some lags (Hoerl & Kennard 1970), drawn towards a forecast that needs no data. The weights
// of a step sum to 1, so that a series that is moved up or down has its forecast moved as much. In: moments. Out: weights.
import { choleskyFactor } from "../base/linear-algebra.js";
import type { Moments } from "./moments.js";

/** What the weights are drawn to: the last value, the mean of the lags, or the value one season before. */
export type PriorName = "last" | "mean" | "season";

/** Of the differences of lagged values from the last one, z_i = v_i − v_last. */
export interface Differences {
  /** Ascending, from 2 on: 1 is the last value, which the differences are from. */
  readonly lags: readonly number[];
  /** As many as there are lags. */
  readonly size: number;
  readonly horizon: number;
  /** [size × size] Σ z zᵀ */
  readonly gram: Float64Array;
  /** [size × K] Σ z (y − v_last) */
  readonly cross: Float64Array;
}

/** @param lags ascending, each above 1 and at most the moments' window */
export function differencesOf({ window, horizon, products }: Moments, lags: readonly number[]): Differences {
  const width = window + horizon;
  const size = lags.length;
  const at = (i: number, j: number) => products[Math.min(i, j) * width + Math.max(i, j)]!;
  const last = window - 1;
  const lastSquared = at(last, last);
  const places = lags.map((lag) => window - lag);
  const gram = new Float64Array(size * size);
  const cross = new Float64Array(size * horizon);
  for (const [i, p] of places.entries()) {
    const base = lastSquared - at(p, last);
    for (let j = i; j < size; j++) {
      const product = at(p, places[j]!) - at(places[j]!, last) + base;
      gram[i * size + j] = product;
      gram[j * size + i] = product;
    }
    for (let k = 0; k < horizon; k++) cross[i * horizon + k] = at(p, window + k) - at(last, window + k) + base;
  }
  return { lags, size, horizon, gram, cross };
}

/**
 * Cholesky's factor of the Gram matrix with λ times its mean diagonal added to the diagonal.
 * @returns [size × size], lower triangle; undefined where it is not positive definite
 */
export function factorise({ gram, size }: Differences, lambda: number): Float64Array | undefined {
  return choleskyFactor(gram, size, lambda * meanDiagonal(gram, size));
}

/** 1 where nothing ever differs from the last value, so that the prior is what is left. */
function meanDiagonal(gram: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += gram[i * size + i]!;
  return sum / size || 1;
}

/**
 * argmin over B of Σ (y − v_last − z B)² + λd ‖B − B₀‖² = (G + λd)⁻¹ (C + λd B₀), B₀ being the prior's weights.
 * @param steps those of the horizon that are solved for, from 0
 * @returns [size × steps.length]
 */
export function solve(
  { lags, gram, cross, size, horizon }: Differences,
  factor: Float64Array,
  lambda: number,
  prior: PriorName,
  season: number,
  steps: ArrayLike<number>,
): Float64Array {
  const count = steps.length;
  const ridge = lambda * meanDiagonal(gram, size);
  const weights = new Float64Array(size * count);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < count; k++)
      weights[i * count + k] =
        cross[i * horizon + steps[k]!]! + ridge * priorWeight(prior, lags[i]!, steps[k]!, size + 1, season);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) subtractRow(weights, count, i, j, factor[i * size + j]!);
    divideRow(weights, count, i, factor[i * size + i]!);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) subtractRow(weights, count, i, j, factor[j * size + i]!);
    divideRow(weights, count, i, factor[i * size + i]!);
  }
  return weights;
}

/** What weights are where there is nothing to learn from. @returns [lags × horizon] */
export function priorWeights(prior: PriorName, lags: readonly number[], horizon: number, season: number): Float32Array {
  return Float32Array.from({ length: lags.length * horizon }, (_, i) =>
    priorWeight(prior, lags[Math.floor(i / horizon)]!, i % horizon, lags.length + 1, season),
  );
}

function subtractRow(rows: Float64Array, count: number, i: number, j: number, times: number): void {
  if (times === 0) return;
  const [to, from] = [i * count, j * count];
  for (let k = 0; k < count; k++) rows[to + k]! -= times * rows[from + k]!;
}

function divideRow(rows: Float64Array, count: number, i: number, by: number): void {
  for (let k = i * count; k < (i + 1) * count; k++) rows[k]! /= by;
}

/** @param step of the horizon, from 0 @param count of the lags and the last value */
function priorWeight(prior: PriorName, lag: number, step: number, count: number, season: number): number {
  switch (prior) {
    case "last":
      return 0;
    case "mean":
      return 1 / count;
    case "season":
      return lag === season - (step % season) ? 1 : 0;
    default:
      return prior satisfies never;
  }
}
