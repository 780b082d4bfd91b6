// How the candidates did in the recent past of one series: each forecasts again from a few earlier origins. In: a history. Out:
// their mean absolute errors, by step and overall, which are what the gate leans on most.
import { candidates } from "../classical/candidates.js";
import type { Backtest } from "./backtest.js";

export interface CandidateErrors {
  /** Origins that were tested, 0 where the history is too short for any. */
  readonly originCount: number;
  /** [candidate × horizon] mean |y − ŷ| with neighbouring steps pooled; NaN where the candidate was not tested */
  readonly byStep: Float64Array;
  /** [candidate] over all steps; NaN likewise */
  readonly overall: Float64Array;
  /** Mean of y − the candidates' median: above 0 when they come out too low. */
  readonly bias: number;
}

/** A history shorter than this is not cut again. */
const leastLength = 8;
/** Least share of the history that an origin has to leave. */
const leastShare = 1 / 3;
/** Steps are pooled with this share of the horizon on either side. */
const pooledShare = 1 / 6;

/** More origins than this tell little more. */
export const mostOrigins = 12;

/**
 * @param end steps that are known: the origins lie before it, and nothing after it counts
 * @param origins where the candidates are tested from
 */
export function testCandidates(backtest: Backtest, end: number, origins: readonly number[]): CandidateErrors {
  const { values, horizon } = backtest;
  const candidateCount = candidates.length;
  const sums = new Float64Array(candidateCount * horizon);
  const counts = new Float64Array(candidateCount * horizon);
  const atStep = new Float64Array(candidateCount);
  let biasSum = 0;
  let biasCount = 0;
  for (const origin of origins) {
    const steps = Math.min(horizon, end - origin);
    const { forecasts, applies } = backtest.forecastFrom(origin);
    for (let h = 0; h < steps; h++) {
      const actual = values[origin + h]!;
      let appliedCount = 0;
      for (let c = 0; c < candidateCount; c++) {
        if (applies[c] === 0) continue;
        const forecast = forecasts[c * horizon + h]!;
        atStep[appliedCount++] = forecast;
        sums[c * horizon + h]! += Math.abs(actual - forecast);
        counts[c * horizon + h]!++;
      }
      biasSum += actual - medianOf(atStep, appliedCount);
      biasCount++;
    }
  }
  return {
    originCount: origins.length,
    byStep: poolSteps(sums, counts, candidateCount, horizon),
    overall: overSteps(sums, counts, candidateCount, horizon),
    bias: biasCount === 0 ? 0 : biasSum / biasCount,
  };
}

/**
 * Lengths at which the history is cut, the most telling ones first: a horizon ago and multiples of that, and, where a season is much longer than
 * the horizon, quarters of it, so that more than one part of it is seen.
 */
export function chooseOrigins(
  length: number,
  horizon: number,
  seasons: readonly number[],
  limit: number,
): readonly number[] {
  const longest = seasons.at(-1) ?? 1;
  const quarters = longest > 6 * horizon ? [2, 4, 1, 3].map((quarter) => Math.round((quarter * longest) / 4)) : [];
  const near = [1, 2, 1.5, 1 / 3, 3].map((multiple) => Math.max(1, Math.round(multiple * horizon)));
  const far = [4, 5, 6, 8].map((multiple) => multiple * horizon);
  const season = seasons[0] ?? 1;
  // Two cycles are kept where the whole history has more than those.
  const cycles = season > 1 && length >= 2 * season + 4 ? 2 * season : season > 1 ? season + 2 : 0;
  const least = Math.max(leastLength, Math.floor(length * leastShare), cycles);
  const origins = [...near, ...quarters, ...far].map((steps) => length - steps).filter((origin) => origin >= least);
  if (origins.length > 0) return [...new Set(origins)].slice(0, limit);
  const single = length - Math.max(1, Math.min(horizon, length >> 2));
  return single >= 4 ? [single] : [];
}

function poolSteps(sums: Float64Array, counts: Float64Array, candidateCount: number, horizon: number): Float64Array {
  const reach = Math.max(1, Math.floor(horizon * pooledShare));
  const means = new Float64Array(candidateCount * horizon);
  for (let c = 0; c < candidateCount; c++) {
    const row = c * horizon;
    let sum = 0;
    let count = 0;
    for (let h = 0; h < Math.min(reach, horizon); h++) {
      sum += sums[row + h]!;
      count += counts[row + h]!;
    }
    for (let h = 0; h < horizon; h++) {
      const enters = h + reach;
      const leaves = h - reach - 1;
      if (enters < horizon) {
        sum += sums[row + enters]!;
        count += counts[row + enters]!;
      }
      if (leaves >= 0) {
        sum -= sums[row + leaves]!;
        count -= counts[row + leaves]!;
      }
      // A running sum may fall a rounding error below zero.
      means[row + h] = count === 0 ? Number.NaN : Math.max(0, sum) / count;
    }
  }
  return means;
}

function overSteps(sums: Float64Array, counts: Float64Array, candidateCount: number, horizon: number): Float64Array {
  const means = new Float64Array(candidateCount);
  for (let c = 0; c < candidateCount; c++) {
    let sum = 0;
    let count = 0;
    for (let h = 0; h < horizon; h++) {
      sum += sums[c * horizon + h]!;
      count += counts[c * horizon + h]!;
    }
    means[c] = sum / count;
  }
  return means;
}

/** Median of the first `count` values, which it reorders. @param count above 0 */
export function medianOf(values: Float64Array, count: number): number {
  const sorted = values.subarray(0, count).sort();
  const middle = count >> 1;
  return count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
