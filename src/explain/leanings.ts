// Which classical forecasts the pretrained model leans on. In: its networks and a frame. Out: a weight for each of them and each series.
import { lastObservedIndex } from "../base/numeric.js";
import { candidateNames } from "../classical/candidates.js";
import { forecastSeries, leaningsOf } from "../gate/forecast.js";
import type { GateNetwork } from "../gate/network.js";
import { originLimitOf } from "../gate/predictor.js";
import type { Frame } from "../series/frame.js";

export { candidateNames };

/**
 * @param seasons at most two, ascending, in steps
 * @returns [series][candidate] weights, on average over the steps of the horizon, that sum to 1; null for a series without any value
 */
export function gateLeanings(
  networks: readonly GateNetwork[],
  frame: Frame,
  seasons: readonly number[],
  horizon: number,
): (Float64Array | null)[] {
  const originLimit = originLimitOf(frame);
  return frame.series.map(({ values }) => {
    const last = lastObservedIndex(values);
    if (last < 0) return null;
    // The forecast starts after the last observation, as the model's own does.
    const late = values.length - 1 - last;
    return leaningsOf(forecastSeries(values, { networks, seasons, horizon: horizon + late, originLimit }), horizon);
  });
}
