// How well quantiles and intervals tell what came. In: the points of one series. Out: a number in the data's units (a share for
// coverage), NaN where there is no point, or a point without its quantiles.
import { type Interval, intervalsOf, type QuantileColumn } from "../forecast/quantile-columns.js";

/** Quantile forecasts beside what came, of one series. All arrays are [points]. */
export interface QuantilePoints {
  readonly actual: Float64Array;
  readonly forecast: Float64Array;
  /** One for each column; NaN where a point has none. */
  readonly quantiles: readonly Float64Array[];
}

export interface IntervalScore {
  readonly name: string;
  readonly score: (points: QuantilePoints) => number;
}

/**
 * The score columns for these quantiles, in their order. `coverage` and `winkler` are those of the first interval, with their
 * share in the name (`coverage-95`) of the further ones.
 */
export function intervalScores(columns: readonly QuantileColumn[]): IntervalScore[] {
  if (columns.length === 0) return [];
  const levels = columns.map(({ level }) => level);
  return [
    { name: "pinball", score: (points) => pinball(points, levels) },
    { name: "crps", score: (points) => crps(points, levels) },
    ...intervalsOf(columns).flatMap((interval, i) => {
      const suffix = i === 0 ? "" : `-${interval.percent}`;
      return [
        { name: `coverage${suffix}`, score: (points: QuantilePoints) => coverage(points, interval) },
        { name: `winkler${suffix}`, score: (points: QuantilePoints) => winkler(points, interval) },
      ];
    }),
  ];
}

/** max(q (y − f), (q − 1) (y − f)): the loss that the quantile q makes least (Koenker & Bassett 1978). */
function pinballLoss(actual: number, quantile: number, level: number): number {
  return Math.max(level * (actual - quantile), (level - 1) * (actual - quantile));
}

/** Mean pinball loss over the quantiles. */
export function pinball({ actual, quantiles }: QuantilePoints, levels: readonly number[]): number {
  return meanOver(actual, (y, i) => {
    const sum = quantiles.reduce((loss, values, j) => loss + pinballLoss(y, values[i]!, levels[j]!), 0);
    return sum / quantiles.length;
  });
}

/**
 * Continuous ranked probability score, twice the integral of the pinball loss over all levels (Gneiting & Raftery 2007): each
 * quantile stands for the levels nearest to it, and the forecast for the median. The more quantiles, the nearer it is.
 */
export function crps({ actual, forecast, quantiles }: QuantilePoints, levels: readonly number[]): number {
  const known = levels.map((level, j) => ({ level, values: quantiles[j]! }));
  if (!levels.includes(0.5)) known.push({ level: 0.5, values: forecast });
  known.sort((a, b) => a.level - b.level);
  const widths = known.map(({ level }, j) => {
    const below = j === 0 ? 0 : (known[j - 1]!.level + level) / 2;
    const above = j === known.length - 1 ? 1 : (level + known[j + 1]!.level) / 2;
    return above - below;
  });
  return meanOver(
    actual,
    (y, i) => 2 * known.reduce((sum, { level, values }, j) => sum + widths[j]! * pinballLoss(y, values[i]!, level), 0),
  );
}

/** Share of the points inside, the ends included. */
export function coverage({ actual, quantiles }: QuantilePoints, { low, high }: Interval): number {
  return meanOver(actual, (y, i) => {
    const [lo, hi] = [quantiles[low]![i]!, quantiles[high]![i]!];
    return Number.isNaN(lo + hi) ? Number.NaN : Number(lo <= y && y <= hi);
  });
}

/** Mean interval score (Winkler 1972): the width, and 2/α times the distance of a point outside, where 1 − α is the share to hold. */
export function winkler({ actual, quantiles }: QuantilePoints, { percent, low, high }: Interval): number {
  const alpha = 1 - percent / 100;
  return meanOver(actual, (y, i) => {
    const [lo, hi] = [quantiles[low]![i]!, quantiles[high]![i]!];
    return hi - lo + (2 / alpha) * (Math.max(0, lo - y) + Math.max(0, y - hi));
  });
}

function meanOver(actual: Float64Array, term: (actual: number, index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += term(actual[i]!, i);
  return sum / actual.length;
}
