// What exponential smoothing and its kin have to choose, how fast each part follows an error, and the search for it. In: what any choice
// scores. Out: the best one found.

/** The span of the damping φ, as in Hyndman et al., Forecasting with Exponential Smoothing (2008), §2.5: beyond it φ cannot be told from 1 or 0. */
const leastDamping = 0.8;
const mostDamping = 0.98;

/**
 * What the search turns, each in [0, 1]: the level's weight α, the trend's β as a share of α, where φ lies in its span, and the
 * season's γ as a share of 1 − α. A share of zero stays zero: that part is fixed.
 */
export type Shares = Float64Array;

export const alpha = (shares: Shares): number => shares[0]!;
export const beta = (shares: Shares): number => shares[0]! * shares[1]!;
export const phi = (shares: Shares): number => leastDamping + (mostDamping - leastDamping) * shares[2]!;
export const gamma = (shares: Shares): number => (1 - shares[0]!) * shares[3]!;

/** The share at which φ is 1, so that the trend goes on for ever; the search does not go there by itself. */
export const undamped = (1 - leastDamping) / (mostDamping - leastDamping);

/** Every combination of the given shares. */
export function gridOf(
  levels: readonly number[],
  trends: readonly number[] = [0],
  dampings: readonly number[] = [0],
  seasons: readonly number[] = [0],
): readonly Shares[] {
  return levels.flatMap((level) =>
    trends.flatMap((trend) =>
      dampings.flatMap((damping) => seasons.map((season) => Float64Array.of(level, trend, damping, season))),
    ),
  );
}

/** The odds are multiplied and divided by these, one share after the other. */
const refinements = [2, 1.4];

/** @param scores [2] filled with what two choices come to, the less the better; NaN counts as infinite */
export type PairScore = (first: Shares, second: Shares, scores: Float64Array) => void;

/** @returns the shares of the least score: the best of the grid, then of what lies around it */
export function searchShares(score: PairScore, grid: readonly Shares[]): Shares {
  const best = grid[0]!.slice();
  const up = new Float64Array(4);
  const down = new Float64Array(4);
  const scores = new Float64Array(2);
  let least = Number.POSITIVE_INFINITY;
  const take = (shares: Shares, found: number) => {
    if (!(found < least)) return false;
    least = found;
    best.set(shares);
    return true;
  };
  for (let i = 0; i < grid.length; i += 2) {
    const first = grid[i]!;
    const second = grid[i + 1] ?? first;
    score(first, second, scores);
    take(first, scores[0]!);
    take(second, scores[1]!);
  }
  for (const factor of refinements)
    for (let part = 0; part < best.length; part++) {
      const share = best[part]!;
      if (share === 0) continue;
      up.set(best);
      down.set(best);
      up[part] = (share * factor) / (1 - share + share * factor);
      down[part] = share / (factor - share * factor + share);
      score(up, down, scores);
      if (!take(up, scores[0]!)) take(down, scores[1]!);
    }
  return best;
}
