// Two smoothings of one series in one loop: each step of a smoothing waits for the one before, and the other one runs in that time.
// In: values, two choices of weights and one start. Out: the mean squared one-step error of each.
import { alpha, beta, gamma, phi, type Shares } from "./shares.js";

/**
 * What two choices of shares come to, each just as `Join.pass` has it.
 * @param values [time]
 * @param start [2] the state before the first step
 * @param initial [season] the indices before the first step
 * @param scratch [2 · season] overwritten
 * @param scores [2] filled with the means of ε²
 */
export type PairPass = (
  values: Float64Array,
  first: Shares,
  second: Shares,
  start: Float64Array,
  initial: Float64Array,
  scratch: Float64Array,
  scores: Float64Array,
) => void;

export const addedPair: PairPass = (values, first, second, start, initial, scratch, scores) => {
  const dampingA = phi(first);
  const levelA = alpha(first);
  const slopeA = beta(first) * dampingA;
  const seasonA = gamma(first);
  const dampingB = phi(second);
  const levelB = alpha(second);
  const slopeB = beta(second) * dampingB;
  const seasonB = gamma(second);
  const count = values.length;
  const size = 2 * spread(initial, scratch);
  let forecastA = start[0]!;
  let forecastB = forecastA;
  let trendA = start[1]!;
  let trendB = trendA;
  let sumA = 0;
  let sumB = 0;
  for (let t = 0, phase = 0; t < count; t++) {
    const value = values[t]!;
    const indexA = scratch[phase]!;
    const indexB = scratch[phase + 1]!;
    const errorA = value - indexA - forecastA;
    const errorB = value - indexB - forecastB;
    sumA += errorA * errorA;
    sumB += errorB * errorB;
    scratch[phase] = indexA + seasonA * errorA;
    scratch[phase + 1] = indexB + seasonB * errorB;
    trendA = dampingA * trendA + slopeA * errorA;
    trendB = dampingB * trendB + slopeB * errorB;
    forecastA += trendA + levelA * errorA;
    forecastB += trendB + levelB * errorB;
    phase += 2;
    if (phase === size) phase = 0;
  }
  scores[0] = sumA / count;
  scores[1] = sumB / count;
};

export const multipliedPair: PairPass = (values, first, second, start, initial, scratch, scores) => {
  const dampingA = phi(first);
  const levelA = alpha(first);
  const slopeA = beta(first) * dampingA;
  const seasonA = gamma(first);
  const dampingB = phi(second);
  const levelB = alpha(second);
  const slopeB = beta(second) * dampingB;
  const seasonB = gamma(second);
  const count = values.length;
  const size = 2 * spread(initial, scratch);
  let forecastA = start[0]!;
  let forecastB = forecastA;
  let trendA = start[1]!;
  let trendB = trendA;
  let sumA = 0;
  let sumB = 0;
  for (let t = 0, phase = 0; t < count; t++) {
    const value = values[t]!;
    const indexA = scratch[phase]!;
    const indexB = scratch[phase + 1]!;
    const errorA = value - forecastA * indexA;
    const errorB = value - forecastB * indexB;
    sumA += errorA * errorA;
    sumB += errorB * errorB;
    const movedA = errorA / indexA;
    const movedB = errorB / indexB;
    const nextA = indexA + (seasonA * errorA) / forecastA;
    const nextB = indexB + (seasonB * errorB) / forecastB;
    scratch[phase] = nextA;
    scratch[phase + 1] = nextB;
    trendA = dampingA * trendA + slopeA * movedA;
    trendB = dampingB * trendB + slopeB * movedB;
    forecastA += trendA + levelA * movedA;
    forecastB += trendB + levelB * movedB;
    // Past zero the two parts no longer mean anything.
    if (!(forecastA > 0 && nextA > 0)) sumA = Number.POSITIVE_INFINITY;
    if (!(forecastB > 0 && nextB > 0)) sumB = Number.POSITIVE_INFINITY;
    phase += 2;
    if (phase === size) phase = 0;
  }
  scores[0] = Number.isNaN(sumA) ? Number.POSITIVE_INFINITY : sumA / count;
  scores[1] = Number.isNaN(sumB) ? Number.POSITIVE_INFINITY : sumB / count;
};

/** Each index twice, side by side. @returns their count */
function spread(initial: Float64Array, scratch: Float64Array): number {
  for (let phase = 0; phase < initial.length; phase++) {
    scratch[2 * phase] = initial[phase]!;
    scratch[2 * phase + 1] = initial[phase]!;
  }
  return initial.length;
}
