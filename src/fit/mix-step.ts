// The loss of a network with a mix, and its gradient with respect to what one dense layer says: the head's numbers and the mix's logits
// side by side. So the kernels, which end in a dense layer, train it. In: what the layer says, and candidates. Out: loss and gradient.
import type { LossKind } from "../engine/kernels/fused/kernels.js";
import { pointLoss } from "../engine/kernels/fused/loss.js";
import { softmaxRows } from "../model/encoder/arrays.js";

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
  let total = 0;
  for (let i = 0; i < count * horizon; i++) total += weights[i]!;
  let sum = 0;
  const slopes = new Float64Array(horizon);
  const pulls = new Float64Array(mixed);
  for (let row = 0; row < count; row++) {
    const from = row * width;
    const shares = said.slice(from + horizon, from + width);
    softmaxRows(shares, mixed);
    const own = candidates.subarray(row * mixed * horizon, (row + 1) * mixed * horizon);
    for (let k = 0; k < horizon; k++) {
      const weight = weights[row * horizon + k]!;
      let error = said[from + k]! - targets[row * horizon + k]!;
      for (let c = 0; c < mixed; c++) error += shares[c]! * own[c * horizon + k]!;
      const { value, slope } = pointLoss(kind, error);
      if (weight !== 0) sum += weight * value;
      slopes[k] = weight === 0 ? 0 : (weight * slope) / total;
      gradient[from + k] = slopes[k]!;
    }
    let mean = 0;
    for (let c = 0; c < mixed; c++) {
      pulls[c] = 0;
      for (let k = 0; k < horizon; k++) pulls[c]! += own[c * horizon + k]! * slopes[k]!;
      mean += shares[c]! * pulls[c]!;
    }
    for (let c = 0; c < mixed; c++) gradient[from + horizon + c] = shares[c]! * (pulls[c]! - mean);
  }
  return sum / total;
}
