// Which windows there are, as indices; nothing is copied. In: prepared series. Out: a series and an origin for each window. The
// origin is the first step to forecast: inputs are the `window` steps before it, targets the `horizon` steps from it on.
import type { PreparedFrame, PreparedSeries } from "./prepare.js";

export interface WindowPlan {
  /** [windows] */
  readonly series: Int32Array;
  /** [windows] */
  readonly origins: Int32Array;
}

export interface PlanOptions {
  readonly window: number;
  readonly horizon: number;
  /** Last steps of each series that no training target lies in; 0 for none. */
  readonly validationSteps: number;
  /** More windows than this are thinned out evenly. */
  readonly maxWindowCount?: number;
}

/** 32 MiB of indices. */
const defaultMaxWindowCount = 4_194_304;

/**
 * Windows to train on, whose targets end at or before each series' cut, and windows to validate on, whose targets start at or
 * after it (their inputs may reach before it). Left out are windows without an observation among their inputs, or among their
 * targets. A series too short for a full window has windows that begin before its start, and are padded there.
 * Ordered by series, then origin.
 */
export function planTraining(
  prepared: Pick<PreparedFrame, "series">,
  options: PlanOptions,
): { readonly training: WindowPlan; readonly validation: WindowPlan } {
  const { window, horizon, validationSteps } = options;
  const cuts = prepared.series.map(({ length }) => length - validationSteps);
  const training = prepared.series.map((series, s): Range => {
    const last = cuts[s]! - horizon;
    return { first: firstOrigin(series, last, window), last };
  });
  const validation = prepared.series.map((series, s): Range => {
    const last = series.length - horizon;
    return { first: Math.max(cuts[s]!, firstOrigin(series, last, window)), last };
  });
  return {
    training: planRanges(prepared.series, training, options),
    validation: planRanges(prepared.series, validation, options),
  };
}

/** The end of each series, in their order. */
export function planForecast(prepared: Pick<PreparedFrame, "series">): WindowPlan {
  return {
    series: Int32Array.from(prepared.series, (_, s) => s),
    origins: Int32Array.from(prepared.series, ({ length }) => length),
  };
}

/** Origins from first to last, both included. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** Full windows where there are any, else windows with at least half of the longest past there is. */
function firstOrigin({ first }: PreparedSeries, last: number, window: number): number {
  const longest = last - first;
  return first + (longest >= window ? window : Math.max(1, Math.ceil(longest / 2)));
}

function planRanges(all: readonly PreparedSeries[], ranges: readonly Range[], options: PlanOptions): WindowPlan {
  let count = 0;
  forEachWindow(all, ranges, options, () => count++);
  const stride = Math.max(1, Math.ceil(count / (options.maxWindowCount ?? defaultMaxWindowCount)));
  const series = new Int32Array(Math.ceil(count / stride));
  const origins = new Int32Array(series.length);
  let i = 0;
  forEachWindow(all, ranges, options, (s, origin) => {
    if (i % stride === 0) {
      series[i / stride] = s;
      origins[i / stride] = origin;
    }
    i++;
  });
  return { series, origins };
}

function forEachWindow(
  all: readonly PreparedSeries[],
  ranges: readonly Range[],
  { window, horizon }: PlanOptions,
  visit: (s: number, origin: number) => void,
): void {
  all.forEach(({ first, observedBefore }, s) => {
    const { first: from, last } = ranges[s]!;
    for (let origin = from; origin <= last; origin++) {
      const begin = Math.max(first, origin - window);
      if (isObservedWithin(observedBefore, begin, origin) && isObservedWithin(observedBefore, origin, origin + horizon))
        visit(s, origin);
    }
  });
}

function isObservedWithin(observedBefore: Int32Array | null, from: number, to: number): boolean {
  return observedBefore === null || observedBefore[to]! > observedBefore[from]!;
}
