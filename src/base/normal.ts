// Quantiles of the standard normal distribution. In: a probability. Out: the quantile.
import { portableExp } from "./portable.js";

/** P(|Z| ≤ x) by the series of Abramowitz & Stegun 1964, 26.2.11, to full precision for x up to about 8. @param x 0 or more */
function centralShare(x: number): number {
  let term = x;
  let sum = x;
  for (let i = 1; term > sum * 1e-17; i++) {
    term *= (x * x) / (2 * i + 1);
    sum += term;
  }
  return Math.sqrt(2 / Math.PI) * portableExp((-x * x) / 2) * sum;
}

/** @param p in [1e-12, 1 − 1e-12] */
export function normalQuantile(p: number): number {
  const wanted = Math.abs(2 * p - 1);
  let [low, high] = [0, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (centralShare(middle) < wanted) low = middle;
    else high = middle;
  }
  return Math.sign(p - 0.5) * ((low + high) / 2);
}
