// Exponential smoothing with a season inside a season (Taylor, Short-term electricity demand forecasting using double seasonal exponential
// smoothing, Journal of the Operational Research Society 54, 2003), additive. In: a history with two seasons. Out: its forecast.
import type { Method } from "./history.js";
import { replaceNonFinite } from "./smoothing.js";

/** How fast the level, the trend (as a share of the level's) and the two seasons follow an error, and how much of an error the next one keeps. */
interface Gains {
  level: number;
  trend: number;
  short: number;
  long: number;
  carry: number;
}

interface Filter {
  /** [time] */
  readonly values: Float64Array;
  /** [long season] what the seasons start from */
  readonly indices: Float64Array;
  readonly firstLevel: number;
  /** Where the last pass ended. */
  level: number;
  trend: number;
  /** [season] by t mod season */
  readonly short: Float64Array;
  readonly long: Float64Array;
  /** The last value less its forecast, before the correction for the error before it. */
  error: number;
}

const names = ["level", "trend", "short", "long", "carry"] as const;
const levels = [0.005, 0.05, 0.2];
const shorts = [0, 0.1];
const longs = [0.02, 0.15, 0.35];
const carries = [0.3, 0.85];
const firstTrend = 0.02;
const damping = 0.98;
const greatestCarry = 0.99;
/** Each round tries one step up and down along each gain. */
const steps = [0.1, 0.05, 0.025];

/** ŷ(n+h) = l + b Σ 0.98ⁱ + s₁ + s₂ + φʰ u, u the last error; with the gains of the least squared one-step error. */
export const doubleSeasonal: Method = (history, out) => {
  const { values, seasons } = history;
  const [short = 1, long = short] = seasons;
  const filter = createFilter(values, short, history.indices(long));
  const gains = chooseGains(filter);
  runFilter(filter, gains, Number.POSITIVE_INFINITY);
  let { level, trend, error } = filter;
  for (let h = 0; h < out.length; h++) {
    const t = values.length + h;
    error *= gains.carry;
    level += trend;
    trend *= damping;
    out[h] = level + filter.short[t % short]! + filter.long[t % long]! + error;
  }
  replaceNonFinite(out, values[values.length - 1]!);
};

function createFilter(values: Float64Array, shortSeason: number, indices: Float64Array): Filter {
  const longSeason = indices.length;
  const first = values[0]!;
  let firstLevel = first;
  for (let t = 0; t < longSeason; t++) firstLevel += (values[t]! - first) / longSeason;
  return {
    values,
    indices,
    firstLevel,
    level: firstLevel,
    trend: 0,
    short: new Float64Array(shortSeason),
    long: new Float64Array(longSeason),
    error: 0,
  };
}

/** The best of the grid, then of the steps around it. */
function chooseGains(filter: Filter): Gains {
  const best: Gains = { level: 0, trend: firstTrend, short: 0, long: 0, carry: 0 };
  const trial: Gains = { ...best };
  let least = Number.POSITIVE_INFINITY;
  const attempt = () => {
    const error = runFilter(filter, trial, least);
    if (!(error < least)) return;
    least = error;
    Object.assign(best, trial);
  };
  for (trial.level of levels)
    for (trial.short of shorts) for (trial.long of longs) for (trial.carry of carries) attempt();
  for (const step of steps)
    for (const name of names)
      for (const direction of [step, -step]) {
        Object.assign(trial, best);
        trial[name] = Math.min(Math.max(best[name] + direction, 0), name === "carry" ? greatestCarry : 1);
        attempt();
      }
  return best;
}

/**
 * One pass over the values, given up where it comes to no less than another one did.
 * @returns the sum of squared one-step errors after the first long cycle
 */
function runFilter(filter: Filter, gains: Gains, least: number): number {
  const { values, short, long } = filter;
  const { level: alpha, short: gamma, long: omega, carry: phi } = gains;
  const beta = alpha * gains.trend;
  const shortSeason = short.length;
  const longSeason = long.length;
  short.fill(0);
  long.set(filter.indices);
  let level = filter.firstLevel;
  let trend = 0;
  let before = 0;
  let sum = 0;
  let i = 0;
  let j = 0;
  for (let t = 0; t < values.length; t++) {
    const error = values[t]! - short[i]! - long[j]! - trend - level;
    const surprise = error - phi * before;
    before = error;
    if (t >= longSeason) sum += surprise * surprise;
    if (sum >= least) return sum;
    level += trend + alpha * error;
    trend = damping * trend + beta * error;
    short[i]! += gamma * error;
    long[j]! += omega * error;
    if (++i === shortSeason) i = 0;
    if (++j === longSeason) j = 0;
  }
  filter.level = level;
  filter.trend = trend;
  filter.error = before;
  return sum;
}
