// How much faster or slower than a linear form says a series has moved: its drift, as far as chance does not explain it. In: a form and a
// series. Out: what to add with every step ahead.
import { type LinearForm, readerOf } from "./model.js";

/** Of fewer stretches the spread is not known well enough. */
const fewestStretches = 4;

/**
 * The mean over all windows of the slope that fits a form's errors best, Σ_k k e_k / Σ_k k², shrunk as James and Stein (1961) do: by
 * 1 − ν/(ν−2) / t², ν/(ν−2) being what t² is on average where there is no drift. t comes from the means of n stretches as long as the horizon,
 * since windows that overlap tell the same; ν = n − 1.
 * @returns the drift of a series [time], finite, in its units a step, on logarithms in theirs; 0 where chance explains it
 */
export function driftBy(form: LinearForm, horizon: number): (values: Float64Array) => number {
  const taps = tapsOf(form, horizon);
  return (values) => measure(form, taps, horizon, values);
}

function measure(form: LinearForm, taps: Float64Array, horizon: number, values: Float64Array): number {
  const count = values.length - taps.length + 1;
  const stretches = Math.floor(count / horizon);
  if (stretches < fewestStretches) return 0;
  const read = readerOf(form, values);
  const sums = new Float64Array(values.length + 1);
  const offset = read(values[0]!);
  for (let t = 0; t < values.length; t++) sums[t + 1] = sums[t]! + read(values[t]!) - offset;
  const slopes = Float64Array.from({ length: stretches }, (_, j) => {
    const [from, to] = [Math.floor((j * count) / stretches), Math.floor(((j + 1) * count) / stretches)];
    return taps.reduce((slope, tap, i) => slope + tap * (sums[to + i]! - sums[from + i]!), 0) / (to - from);
  });
  const slope = slopes.reduce((sum, one) => sum + one, 0) / stretches;
  const freedom = stretches - 1;
  const variance = slopes.reduce((sum, one) => sum + (one - slope) ** 2, 0) / freedom / stretches;
  return slope * Math.max(0, 1 - ((freedom / (freedom - 2)) * variance) / slope ** 2) || 0;
}

/** @returns [window + horizon] what each value of a window and of the horizon after it adds to the slope of a form's errors; they sum to 0 */
function tapsOf({ lags, weights }: LinearForm, horizon: number): Float64Array {
  const last = lags.at(-1)! - 1;
  const taps = new Float64Array(last + 1 + horizon);
  const squares = (horizon * (horizon + 1) * (2 * horizon + 1)) / 6;
  for (let k = 0; k < horizon; k++) {
    const share = (k + 1) / squares;
    taps[last + 1 + k] = share;
    taps[last]! -= share;
    for (const [i, lag] of lags.entries()) {
      const weight = share * weights[i * horizon + k]!;
      taps[last + 1 - lag]! -= weight;
      taps[last]! += weight;
    }
  }
  return taps;
}
