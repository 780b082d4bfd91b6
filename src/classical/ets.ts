// Exponential smoothing that chooses its own model (Hyndman, Koehler, Snyder & Grose, A state space framework for automatic
// forecasting, 2002). In: a series' history. Out: the model of the least corrected Akaike criterion, and its continuation.

import { runPart } from "./compiled/parts.js";
import { continueEts, type EtsFit, type EtsForm, openSearch } from "./ets-model.js";
import { type Method, usableSeason } from "./history.js";
import { smoothLevelTrend } from "./methods.js";

/** A longer season has more indices than a likelihood can hold; it is taken out beforehand. */
const longestSeason = 24;

/** Evaluations of the likelihood: a short search for every form, a long one for those that do best. Fewer for long series. */
const shortSearch = 250;
const longSearch = 1500;
const finalistCount = 3;
const fullSearchSteps = 480;

/** Additive errors with a multiplicative season are unstable: left out, as in R. */
const forms: readonly EtsForm[] = (
  [
    ["A", "N"],
    ["M", "N"],
    ["A", "A"],
    ["M", "A"],
    ["M", "M"],
  ] as const
).flatMap(([error, season]) => (["N", "A", "Ad"] as const).map((trend) => ({ error, trend, season })));

/**
 * @param values [time]
 * @param season two cycles of it at least; 1 for none
 * @param isPositive whether error and season may be multiplicative
 */
export function fitEts(values: Float64Array, season: number, isPositive: boolean): EtsFit {
  const share = Math.min(1, fullSearchSteps / values.length);
  return forms
    .filter((form) => (season > 1 || form.season === "N") && (isPositive || form.error === "A"))
    .map((form) => openSearch(values, form.season === "N" ? 1 : season, form))
    .map((search) => ({ search, criterion: search(share * shortSearch).criterion }))
    .sort((a, b) => a.criterion - b.criterion)
    .slice(0, finalistCount)
    .map(({ search }) => search(share * longSearch))
    .reduce((a, b) => (b.criterion < a.criterion ? b : a));
}

export const ets: Method = (history, out) => {
  const { values } = history;
  const count = values.length;
  const season = usableSeason(history) ?? 1;
  if (season > longestSeason) {
    const indices = runPart("indices", values, [season], season).results;
    const adjusted = values.map((value, t) => value - indices[t % season]!);
    continueEts(fitEts(adjusted, 1, false), out);
    for (let h = 0; h < out.length; h++) out[h]! += indices[(count + h) % season]!;
  } else {
    const isPositive = runPart("measures", values, [], 0).value === 1;
    const fit = fitEts(values, season, isPositive);
    // Too short for any criterion to judge.
    if (fit.criterion === Number.POSITIVE_INFINITY) smoothLevelTrend(values, out);
    else continueEts(fit, out);
  }
  // Values so large or so small that arithmetic on them leaves the floating-point range forecast as the last one does.
  for (let h = 0; h < out.length; h++) if (!Number.isFinite(out[h]!)) out[h] = values[count - 1]!;
};
