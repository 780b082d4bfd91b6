// What a season adds to forecasts of one step. In: one series. Out: how clearly an autoregression that knows the phase of the
// season beats one that does not. What an autoregression leaves is nearly white noise, so that trends, random walks, cycles of
// no fixed length and shifts of level, which look seasonal to an autocorrelation, do not to this test.
import { interpolateGaps } from "../base/interpolation.js";
import { dot, productsOf } from "../base/linear-algebra.js";
import { mean, observedCount, quantileOfSorted, sortedObserved } from "../base/numeric.js";
import { regress, squaredResiduals } from "./regression.js";

/** One series as regressions take it: a row for each step with a value and a past. */
export interface Steps {
  /** [row] steps from the first of the series */
  readonly times: Int32Array;
  /**
   * [column][row] what a step is forecast from (time, the values before it, their weighted means), and last the step itself; each
   * less its mean
   */
  readonly columns: readonly Float64Array[];
  /** [columns × columns] */
  readonly products: Float64Array;
}

/** Steps from the first of the series to the last row. */
export function spanOf({ times }: Steps): number {
  return times.at(-1)! + 1;
}

/** Nested regressions: one without a season, one with it. */
export interface Test {
  /** Parameters that the season adds. */
  readonly added: number;
  /** Rows less the parameters of the larger regression. */
  readonly left: number;
  /** Squared residuals of the larger over those of the smaller, in [0, 1]. */
  readonly ratio: number;
}

/** Harmonics by which a season is told that is smooth, or that has too few cycles to tell each phase. */
const harmonicCounts = [1, 2, 4, 6];
/** Models of a season: those, and a mean for each phase. */
export const modelCount = harmonicCounts.length + 1;
/** Cycles below which nothing is told of a season. */
export const leastCycles = 1.5;
/** Below this share of the mean a value is too near zero for its logarithm. */
const leastShare = 0.02;
/** Rates of the weighted means of the past, and the steps from which each is of use: a slow level under noise is not a short autoregression. */
const levelRates = [
  { rate: 0.2, from: 60 },
  { rate: 0.05, from: 200 },
];

/** @param all [time], NaN = unobserved @returns null where there is too little to tell anything */
export function layOutSteps(all: Float64Array): Steps | null {
  const count = observedCount(all);
  const lagCount = count < 40 ? 1 : count < 80 ? 2 : 3;
  const times = new Int32Array(count);
  let rowCount = 0;
  for (let t = lagCount; t < all.length; t++) if (!Number.isNaN(all[t]!)) times[rowCount++] = t;
  if (rowCount < lagCount + 6) return null;
  const values = detrend(drawInExtremes(interpolateGaps(takeLogarithms(all))));
  const layOut = (from: Float64Array) => stepsOf(from, times.subarray(0, rowCount), lagCount);
  return layOut(drawInSurprises(values, layOut(values)));
}

function stepsOf(values: Float64Array, times: Int32Array, lagCount: number): Steps {
  const columns: Float64Array[] = [Float64Array.from(times)];
  for (let lag = 1; lag <= lagCount; lag++) columns.push(pick(values, times, lag));
  for (const { rate, from } of levelRates)
    if (times.length >= from) columns.push(pick(weightedMeans(values, rate), times, 1));
  columns.push(pick(values, times, 0));
  const centred = centre(columns, times, 1);
  return { times, columns: centred, products: productsOf(centred) };
}

/** @returns [row] the values `lag` steps before `times` */
function pick(values: Float64Array, times: Int32Array, lag: number): Float64Array {
  const picked = new Float64Array(times.length);
  for (let row = 0; row < times.length; row++) picked[row] = values[times[row]! - lag]!;
  return picked;
}

/** Exponentially weighted means of the values up to each. */
function weightedMeans(values: Float64Array, rate: number): Float64Array {
  const means = new Float64Array(values.length);
  let level = values[0]!;
  for (let t = 0; t < values.length; t++) {
    level += rate * (values[t]! - level);
    means[t] = level;
  }
  return means;
}

/** Growth that multiplies becomes a line: logarithms where all values are well above zero, a copy where they are not. */
function takeLogarithms(values: Float64Array): Float64Array {
  let min = Number.POSITIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (Number.isNaN(value)) continue;
    if (value < min) min = value;
    sum += value;
    count++;
  }
  const taken = values.slice();
  if (min > 0 && min * count >= leastShare * sum) for (let t = 0; t < taken.length; t++) taken[t] = Math.log(taken[t]!);
  return taken;
}

/** The values less a line. */
function detrend(values: Float64Array): Float64Array {
  const times = Int32Array.from(values.keys());
  return regress(centre([Float64Array.from(times), values], times, 1));
}

