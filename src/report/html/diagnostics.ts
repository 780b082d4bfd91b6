// What the errors of a backtest tell of a model. In: a backtest and one of its models. Out: numbers to draw.
import type { BacktestModel, BacktestResult } from "../../evaluate/backtest.js";
import { seasonalScales } from "../../evaluate/metrics.js";
import { intervalsOf } from "../../forecast/quantile-columns.js";
import { knownValues } from "../../series/frame.js";
import { isWide } from "./plot.js";

export interface Errors {
  /** For each series its errors, actual − forecast, from its first origin on [time]; NaN = none. Of folds that overlap, the newest. */
  readonly bySeries: readonly Float64Array[];
  /** All that are known, in the order of the series and of time. */
  readonly known: Float64Array;
}

/**
 * @param season of the scale; null: errors are in the data's own units, and else in multiples of the mean absolute seasonal
 * difference before their origin, so that those of several series can be put together
 */
export function collectErrors(result: BacktestResult, model: BacktestModel, season: number | null): Errors {
  const { frame, folds, horizon } = result;
  const bySeries = frame.series.map((one, s) => {
    const { values } = one;
    const first = folds.find(({ origins }) => origins[s]! >= 0)?.origins[s];
    if (first === undefined) return new Float64Array(0);
    const errors = new Float64Array(values.length - first).fill(Number.NaN);
    for (const [f, { origins }] of folds.entries()) {
      const origin = origins[s]!;
      if (origin < 0) continue;
      const scale = season === null ? 1 : seasonalScales(knownValues(frame, one, origin), season).absolute;
      if (!(scale > 0)) continue;
      for (let k = 0; k < horizon && origin + k < values.length; k++)
        errors[origin + k - first] = (values[origin + k]! - model.folds[f]!.forecasts[s * horizon + k]!) / scale;
    }
    return errors;
  });
  const count = bySeries.reduce((sum, errors) => sum + errors.length, 0);
  const all = new Float64Array(count);
  let n = 0;
  for (const errors of bySeries) for (const error of errors) if (!Number.isNaN(error)) all[n++] = error;
  return { bySeries, known: all.slice(0, n) };
}

export interface Autocorrelation {
  /** At lags 1, 2, … [lags]; NaN where no two errors are so far apart. */
  readonly values: Float64Array;
  /** Between ±bound lie 95 of 100 of independent errors: 1.96 / √n (Bartlett 1946). */
  readonly bound: number;
}

/** Of all series together: Σ e(t) e(t+lag) / n over Σ e² / n, the mean taken off. */
export function autocorrelate({ bySeries, known }: Errors, lagCount: number): Autocorrelation {
  const centre = known.reduce((sum, error) => sum + error, 0) / known.length;
  const variance = known.reduce((sum, error) => sum + (error - centre) ** 2, 0);
  const values = Float64Array.from({ length: lagCount }, (_, i) => {
    const lag = i + 1;
    let sum = 0;
    let count = 0;
    for (const errors of bySeries)
      for (let t = 0; t + lag < errors.length; t++) {
        const product = (errors[t]! - centre) * (errors[t + lag]! - centre);
        if (Number.isNaN(product)) continue;
        sum += product;
        count++;
      }
    return count === 0 || !(variance > 0) ? Number.NaN : sum / variance;
  });
  return { values, bound: 1.96 / Math.sqrt(known.length) };
}

export interface Histogram {
  readonly centres: Float64Array;
  readonly counts: Float64Array;
  readonly width: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Bins by the rule of Freedman & Diaconis (1981), 5 to 40 of them; what lies further out than 99 of 100 is in the bins at the ends. */
export function histogramOf(values: Float64Array): Histogram {
  const sorted = values.slice().sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [low, high] = [at(0.005), at(0.995)];
  const isSpread = isWide(low, high);
  const span = isSpread ? high - low : Math.max(1, Math.abs(low));
  const wanted = (2 * (at(0.75) - at(0.25))) / Math.cbrt(sorted.length);
  const binCount = Math.min(40, Math.max(5, wanted > 0 ? Math.ceil(span / wanted) : 5));
  const width = span / binCount;
  const from = isSpread ? low : low - span / 2;
  const counts = new Float64Array(binCount);
  for (const value of values) {
    const bin = Math.min(binCount - 1, Math.max(0, Math.floor((value - from) / width)));
    counts[bin] = counts[bin]! + 1;
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    centres: Float64Array.from(counts, (_, i) => from + (i + 0.5) * width),
    counts,
    width,
    mean,
    deviation: Math.sqrt(variance),
  };
}

export interface CalibrationPoint {
  /** What the interval is to hold, and what it held, in percent. */
  readonly nominal: number;
  readonly observed: number;
  /** Between these lies the share it holds in the long run, were the points independent (Wilson 1927), with 95 of 100. */
  readonly low: number;
  readonly high: number;
  /** Points. */
  readonly count: number;
}

/** In the order of what they are to hold; [] from a model without intervals. */
export function calibrationOf(result: BacktestResult, model: BacktestModel): CalibrationPoint[] {
  const { frame, folds, horizon } = result;
  return intervalsOf(result.quantiles)
    .sort((a, b) => a.percent - b.percent)
    .flatMap(({ percent, low, high }) => {
      let inside = 0;
      let count = 0;
      for (const [f, { origins }] of folds.entries()) {
        const lower = model.folds[f]!.quantiles[low];
        const upper = model.folds[f]!.quantiles[high];
        if (lower === undefined || upper === undefined) continue;
        for (const [s, { values }] of frame.series.entries())
          for (let k = 0; origins[s]! >= 0 && k < horizon; k++) {
            const i = s * horizon + k;
            const actual = values[origins[s]! + k] ?? Number.NaN;
            if (Number.isNaN(actual + lower[i]! + upper[i]!)) continue;
            count++;
            if (lower[i]! <= actual && actual <= upper[i]!) inside++;
          }
      }
      return count === 0 ? [] : [{ nominal: percent, ...wilson(inside, count), count }];
    });
}

function wilson(inside: number, count: number): { observed: number; low: number; high: number } {
  const z = 1.96;
  const share = inside / count;
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const reach = (z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))) / (1 + z ** 2 / count);
  return { observed: 100 * share, low: 100 * (centre - reach), high: 100 * (centre + reach) };
}
