// Trend, one or two seasons and noise, added. Each share is drawn over two orders of magnitude, so that some series are nearly
// without noise and some are nothing else.
import { drawBetween, drawChance, drawInteger, drawLogBetween } from "../../../src/base/distributions.js";
import type { Random } from "../../../src/base/random.js";
import { addScaled, type Family } from "../draft.js";
import { drawNoise } from "../noise.js";
import { drawLongSeason, drawSeason } from "../shapes.js";
import { drawTrend } from "../trends.js";

export const structural: Family = (random, length, seasons) => ({
  values: drawStructure(random, length, seasons),
  scale: "latent",
});

/** @returns [length] of no particular mean or deviation */
export function drawStructure(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const [season = 1, long = 0] = seasons;
  const values = new Float64Array(length);
  addScaled(values, drawTrend(random, length), drawLogBetween(random, 0.1, 6));
  const noiseShare = drawChance(random, 0.25) ? drawLogBetween(random, 0.005, 0.1) : drawLogBetween(random, 0.08, 1.5);
  addScaled(values, drawNoise(random, length, season), noiseShare);
  const seasonShare = drawLogBetween(random, 0.1, 5);
  if (season > 1) addScaled(values, drawSeason(random, length, season), drawChance(random, 0.9) ? seasonShare : 0);
  // A cycle at a length that no frequency suggests.
  else if (drawChance(random, 0.08))
    addScaled(values, drawSeason(random, length, drawInteger(random, 3, 60)), drawLogBetween(random, 0.2, 2));
  if (long > 0 && drawChance(random, 0.92))
    addScaled(values, drawLongSeason(random, length, [season, long]), seasonShare * drawBetween(random, 0.1, 1));
  return values;
}
