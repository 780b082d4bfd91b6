// Losses of the heads over a batch. In: what the last layer gives, targets and weights. Out: their weighted sum and its gradient, on
// typed arrays, so that likelihoods need no functions that TensorFlow.js has not.
import { putStep, takeStep } from "../model/heads/dense.js";
import { type Head, headWidth } from "../model/heads/head.js";
import type { Batch } from "../windows/gather.js";

export type HeadTargets = Pick<Batch, "targets" | "weights" | "spreads">;

/**
 * @param raw [count × K·P] @param batch targets and weights [count × K or more], spreads [count or more]
 * @param gradient shaped as `raw`, of zeros; the sum's is written
 * @returns the sum, by weight, and the sum of the weights
 */
export function sumHeadLoss(
  head: Head,
  raw: Float32Array,
  { targets, weights, spreads }: HeadTargets,
  count: number,
  gradient?: Float32Array,
): { sum: number; weight: number } {
  const widths = head.parts.map(({ width }) => width);
  const rowWidth = raw.length / count;
  const stepCount = rowWidth / headWidth(head);
  const step = new Float64Array(headWidth(head));
  const slope = new Float64Array(headWidth(head));
  let sum = 0;
  let weight = 0;
  for (let b = 0; b < count; b++) {
    const row = raw.subarray(b * rowWidth, (b + 1) * rowWidth);
    for (let k = 0; k < stepCount; k++) {
      const w = weights[b * stepCount + k]!;
      if (w === 0) continue;
      takeStep(row, widths, stepCount, k, step);
      sum += w * head.loss(step, targets[b * stepCount + k]!, spreads[b]!, slope);
      weight += w;
      if (gradient === undefined) continue;
      for (let i = 0; i < slope.length; i++) slope[i]! *= w;
      putStep(slope, widths, stepCount, k, gradient.subarray(b * rowWidth, (b + 1) * rowWidth));
    }
  }
  return { sum, weight };
}
