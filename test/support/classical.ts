// The compiled classical methods and their parts, as the tests call them.
import { runPart } from "../../src/classical/compiled/parts.js";
import type { Method } from "../../src/classical/history.js";

export function forecast(
  method: Method,
  values: ArrayLike<number>,
  seasons: readonly number[],
  horizon: number,
): Float64Array {
  const out = new Float64Array(horizon).fill(Number.NaN);
  method({ values: Float64Array.from(values), seasons }, out);
  return out;
}

export interface Pass {
  readonly errors: Float64Array;
  readonly state: Float64Array;
  readonly meanSquare: number;
}

export type SeasonPass = (
  values: Float64Array,
  shares: ArrayLike<number>,
  state: ArrayLike<number>,
  indices: ArrayLike<number>,
) => Pass & { readonly indices: Float64Array };

/** @param shares [4] α, β as a share of α, where φ lies in its span, γ as a share of 1 − α @param state [2] first forecast, what of it is trend */
export function plainPass(values: Float64Array, shares: ArrayLike<number>, state: ArrayLike<number>): Pass {
  const count = values.length;
  const { value, results } = runPart("plain-pass", values, [...Array.from(shares), ...Array.from(state)], count + 2);
  return { errors: results.subarray(0, count), state: results.subarray(count), meanSquare: value };
}

const seasonPass =
  (name: "added-pass" | "multiplied-pass"): SeasonPass =>
  (values, shares, state, indices) => {
    const count = values.length;
    const all = [shares, state, indices].flatMap((numbers) => Array.from(numbers));
    const size = indices.length;
    const { value, results } = runPart(name, values, all, count + size + 2, [size]);
    const after = results.subarray(count);
    return {
      errors: results.subarray(0, count),
      indices: after.subarray(0, size),
      state: after.subarray(size),
      meanSquare: value,
    };
  };

export const addedPass = seasonPass("added-pass");
export const multipliedPass = seasonPass("multiplied-pass");

/** Eight at once. @param shares [8][4] @returns [8] mean squares */
export function passesInLanes(
  name: "added-lanes" | "multiplied-lanes",
  values: Float64Array,
  shares: readonly ArrayLike<number>[],
  state: ArrayLike<number>,
  indices: ArrayLike<number>,
): Float64Array {
  const all = [...shares, state, indices].flatMap((numbers) => Array.from(numbers));
  return runPart(name, values, all, 8, [indices.length]).results;
}

export interface Found {
  readonly meanSquare: number;
  readonly shares: Float64Array;
  readonly start: Float64Array;
}

/** What the search of a level, or of one with a trend, and of the season where it is met twice, finds of the values or of their logarithms. */
export function searchAdditive(
  values: Float64Array,
  seasons: readonly number[],
  hasTrend: boolean,
  inLogs = false,
): Found {
  const { results } = runPart("additive-search", values, [(inLogs ? 2 : 0) + (hasTrend ? 1 : 0)], 7, seasons);
  return { meanSquare: results[0]!, shares: results.subarray(1, 5), start: results.subarray(5) };
}

const bySeason = (name: "indices" | "ratios" | "phase-means") => (values: Float64Array, season: number) =>
  runPart(name, values, [season], season).results;

export const seasonalIndices = bySeason("indices");
export const seasonalRatios = bySeason("ratios");
export const smoothPhaseMeans = bySeason("phase-means");

export function averageCycles(values: Float64Array, season: number): Float64Array {
  return runPart("averages", values, [season], Math.max(0, values.length - 2 * (season >> 1))).results;
}

export function isSeasonal(values: Float64Array, season: number): boolean {
  return runPart("seasonality", values, [season], 0).value === 1;
}

export function smoothLevel(values: Float64Array): number {
  return runPart("smooth-level", values, [], 0).value;
}

export function fitRidge(
  products: Float64Array,
  targets: Float64Array,
  targetSquare: number,
  rowCount: number,
): Float64Array {
  const { length } = targets;
  return runPart("ridge", new Float64Array(1), [length, targetSquare, rowCount, ...products, ...targets], length)
    .results;
}

/** @returns the smooth values, and what the line says one step before and after them */
export function smoothByLoess(
  values: Float64Array,
  window: number,
): { readonly smooth: Float64Array; readonly before: number; readonly after: number } {
  const count = values.length;
  const { results } = runPart("loess", values, [window], count + 2);
  return { smooth: results.subarray(0, count), before: results[count]!, after: results[count + 1]! };
}

export function decompose(
  values: Float64Array,
  seasons: readonly number[],
): { readonly seasonal: readonly Float64Array[]; readonly trend: Float64Array; readonly remainder: Float64Array } {
  const count = values.length;
  const { results } = runPart("decomposition", values, [], (seasons.length + 2) * count, seasons);
  const part = (i: number) => results.subarray(i * count, (i + 1) * count);
  return { seasonal: seasons.map((_, i) => part(i)), trend: part(seasons.length), remainder: part(seasons.length + 1) };
}
