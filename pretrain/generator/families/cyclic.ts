// Cycles without a fixed period: sunspots, populations, prices of pigs, business cycles. No season tells where the next peak is.
import { drawBetween, drawChance, drawLogBetween, drawWeighted } from "../../../src/base/distributions.js";
import { portableCos, portableExp, portablePower } from "../../../src/base/portable.js";
import type { Random } from "../../../src/base/random.js";
import { addScaled, drawMemory, type Family, standardise } from "../draft.js";
import { drawSeason } from "../shapes.js";
import { drawTrend } from "../trends.js";

const kindShares = [
  ["autoregression", 35],
  ["activity", 30],
  ["population", 20],
  ["business", 15],
] as const;

/** A cycle takes from a few steps to as many as let the history see about two of them. */
function drawPeriod(random: Random, length: number): number {
  return drawLogBetween(random, 5, Math.max(8, Math.min(160, length / 2)));
}

export const cyclic: Family = (random, length, seasons) => {
  const kind = drawWeighted(random, kindShares);
  const period = drawPeriod(random, length);
  switch (kind) {
    case "autoregression":
      return { values: withSeason(random, drawAutoregression(random, length, period), seasons), scale: "latent" };
    case "activity":
      return { values: drawSpots(random, length, period), scale: "positive" };
    case "population": {
      const swing = drawBetween(random, 0.4, 1.6);
      const cycle = drawOscillation(random, length, period);
      const noise = drawLogBetween(random, 0.02, 0.4);
      return { values: cycle.map((value) => portableExp(swing * value + noise * random.normal())), scale: "positive" };
    }
    case "business": {
      const values = drawAutoregression(random, length, period);
      addScaled(values, drawTrend(random, length), drawLogBetween(random, 0.5, 5));
      return { values: withSeason(random, values, seasons), scale: "latent" };
    }
    default:
      return kind satisfies never;
  }
};

/** x[t] = 2r·cos(2π / period) · x[t − 1] − r² · x[t − 2] + ε, with noise of measuring on top. */
function drawAutoregression(random: Random, length: number, period: number): Float64Array {
  const radius = 1 - drawLogBetween(random, 0.002, 0.08);
  const first = 2 * radius * portableCos(1 / period);
  const second = -radius * radius;
  const before = Math.min(1000, Math.ceil(3 / (1 - radius)));
  const values = new Float64Array(length);
  let last = 0;
  let secondLast = 0;
  for (let t = -before; t < length; t++) {
    const value = first * last + second * secondLast + random.normal();
    secondLast = last;
    last = value;
    if (t >= 0) values[t] = value;
  }
  standardise(values);
  const noise = drawLogBetween(random, 0.01, 0.6);
  for (let t = 0; t < length; t++) values[t]! += noise * random.normal();
  return values;
}

/** A wave whose speed and amplitude differ from cycle to cycle, and which rises faster than it falls, or slower. */
function drawOscillation(random: Random, length: number, period: number): Float64Array {
  const speedSpread = drawBetween(random, 0.03, 0.25);
  const amplitudeSpread = drawBetween(random, 0.05, 0.4);
  const skew = drawBetween(random, -0.09, 0.03);
  const values = new Float64Array(length);
  let phase = random.uniform();
  let speed = 1;
  let amplitude = 1;
  for (let t = 0; t < length; t++) {
    values[t] = amplitude * portableCos(phase + skew * portableCos(phase - 0.25));
    phase += speed / period;
    if (phase >= 1) {
      phase -= 1;
      speed = portableExp(speedSpread * random.normal());
      amplitude = portableExp(amplitudeSpread * random.normal());
    }
  }
  return values;
}

/** Cycles that rise from near 0 and fall back to it, noisier when high. */
function drawSpots(random: Random, length: number, period: number): Float64Array {
  const cycle = drawOscillation(random, length, period);
  const sharpness = drawBetween(random, 0.8, 2);
  const floor = drawChance(random, 0.5) ? 0 : drawBetween(random, 0, 0.3);
  const noise = drawLogBetween(random, 0.02, 0.35);
  const lasting = drawMemory(random, length, drawBetween(random, 0, 0.8));
  return cycle.map((value, t) => {
    const height = floor + portablePower(Math.max(1e-9, (value + 1.15) / 2), sharpness);
    return Math.max(0, height + noise * Math.sqrt(height) * lasting[t]!);
  });
}

/** Adds the season, weakly, where there is one. */
function withSeason(random: Random, values: Float64Array, seasons: readonly number[]): Float64Array {
  const [season] = seasons;
  if (season !== undefined)
    addScaled(values, drawSeason(random, values.length, season), drawLogBetween(random, 0.1, 1.5));
  return values;
}
