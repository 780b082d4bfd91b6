// Elementary functions with the same last bit everywhere: engines may round Math.exp, log and cos as they like, while IEEE 754
// leaves + − × ÷ no choice. In: a number. Out: the function within 2 units in the last place.

/** ln 2 in two parts: the first has trailing zeros, so that a multiple of it up to 2²⁰ is exact. */
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const leastExponent = -1022;
const largestExponent = 1023;

/** 2ⁿ for every normal exponent n. */
const powersOfTwo = new Float64Array(largestExponent - leastExponent + 1);
for (let n = 0, up = 1, down = 1; n <= largestExponent; n++, up *= 2, down /= 2) {
  powersOfTwo[n - leastExponent] = up;
  if (-n >= leastExponent) powersOfTwo[-n - leastExponent] = down;
}

/** eˣ, which stays finite: x is taken to be at most 709. Below −708 it is 0. */
export function portableExp(x: number): number {
  if (x < -708) return 0;
  const bounded = x > 709 ? 709 : x;
  const n = Math.round(bounded * Math.LOG2E);
  if (Number.isNaN(n)) return Number.NaN;
  const r = bounded - n * ln2High - n * ln2Low;
  // Taylor's series, whose next term is below half a unit in the last place on |r| ≤ ln 2 / 2.
  return polynomial(expSeries, r) * powersOfTwo[n - leastExponent]!;
}

/** [power] coefficients in ascending powers; a table costs less than the divisions. */
const expSeries = reciprocals(14, (k) => k);
const sineSeries = reciprocals(9, (k) => -(2 * k) * (2 * k + 1));
const cosineSeries = reciprocals(9, (k) => -(2 * k - 1) * (2 * k));
const logSeries = Float64Array.from({ length: 11 }, (_, k) => 1 / (2 * k + 1));

/** 1 / (f(1) · f(2) · … · f(k)) for k from 0. */
function reciprocals(count: number, factor: (k: number) => number): Float64Array {
  const series = new Float64Array(count).fill(1);
  for (let k = 1, product = 1; k < count; k++) {
    product *= factor(k);
    series[k] = 1 / product;
  }
  return series;
}

/** Σ coefficients[k] · xᵏ */
function polynomial(coefficients: Float64Array, x: number): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = coefficients[k]! + x * sum;
  return sum;
}

const bits = new DataView(new ArrayBuffer(8));

/** ln x; −∞ at 0, NaN below. */
export function portableLog(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x === 0 ? Number.NEGATIVE_INFINITY : x > 0 ? x : Number.NaN;
  const isSubnormal = x < powersOfTwo[0]!;
  bits.setFloat64(0, isSubnormal ? x * powersOfTwo[54 - leastExponent]! : x);
  const high = bits.getInt32(0);
  let exponent = (high >> 20) - 1023 - (isSubnormal ? 54 : 0);
  bits.setInt32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), its series in odd powers of at most 0.172.
  const s = (mantissa - 1) / (mantissa + 1);
  return exponent * ln2High + (2 * s * polynomial(logSeries, s * s) + exponent * ln2Low);
}

/** x², which ** may round otherwise. */
export function square(x: number): number {
  return x * x;
}

/** Cosine of an angle in turns: cos 2πx. */
export function portableCos(turns: number): number {
  const x = Math.abs(turns - Math.round(turns));
  const folded = x > 0.25 ? 0.5 - x : x;
  const sign = x > 0.25 ? -1 : 1;
  const isNearZero = folded > 0.125;
  const angle = 2 * Math.PI * (isNearZero ? 0.25 - folded : folded);
  const square = angle * angle;
  // Taylor's series of the sine or the cosine on at most an eighth of a turn.
  return sign * (isNearZero ? angle * polynomial(sineSeries, square) : polynomial(cosineSeries, square));
}

/** xʸ for x above 0. */
export function portablePower(x: number, y: number): number {
  return portableExp(y * portableLog(x));
}

/** sin 2πx, likewise. */
export function portableSin(turns: number): number {
  return portableCos(turns - 0.25);
}

/** ln (1 + x) to full precision near 0: the rounding of 1 + x is made up for (Kahan; Goldberg 1991, theorem 4). @param x above −1 */
export function portableLog1p(x: number): number {
  const sum = 1 + x;
  if (sum === 1 || sum === Number.POSITIVE_INFINITY) return x;
  return (portableLog(sum) * x) / (sum - 1);
}

/** Where the exponentials' difference would lose digits, Taylor's series, whose next term is below half a unit in the last place. */
const smallSinh = 1;
const sinhSeries = reciprocals(9, (k) => 2 * k * (2 * k + 1));

/** Stays finite, as {@link portableExp} does. */
export function portableSinh(x: number): number {
  const size = Math.abs(x);
  if (size < smallSinh) return x * polynomial(sinhSeries, x * x);
  const grown = portableExp(size);
  const half = (grown - 1 / grown) / 2;
  return x < 0 ? -half : half;
}

/** Beyond this 1 is lost beside x². */
const largeAsinh = 2 ** 28;

export function portableAsinh(x: number): number {
  const size = Math.abs(x);
  const square = size * size;
  const found =
    size > largeAsinh
      ? portableLog(size) + (ln2High + ln2Low)
      : portableLog1p(size + square / (1 + Math.sqrt(1 + square)));
  return x < 0 ? -found : found;
}
