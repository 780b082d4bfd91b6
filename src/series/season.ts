// Seasons in the data. In: a series and its frequency. Out: the one or two seasons, in steps, that a forecast should know of.
// A season must beat the naive forecast: values a season apart have to be nearer to each other than values nearer in time.
import { mean, observedCount, quantile, quantileOfSorted, sortedObserved, standardDeviation } from "../base/numeric.js";
import { dayMs, hourMs, minuteMs } from "./calendar.js";
import type { Frame } from "./frame.js";
import type { Frequency } from "./grid.js";

/** Steps looked at, the newest ones: enough for any season, and bounded time. */
const longest = 50_000;
/** Series of a panel that are asked. */
const sampleSize = 48;
/** Standard errors by which a season given by the calendar must show; 0.1 % of white noise does. */
const calendarLimit = 3;
/** The same for a season that is searched for among many lags. */
const searchLimit = 5;
/** Least share of the variance of steps that a season has to explain, whatever the count of values. */
const leastStrength = 0.1;

/** @param values [time], NaN = unobserved @returns seasons in steps, ascending; [] when there are none */
export function findSeasons(values: Float64Array, frequency: Frequency): number[] {
  return findPanelSeasons([values], frequency);
}

/** Seasons that most series show; a second season may be that of some of them only. A panel is judged by a sample of it. */
export function findFrameSeasons({ series, grid }: Frame): number[] {
  return findPanelSeasons(
    sampleOf(series).map(({ values }) => values),
    grid.frequency,
  );
}

/** The series of a panel that are asked for its seasons, evenly spread over it. */
export function sampleOf<T>(series: readonly T[]): T[] {
  const stride = Math.max(1, series.length / sampleSize);
  return Array.from({ length: Math.min(series.length, sampleSize) }, (_, i) => series[Math.floor(i * stride)]!);
}

/** @param panel [series][time] */
function findPanelSeasons(panel: readonly Float64Array[], frequency: Frequency): number[] {
  const rests = panel.map((values) => detrend(values.slice(-longest)));
  const seasons: number[] = [];
  const test = (season: number | null, limit: number) => {
    if (season === null || seasons.length === 2 || !hasSeason(rests, season, limit, seasons.length > 0)) return;
    seasons.push(season);
    for (const rest of rests) if (rest.length >= 2 * season) subtractSeason(rest, season);
  };
  if (frequency.kind !== "integer") {
    for (const season of calendarSeasons(frequency)) test(season, calendarLimit);
  } else {
    test(searchSeason(rests, 1), searchLimit);
    // Only the few multiples of the first season are searched for the second.
    if (seasons[0] !== undefined) test(searchSeason(rests, seasons[0]), calendarLimit);
  }
  return seasons;
}

/** What the calendar suggests, ascending, in steps. */
function calendarSeasons(frequency: Exclude<Frequency, { kind: "integer" }>): number[] {
  const whole = (seasons: number[]) => seasons.filter((season) => Number.isInteger(season) && season >= 2);
  switch (frequency.kind) {
    case "fixed": {
      const { ms } = frequency;
      if (ms >= dayMs) return whole([(7 * dayMs) / ms, Math.round((365 * dayMs) / ms)]);
      return whole([...(ms <= 5 * minuteMs ? [hourMs / ms] : []), dayMs / ms, (7 * dayMs) / ms]);
    }
    case "day":
      return whole([7 / frequency.count, Math.round(365 / frequency.count)]);
    case "business-day":
      return [5];
    case "week":
      return whole([Math.round(52 / frequency.count)]);
    case "month":
      return whole([12 / frequency.count]);
    default:
      return frequency satisfies never;
  }
}

/**
 * Whether values `season` steps apart differ less than values 1 to season − 1 steps apart: in the typical series, and by
 * `limit` standard errors of all together; or, where there is another season already, in a fifth of the series by themselves.
 */
function hasSeason(rests: readonly Float64Array[], season: number, limit: number, isSecond: boolean): boolean {
  const strengths: number[] = [];
  let errors = 0;
  let clearCount = 0;
  for (const rest of rests) {
    if (rest.length < 2 * season) continue;
    const strength = 1 - meanSquaredStep(rest, season) / meanStepWithin(rest, season);
    if (Number.isNaN(strength)) continue;
    strengths.push(strength);
    const error = standardError(rest, season);
    errors += error ** 2;
    if (strength > Math.max(leastStrength, limit * error)) clearCount++;
  }
  const all = Float64Array.from(strengths);
  if (isSecond && clearCount > 0 && clearCount * 5 >= all.length) return true;
  return quantile(all, 0.5) > leastStrength && mean(all) * all.length > limit * Math.sqrt(errors);
}

/**
 * Of the strength of a season in one series. The error of an autocorrelation of n independent pairs is 1 / √n; red noise
 * wanders at long periods and looks like a season there, so n is divided by its spectrum (Torrence & Compo 1998, eq. 16).
 */
