// The airline model, SARIMA(0,1,1)(0,1,1) of the logarithms (Box & Jenkins, Time Series Analysis, 1970, chapter 9): growth and season go on
// as they were last, smoothed. In: a history. Out: its forecast.
import { leaveLogs, type Method } from "./history.js";
import { usableSeason } from "./holt-winters.js";
import { naive } from "./naive.js";
import { gridOf, type Shares, searchShares } from "./shares.js";

/** θ and Θ stand where a smoothing has the shares of its level and its season. */
const grid = gridOf([0.1, 0.4, 0.7, 0.92], [0], [0], [0.1, 0.4, 0.7, 0.92]);

/** (1 − B)(1 − Bᵐ) y(t) = (1 − θB)(1 − ΘBᵐ) ε(t), with the θ and Θ of least squared errors; naive without a season met twice. */
export const airline: Method = (history, out) => {
  const season = usableSeason(history);
  if (season === undefined) return naive(history, out);
  const { logs } = history;
  const count = logs.length;
  const start = season + 1;
  const differences = new Float64Array(Math.max(0, count - start));
  for (let t = start; t < count; t++)
    differences[t - start] = logs[t]! - logs[t - 1]! - (logs[t - season]! - logs[t - start]!);
  const errors = new Float64Array(2 * (differences.length + start));
  const [theta, seasonal] = coefficients(
    searchShares((first, second, scores) => runPair(differences, season, first, second, errors, scores), grid),
  );
  runPair(
    differences,
    season,
    Float64Array.of(theta, 0, 0, seasonal),
    new Float64Array(4),
    errors,
    new Float64Array(2),
  );
  // Errors begin before the first difference with zeros, as many as are looked back on.
  const errorAt = (t: number) => (t < count ? errors[2 * t]! : 0);
  const before = (h: number) => (h < 0 ? logs[count + h]! : out[h]!);
  for (let h = 0; h < out.length; h++) {
    const t = count + h;
    const moved = theta * errorAt(t - 1) + seasonal * (errorAt(t - season) - theta * errorAt(t - start));
    out[h] = before(h - 1) + before(h - season) - before(h - start) - moved;
  }
  leaveLogs(history, out);
};

const coefficients = (shares: Shares) => [shares[0]!, shares[3]!] as const;

/**
 * The errors of two choices of coefficients, side by side.
 * @param differences [time − season − 1]
 * @param errors [2 · time] filled, zeros first
 * @param scores [2] filled with Σ ε²
 */
function runPair(
  differences: Float64Array,
  season: number,
  first: Shares,
  second: Shares,
  errors: Float64Array,
  scores: Float64Array,
): void {
  const [thetaA, seasonalA] = coefficients(first);
  const [thetaB, seasonalB] = coefficients(second);
  const count = differences.length;
  const shift = 2 * (season + 1);
  let lastA = 0;
  let lastB = 0;
  let olderA = 0;
  let olderB = 0;
  let sumA = 0;
  let sumB = 0;
  for (let t = 0; t < count; t++) {
    // A season before step t + season + 1.
    const at = 2 * (t + 1);
    const cycleA = errors[at]!;
    const cycleB = errors[at + 1]!;
    lastA = differences[t]! + thetaA * lastA + seasonalA * (cycleA - thetaA * olderA);
    lastB = differences[t]! + thetaB * lastB + seasonalB * (cycleB - thetaB * olderB);
    olderA = cycleA;
    olderB = cycleB;
    errors[2 * t + shift] = lastA;
    errors[2 * t + shift + 1] = lastB;
    sumA += lastA * lastA;
    sumB += lastB * lastB;
  }
  scores[0] = sumA;
  scores[1] = sumB;
}
