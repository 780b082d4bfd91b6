// The loss of a network with a mix, and its gradient with respect to what one dense layer says: the head's numbers and the mix's logits
// side by side. So the kernels, which end in a dense layer, train it. In: what the layer says, and candidates. Out: loss and gradient.
import type { LossKind } from "../engine/kernels/fused/kernels.js";
import { weightedLoss } from "../engine/kernels/fused/loss.js";
import { softmaxRows } from "../model/encoder/arrays.js";
import { addShares } from "../model/mix.js";

/** Rows of a batch. */
export interface MixRows {
  /** B */
  readonly count: number;
  /** K */
  readonly horizon: number;
  /** C */
  readonly mixed: number;
  /** [B × C × K] */
  readonly candidates: Float32Array;
  /** [B × K] each; unobserved steps weigh 0 */
  readonly targets: Float32Array;
  readonly weights: Float32Array;
}

/**
 * The forecast is f_k = h_k + Σ_c p_c x_ck, h the head's, x the candidates and p the softmax of the logits g. So the loss L has
 * ∂L/∂h_k = ∂L/∂f_k and, with q_c = Σ_k x_ck ∂L/∂f_k, ∂L/∂g_c = p_c (q_c − Σ_d p_d q_d).
 * @param said [B × (K + C)] h and g of each row
 * @param gradient [B × (K + C)] is written
 * @returns L, the mean by weight
 */
export function mixLoss(kind: LossKind, said: Float32Array, rows: MixRows, gradient: Float32Array): number {
  const { count, horizon, mixed, candidates, targets, weights } = rows;
  const width = horizon + mixed;
  const forecasts = new Float32Array(count * horizon);
  const shares = new Float32Array(count * mixed);
  for (let row = 0; row < count; row++) {
    const own = said.subarray(row * width, (row + 1) * width);
    forecasts.set(own.subarray(0, horizon), row * horizon);
    shares.set(own.subarray(horizon), row * mixed);
  }
  softmaxRows(shares, mixed);
  addShares(forecasts, shares, candidates, count);
  const slopes = new Float32Array(count * horizon);
  const loss = weightedLoss(kind, forecasts, targets, weights, slopes);
  for (let row = 0; row < count; row++) {
    const own = slopes.subarray(row * horizon, (row + 1) * horizon);
    const pulls = Float64Array.from({ length: mixed }, (_, c) => {
      let pull = 0;
      for (let k = 0; k < horizon; k++) pull += candidates[(row * mixed + c) * horizon + k]! * own[k]!;
      return pull;
    });
    const mean = pulls.reduce((sum, pull, c) => sum + shares[row * mixed + c]! * pull, 0);
    gradient.set(own, row * width);
    for (const [c, pull] of pulls.entries())
      gradient[row * width + horizon + c] = shares[row * mixed + c]! * (pull - mean);
  }
  return loss;
}
