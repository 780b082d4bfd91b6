// A learnt mix of seasonal naive forecasts, added to what the head says: Σ_c softmax(state · M + m)_c · candidate_c. In: states,
// candidates and the weights of the mix. Out: forecasts. A network so starts from what a season ago was, and learns what is to be
// trusted when (the weighting of a mixture of experts, Jacobs et al. 1991).
import { affineRows, softmaxRows } from "./encoder/arrays.js";

/**
 * @param output [B × K] what the head says; the mix is added to it
 * @param candidates [B × C × K]
 * @param kernel M [S × C] @param bias m [C]
 */
export function addMix(
  output: Float32Array,
  state: Float32Array,
  candidates: Float32Array,
  kernel: Float32Array,
  bias: Float32Array,
  batch: number,
): void {
  const count = bias.length;
  const shares = affineRows(state, kernel, bias, batch, state.length / batch, count);
  softmaxRows(shares, count);
  addShares(output, shares, candidates, batch);
}

/** @param output [B × K] is added to @param shares [B × C] @param candidates [B × C × K] */
export function addShares(output: Float32Array, shares: Float32Array, candidates: Float32Array, batch: number): void {
  const count = shares.length / batch;
  const horizon = output.length / batch;
  for (let row = 0; row < batch * count; row++) {
    const to = Math.floor(row / count) * horizon;
    for (let k = 0; k < horizon; k++) output[to + k]! += shares[row]! * candidates[row * horizon + k]!;
  }
}
