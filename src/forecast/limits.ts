// Limits a forecast must keep, such as "never below zero". In: forecasts in the data's units. Out: the same, within them.

import type { Frame } from "../series/frame.js";
import type { Forecasts } from "./predictor.js";

export interface ForecastLimits {
  readonly min: number | null;
  readonly max: number | null;
  /** Round to whole numbers. */
  readonly integer: boolean;
}

/** In place; order is kept. A NaN (no forecast) stays one. */
export function applyLimits(forecasts: Float64Array, { min, max, integer }: ForecastLimits): void {
  for (let i = 0; i < forecasts.length; i++) {
    let value = forecasts[i]!;
    if (integer) value = Math.round(value);
    if (min !== null && value < min) value = integer ? Math.ceil(min) : min;
    if (max !== null && value > max) value = integer ? Math.floor(max) : max;
    // Adding zero turns -0, which would be written as "0" but compare unlike, into 0.
    forecasts[i] = value + 0;
  }
}

/** In place: neither forecasts nor quantiles are below 0 where none of the newest `reach` values is. */
export function keepAboveZero({ series }: Pick<Frame, "series">, reach: number, { point, quantiles }: Forecasts): void {
  const horizon = point.length / series.length;
  series.forEach(({ values }, s) => {
    if (values.subarray(-reach).some((value) => value < 0)) return;
    for (const rows of [point, ...quantiles])
      for (let i = s * horizon; i < (s + 1) * horizon; i++) if (rows[i]! < 0) rows[i] = 0;
  });
}
