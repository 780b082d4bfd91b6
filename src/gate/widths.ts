// How much further from the median the quantiles of a short history lie. In: quantiles as the networks tell them. Out: quantiles that hold
// as many values as they should, whatever the length of the history.
import { knots, medianKnot } from "./schema.js";

/**
 * A knot's distance from the median is too short by this over the number of values that tell the noise. Found on synthetic series that the
 * networks were not trained on: `npm run pretrain -- widths`.
 */
export const shortfalls = [7.75, 4.25, 3, 0, 3, 4.25, 7.75] as const;

/** A season takes all but this share of the values at most. */
const leastShare = 0.25;
/** Fewer were not looked at: of two or three values the networks themselves say nearly enough. */
const leastCount = 8;

/** Values that tell the noise: those beyond the first season, whose shape they tell. */
export function tellingCount(known: number, season: number): number {
  return Math.max(known - season, leastShare * known, leastCount);
}

/**
 * @param quantiles [knot × horizon] changed in place
 * @param known values of the history
 * @param season 1 for none
 * @param missing [knot] of the shortfalls
 */
export function widen(
  quantiles: Float64Array,
  known: number,
  season: number,
  missing: readonly number[] = shortfalls,
): void {
  const horizon = quantiles.length / knots.length;
  const count = tellingCount(known, season);
  for (let h = 0; h < horizon; h++) {
    const median = quantiles[medianKnot * horizon + h]!;
    for (const [k, shortfall] of missing.entries()) {
      const at = k * horizon + h;
      quantiles[at]! += (shortfall / count) * (quantiles[at]! - median);
    }
  }
}