function standardError(values: Float64Array, season: number): number {
  const rest = values.slice();
  subtractSeason(rest, season);
  // Half the mean squared step is the variance less the autocovariance.
  const variance = standardDeviation(rest) ** 2;
  const memory = variance > 0 ? Math.min(Math.max(1 - meanSquaredStep(rest, 1) / 2 / variance, 0), 0.999) : 0;
  const spectrum = (1 - memory ** 2) / (1 - 2 * memory * Math.cos((2 * Math.PI) / season) + memory ** 2);
  return Math.sqrt(Math.max(1, spectrum) / (values.length - season));
}

/** Mean squared error of the naive forecast over one season's horizon: over all of its lags, or a fixed number of them. */
function meanStepWithin(values: Float64Array, season: number): number {
  const lagCount = Math.min(season - 1, 64);
  let sum = 0;
  for (let i = 0; i < lagCount; i++)
    sum += meanSquaredStep(
      values,
      lagCount === season - 1 ? i + 1 : 1 + Math.round((i * (season - 2)) / (lagCount - 1)),
    );
  return sum / lagCount;
}

/** Mean of (x[t + lag] − x[t])² over observed pairs; NaN without any. */
function meanSquaredStep(values: Float64Array, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let t = lag; t < values.length; t++) {
    const step = values[t]! - values[t - lag]!;
    if (Number.isNaN(step)) continue;
    sum += step * step;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/**
 * The season that an integer time axis does not name: the strongest among all lags that are multiples of `base`, or the
 * shortest that is nearly as strong, since a multiple of a season is one too.
 */
function searchSeason(rests: readonly Float64Array[], base: number): number | null {
  const lengths = Float64Array.from(rests, (rest) => rest.length);
  const longestLag = Math.min(Math.floor(quantile(lengths, 0.5) / 3), 1000);
  const strengths = meanStrengths(rests, longestLag);
  const isPeak = (lag: number) => {
    const reach = base > 1 ? base : Math.max(1, Math.floor(lag / 4));
    for (let other = Math.max(2, lag - reach); other <= Math.min(lag + reach, longestLag); other += base)
      if (strengths[other]! > strengths[lag]!) return false;
    return strengths[lag]! > 0 && lag < longestLag;
  };
  const peaks: number[] = [];
  for (let lag = base === 1 ? 2 : 2 * base; lag < longestLag; lag += base) if (isPeak(lag)) peaks.push(lag);
  const best = Math.max(...peaks.map((lag) => strengths[lag]!));
  return peaks.find((lag) => strengths[lag]! >= 0.75 * best) ?? null;
}

/** Strength by lag, the mean over the series that are long enough to tell. @returns [longestLag + 1], from lag 0 */
function meanStrengths(rests: readonly Float64Array[], longestLag: number): Float64Array {
  const sums = new Float64Array(longestLag + 1);
  const counts = new Float64Array(longestLag + 1);
  for (const rest of rests) {
    let within = 0;
    for (let lag = 1; lag <= longestLag && lag * 3 <= rest.length; lag++) {
      const step = meanSquaredStep(rest, lag);
      const strength = 1 - step / (within / (lag - 1));
      within += step;
      if (Number.isNaN(strength)) continue;
      sums[lag]! += strength;
      counts[lag]!++;
    }
  }
  return sums.map((sum, lag) => sum / counts[lag]!);
}

/** The values without their linear trend and without extremes, which would hide all else in squares. */
function detrend(values: Float64Array): Float64Array {
  if (observedCount(values) < 2) return values;
  const clipped = clipExtremes(values);
  const centre = mean(clipped);
  const centreTime = mean(clipped.map((value, t) => (Number.isNaN(value) ? Number.NaN : t)));
  let covariance = 0;
  let variance = 0;
  for (let t = 0; t < clipped.length; t++) {
    if (Number.isNaN(clipped[t]!)) continue;
    covariance += (t - centreTime) * (clipped[t]! - centre);
    variance += (t - centreTime) ** 2;
  }
  const slope = covariance / variance;
  return clipExtremes(clipped.map((value, t) => value - centre - slope * (t - centreTime)));
}

/** Draws values in to where an outlier begins: three interquartile ranges out (Tukey 1977, outer fences). */
function clipExtremes(values: Float64Array): Float64Array {
  const sorted = sortedObserved(values);
  const low = quantileOfSorted(sorted, 0.25);
  const high = quantileOfSorted(sorted, 0.75);
  const reach = 3 * (high - low);
  return reach === 0 ? values : values.map((value) => Math.min(Math.max(value, low - reach), high + reach));
}

/** Takes the mean of each phase of the season off, in place. */
function subtractSeason(values: Float64Array, season: number): void {
  for (let phase = 0; phase < season; phase++) {
    let sum = 0;
    let count = 0;
    for (let t = phase; t < values.length; t += season) {
      if (Number.isNaN(values[t]!)) continue;
      sum += values[t]!;
      count++;
    }
    for (let t = phase; t < values.length; t += season) values[t]! -= sum / count;
  }
}
