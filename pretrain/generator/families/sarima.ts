// Seasonal autoregressive integrated moving averages: φ(B) Φ(Bᵐ) (1 − B)ᵈ (1 − Bᵐ)ᴰ y = θ(B) Θ(Bᵐ) ε, built as two filters and
// two sums in turn.
import { drawBetween, drawChance, drawLogBetween, drawWeighted } from "../../../src/base/distributions.js";
import type { Random } from "../../../src/base/random.js";
import { type Family, momentsOf } from "../draft.js";
import { chooseShape } from "../shapes.js";

/** Steps that run before the series starts, so that it begins in its stationary distribution. */
const warmUp = 60;
const mostSeasonalWarmUp = 400;

export const sarima: Family = (random, length, seasons) => {
  const season = seasons.length > 1 ? seasons[random.integer(2)]! : (seasons[0] ?? 1);
  const isSeasonal = season > 1 && drawChance(random, 0.85);
  const difference = drawWeighted(random, differenceShares);
  const isSeasonalSum = isSeasonal && difference < 2 && drawChance(random, 0.55);
  // What is summed over seasons starts from its shape alone: a start anywhere else would be a jump that each cycle repeats.
  const before = isSeasonalSum ? 0 : warmUp + (isSeasonal ? Math.min(3 * season, mostSeasonalWarmUp) : 0);
  const shocks = Float64Array.from({ length: before + length }, random.normal);
  if (isSeasonal) {
    const seasonalAr = drawChance(random, 0.5) ? drawBetween(random, 0, 0.85) : 0;
    const seasonalMa = drawChance(random, 0.5) ? drawBetween(random, -0.9, 0.2) : 0;
    filter(shocks, season, [seasonalAr], [seasonalMa]);
  }
  filter(shocks, 1, drawAutoregression(random), drawMovingAverage(random));
  const values = shocks.subarray(before);
  const { deviation } = momentsOf(values);
  const drift = difference > 0 && drawChance(random, 0.35) ? deviation * drawBetween(random, -0.1, 0.25) : 0;
  if (isSeasonalSum) {
    const shape = chooseShape(random, season)();
    const strength = deviation * drawLogBetween(random, 0.5, 12);
    // A further sum turns the shape's steps into the shape.
    for (let t = 0; t < Math.min(season, length); t++)
      values[t]! += strength * (difference > 0 ? shape[t]! - shape[(t || season) - 1]! : shape[t]!);
    sumUp(values, season);
  }
  if (drift !== 0) for (let t = 0; t < length; t++) values[t]! += drift;
  for (let d = 0; d < difference; d++) sumUp(values, 1);
  return { values, scale: "latent" };
};

/** Second differences are rare, and then the process is nearly smooth. */
const differenceShares = [
  [0, 56],
  [1, 40],
  [2, 4],
] as const;

/** In place: x[t] = Σ ar[i] · x[t − (i + 1)lag] + ε[t] + Σ ma[i] · ε[t − (i + 1)lag] */
function filter(values: Float64Array, lag: number, ar: readonly number[], ma: readonly number[]): void {
  const shocks = ma.every((coefficient) => coefficient === 0) ? undefined : values.slice();
  for (let t = lag; t < values.length; t++) {
    let value = values[t]!;
    for (let i = 0; i < ar.length && t >= (i + 1) * lag; i++) {
      value += ar[i]! * values[t - (i + 1) * lag]!;
      if (shocks) value += (ma[i] ?? 0) * shocks[t - (i + 1) * lag]!;
    }
    values[t] = value;
  }
}

/** In place: x[t] += x[t − lag] */
function sumUp(values: Float64Array, lag: number): void {
  for (let t = lag; t < values.length; t++) values[t]! += values[t - lag]!;
}

/** From partial autocorrelations, so that it is stationary (Barndorff-Nielsen & Schou 1973). @returns three coefficients */
function drawAutoregression(random: Random): number[] {
  const partials = [
    drawBetween(random, -0.35, 0.97),
    drawChance(random, 0.5) ? drawBetween(random, -0.6, 0.4) : 0,
    drawChance(random, 0.2) ? drawBetween(random, -0.3, 0.3) : 0,
  ];
  if (drawChance(random, 0.12)) partials.fill(0);
  let coefficients: number[] = [];
  for (const partial of partials) {
    const former = coefficients;
    coefficients = former.map((coefficient, i) => coefficient - partial * former[former.length - 1 - i]!);
    coefficients.push(partial);
  }
  return coefficients;
}

function drawMovingAverage(random: Random): number[] {
  if (drawChance(random, 0.45)) return [0];
  return drawChance(random, 0.75)
    ? [drawBetween(random, -0.8, 0.6)]
    : [drawBetween(random, -0.7, 0.5), drawBetween(random, -0.25, 0.25)];
}
