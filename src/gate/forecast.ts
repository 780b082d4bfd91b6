// One series' forecast by the gate, from values as they are read to quantiles. In: values with gaps, seasons, networks. Out: the
// knots' quantiles and the candidates they lean on.
import { lastObservedIndex } from "../base/numeric.js";
import { candidateCount } from "../classical/candidates.js";
import { fillSeasonally } from "../classical/gaps.js";
import type { History } from "../classical/history.js";
import { historyLimit } from "./history-limit.js";
import { forecastWindows, type GateForecast, type GateNetwork } from "./network.js";
import { chooseOrigins } from "./origins.js";

/** What a forecast depends on, apart from the values. */
export interface ForecastTerms {
  readonly networks: readonly GateNetwork[];
  /** At most two, ascending, in steps. */
  readonly seasons: readonly number[];
  readonly horizon: number;
  /** Earlier origins that the candidates are tested from, at most. */
  readonly originLimit: number;
}

/** @param values [time] NaN = not observed; forecast is what follows the last observation */
export function forecastSeries(values: Float64Array, terms: ForecastTerms): GateForecast {
  const known = takeForecast(values, terms);
  if (known !== undefined) return known;
  const { networks, seasons, horizon, originLimit } = terms;
  const history = openHistory(values, seasons);
  const { length } = history.values;
  const tested = chooseOrigins(length, horizon, seasons, originLimit);
  return forecastWindows(networks, history, horizon, [{ origin: length, tested }])[0]!;
}

/**
 * What a forecast leans on over its last steps: those before them are of a gap that its series ends in.
 * @param horizon so many, at most those of the forecast
 * @returns [candidate] weights, on average over these steps, that sum to 1
 */
export function leaningsOf({ weights }: Pick<GateForecast, "weights">, horizon: number): Float64Array {
  const stepCount = weights.length / candidateCount;
  return Float64Array.from({ length: candidateCount }, (_, c) => {
    const own = weights.subarray((c + 1) * stepCount - horizon, (c + 1) * stepCount);
    return own.reduce((sum, weight) => sum + weight, 0) / horizon;
  });
}

/** By the values they are of: those that intervals were calibrated on are forecast next. */
const kept = new WeakMap<Float64Array, { readonly terms: ForecastTerms; readonly forecast: GateForecast }>();

/** Lets the next `forecastSeries` of the same values, which must not change, on the same terms take what was worked out. */
export function keepForecast(values: Float64Array, terms: ForecastTerms, forecast: GateForecast): void {
  kept.set(values, { terms, forecast });
}

function takeForecast(values: Float64Array, terms: ForecastTerms): GateForecast | undefined {
  const found = kept.get(values);
  if (found === undefined) return undefined;
  kept.delete(values);
  const isSame =
    found.terms.networks === terms.networks &&
    found.terms.horizon === terms.horizon &&
    found.terms.originLimit === terms.originLimit &&
    found.terms.seasons.join() === terms.seasons.join();
  return isSame ? found.forecast : undefined;
}

/** The newest of the values, their gaps filled. @param values [time] NaN = not observed, at least one observed; what comes after the last one is left out */
export function openHistory(values: Float64Array, seasons: readonly number[]): History {
  const known = values.subarray(0, lastObservedIndex(values) + 1);
  return { values: fillSeasonally(known.subarray(-historyLimit(seasons)), seasons[0] ?? 1), seasons };
}
