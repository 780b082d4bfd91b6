// Losses as operations of TensorFlow.js, over the steps of the horizon. In: forecasts, targets and weights, all [B × K] on the scaled values.
// Out: a scalar that is the mean by weight.
import {
  abs,
  customGrad,
  div,
  minimum,
  mul,
  type Scalar,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import type { LossKind } from "../engine/kernels/fused/kernels.js";
import { huberDelta } from "../engine/kernels/fused/loss.js";
import type { Head } from "../model/heads/head.js";
import { type HeadTargets, sumHeadLoss } from "./head-loss.js";

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

/** The mean by weight, as `weightedLoss`. @param raw [count, K·P] */
export function weightedHeadLoss(head: Head, raw: Tensor2D, batch: HeadTargets, count: number): Scalar {
  const operation = customGrad((given) => {
    const values = (given as Tensor).dataSync<"float32">();
    const gradient = new Float32Array(values.length);
    const { sum, weight } = sumHeadLoss(head, values, batch, count, gradient);
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= weight;
    return { value: scalar(sum / weight), gradFunc: (dy: Tensor) => mul(tensor(gradient, raw.shape), dy) };
  });
  return operation(raw) as Scalar;
}
