// What never changes: phases of a season, such as solar power at night or a shop on Sundays, and series that have come to a stop. In: what
// is known and forecasts of it. Out: the same, but where there has been one value for long, that value.
import { observedCount } from "../base/numeric.js";
import type { Frame } from "../series/frame.js";
import type { Forecasts } from "./predictor.js";

/** Times that a phase, or a series at its end, has to have had the value. */
const leastTimes = 8;
/** Probability that some phase of a season, or the end of a series, has its value by chance alone. */
const mostChance = 0.01;

interface Steady {
  readonly value: number;
  /** Times in a row, up to the newest, that there was no other in a stretch as long as that to the step. */
  readonly times: number;
}

/**
 * In place. After n times with one value the next has another with probability 1 / (n + 2) (Laplace's rule of succession): quantiles
 * that lie within the rest are that value too, the others stay where they are.
 * @param seasons in steps @param reach newest steps that are looked at @param levels of the forecasts' quantiles
 */
export function keepSteadyPhases(
  { series }: Pick<Frame, "series">,
  { seasons, reach }: { readonly seasons: readonly number[]; readonly reach: number },
  { point, quantiles }: Forecasts,
  levels: readonly number[],
): void {
  const horizon = point.length / series.length;
  series.forEach(({ values }, s) => {
    const known = values.subarray(-reach);
    const stop = standstill(known);
    for (let h = 0; h < horizon; h++) {
      const phases = seasons.map((season) => steadyPhase(known, season, h));
      const stopped = stop && stop.times > h + 1 ? { value: stop.value, times: stop.times / (h + 1) } : undefined;
      const steady = longestOf([stopped, ...phases]);
      const i = s * horizon + h;
      if (steady === undefined || Number.isNaN(point[i]!)) continue;
      const { value, times } = steady;
      point[i] = value;
      quantiles.forEach((quantile, q) => {
        const level = levels[q]!;
        const isSure = Math.min(level, 1 - level) > 1 / (2 * (times + 2));
        const bound = level < 0.5 ? Math.min(quantile[i]!, value) : Math.max(quantile[i]!, value);
        quantile[i] = isSure ? value : bound;
      });
    }
  });
}

function longestOf(all: readonly (Steady | undefined)[]): Steady | undefined {
  return all.reduce((best, one) => (one && one.times > (best?.times ?? 0) ? one : best), undefined);
}

/**
 * The one value that a series has had since it last changed, where chance would not have brought it so often, and it never stood there half
 * as long before, as seasonal goods do. Gaps are passed over.
 */
function standstill(values: Float64Array): Steady | undefined {
  const value = values.findLast((one) => !Number.isNaN(one));
  const last = values.findLastIndex((one) => one !== value && !Number.isNaN(one));
  if (value === undefined || last < 0) return undefined;
  const times = observedCount(values.subarray(last + 1));
  const before = values.subarray(0, last + 1);
  if (times < leastTimes || times < 2 * longestRun(before, value)) return undefined;
  return shareOf(before, value) ** times < mostChance ? { value, times } : undefined;
}

function longestRun(values: Float64Array, value: number): number {
  let [run, longest] = [0, 0];
  for (const each of values) {
    if (Number.isNaN(each)) continue;
    run = each === value ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/**
 * The phase that the step `h` after the end has. Runs of one value that chance would bring, such as zeros where most values are zeros, say
 * nothing of the phase, nor do those of a series that stands still. Gaps are passed over.
 * @param h from 0
 */
function steadyPhase(values: Float64Array, season: number, h: number): Steady | undefined {
  let value = Number.NaN;
  let times = 0;
  let first = values.length;
  for (let t = values.length - season + (h % season); t >= 0; t -= season) {
    const here = values[t]!;
    if (Number.isNaN(here)) continue;
    if (Number.isNaN(value)) value = here;
    if (here !== value) break;
    times++;
    first = t;
  }
  if (times < leastTimes) return undefined;
  const chance = shareOf(values.subarray(first), value) ** times;
  return chance * season < mostChance ? { value, times } : undefined;
}

/** Of the steps that are observed, at least one. */
function shareOf(values: Float64Array, value: number): number {
  let count = 0;
  for (const each of values) if (each === value) count++;
  return count / observedCount(values);
}
