// Trends. In: a stream and a length. Out: one of deviation 1 over the whole series.
import { drawBetween, drawChance, drawInteger, drawLogBetween, drawWeighted } from "../../src/base/distributions.js";
import { portableExp } from "../../src/base/portable.js";
import type { Random } from "../../src/base/random.js";
import { standardise } from "./draft.js";

const trendShares = [
  ["none", 20],
  ["linear", 14],
  ["piecewise", 14],
  ["damped", 18],
  ["walk", 20],
  ["logistic", 7],
  ["exponential", 7],
] as const;

/** @returns [length] mean 0 and deviation 1, or all 0 */
export function drawTrend(random: Random, length: number): Float64Array {
  const trend = standardise(drawCourse(random, length));
  // Things grow more often than they shrink.
  if (drawChance(random, 0.35)) for (let t = 0; t < length; t++) trend[t] = -trend[t]!;
  return trend;
}

function drawCourse(random: Random, length: number): Float64Array {
  const kind = drawWeighted(random, trendShares);
  const along = (course: (share: number) => number) => Float64Array.from({ length }, (_, t) => course(t / length));
  switch (kind) {
    case "none":
      return new Float64Array(length);
    case "linear":
      return along((share) => share);
    case "piecewise":
      return drawPiecewise(random, length);
    case "damped":
      return drawDamped(random, length);
    case "walk":
      return drawWalk(random, length);
    case "logistic": {
      const middle = random.uniform();
      const speed = drawBetween(random, 4, 15);
      return along((share) => 1 / (1 + portableExp(speed * (middle - share))));
    }
    case "exponential": {
      const rate = drawBetween(random, 0.5, 3) * (drawChance(random, 0.7) ? 1 : -1);
      return along((share) => portableExp(rate * share));
    }
    default:
      return kind satisfies never;
  }
}

/** Up to four slopes. */
function drawPiecewise(random: Random, length: number): Float64Array {
  const changeChance = drawInteger(random, 1, 3) / length;
  const values = new Float64Array(length);
  let slope = random.normal();
  let level = 0;
  for (let t = 0; t < length; t++) {
    if (drawChance(random, changeChance)) slope = random.normal();
    level += slope;
    values[t] = level;
  }
  return values;
}

function drawWalk(random: Random, length: number): Float64Array {
  const values = new Float64Array(length);
  const drift = drawChance(random, 0.4) ? drawBetween(random, 0, 0.4) : 0;
  let level = 0;
  for (let t = 0; t < length; t++) {
    level += drift + random.normal();
    values[t] = level;
  }
  return values;
}

/** A level with a slope of its own that is drawn back to 0, fast or hardly. */
function drawDamped(random: Random, length: number): Float64Array {
  const damping = 1 - drawLogBetween(random, 0.002, 0.2);
  const slopeNoise = drawLogBetween(random, 0.005, 0.3);
  const levelNoise = drawChance(random, 0.4) ? 0 : drawBetween(random, 0, 0.5);
  const values = new Float64Array(length);
  let slope = 3 * slopeNoise * random.normal();
  let level = 0;
  for (let t = 0; t < length; t++) {
    slope = damping * slope + slopeNoise * random.normal();
    level += slope + levelNoise * random.normal();
    values[t] = level;
  }
  return values;
}
