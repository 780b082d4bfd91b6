// How strong a season is. In: a series laid out in steps. Out: the share of what moves around the trend that the season explains.
import { type Steps, spanOf } from "./season-evidence.js";

/** Cycles from which a moving mean leaves enough of them. */
const leastCycles = 3;

/**
 * 1 − variance of the remainder / variance of season and remainder together (Wang, Smith & Hyndman 2006; Hyndman & Athanasopoulos,
 * Forecasting: Principles and Practice, 3rd ed., §4.3), each divided by its degrees of freedom so that noise has none.
 * @param base a shorter season whose share is taken off first, null for none
 * @returns in [0, 1]
 */
export function seasonStrength(steps: Steps, season: number, base: number | null): number {
  const { times, values } = withoutTrend(steps, season);
  if (base !== null) subtractPhaseMeans(values, times, base);
  const before = sumOfSquares(values) / (times.length - (base ?? 1));
  subtractPhaseMeans(values, times, season);
  const used = base === null || season % base === 0 ? season : season + base;
  const after = sumOfSquares(values) / (times.length - used);
  const strength = 1 - after / before;
  return strength > 0 ? Math.min(strength, 1) : 0;
}

/** The steps less the mean of the season around each, where the series is long enough to spare the half seasons at its ends. */
function withoutTrend(steps: Steps, season: number): { times: Int32Array; values: Float64Array } {
  const { times, columns } = steps;
  const target = columns.at(-1)!;
  const span = spanOf(steps);
  if (span < leastCycles * season) return { times, values: target.slice() };
  const sums = new Float64Array(span + 1);
  const counts = new Int32Array(span + 1);
  for (let row = 0; row < times.length; row++) {
    sums[times[row]! + 1] = target[row]!;
    counts[times[row]! + 1] = 1;
  }
  for (let i = 1; i <= span; i++) {
    sums[i]! += sums[i - 1]!;
    counts[i]! += counts[i - 1]!;
  }
  const half = season >> 1;
  const inner: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < times.length; row++) {
    const from = times[row]! - half;
    const to = from + season;
    if (from < 0 || to > span) continue;
    inner.push(times[row]!);
    values.push(target[row]! - (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!));
  }
  return { times: Int32Array.from(inner), values: Float64Array.from(values) };
}

function subtractPhaseMeans(values: Float64Array, times: Int32Array, season: number): void {
  const sums = new Float64Array(season);
  const counts = new Int32Array(season);
  for (let row = 0; row < times.length; row++) {
    sums[times[row]! % season]! += values[row]!;
    counts[times[row]! % season]!++;
  }
  for (let row = 0; row < times.length; row++)
    values[row]! -= sums[times[row]! % season]! / counts[times[row]! % season]!;
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
