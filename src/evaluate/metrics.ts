// How far forecasts lie from what came: the point scores, by the definitions of the M4 competition (Makridakis, Spiliotis &
// Assimakopoulos 2020). In: the points of one series. Out: a number, NaN where the score is undefined.
import { catalog } from "../base/catalog.js";

/** Forecasts beside what came, of one series. All arrays are [points], over any steps and folds. */
export interface ScoredPoints {
  /** NaN = unobserved: the point is not scored. */
  readonly actual: Float64Array;
  /** NaN is refused wherever the actual is observed. */
  readonly forecast: Float64Array;
  /** Each point's {@link seasonalScales}, taken before the origin it was forecast from. */
  readonly absoluteScale: Float64Array;
  readonly squaredScale: Float64Array;
}

type Metric = (points: ScoredPoints) => number;

const entries = {
  mse: ({ actual, forecast }: ScoredPoints) => mse(actual, forecast),
  rmse: ({ actual, forecast }: ScoredPoints) => rmse(actual, forecast),
  mae: ({ actual, forecast }: ScoredPoints) => mae(actual, forecast),
  bias: ({ actual, forecast }: ScoredPoints) => bias(actual, forecast),
  mape: ({ actual, forecast }: ScoredPoints) => mape(actual, forecast),
  smape: ({ actual, forecast }: ScoredPoints) => smape(actual, forecast),
  mase: ({ actual, forecast, absoluteScale }: ScoredPoints) => mase(actual, forecast, absoluteScale),
  rmsse: ({ actual, forecast, squaredScale }: ScoredPoints) => rmsse(actual, forecast, squaredScale),
} satisfies Record<string, Metric>;

export type MetricName = keyof typeof entries;

/** The score columns, in their order. An entry returns NaN where it is undefined for a series, which its average then leaves out. */
export const metrics = catalog<Metric, MetricName>("metric", entries);

/** Mean squared error. @throws on NaN in `forecast` beside an observed actual; so do all below */
export function mse(actual: Float64Array, forecast: Float64Array): number {
  return meanOver(actual, forecast, (y, f) => (y - f) ** 2);
}

export function rmse(actual: Float64Array, forecast: Float64Array): number {
  return Math.sqrt(mse(actual, forecast));
}

/** Mean absolute error. */
export function mae(actual: Float64Array, forecast: Float64Array): number {
  return meanOver(actual, forecast, (y, f) => Math.abs(y - f));
}

/** Mean of forecast − actual: above 0 when forecasts are too high. */
export function bias(actual: Float64Array, forecast: Float64Array): number {
  return meanOver(actual, forecast, (y, f) => f - y);
}

/** Mean absolute percentage error, in percent; NaN where an actual is 0, for which it has no meaning. */
export function mape(actual: Float64Array, forecast: Float64Array): number {
  return meanOver(actual, forecast, (y, f) => (y === 0 ? Number.NaN : (100 * Math.abs(y - f)) / Math.abs(y)));
}

/** Symmetric MAPE, 0 to 200: mean of 200 |y − f| / (|y| + |f|), where 0/0 counts as 0. */
export function smape(actual: Float64Array, forecast: Float64Array): number {
  return meanOver(actual, forecast, (y, f) => {
    const size = Math.abs(y) + Math.abs(f);
    return size === 0 ? 0 : (200 * Math.abs(y - f)) / size;
  });
}

/**
 * Mean absolute scaled error (Hyndman & Koehler 2006): mean of |y − f| / scale.
 * @param scale [points] mean |y(t) − y(t−m)| before the point's origin; where it is 0 or NaN the point is left out
 */
export function mase(actual: Float64Array, forecast: Float64Array, scale: Float64Array): number {
  return meanOver(actual, forecast, (y, f, i) => (scale[i]! > 0 ? Math.abs(y - f) / scale[i]! : undefined));
}

/**
 * Root mean squared scaled error (M5): √ of the mean of (y − f)² / scale.
 * @param scale [points] mean (y(t) − y(t−m))² before the point's origin; where it is 0 or NaN the point is left out
 */
export function rmsse(actual: Float64Array, forecast: Float64Array, scale: Float64Array): number {
  return Math.sqrt(meanOver(actual, forecast, (y, f, i) => (scale[i]! > 0 ? (y - f) ** 2 / scale[i]! : undefined)));
}

/**
 * What MASE and RMSSE divide by: the mean absolute and the mean squared difference y(t) − y(t−m), over the pairs of which both
 * ends are observed.
 * @param history [time] what was known before the origin; NaN = unobserved
 * @param season m, in steps
 * @returns NaN where there is no such pair
 */
export function seasonalScales(history: Float64Array, season: number): { absolute: number; squared: number } {
  let absolute = 0;
  let squared = 0;
  let count = 0;
  for (let t = season; t < history.length; t++) {
    const difference = history[t]! - history[t - season]!;
    if (Number.isNaN(difference)) continue;
    absolute += Math.abs(difference);
    squared += difference ** 2;
    count++;
  }
  return { absolute: absolute / count, squared: squared / count };
}

/** Whether {@link seasonalScales} of the same are above 0. */
export function hasScale(history: Float64Array, season: number): boolean {
  for (let t = season; t < history.length; t++) if (Math.abs(history[t]! - history[t - season]!) > 0) return true;
  return false;
}

/** Mean of `term` over the observed points that it is not undefined for, NaN when there is none or a term is NaN. */
function meanOver(
  actual: Float64Array,
  forecast: Float64Array,
  term: (actual: number, forecast: number, index: number) => number | undefined,
): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Number.isNaN(actual[i]!)) continue;
    if (Number.isNaN(forecast[i]!)) throw new Error(`forecast ${i} is NaN where the actual is ${actual[i]}`);
    const one = term(actual[i]!, forecast[i]!, i);
    if (one === undefined) continue;
    sum += one;
    count++;
  }
  return sum / count;
}
