// One series as the classical methods take it. What is worked out of it, its range, logarithms and seasonal indices, stays with the compiled
// methods: kernels/classical/history.h.

export interface History {
  /** [time] finite, at least one value */
  readonly values: Float64Array;
  /** At most two, ascending, in steps, each above 1; those too long for the values are left out. */
  readonly seasons: readonly number[];
}

/** Goes on from the end of one series. @param out [horizon] filled with finite values */
export type Method = (history: History, out: Float64Array) => void;

/** The first season, where the history holds two cycles of it. */
export function usableSeason({ seasons, values }: History): number | undefined {
  const season = seasons[0];
  return season !== undefined && values.length >= 2 * season ? season : undefined;
}
