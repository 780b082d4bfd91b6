// Losses over the steps of the horizon, on typed arrays, with their gradient. In: forecasts, targets and weights, element by
// element. Out: the mean by weight, so that unobserved steps (weight 0) neither help nor hurt.
import type { LossKind } from "./kernels.js";

/** Error at which the Huber loss turns from squared to absolute, in scaled units (Huber 1964). */
export const huberDelta = 1;

/** @param gradient is written, and says by its length how many elements count */
export function weightedLoss(
  loss: LossKind,
  forecast: Float32Array,
  target: Float32Array,
  weight: Float32Array,
  gradient: Float32Array,
): number {
  let total = 0;
  let weights = 0;
  for (let i = 0; i < gradient.length; i++) {
    gradient[i] = 0;
    const w = weight[i]!;
    if (w === 0) continue;
    const error = forecast[i]! - target[i]!;
    const { value, slope } = pointLoss(loss, error);
    total += w * value;
    weights += w;
    gradient[i] = w * slope;
  }
  for (let i = 0; i < gradient.length; i++) gradient[i]! /= weights;
  return total / weights;
}

/** The loss of one error, and its derivative. */
export function pointLoss(loss: LossKind, error: number): { value: number; slope: number } {
  const size = Math.abs(error);
  switch (loss) {
    case "mse":
      return { value: size * size, slope: 2 * error };
    case "mae":
      return { value: size, slope: Math.sign(error) };
    case "huber": {
      const inner = Math.min(size, huberDelta);
      return { value: inner * (size - 0.5 * inner), slope: Math.sign(error) * inner };
    }
    default:
      return loss satisfies never;
  }
}
