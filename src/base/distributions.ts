// Draws from distributions, over a stream of uniform numbers. In: a Random. Out: numbers that are the same on every machine, for
// nothing here uses a function that engines may round as they like.
import { portableCos, portableExp, portableLog, portablePower } from "./portable.js";
import { generatorStateLength, type Random, seededRandom } from "./random.js";

/** As `seededRandom`, with normal numbers that are the same to the last bit on every machine. */
export function portableRandom(seed: number): Random {
  return withPortableNormal(seededRandom(seed));
}

function withPortableNormal(random: Random): Random {
  const { uniform } = random;
  let spare = Number.NaN;
  return {
    ...random,
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s === 0 || s >= 1) continue;
        const factor = Math.sqrt((-2 * portableLog(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    },
    fork: (label) => withPortableNormal(random.fork(label)),
    exportState: () => [...random.exportState(), ...(Number.isNaN(spare) ? [] : [spare])],
    importState(state) {
      random.importState(state.slice(0, generatorStateLength));
      spare = state[generatorStateLength] ?? Number.NaN;
    },
  };
}

/** True with this probability. */
export function drawChance(random: Random, probability: number): boolean {
  return random.uniform() < probability;
}

/** Uniform on [low, high). */
export function drawBetween(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** Uniform in its logarithm on [low, high). @param low above 0 */
export function drawLogBetween(random: Random, low: number, high: number): number {
  return portableExp(drawBetween(random, portableLog(low), portableLog(high)));
}

/** Uniform integer in [low, high]. */
export function drawInteger(random: Random, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}

/** One of a table's values, each as often as its weight says. @param table pairs of a value and a weight of at least 0 */
export function drawWeighted<T>(random: Random, table: readonly (readonly [value: T, weight: number])[]): T {
  let left = 0;
  for (const [, weight] of table) left += weight;
  left *= random.uniform();
  for (const [value, weight] of table) {
    left -= weight;
    if (left < 0) return value;
  }
  return table.at(-1)![0];
}

/** Mean 1. */
export function drawExponential(random: Random): number {
  return -portableLog(1 - random.uniform());
}

/** Scale 1, so mean and variance are `shape`. Marsaglia & Tsang 2000; below shape 1 by their section 6. @param shape above 0 */
export function drawGamma(random: Random, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * portablePower(1 - random.uniform(), 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (portableLog(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * portableLog(v)) return d * v;
  }
}

/** @param a above 0 @param b above 0 */
export function drawBeta(random: Random, a: number, b: number): number {
  const x = drawGamma(random, a);
  const y = drawGamma(random, b);
  // Both vanish only for shapes near 0, where the distribution is nearly all at its ends.
  return x + y > 0 ? x / (x + y) : Number(drawChance(random, a / (a + b)));
}

/** Student's t, without scaling to unit variance. @param freedom degrees of freedom, above 0 */
export function drawStudent(random: Random, freedom: number): number {
  return random.normal() / Math.sqrt((2 * drawGamma(random, freedom / 2)) / freedom);
}

/** Above this mean counting down a product takes longer than rejection. */
const longestProduct = 12;

/** From here on the spread is less than 1e-7 of the mean, and whole numbers are not all numbers. */
const largestCount = 2 ** 50;

/** @param mean at least 0 */
export function drawPoisson(random: Random, mean: number): number {
  if (!(mean < largestCount)) return mean;
  return mean < longestProduct ? drawSmallPoisson(random, mean) : drawLargePoisson(random, mean);
}

/** Uniform numbers multiplied until they fall below e^−mean (Knuth). */
function drawSmallPoisson(random: Random, mean: number): number {
  const least = portableExp(-mean);
  let count = -1;
  for (let product = 1; product > least || count < 0; product *= random.uniform()) count++;
  return count;
}

/** Rejection from a Lorentzian (Numerical Recipes, 2nd edition, section 7.3). */
function drawLargePoisson(random: Random, mean: number): number {
  const width = Math.sqrt(2 * mean);
  const logMean = portableLog(mean);
  const peak = mean * logMean - logFactorial(mean);
  for (;;) {
    const turn = random.uniform() / 2;
    const tangent = portableCos(turn - 0.25) / portableCos(turn);
    const count = Math.floor(width * tangent + mean);
    if (!(count >= 0)) continue;
    const ratio = 0.9 * (1 + tangent * tangent) * portableExp(count * logMean - logFactorial(count) - peak);
    if (random.uniform() <= ratio) return count;
  }
}

/** ln Γ(x + 1) for x at least 0, by Stirling's series after shifting x up to 8 or more. */
function logFactorial(x: number): number {
  let shifted = x + 1;
  let product = 1;
  for (; shifted < 8; shifted++) product *= shifted;
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680)));
  return (shifted - 0.5) * portableLog(shifted) - shifted + halfLogTwoPi + series - portableLog(product);
}

const halfLogTwoPi = 0.9189385332046728;

/** Variance mean + mean² / size. @param mean at least 0 @param size above 0 */
export function drawNegativeBinomial(random: Random, mean: number, size: number): number {
  return drawPoisson(random, (mean * drawGamma(random, size)) / size);
}
