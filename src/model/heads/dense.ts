// The dense layers of a head's parts as one, so that kernels with one dense layer compute them all. In: the parts' weights. Out: one
// kernel and bias; and of what they give, the numbers of one step.
import type { HeadPartPlan } from "../parameters.js";

interface Weights {
  readonly values: Float32Array;
}

/** @returns kernel [S × outputs] and bias [outputs], the parts side by side */
export function joinParts(
  {
    inputs,
    outputs,
    parts,
  }: { readonly inputs: number; readonly outputs: number; readonly parts: readonly HeadPartPlan[] },
  weights: readonly Weights[],
): { kernel: Float32Array; bias: Float32Array } {
  const [only] = parts;
  if (parts.length === 1) return { kernel: weights[only!.first]!.values, bias: weights[only!.first + 1]!.values };
  const kernel = new Float32Array(inputs * outputs);
  const bias = new Float32Array(outputs);
  let at = 0;
  for (const { first, outputs: width } of parts) {
    const own = weights[first]!.values;
    for (let i = 0; i < inputs; i++) kernel.set(own.subarray(i * width, (i + 1) * width), i * outputs + at);
    bias.set(weights[first + 1]!.values, at);
    at += width;
  }
  return { kernel, bias };
}

/**
 * Where the numbers of a step stand in a row of what the dense layers give: part by part, and in a part step by step.
 * @param widths of the parts, numbers a step @param stepCount that a row holds
 * @param raw [P] is written
 */
export function takeStep(
  row: Float32Array,
  widths: readonly number[],
  stepCount: number,
  step: number,
  raw: Float64Array,
): void {
  let from = 0;
  let i = 0;
  for (const width of widths) {
    for (let j = 0; j < width; j++) raw[i++] = row[from + step * width + j]!;
    from += stepCount * width;
  }
}

/** The way back: writes them to the same places. */
export function putStep(
  values: Float64Array,
  widths: readonly number[],
  stepCount: number,
  step: number,
  row: Float32Array,
): void {
  let from = 0;
  let i = 0;
  for (const width of widths) {
    for (let j = 0; j < width; j++) row[from + step * width + j] = values[i++]!;
    from += stepCount * width;
  }
}
