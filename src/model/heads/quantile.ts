// The quantile head: the median, and offsets above and below it which are never negative, so that quantiles cannot cross. Only the median
// teaches the encoder: trained jointly, the outer quantiles cost it accuracy. In: [median, offsets above, offsets below] before
// their softplus. Out: as every head; between its levels, straight lines on normal probability paper.
import { normalQuantile } from "../../base/normal.js";
import { byLevel, type Head, sigmoid, softplus } from "./head.js";

/** Above the median, ascending; those below mirror them. */
export const upperLevels = [0.75, 0.9, 0.975] as const;
const count = upperLevels.length;

export function quantileHead(): Head {
  const normalOf = byLevel(normalQuantile);
  /** [1 + count] standard normal quantiles of the median and the upper levels. */
  const knots = [0, ...upperLevels.map(normalOf)];
  return {
    parts: [
      { name: "head", width: 1, activation: "linear" },
      { name: "head_above", width: count, activation: "softplus", detached: true },
      { name: "head_below", width: count, activation: "softplus", detached: true },
    ],
    /** |y − m| + the mean of twice the pinball losses of the other levels, to which m is a constant (Koenker & Bassett 1978). */
    loss(raw, target, _spread, slope) {
      const median = raw[0]!;
      slope.fill(0);
      slope[0] = Math.sign(median - target);
      let total = 0;
      for (const side of [1, -1]) {
        // Seen from the median outwards, a lower quantile of y is an upper one of −y.
        const error = side * (target - median);
        const first = side === 1 ? 1 : 1 + count;
        let offset = 0;
        for (let j = 0; j < count; j++) {
          offset += softplus(raw[first + j]!);
          const level = upperLevels[j]!;
          const isOutside = error > offset;
          total += (isOutside ? level : level - 1) * (error - offset);
          // A farther quantile stands on the offsets of the nearer ones.
          for (let i = 0; i <= j; i++) slope[first + i]! += isOutside ? -level : 1 - level;
        }
      }
      for (let i = 1; i < slope.length; i++) slope[i]! *= sigmoid(raw[i]!) / count;
      return Math.abs(target - median) + total / count;
    },
    point: (raw) => raw[0]!,
    quantile: (raw, level) => atNormal(raw, normalOf(level), knots),
    draw: (raw, random) => atNormal(raw, random.normal(), knots),
  };
}

/** The quantile at the level of a standard normal number; past the outermost ones, straight on. */
function atNormal(raw: Float64Array, z: number, knots: readonly number[]): number {
  const side = Math.sign(z);
  const size = Math.abs(z);
  const first = side < 0 ? 1 + count : 1;
  let offset = 0;
  for (let j = 0; j < count; j++) {
    const gap = softplus(raw[first + j]!);
    const [from, to] = [knots[j]!, knots[j + 1]!];
    if (size <= to || j === count - 1) return raw[0]! + side * (offset + (gap * (size - from)) / (to - from));
    offset += gap;
  }
  return raw[0]!;
}
