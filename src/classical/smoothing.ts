// Exponential smoothing of a level and a damped trend, and the search for its weights that all of its kin share. In: values
// without gaps. Out: forecasts and one-step errors.

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

/** @returns the shares of the least score: the best of the grid, then of what lies around it */
export function searchShares(score: (shares: Shares) => number, grid: readonly Shares[]): Shares {
  const best = new Float64Array(4);
  const trial = new Float64Array(4);
  let least = Number.POSITIVE_INFINITY;
  best.set(grid[0]!);
  const attempt = (shares: Shares) => {
    const found = score(shares);
    if (!(found < least)) return false;
    least = found;
    best.set(shares);
    return true;
  };
  for (const shares of grid) attempt(shares);
  for (const factor of refinements)
    for (let part = 0; part < best.length; part++) {
      const share = best[part]!;
      if (share === 0) continue;
      trial.set(best);
      trial[part] = (share * factor) / (1 - share + share * factor);
      if (attempt(trial)) continue;
      trial[part] = share / (factor - share * factor + share);
      attempt(trial);
    }
  return best;
}

/**
 * The level and the trend before the first step, from the means of the first two spans: half the slope between them, for most
 * of what differs between two short spans is chance.
 * @param values [time] without season
 * @param start [2] filled with the first step's forecast, and what of it is trend
 */
export function startTrend(values: Float64Array, span: number, hasTrend: boolean, start: Float64Array): void {
  const second = hasTrend ? Math.min(span, values.length - span) : 0;
  let first = 0;
  let later = 0;
  for (let t = 0; t < span; t++) first += values[t]! / span;
  for (let t = span; t < span + second; t++) later += values[t]! / second;
  const slope = second > 0 ? (later - first) / (span + second) : 0;
  start[0] = first - (slope * (span - 1)) / 2;
  start[1] = slope;
}

/**
 * A level and a damped trend in the error-correction form of Hyndman et al. (2008), table 2.2, (N, Ad): ε = y − f with
 * f = l + φb, then l ← f + αε and b ← φb + βε.
 * @param values [time]
 * @param state [2] in: the first step's f, and φb of it; out: the same of the step after the last
 * @param errors [time] filled with ε
 * @returns the mean of ε²
 */
export function smoothTrend(values: Float64Array, shares: Shares, state: Float64Array, errors: Float64Array): number {
  const damping = phi(shares);
  const levelWeight = alpha(shares);
  const trendWeight = beta(shares) * damping;
  const count = values.length;
  let forecast = state[0]!;
  let trend = state[1]!;
  let sum = 0;
  for (let t = 0; t < count; t++) {
    const error = values[t]! - forecast;
    errors[t] = error;
    sum += error * error;
    trend = damping * trend + trendWeight * error;
    forecast += trend + levelWeight * error;
  }
  state[0] = forecast;
  state[1] = trend;
  return sum / count;
}

/** The path of a level and a damped trend, f, f + φu, f + φu + φ²u, …; @param out [horizon] */
export function continueTrend(state: Float64Array, damping: number, out: Float64Array): void {
  let forecast = state[0]!;
  let trend = state[1]!;
  for (let h = 0; h < out.length; h++) {
    out[h] = forecast;
    trend *= damping;
    forecast += trend;
  }
}

/** What was fitted to a series without season. */
export interface TrendFit {
  readonly shares: Shares;
  /** [2] of the step after the last, as {@link smoothTrend} has it */
  readonly state: Float64Array;
  /** [time] one step ahead */
  readonly errors: Float64Array;
  /** Mean of squared errors. */
  readonly meanSquare: number;
}

/** Without a season, the first level is the mean of this many steps at most. */
const longestSpan = 4;

const levelGrid = gridOf([0.03, 0.15, 0.4, 0.7, 0.95]);
const trendGrid = gridOf([0.1, 0.4, 0.8, 0.96], [0.03, 0.25], [0.7]);

/** Least squared one-step errors. @param values [time] at least one @param fixed where nothing is to be searched */
export function fitTrend(values: Float64Array, hasTrend: boolean, fixed?: Shares): TrendFit {
  const span = Math.max(1, Math.min(longestSpan, values.length >> 1));
  const start = new Float64Array(2);
  const state = new Float64Array(2);
  const errors = new Float64Array(values.length);
  startTrend(values, span, hasTrend, start);
  const score = (shares: Shares) => {
    state.set(start);
    return smoothTrend(values, shares, state, errors);
  };
  const shares = fixed ?? searchShares(score, hasTrend ? trendGrid : levelGrid);
  const meanSquare = score(shares);
  return { shares, state, errors, meanSquare };
}

/**
 * Simple exponential smoothing, or with a damped trend where Akaike's corrected criterion thinks the three more parameters
 * worth it.
 * @param values [time] at least one, finite
 * @param out [horizon] filled with finite values
 */
export function smoothLevelTrend(values: Float64Array, out: Float64Array): void {
  const level = fitTrend(values, false);
  const trend = fitTrend(values, true);
  const fit = criterion(trend, 5) < criterion(level, 2) ? trend : level;
  continueTrend(fit.state, phi(fit.shares), out);
  replaceNonFinite(out, values[values.length - 1]!);
}

/** AICc of a fit with Gaussian errors, but for a constant; infinite where the series is too short for so many parameters. */
function criterion({ errors, meanSquare }: TrendFit, parameterCount: number): number {
  const count = errors.length;
  const spare = count - parameterCount - 2;
  if (spare <= 0) return Number.POSITIVE_INFINITY;
  return count * Math.log(meanSquare) + (2 * (parameterCount + 1) * count) / spare;
}

/** Values so large or so small that arithmetic on them leaves the floating-point range forecast as the last one does. */
export function replaceNonFinite(out: Float64Array, last: number): void {
  for (let h = 0; h < out.length; h++) if (!Number.isFinite(out[h]!)) out[h] = last;
}
