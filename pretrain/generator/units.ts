// Units: what turns a draft into something that could be in a file. In: a draft. Out: its values in some unit, rounded or not.
import { drawBetween, drawChance, drawLogBetween, drawWeighted } from "../../src/base/distributions.js";
import { portableExp } from "../../src/base/portable.js";
import type { Random } from "../../src/base/random.js";
import { type Draft, momentsOf, standardise } from "./draft.js";
import { roundedShare, unitShares } from "./proportions.js";

/** Logarithms farther from the mean than this are cut off. */
const mostLog = 12;

export function expressInUnits(random: Random, { values, scale }: Draft): Float64Array {
  switch (scale) {
    case "counts":
    case "measured":
      return values;
    case "positive":
      return finish(random, values);
    case "latent":
      return finish(random, giveScale(random, standardise(values)));
    default:
      return scale satisfies never;
  }
}

/** @param latent [time] of deviation 1 */
function giveScale(random: Random, latent: Float64Array): Float64Array {
  const kind = drawWeighted(random, unitShares);
  switch (kind) {
    case "exponentiated": {
      const depth = drawLogBetween(random, 0.02, 1.2);
      return latent.map((value) => portableExp(Math.min(mostLog, Math.max(-mostLog, depth * value))));
    }
    case "offset": {
      const distance = drawLogBetween(random, 0.05, 30) - latent.reduce((least, value) => Math.min(least, value));
      return latent.map((value) => value + distance);
    }
    case "signed": {
      const centre = 3 * random.normal();
      return latent.map((value) => value + centre);
    }
    case "clipped": {
      const centre = drawBetween(random, -0.3, 1.5);
      return latent.map((value) => Math.max(0, value + centre));
    }
    default:
      return kind satisfies never;
  }
}

/** Steps of the last digit, with the weights 10ⁿ and a half. */
const resolutions = [
  [1, 60],
  [0.1, 15],
  [0.01, 5],
  [10, 12],
  [5, 8],
] as const;

/** In a unit of any size; some with few digits left. */
function finish(random: Random, values: Float64Array): Float64Array {
  const { deviation } = momentsOf(values);
  if (!(deviation > 0)) return values;
  if (!drawChance(random, roundedShare)) {
    const unit = drawLogBetween(random, 0.01, 1e5) / deviation;
    return values.map((value) => value * unit);
  }
  const digits = drawLogBetween(random, 1.2, 1000) / deviation;
  const resolution = drawWeighted(random, resolutions);
  return values.map((value) => Math.round(value * digits) * resolution);
}