/** The values without their extremes, which would be all that a sum of squares sees. */
function drawInExtremes(values: Float64Array): Float64Array {
  const { low, high } = fencesOf(values);
  return values.map((value) => Math.min(Math.max(value, low), high));
}

/** The values with what their past does not explain drawn in: one shift of the level would hide a season otherwise. */
function drawInSurprises(values: Float64Array, steps: Steps): Float64Array {
  const surprises = surprisesOf(steps);
  const { low, high } = fencesOf(surprises);
  const drawn = values.slice();
  for (let row = 0; row < surprises.length; row++) {
    const surprise = surprises[row]!;
    drawn[steps.times[row]!]! += Math.min(Math.max(surprise, low), high) - surprise;
  }
  return drawn;
}

/** Where outliers begin: three interquartile ranges out (Tukey 1977, outer fences); nowhere where half of the values are equal. */
function fencesOf(values: Float64Array): { low: number; high: number } {
  const sorted = sortedObserved(values);
  const first = quantileOfSorted(sorted, 0.25);
  const third = quantileOfSorted(sorted, 0.75);
  const reach = third > first ? 3 * (third - first) : Number.POSITIVE_INFINITY;
  return { low: first - reach, high: third + reach };
}

/** What the past leaves of the steps: nearly white where there is no season. @returns [row] */
export function surprisesOf({ columns, products }: Steps): Float64Array {
  return regress(columns, products);
}

/**
 * A season as one, two, four and six harmonics, and as a mean for each phase.
 * @param base a season that is known already, null for none
 * @returns [models] null where the series is too short for the model, or the season for its harmonics
 */
export function testSeason(steps: Steps, season: number, base: number | null): (Test | null)[] {
  const tests = new Array<Test | null>(modelCount).fill(null);
  const span = spanOf(steps);
  if (span < leastCycles * season) return tests;
  const { times, columns, products } = base === null ? steps : withoutSeason(steps, base);
  const pastCount = columns.length - 1;
  const without = squaredResiduals(products).at(-1)!;
  const test = (withIt: number, added: number) => {
    const left = times.length - pastCount - (base ?? 1) - added;
    return left < 3 || added < 1 || !(without > 0) ? null : { added, left, ratio: withIt / without };
  };
  const counts = phaseCounts(times, season);
  const held = columns.map((column) => phaseShares(column, times, counts));
  const harmonics = harmonicsOf(season, base);
  const sums = squaredResiduals(insertColumns(products, held, wavesOf(counts, harmonics, base)));
  harmonicCounts.forEach((count, model) => {
    if (count <= harmonics.length) tests[model] = test(sums[pastCount + 2 * count]!, 2 * count);
  });
  if (span >= 2 * season && (base === null || season % base === 0)) {
    const shares = productsOf(held);
    const withIt = squaredResiduals(products.map((product, i) => product - shares[i]!)).at(-1)!;
    tests[modelCount - 1] = test(withIt, season - (base ?? 1));
  }
  return tests;
}

/** Pairs that have to be there. */
const fewestPairs = 2;

/**
 * Of a season that was hardly seen twice: how far the changes from step to step are like those a season before, which they are not where a
 * trend bends or values walk at random. Their correlation as a standard normal deviate (Wallace 1959, "Bounds on normal approximations to
 * Student's and the chi-square distributions").
 * @returns 0 where there are too few pairs
 */
export function repeatScore({ times, columns }: Steps, season: number): number {
  const target = columns.at(-1)!;
  const values = new Float64Array(times.at(-1)! + 1).fill(Number.NaN);
  for (let row = 0; row < times.length; row++) values[times[row]!] = target[row]!;
  const changes = values.map((value, t) => value - (values[t - 1] ?? Number.NaN));
  const usual = mean(changes.filter((change) => !Number.isNaN(change)));
  let [count, product, square, earlierSquare] = [0, 0, 0, 0];
  for (let t = season; t < changes.length; t++) {
    const [change, earlier] = [changes[t]! - usual, changes[t - season]! - usual];
    if (Number.isNaN(change + earlier)) continue;
    count++;
    product += change * earlier;
    square += change * change;
    earlierSquare += earlier * earlier;
  }
  if (count < fewestPairs || product === 0) return 0;
  const left = count - 1;
  const ratio = Math.max(1e-12, 1 - (product * product) / (square * earlierSquare));
  return Math.sign(product) * ((8 * left + 1) / (8 * left + 3)) * Math.sqrt(left * -Math.log(ratio));
}

