// Processes for which exponential smoothing is optimal, simulated in their state space form: Hyndman, Koehler, Ord & Snyder,
// Forecasting with Exponential Smoothing (2008), tables 2.2 and 2.3.
import { drawBeta, drawBetween, drawChance, drawLogBetween } from "../../../src/base/distributions.js";
import { portableExp } from "../../../src/base/portable.js";
import type { Random } from "../../../src/base/random.js";
import type { Family } from "../draft.js";
import { chooseShape } from "../shapes.js";

export const ets: Family = (random, length, seasons) => {
  // Two seasons have no such form; the longer one is left out half the time and the shorter otherwise.
  const season = seasons.length > 1 ? seasons[random.integer(2)]! : (seasons[0] ?? 1);
  return drawChance(random, 0.6)
    ? { values: simulateAdditive(random, length, season), scale: "latent" }
    : { values: drawMultiplicative(random, length, season), scale: "positive" };
};

/** Products of many errors end near 0 or in the clouds, which levels of real series do not: such a course is drawn again. */
function drawMultiplicative(random: Random, length: number, season: number): Float64Array {
  for (;;) {
    const { values, lowest, highest } = simulateMultiplicative(random, length, season);
    if (highest < mostLevelRatio * lowest) return values;
  }
}

interface Smoothing {
  /** Of level, slope and season. */
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly damping: number;
  readonly hasSlope: boolean;
}

function drawSmoothing(random: Random): Smoothing {
  const alpha = drawBeta(random, 0.8, 1.2);
  const hasSlope = drawChance(random, 0.6);
  return {
    alpha,
    beta: hasSlope ? alpha * drawBeta(random, 0.5, 4) : 0,
    gamma: drawChance(random, 0.7) ? (1 - alpha) * drawBeta(random, 0.5, 2.5) : 0,
    damping: drawChance(random, 0.3) ? 1 : drawBetween(random, 0.8, 0.99),
    hasSlope,
  };
}

/** y = l + φb + s + ε with ε of deviation 1. */
function simulateAdditive(random: Random, length: number, season: number): Float64Array {
  const { alpha, beta, gamma, damping, hasSlope } = drawSmoothing(random);
  const strength = drawChance(random, 0.88) ? drawLogBetween(random, 0.3, 8) : 0;
  const indices = season > 1 ? chooseShape(random, season)().map((value) => strength * value) : new Float64Array(1);
  let slope = hasSlope ? random.normal() * drawLogBetween(random, 0.005, 0.3) : 0;
  let level = 0;
  const values = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const error = random.normal();
    const expected = level + damping * slope;
    values[t] = expected + indices[t % season]! + error;
    level = expected + alpha * error;
    slope = damping * slope + beta * error;
    if (season > 1) indices[t % season]! += gamma * error;
  }
  return values;
}

/** Least of a multiplicative state: it would not recover from 0. */
const leastState = 1e-3;
const mostLevelRatio = 60;

interface Course {
  readonly values: Float64Array;
  /** Of the level. */
  readonly lowest: number;
  readonly highest: number;
}

/** y = (l + φb) · s · (1 + ε), with slopes of the level's own size. */
function simulateMultiplicative(random: Random, length: number, season: number): Course {
  const { alpha, beta, gamma, damping, hasSlope } = drawSmoothing(random);
  const spread = drawLogBetween(random, 0.005, 0.25);
  const strength = drawChance(random, 0.88) ? drawLogBetween(random, 0.02, 0.7) : 0;
  const indices =
    season > 1 ? chooseShape(random, season)().map((value) => portableExp(strength * value)) : Float64Array.of(1);
  let level = 1;
  let lowest = level;
  let highest = level;
  let slope = hasSlope ? random.normal() * drawLogBetween(random, 0.0005, 0.03) : 0;
  const values = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const error = Math.max(-0.9, spread * random.normal());
    const expected = Math.max(leastState, level + damping * slope);
    values[t] = expected * indices[t % season]! * (1 + error);
    level = expected * (1 + alpha * error);
    slope = damping * slope + beta * expected * error;
    indices[t % season]! *= 1 + gamma * error;
    lowest = Math.min(lowest, level);
    highest = Math.max(highest, level);
  }
  return { values, lowest, highest };
}
