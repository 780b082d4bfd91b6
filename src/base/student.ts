// Quantiles of Student's t distribution. In: a probability and degrees of freedom. Out: the quantile.
import { incompleteBeta } from "./gamma.js";

/** Further degrees of freedom change the 0.999 quantile by less than 1 %. */
const maxFreedom = 200;

/** @param p in (0, 1) @param freedom above 0 */
export function studentQuantile(p: number, freedom: number): number {
  const wanted = Math.abs(2 * p - 1);
  let [low, high] = [0, Math.PI / 2];
  // Bisection down to the last bit of the angle.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (centralShare(middle, Math.min(freedom, maxFreedom)) < wanted) low = middle;
    else high = middle;
  }
  return Math.sign(p - 0.5) * Math.sqrt(Math.min(freedom, maxFreedom)) * Math.tan((low + high) / 2);
}

/** P(|t| > |statistic|): the p-value of a two-sided test. @param freedom above 0 */
export function studentTails(statistic: number, freedom: number): number {
  return Math.max(0, 1 - centralShare(Math.atan(Math.abs(statistic) / Math.sqrt(freedom)), freedom));
}

/**
 * P(|t| ≤ √ν tan θ), the finite sums of Abramowitz & Stegun 1964, 26.7.3 (odd ν) and 26.7.4 (even ν); 26.7.1 where ν is not whole.
 * @param angle θ in [0, π/2] @param freedom ν
 */
function centralShare(angle: number, freedom: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  if (!Number.isInteger(freedom)) return 1 - incompleteBeta(cosine ** 2, freedom / 2, 0.5);
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let i = isOdd ? 3 : 2; i < freedom; i += 2) {
    term *= (cosine ** 2 * (i - 1)) / i;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
