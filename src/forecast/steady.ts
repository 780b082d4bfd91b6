// Phases of a season that never change: solar power at night, a shop on Sundays. In: what is known and forecasts of it. Out: the same,
// but where a phase has had one value for long, that value.
import type { Frame } from "../series/frame.js";
import type { Forecasts } from "./predictor.js";

/** Cycles in which a phase has to have had the value. */
const leastCycles = 8;
/** Probability that some phase of a season has its value by chance alone. */
const mostChance = 0.01;

interface SteadyPhase {
  readonly value: number;
  /** Cycles in a row, up to the newest, that had it. */
  readonly cycleCount: number;
}

/**
 * In place. After n cycles with one value the next has another with probability 1 / (n + 2) (Laplace's rule of succession): quantiles
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
    for (let h = 0; h < horizon; h++) {
      const steady = longestOf(seasons.map((season) => steadyPhase(known, season, h)));
      const i = s * horizon + h;
      if (steady === undefined || Number.isNaN(point[i]!)) continue;
      const { value, cycleCount } = steady;
      point[i] = value;
      quantiles.forEach((quantile, q) => {
        const level = levels[q]!;
        const isSure = Math.min(level, 1 - level) > 1 / (2 * (cycleCount + 2));
        const bound = level < 0.5 ? Math.min(quantile[i]!, value) : Math.max(quantile[i]!, value);
        quantile[i] = isSure ? value : bound;
      });
    }
  });
}

function longestOf(phases: readonly (SteadyPhase | undefined)[]): SteadyPhase | undefined {
  return phases.reduce(
    (best, phase) => (phase && phase.cycleCount > (best?.cycleCount ?? 0) ? phase : best),
    undefined,
  );
}

/**
 * The phase that the step `h` after the end has. Runs of one value that chance would bring, such as zeros where most values are zeros, say
 * nothing of the phase, nor do those of a series that stands still. Gaps are passed over.
 * @param h from 0
 */
function steadyPhase(values: Float64Array, season: number, h: number): SteadyPhase | undefined {
  let value = Number.NaN;
  let cycleCount = 0;
  let first = values.length;
  for (let t = values.length - season + (h % season); t >= 0; t -= season) {
    const here = values[t]!;
    if (Number.isNaN(here)) continue;
    if (Number.isNaN(value)) value = here;
    if (here !== value) break;
    cycleCount++;
    first = t;
  }
  if (cycleCount < leastCycles) return undefined;
  const chance = shareOf(values.subarray(first), value) ** cycleCount;
  return chance * season < mostChance ? { value, cycleCount } : undefined;
}

/** Of the steps that are observed, at least one. */
function shareOf(values: Float64Array, value: number): number {
  let [count, observed] = [0, 0];
  for (const each of values) {
    if (each === value) count++;
    if (!Number.isNaN(each)) observed++;
  }
  return count / observed;
}
