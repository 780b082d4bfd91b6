// Functions around Euler's gamma, which likelihoods and distribution functions are made of. In: positive numbers. Out: the function
// to about 1e-13 of its size.

/** From here on the asymptotic series below are exact to rounding. */
const seriesFrom = 10;
const halfLogTwoPi = 0.9189385332046728;

/** ln Γ(x), by Stirling's series after shifting x up (Abramowitz & Stegun 1964, 6.1.15 and 6.1.41). @param x above 0 */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  for (; shifted < seriesFrom; shifted++) product *= shifted;
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + series - Math.log(product);
}

/** ψ(x) = d ln Γ(x) / dx, shifted likewise (6.3.5 and 6.3.18). @param x above 0 */
export function digamma(x: number): number {
  let shifted = x;
  let sum = 0;
  for (; shifted < seriesFrom; shifted++) sum -= 1 / shifted;
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))));
  return sum + Math.log(shifted) - 0.5 * inverse - series;
}

const tiny = 1e-300;
const maxTermCount = 10_000;

/**
 * I_x(a, b), the regularised incomplete beta function, by its continued fraction (Abramowitz & Stegun 1964, 26.5.8) in the form of
 * Lentz (1976), on the side where it converges fast.
 * @param x in [0, 1] @param a above 0 @param b above 0
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  const awayFromZero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= maxTermCount; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;
}
