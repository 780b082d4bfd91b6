// The earlier origins that the candidates are tested from. In: a length, a horizon and seasons. Out: lengths at which the history is cut.

/** Windows that end at some of the origins, each tested from the origins before it; those that have none are left out. */
export function testedWindows(
  ends: readonly number[],
  origins: readonly number[],
): { readonly origin: number; readonly tested: readonly number[] }[] {
  return ends
    .map((origin) => ({ origin, tested: origins.filter((earlier) => earlier < origin) }))
    .filter(({ tested }) => tested.length > 0);
}

/** A history shorter than this is not cut again. */
const leastLength = 8;
/** Least share of the history that an origin has to leave. */
const leastShare = 1 / 3;

/** More origins than this tell little more. */
export const mostOrigins = 12;

/**
 * Lengths at which the history is cut, the most telling ones first: a horizon ago and multiples of that, and, where a season is much longer than
 * the horizon, quarters of it, so that more than one part of it is seen.
 */
export function chooseOrigins(
  length: number,
  horizon: number,
  seasons: readonly number[],
  limit: number,
): readonly number[] {
  const longest = seasons.at(-1) ?? 1;
  const quarters = longest > 6 * horizon ? [2, 4, 1, 3].map((quarter) => Math.round((quarter * longest) / 4)) : [];
  const near = [1, 2, 1.5, 1 / 3, 3].map((multiple) => Math.max(1, Math.round(multiple * horizon)));
  const far = [4, 5, 6, 8].map((multiple) => multiple * horizon);
  const season = seasons[0] ?? 1;
  // Two cycles are kept where the whole history has more than those.
  const cycles = season > 1 && length >= 2 * season + 4 ? 2 * season : season > 1 ? season + 2 : 0;
  const least = Math.max(leastLength, Math.floor(length * leastShare), cycles);
  const origins = [...near, ...quarters, ...far].map((steps) => length - steps).filter((origin) => origin >= least);
  if (origins.length > 0) return [...new Set(origins)].slice(0, limit);
  const single = length - Math.max(1, Math.min(horizon, length >> 2));
  return single >= 4 ? [single] : [];
}
