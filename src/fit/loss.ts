// Losses over the steps of the horizon. In: forecasts, targets and weights, all [B × K] on the scaled values. Out: a scalar
// that is the weighted mean, so that unobserved steps (weight 0) neither help nor hurt.
import { abs, div, minimum, mul, type Scalar, square, sub, sum, type Tensor2D, tidy } from "@tensorflow/tfjs-core";
import type { LossKind } from "../engine/kernels/fused/kernels.js";
import { huberDelta, pointLoss } from "../engine/kernels/fused/loss.js";

export function weightedLoss(loss: LossKind, forecast: Tensor2D, target: Tensor2D, weight: Tensor2D): Scalar {
  return tidy(() => {
    const error = sub(forecast, target);
    return div(sum(mul(pointLosses(loss, error as Tensor2D), weight)), sum(weight)) as Scalar;
  });
}

function pointLosses(loss: LossKind, error: Tensor2D) {
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
  loss: LossKind,
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
    total += w * pointLoss(loss, forecast[i]! - target[i]!).value;
    weights += w;
  }
  return { sum: total, weight: weights };
}
