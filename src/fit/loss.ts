// Losses over the steps of the horizon. In: forecasts, targets and weights, all [B × K] on the scaled values. Out: a scalar
// that is the weighted mean, so that unobserved steps (weight 0) neither help nor hurt.
import { abs, div, minimum, mul, type Scalar, square, sub, sum, type Tensor2D, tidy } from "@tensorflow/tfjs-core";
import type { LossName } from "./config.js";

/** Error at which the Huber loss turns from squared to absolute, in scaled units (Huber 1964). */
const huberDelta = 1;

export function weightedLoss(loss: LossName, forecast: Tensor2D, target: Tensor2D, weight: Tensor2D): Scalar {
  return tidy(() => {
    const error = sub(forecast, target);
    return div(sum(mul(pointLoss(loss, error as Tensor2D), weight)), sum(weight)) as Scalar;
  });
}

function pointLoss(loss: LossName, error: Tensor2D) {
  switch (loss) {
    case "mse":
      return square(error);
    case "mae":
      return abs(error);
    case "huber": {
      const size = abs(error);
      const inner = minimum(size, huberDelta);
      return mul(inner, sub(size, mul(inner, 0.5)));
    }
    default:
      return loss satisfies never;
  }
}

/** The same losses over typed arrays. @returns the weighted sum and the sum of the weights */
export function sumLoss(
  loss: LossName,
  forecast: Float32Array,
  target: Float32Array,
  weight: Float32Array,
  length: number,
): { sum: number; weight: number } {
  let total = 0;
  let weights = 0;
  for (let i = 0; i < length; i++) {
    const w = weight[i]!;
    if (w === 0) continue;
    const size = Math.abs(forecast[i]! - target[i]!);
    const inner = Math.min(size, huberDelta);
    total += w * (loss === "mse" ? size * size : loss === "mae" ? size : inner * (size - 0.5 * inner));
    weights += w;
  }
  return { sum: total, weight: weights };
}
