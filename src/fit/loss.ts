// What a network is trained to make small, told without TensorFlow.js. In: forecasts, targets and weights, all on the scaled values. Out: a
// sum by weight, so that unobserved steps (weight 0) neither help nor hurt.
import type { LossKind } from "../engine/kernels/fused/kernels.js";
import { pointLoss } from "../engine/kernels/fused/loss.js";
import type { NetworkConfig } from "../model/config.js";
import { openHead } from "../model/heads/index.js";
import type { Batch } from "../windows/gather.js";
import { sumHeadLoss } from "./head-loss.js";

/**
 * Over the first `count` windows of a batch.
 * @param forecast what `predictArrays` gave for them @returns the weighted sum and the sum of the weights
 */
export function sumLoss(
  { head }: NetworkConfig,
  loss: LossKind,
  forecast: Float32Array,
  batch: Pick<Batch, "targets" | "weights" | "spreads">,
  count: number,
): { sum: number; weight: number } {
  if (head !== undefined) return sumHeadLoss(openHead(head), forecast, batch, count);
  const { targets, weights } = batch;
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < forecast.length; i++) {
    const w = weights[i]!;
    if (w === 0) continue;
    sum += w * pointLoss(loss, forecast[i]! - targets[i]!).value;
    weight += w;
  }
  return { sum, weight };
}
