// One series' forecast by the gate, from values as they are read to quantiles. In: values with gaps, seasons, networks. Out: the
// knots' quantiles and the candidates they lean on.
import { fillGaps } from "../classical/gaps.js";
import { createHistory } from "../classical/history.js";
import { gateInputs } from "./features.js";
import { historyLimit } from "./history-limit.js";
import { type GateForecast, type GateNetwork, runGates } from "./network.js";

/**
 * @param values [time] NaN = not observed; the last one is observed
 * @param seasons at most two, ascending, in steps
 */
export function forecastSeries(
  networks: readonly GateNetwork[],
  values: Float64Array,
  seasons: readonly number[],
  horizon: number,
  originLimit: number,
): GateForecast {
  const history = createHistory(fillGaps(values.subarray(-historyLimit(seasons)), seasons[0] ?? 1), seasons);
  const forecast = runGates(networks, gateInputs(history, horizon, originLimit));
  // A series that never changed has no scale that a deviation could be measured in.
  if (history.min === history.max) forecast.quantiles.fill(history.max);
  return forecast;
}
