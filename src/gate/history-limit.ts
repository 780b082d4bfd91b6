// How far back a gate looks. In: seasons. Out: a number of steps.

/** Newest steps that are looked at: more would cost time and tell little. */
const longestHistory = 4096;
/** But always as many cycles of the longest season. */
const leastCycles = 6;

/** @param seasons ascending, in steps */
export function historyLimit(seasons: readonly number[]): number {
  return Math.max(longestHistory, leastCycles * (seasons.at(-1) ?? 1));
}
