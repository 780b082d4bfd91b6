// Values that stand out. In: a regular series and its season. Out: how many there are, and the farthest of them.
import { mean, observedCount, quantileOfSorted } from "../base/numeric.js";

export interface Outliers {
  readonly count: number;
  /** Step of the one farthest out; -1 when there is none. */
  readonly extremeStep: number;
}

/** Distance from which on a value stands out, in standard deviations as the typical deviation would have it. */
const limit = 6;

/** Those among the values. @param values [time], NaN = unobserved @param season in steps; 1 for none */
export function findOutliers(values: Float64Array, season: number): Outliers {
  const { deviations, bound } = measureDeviations(values, season);
  let count = 0;
  let extremeStep = -1;
  for (let t = 0; t < deviations.length; t++) {
    if (!(deviations[t]! > bound)) continue;
    count++;
    if (extremeStep < 0 || deviations[t]! > deviations[extremeStep]!) extremeStep = t;
  }
  return { count, extremeStep };
}

/** Their steps, ascending. @param values [time], NaN = unobserved @param season in steps; 1 for none */
export function outlierSteps(values: Float64Array, season: number): number[] {
  const { deviations, bound } = measureDeviations(values, season);
  const steps: number[] = [];
  for (let t = 0; t < deviations.length; t++) if (deviations[t]! > bound) steps.push(t);
  return steps;
}

/**
 * A value is measured from the median of itself and the two before and after it at the same phase of the season. The scale is
 * the standard deviation that the median of these deviations means for a normal distribution, or their 90th percentile where
 * some phases vary more than others, or where both are 0 their mean (Iglewicz & Hoaglin 1993, modified z-score).
 * @returns how far each value lies out [time], and from where on one is an outlier; infinity where that cannot be told
 */
function measureDeviations(values: Float64Array, season: number): { deviations: Float64Array; bound: number } {
  const deviations = new Float64Array(values.length);
  const near = new Float64Array(5);
  for (let t = 0; t < values.length; t++) {
    let count = 0;
    const last = Math.min(t + 2 * season, values.length - 1);
    for (let other = t - 2 * season; other <= last; other += season) {
      if (other < 0 || Number.isNaN(values[other]!)) continue;
      const value = values[other]!;
      let i = count++;
      for (; i > 0 && near[i - 1]! > value; i--) near[i] = near[i - 1]!;
      near[i] = value;
    }
    const middle = count % 2 === 1 ? near[count >> 1]! : (near[count / 2 - 1]! + near[count / 2]!) / 2;
    // At either end the window lies to one side, where a trend is a deviation too: it counts half there.
    const isWhole = t >= 2 * season && t + 2 * season < values.length;
    deviations[t] = Math.abs(values[t]! - middle) * (isWhole ? 1 : 0.5);
  }
  // NaN is sorted behind every number.
  const observed = deviations.slice().sort().subarray(0, observedCount(values));
  const typical = Math.max(1.4826 * quantileOfSorted(observed, 0.5), 0.608 * quantileOfSorted(observed, 0.9));
  const scale = typical > 0 ? typical : 1.2533 * mean(observed);
  return { deviations, bound: scale > 0 && observed.length >= 5 ? limit * scale : Number.POSITIVE_INFINITY };
}
