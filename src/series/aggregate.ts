// Several rows for one step. In: values of rows in the order of time, and the step of each. Out: one value a step.
import type { Aggregation } from "./options.js";
import type { Placement } from "./placement.js";

/**
 * Empty cells and rows off the grid are passed over; a step whose cells are all empty, or that has no row, is NaN.
 * @param values [rows, as they came]
 * @param kind null where every step has one row at most
 * @returns [steps]
 */
export function aggregateRows(values: Float64Array, placement: Placement, kind: Aggregation | null): Float64Array {
  const { order, steps, stepCount } = placement;
  if (steps === null) return values;
  const result = new Float64Array(stepCount).fill(Number.NaN);
  let count = 0;
  let previous = -1;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    const value = values[order === null ? i : order[i]!]!;
    if (step !== previous) count = 0;
    previous = step;
    if (Number.isNaN(value) || step < 0) continue;
    count++;
    result[step] = count === 1 ? value : combine(kind, result[step]!, value, count);
  }
  return result;
}

/** @param count values so far, the new one included */
function combine(kind: Aggregation | null, held: number, value: number, count: number): number {
  switch (kind) {
    case "mean":
      return held + (value - held) / count;
    case "sum":
      return held + value;
    case "min":
      return Math.min(held, value);
    case "max":
      return Math.max(held, value);
    case "first":
      return held;
    case "last":
    case null:
      return value;
    default:
      return kind satisfies never;
  }
}
