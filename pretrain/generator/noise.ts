// Noise with memory, heavy tails and a changing spread. In: a stream and a length. Out: noise of deviation 1.
import { drawBetween, drawChance, drawLogBetween, drawStudent, drawWeighted } from "../../src/base/distributions.js";
import { portableExp } from "../../src/base/portable.js";
import type { Random } from "../../src/base/random.js";
import { drawMemory, standardise } from "./draft.js";
import { chooseShape } from "./shapes.js";
import { drawTrend } from "./trends.js";

const spreadShares = [
  ["constant", 78],
  // Follows a trend of its own.
  ["trending", 8],
  // Some months are less certain than others.
  ["seasonal", 7],
  // Calm and restless times, as prices have them.
  ["volatile", 7],
] as const;

/** @param season steps after which the spread may repeat, 1 for none */
export function drawNoise(random: Random, length: number, season: number): Float64Array {
  const memory = drawChance(random, 0.45) ? 0 : drawBetween(random, 0, 0.95);
  const echo = drawChance(random, 0.75) ? 0 : drawBetween(random, -0.5, 0.4) * (1 - memory);
  const freedom = drawChance(random, 0.15) ? drawBetween(random, 2.2, 6) : 0;
  const shock = freedom === 0 ? random.normal : () => drawStudent(random, freedom);
  const spread = drawSpread(random, length, season);
  const values = new Float64Array(length);
  let state = random.normal() / Math.sqrt(1 - memory * memory);
  let before = 0;
  for (let t = 0; t < length; t++) {
    state = memory * state + shock() * (spread?.[t] ?? 1);
    values[t] = state + echo * before;
    before = state;
  }
  return standardise(values);
}

function drawSpread(random: Random, length: number, season: number): Float64Array | undefined {
  const kind = drawWeighted(random, spreadShares);
  switch (kind) {
    case "constant":
      return undefined;
    case "trending":
      return exponential(drawTrend(random, length), drawBetween(random, 0.2, 0.7));
    case "seasonal": {
      if (season === 1) return undefined;
      const shape = exponential(chooseShape(random, season)(), drawBetween(random, 0.2, 0.8));
      const start = random.integer(season);
      return Float64Array.from({ length }, (_, t) => shape[(start + t) % season]!);
    }
    case "volatile":
      return exponential(
        drawMemory(random, length, 1 - drawLogBetween(random, 0.01, 0.3)),
        drawBetween(random, 0.3, 0.9),
      );
    default:
      return kind satisfies never;
  }
}

function exponential(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => portableExp(factor * value));
}
