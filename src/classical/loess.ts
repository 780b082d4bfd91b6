// Local regression on evenly spaced values, the smoother inside STL (Cleveland, Cleveland, McRae & Terpenning, Journal of Official
// Statistics 6, 1990, §2). In: values. Out: smooth values, where wanted one step beyond either end. What a value weighs depends on
// distances alone, so the weights are worked out once for all series, and smoothing is a sum of products.

import { square } from "../base/portable.js";
/** Local lines with tricube weights over the nearest values. */
export interface Loess {
  readonly count: number;
  /** How many values a line is fitted to: the window, or all where there are fewer. */
  readonly width: number;
  /** Every so many steps the line is worked out; between, it is interpolated. */
  readonly jump: number;
  /** How far the weights reach beyond the fitted values, where there are fewer than the window. */
  readonly excess: number;
  /** [width + 2] of the weights [width] for the positions −1 … width among the fitted values, made when first asked for */
  readonly rows: (Float64Array | undefined)[];
}

const knownRows = new Map<string, (Float64Array | undefined)[]>();

/** With the jump that STL's authors recommend, a tenth of the window. @param window odd, in steps */
export function createLoess(window: number, count: number): Loess {
  const width = Math.min(window, count);
  const key = `${window} ${width}`;
  const rows = knownRows.get(key) ?? new Array<Float64Array | undefined>(width + 2);
  knownRows.set(key, rows);
  return { count, width, jump: Math.ceil(window / 10), excess: (window - width) >> 1, rows };
}

/**
 * @param values [count, or more] the first `count` are smoothed
 * @param out [from + count, or more] filled from `from` on
 */
export function smooth(loess: Loess, values: Float64Array, out: Float64Array, from: number): void {
  const last = loess.count - 1;
  let known = 0;
  out[from] = smoothAt(loess, values, 0);
  while (known < last) {
    const next = Math.min(known + loess.jump, last);
    const before = out[from + known]!;
    const value = smoothAt(loess, values, next);
    const slope = (value - before) / (next - known);
    for (let between = known + 1; between < next; between++) out[from + between] = before + slope * (between - known);
    out[from + next] = value;
    known = next;
  }
}

/** @param position −1 … count: one step beyond either end, the line goes on. */
export function smoothAt(loess: Loess, values: Float64Array, position: number): number {
  const { width, rows } = loess;
  const first = Math.min(Math.max(position - (width >> 1), 0), loess.count - width);
  let weights = rows[position - first + 1];
  if (weights === undefined) {
    weights = lineWeights(width, position - first, loess.excess);
    rows[position - first + 1] = weights;
  }
  // Four sums, for the processor adds them side by side.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j + 3 < width; j += 4) {
    a += weights[j]! * values[first + j]!;
    b += weights[j + 1]! * values[first + j + 1]!;
    c += weights[j + 2]! * values[first + j + 2]!;
    d += weights[j + 3]! * values[first + j + 3]!;
  }
  for (; j < width; j++) a += weights[j]! * values[first + j]!;
  return a + b + (c + d);
}

const cube = (x: number) => x * x * x;

/** What each of `width` values weighs in the local line's value at `position`. */
function lineWeights(width: number, position: number, excess: number): Float64Array {
  const reach = Math.max(position, width - 1 - position) + excess;
  const weights = new Float64Array(width);
  let sum = 0;
  let centre = 0;
  for (let j = 0; j < width; j++) {
    const distance = Math.abs(j - position) / reach;
    weights[j] = distance < 1 ? cube(1 - cube(distance)) : 0;
    sum += weights[j]!;
    centre += weights[j]! * j;
  }
  centre /= sum;
  let squares = 0;
  for (let j = 0; j < width; j++) squares += (weights[j]! / sum) * square(j - centre);
  const slope = squares > 0 ? (position - centre) / squares : 0;
  for (let j = 0; j < width; j++) weights[j]! *= (1 + slope * (j - centre)) / sum;
  return weights;
}
