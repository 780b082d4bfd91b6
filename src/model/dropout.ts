// Dropout masks. In: a rate and a seeded stream. Out: factors for a layer's outputs, drawn in their order.
import type { Random } from "../base/random.js";

/**
 * Inverted dropout (Srivastava et al. 2014): 0 for a share `rate` of the values, 1 / (1 - rate) for the others.
 * @param scales the first `length` are written
 */
export function drawDropout(scales: Float32Array, length: number, rate: number, random: Random): void {
  const kept = 1 / (1 - rate);
  for (let i = 0; i < length; i++) scales[i] = random.uniform() < rate ? 0 : kept;
}
