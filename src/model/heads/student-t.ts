// The Student-t head: a location, a scale and degrees of freedom for each step, trained by likelihood, for errors with heavy tails
// (Lange, Little & Taylor 1989). In: [location, scale and freedom before their softplus]. Out: as every head.
import { drawStudent } from "../../base/distributions.js";
import { digamma, logGamma } from "../../base/gamma.js";
import { studentQuantile } from "../../base/student.js";
import { deviationOf } from "./gaussian.js";
import { type Head, sigmoid, softplus } from "./head.js";

/** Degrees of freedom stay above this, so that there is a variance. */
export const leastFreedom = 2;

export function studentHead(): Head {
  const freedomOf = (raw: Float64Array) => leastFreedom + softplus(raw[2]!);
  return {
    parts: [
      { name: "head", width: 1, activation: "linear" },
      { name: "head_scale", width: 1, activation: "softplus" },
      { name: "head_freedom", width: 1, activation: "softplus" },
    ],
    /** −ln t(z; ν)/σ = ln Γ(ν/2) − ln Γ((ν+1)/2) + ½ ln νπ + ln σ + (ν+1)/2 · ln(1 + z²/ν) with z = (y − μ)/σ */
    loss(raw, target, _spread, slope) {
      const scale = deviationOf(raw[1]!);
      const freedom = freedomOf(raw);
      const z = (target - raw[0]!) / scale;
      const logTerm = Math.log1p((z * z) / freedom);
      const weight = (freedom + 1) / (freedom + z * z);
      slope[0] = (-weight * z) / scale;
      slope[1] = ((1 - weight * z * z) / scale) * sigmoid(raw[1]!);
      const byFreedom =
        digamma(freedom / 2) - digamma((freedom + 1) / 2) + 1 / freedom + logTerm - (weight * z * z) / freedom;
      slope[2] = 0.5 * byFreedom * sigmoid(raw[2]!);
      return (
        logGamma(freedom / 2) -
        logGamma((freedom + 1) / 2) +
        0.5 * Math.log(freedom * Math.PI) +
        Math.log(scale) +
        ((freedom + 1) / 2) * logTerm
      );
    },
    point: (raw) => raw[0]!,
    quantile: (raw, level) => raw[0]! + deviationOf(raw[1]!) * studentQuantile(level, freedomOf(raw)),
    draw: (raw, random) => raw[0]! + deviationOf(raw[1]!) * drawStudent(random, freedomOf(raw)),
  };
}
