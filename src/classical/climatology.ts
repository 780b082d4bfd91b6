// What is usual at this time of the year, day or week, by itself and with what the last days were beside it. In: a history. Out: its forecast.
import { autoregress } from "./autoregression.js";
import { type History, leaveLogs, type Method } from "./history.js";
import { smoothPhaseMeans } from "./phase-means.js";
import { replaceNonFinite } from "./smoothing.js";

/** ŷ(n+h) = the mean of its phase of the longest season met by two cycles, smoothed over neighbouring phases. */
export const climatology: Method = (history, out) => {
  const season = longestWhole(history);
  const means = history.phaseMeans(season);
  for (let h = 0; h < out.length; h++) out[h] = means[(history.values.length + h) % season]!;
  replaceNonFinite(out, history.values[history.values.length - 1]!);
};

/** Climatology, and on it the autoregression of the deviations from it, on the shorter season too where there is one. */
export const climatologyAutoregression: Method = (history, out) => {
  const { values, seasons } = history;
  climateAndDeviations(values, history.phaseMeans(longestWhole(history)), seasons, out);
  replaceNonFinite(out, values[values.length - 1]!);
};

/** `climatologyAutoregression` of the logarithms, where these are of use. */
export const logClimatologyAutoregression: Method = (history, out) => {
  const { logs, seasons } = history;
  const season = longestWhole(history);
  climateAndDeviations(logs, smoothPhaseMeans(logs, season), seasons, out);
  leaveLogs(history, out);
};

/** 1 where no season is met twice. */
export function longestWhole({ values, seasons }: History): number {
  return seasons.findLast((season) => 2 * season <= values.length) ?? 1;
}

/** @param means [season] by t mod season */
function climateAndDeviations(
  values: Float64Array,
  means: Float64Array,
  seasons: readonly number[],
  out: Float64Array,
): void {
  const season = means.length;
  const deviations = new Float64Array(values.length);
  for (let t = 0, phase = 0; t < values.length; t++) {
    deviations[t] = values[t]! - means[phase]!;
    if (++phase === season) phase = 0;
  }
  autoregress(
    deviations,
    seasons.filter((shorter) => shorter < season),
    out,
  );
  for (let h = 0; h < out.length; h++) out[h]! += means[(values.length + h) % season]!;
}
