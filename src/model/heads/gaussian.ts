// The normal head: a mean and a deviation for each step, trained by likelihood (as Salinas et al. 2020, DeepAR, section 3.1). In: [mean,
// deviation before its softplus]. Out: as every head.
import { normalQuantile } from "../../base/normal.js";
import { byLevel, type Head, sigmoid, softplus } from "./head.js";

/** Added to deviations, in scaled units: on targets that do not vary, the likelihood would have no bound. */
export const leastDeviation = 1e-3;
const halfLogTwoPi = 0.9189385332046728;

export function deviationOf(raw: number): number {
  return softplus(raw) + leastDeviation;
}

export function gaussianHead(): Head {
  const quantileOf = byLevel(normalQuantile);
  return {
    parts: [
      { name: "head", width: 1, activation: "linear" },
      { name: "head_deviation", width: 1, activation: "softplus" },
    ],
    /** −ln N(y; μ, σ²) = ln σ + z²/2 + ½ ln 2π with z = (y − μ)/σ */
    loss(raw, target, _spread, slope) {
      const deviation = deviationOf(raw[1]!);
      const z = (target - raw[0]!) / deviation;
      slope[0] = -z / deviation;
      slope[1] = ((1 - z * z) / deviation) * sigmoid(raw[1]!);
      return Math.log(deviation) + (z * z) / 2 + halfLogTwoPi;
    },
    point: (raw) => raw[0]!,
    quantile: (raw, level) => raw[0]! + deviationOf(raw[1]!) * quantileOf(level),
    draw: (raw, random) => raw[0]! + deviationOf(raw[1]!) * random.normal(),
  };
}