function withoutSeason({ times, columns }: Steps, season: number): Steps {
  const left = centre(columns, times, season);
  return { times, columns: left, products: productsOf(left) };
}

/** Whole numbers of waves a season, of at least four steps each, without those that the known season has too. */
function harmonicsOf(season: number, base: number | null): number[] {
  const harmonics: number[] = [];
  for (let k = 1; k * 4 <= season && harmonics.length < harmonicCounts.at(-1)!; k++)
    if (base === null || !Number.isInteger((k * base) / season)) harmonics.push(k);
  return harmonics;
}

/** @returns [season] rows at each phase */
function phaseCounts(times: Int32Array, season: number): Int32Array {
  const counts = new Int32Array(season);
  for (let row = 0; row < times.length; row++) counts[times[row]! % season]!++;
  return counts;
}

/** A column as it is seen by columns that know the phase only: √(rows) times its mean at each. @returns [season] */
function phaseShares(column: Float64Array, times: Int32Array, counts: Int32Array): Float64Array {
  const season = counts.length;
  const shares = new Float64Array(season);
  for (let row = 0; row < times.length; row++) shares[times[row]! % season]! += column[row]!;
  for (let phase = 0; phase < season; phase++) shares[phase]! /= Math.sqrt(Math.max(1, counts[phase]!));
  return shares;
}

/**
 * A cosine and a sine for each harmonic, less their means at the phases of `base` where these follow from the season's, each value
 * times √(rows).
 * @param counts [season] rows at each phase
 * @returns [2 × harmonics][season]
 */
function wavesOf(counts: Int32Array, harmonics: readonly number[], base: number | null): Float64Array[] {
  const season = counts.length;
  const phaseCount = base !== null && season % base === 0 ? base : 1;
  return harmonics.flatMap((k) =>
    [0, 0.25].map((shift) => {
      const wave = new Float64Array(season);
      for (let phase = 0; phase < season; phase++)
        wave[phase] = Math.cos(2 * Math.PI * (((k * phase) % season) / season - shift));
      for (let first = 0; first < phaseCount; first++) {
        let sum = 0;
        let count = 0;
        for (let phase = first; phase < season; phase += phaseCount) {
          sum += counts[phase]! * wave[phase]!;
          count += counts[phase]!;
        }
        const mean = sum / Math.max(1, count);
        for (let phase = first; phase < season; phase += phaseCount)
          wave[phase] = (wave[phase]! - mean) * Math.sqrt(counts[phase]!);
      }
      return wave;
    }),
  );
}

/**
 * Products with waves set before the last column. @param products [columns × columns] @param held [column][season] the columns' shares
 * @param waves [wave][season]
 */
function insertColumns(
  products: Float64Array,
  held: readonly Float64Array[],
  waves: readonly Float64Array[],
): Float64Array {
  const before = held.length - 1;
  const size = held.length + waves.length;
  const all = new Float64Array(size * size);
  const at = (column: number) => (column < before ? column : size - 1);
  for (let i = 0; i <= before; i++) {
    for (let j = 0; j <= before; j++) all[at(i) * size + at(j)] = products[i * held.length + j]!;
    waves.forEach((wave, w) => {
      const product = dot(wave, held[i]!);
      all[at(i) * size + before + w] = product;
      all[(before + w) * size + at(i)] = product;
    });
  }
  const among = productsOf(waves);
  for (let v = 0; v < waves.length; v++)
    for (let w = 0; w < waves.length; w++) all[(before + v) * size + before + w] = among[v * waves.length + w]!;
  return all;
}

/** The columns less their means at each phase of a season. */
function centre(columns: readonly Float64Array[], times: Int32Array, season: number): Float64Array[] {
  const counts = phaseCounts(times, season);
  return columns.map((column) => {
    const means = new Float64Array(season);
    for (let row = 0; row < column.length; row++) means[times[row]! % season]! += column[row]!;
    for (let phase = 0; phase < season; phase++) means[phase]! /= counts[phase]!;
    const centred = new Float64Array(column.length);
    for (let row = 0; row < column.length; row++) centred[row] = column[row]! - means[times[row]! % season]!;
    return centred;
  });
}

/** The F test as a standard normal deviate (Paulson 1942, "An approximate normalization of the analysis of variance distribution"). */
export function normalScore({ added, left, ratio }: Test): number {
  const f = ((1 - ratio) / added / Math.max(ratio, 1e-12)) * left;
  const a = 2 / (9 * added);
  const b = 2 / (9 * left);
  const root = Math.cbrt(Math.max(0, f));
  return ((1 - b) * root - (1 - a)) / Math.sqrt(b * root * root + a);
}
