// Affine scaling: scaled = (value − offset) / spread. In: the values a scaler is fitted on, NaN where unobserved. Out: an offset
// and a spread that is always safe to divide by.

import { catalog } from "../base/catalog.js";
import {
  extent,
  lastObservedIndex,
  mean,
  quantileOfSorted,
  saturate,
  sortedObserved,
  standardDeviation,
} from "../base/numeric.js";
import * as z from "../base/schema.js";
import type { ScaleConfig } from "./config.js";

export const affineSchema = z.strictObject({ offset: z.number(), spread: z.number().positive() });
export type Affine = Readonly<z.infer<typeof affineSchema>>;

export interface Scaler {
  /**
   * @param values NaN is skipped
   * @param smallestSpread a spread below this is raised to it: what counts as a change worth seeing
   * @returns a spread that is normal and finite; where the values do not vary, their own size, but 1 at most and 1 for zeros
   */
  fit(values: Float64Array, smallestSpread?: number): Affine;
}

/** Offset and raw spread; 0 when the values do not vary. */
type Rule = (values: Float64Array, min: number, max: number) => Affine;

/** Interquartile range of the standard normal distribution. */
export const normalQuartileRange = 1.3489795003921634;

export const scalers = catalog<Scaler, ScaleConfig["scaler"]>("scaler", {
  standard: scaler((values) => ({ offset: mean(values), spread: standardDeviation(values) })),
  minmax: scaler((_, min, max) => ({ offset: min, spread: max - min })),
  robust: scaler((values) => {
    const sorted = sortedObserved(values);
    const range = quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25);
    return {
      offset: quantileOfSorted(sorted, 0.5),
      spread: range > 0 ? range / normalQuartileRange : standardDeviation(values),
    };
  }),
  /** Sizes are divided by the mean size, after Salinas et al. (2020), DeepAR, section 3.3; zero stays zero. */
  mean: scaler((values) => ({ offset: 0, spread: mean(values.map(Math.abs)) })),
  last: scaler((values) => ({
    offset: values[lastObservedIndex(values)]!,
    spread: standardDeviation(values),
  })),
  none: { fit: () => ({ offset: 0, spread: 1 }) },
});

function scaler(rule: Rule): Scaler {
  return {
    fit(values, smallestSpread = 0) {
      const { min, max } = extent(values);
      if (Number.isNaN(min)) return { offset: 0, spread: safeSpread(0, smallestSpread, 0) };
      const size = Math.max(Math.abs(min), Math.abs(max));
      const unit = unitOf(size);
      const measured = unit === 1 ? values : values.map((value) => value / unit);
      const { offset, spread } = rule(measured, min / unit, max / unit);
      return { offset: offset * unit, spread: safeSpread(spread * unit, smallestSpread, size) };
    },
  };
}

/** A power of two by which values are divided where their squares would leave the range of float64; 1 elsewhere. */
function unitOf(size: number): number {
  return size === 0 || (size > 1e-140 && size < 1e140) ? 1 : 2 ** Math.min(1023, Math.floor(Math.log2(size)));
}

/** Smallest normal float64. */
export const smallestNormal = 2 ** -1022;
/** Differences below this share of the values' size are rounding errors. */
export const roundingShare = 1e-14;

function safeSpread(spread: number, smallestSpread: number, size: number): number {
  const wanted = saturate(Math.max(spread, smallestSpread));
  if (wanted > roundingShare * size && wanted >= smallestNormal) return wanted;
  return size > 0 && size < 1 ? Math.max(size, smallestNormal) : 1;
}
