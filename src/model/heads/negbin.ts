// The negative binomial head: a mean and an overdispersion of a count for each step, trained by likelihood (Salinas et al. 2020, DeepAR,
// section 3.1; Snyder, Ord & Beaumont 2012 on slow-moving stock). In: [mean in spreads, overdispersion], before their softplus. Out: as every head; what
// it says is in spreads, as the target is.
import { drawNegativeBinomial } from "../../base/distributions.js";
import { digamma, incompleteBeta, logGamma } from "../../base/gamma.js";
import { type Head, sigmoid, softplus } from "./head.js";

/** Least mean, in spreads, and least overdispersion, which is nearly Poisson: the likelihood has no slope at 0. */
export const leastMean = 1e-6;
export const leastDispersion = 1e-4;

export function negbinHead(): Head {
  const meanOf = (raw: Float64Array, spread: number) => (softplus(raw[0]!) + leastMean) * spread;
  /** α: the variance is μ + α μ². */
  const dispersionOf = (raw: Float64Array) => softplus(raw[1]!) + leastDispersion;
  return {
    isCount: true,
    parts: [
      { name: "head", width: 1, activation: "softplus" },
      { name: "head_dispersion", width: 1, activation: "softplus" },
    ],
    /** −ln of Γ(y + r) / (Γ(r) y!) · (r/(r+μ))ʳ · (μ/(r+μ))ʸ with r = 1/α */
    loss(raw, target, spread, slope) {
      const count = Math.max(0, Math.round(target * spread));
      const mean = meanOf(raw, spread);
      const dispersion = dispersionOf(raw);
      const size = 1 / dispersion;
      // ln(r/(r+μ)) = −ln(1 + αμ)
      const logShare = -Math.log1p(dispersion * mean);
      slope[0] = ((mean - count) / (mean * (1 + dispersion * mean))) * spread * sigmoid(raw[0]!);
      const bySize = digamma(count + size) - digamma(size) + logShare + (mean - count) / (size + mean);
      slope[1] = bySize * size * size * sigmoid(raw[1]!);
      const logChoices = logGamma(count + size) - logGamma(size) - logGamma(count + 1);
      return -(logChoices + size * logShare + count * (Math.log(dispersion * mean) + logShare));
    },
    point: meanOfSpread,
    quantile(raw, level, spread) {
      return negbinQuantile(level, meanOf(raw, spread), 1 / dispersionOf(raw)) / spread;
    },
    draw: (raw, random, spread) => drawNegativeBinomial(random, meanOf(raw, spread), 1 / dispersionOf(raw)) / spread,
  };
}

/** The mean: the median of rare counts is 0 however often they come. */
function meanOfSpread(raw: Float64Array): number {
  return softplus(raw[0]!) + leastMean;
}

/** The least count that is not exceeded with at least this probability: P(Y ≤ y) = I_p(r, y + 1) with p = r/(r + μ). */
export function negbinQuantile(level: number, mean: number, size: number): number {
  const p = size / (size + mean);
  const reaches = (count: number) => incompleteBeta(p, size, count + 1) >= level;
  if (reaches(0)) return 0;
  let [low, high] = [0, Math.max(1, Math.ceil(mean))];
  while (Number.isFinite(high) && !reaches(high)) [low, high] = [high, 2 * high];
  for (;;) {
    const middle = Math.floor((low + high) / 2);
    // Beyond 2^53 there may be whole numbers between two, and none that a number can be.
    if (!(low < middle && middle < high)) return high;
    if (reaches(middle)) high = middle;
    else low = middle;
  }
}
