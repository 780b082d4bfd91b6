// What seasonal naive forecasts say of the steps after an origin: the candidates that a network may mix. In: a series' changes.
// Out: a forecast for each season. Only steps of the last cycles are looked at, so that a saved model's context holds them all.

/** Cycles back that are searched for an observed step. */
const cycleCount = 2;

/** Steps before an origin that the candidates of these seasons depend on. */
export function candidateReach(lags: readonly number[]): number {
  return cycleCount * Math.max(0, ...lags);
}

/**
 * For each season its last observed step of the same phase; the last observed step of any phase where the series knows none.
 * @param changes [time], NaN where unobserved @param first first step that may be looked at @param lags C seasons in steps
 * @param out [C × K], written; NaN where nothing was observed
 */
export function forecastCandidates(
  changes: Float64Array,
  first: number,
  origin: number,
  lags: readonly number[],
  out: Float64Array,
): void {
  const horizon = out.length / lags.length;
  const begin = Math.max(first, origin - candidateReach(lags));
  let last = origin - 1;
  while (last >= begin && Number.isNaN(changes[last]!)) last--;
  const fallback = last >= begin ? changes[last]! : Number.NaN;
  lags.forEach((lag, c) => {
    const earliest = Math.max(begin, origin - cycleCount * lag);
    for (let k = 0; k < horizon; k++) {
      let t = origin - lag + (k % lag);
      while (t >= earliest && Number.isNaN(changes[t]!)) t -= lag;
      out[c * horizon + k] = t >= earliest ? changes[t]! : fallback;
    }
  });
}
