// One series' forecast by the gate, from values as they are read to quantiles. In: values with gaps, seasons, networks. Out: the
// knots' quantiles and the candidates they lean on.
import { lastObservedIndex } from "../base/numeric.js";
import { fillGaps } from "../classical/gaps.js";
import { type Backtest, createBacktest } from "./backtest.js";
import { chooseOrigins } from "./errors.js";
import { inputsAt } from "./features.js";
import { historyLimit } from "./history-limit.js";
import { type GateForecast, type GateNetwork, runGates } from "./network.js";

/**
 * @param values [time] NaN = not observed; forecast is what follows the last observation
 * @param seasons at most two, ascending, in steps
 */
export function forecastSeries(
  networks: readonly GateNetwork[],
  values: Float64Array,
  seasons: readonly number[],
  horizon: number,
  originLimit: number,
): GateForecast {
  const backtest = takeBacktest(values, seasons, horizon) ?? openBacktest(values, seasons, horizon);
  const length = backtest.values.length;
  const inputs = inputsAt(backtest, length, chooseOrigins(length, horizon, seasons, originLimit));
  const forecast = runGates(networks, inputs);
  // A series that never changed has no scale that a deviation could be measured in.
  const { min, max } = backtest.historyAt(length);
  if (min === max) forecast.quantiles.fill(max);
  return forecast;
}

/** By the values they are of: those that intervals were calibrated on are forecast next. */
const kept = new WeakMap<Float64Array, Backtest>();

/** Lets the next `forecastSeries` of the same values, which must not change, go on with what was worked out. */
export function keepBacktest(values: Float64Array, backtest: Backtest): void {
  kept.set(values, backtest);
}

function takeBacktest(values: Float64Array, seasons: readonly number[], horizon: number): Backtest | undefined {
  const backtest = kept.get(values);
  kept.delete(values);
  const isSame = backtest?.horizon === horizon && backtest.seasons.join() === seasons.join();
  return isSame ? backtest : undefined;
}

/** @param values [time] NaN = not observed, at least one observed; what comes after the last one is left out */
export function openBacktest(values: Float64Array, seasons: readonly number[], horizon: number): Backtest {
  const known = values.subarray(0, lastObservedIndex(values) + 1);
  return createBacktest(fillGaps(known.subarray(-historyLimit(seasons)), seasons[0] ?? 1), seasons, horizon);
}
