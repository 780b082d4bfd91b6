// Seasonal-trend decomposition by loess (Cleveland, Cleveland, McRae & Terpenning, Journal of Official Statistics 6, 1990). In: values and
// a season. Out: the seasonal part and the trend.
import { createLoess, smooth, smoothAt } from "./loess.js";

/** Two passes of the inner loop suffice without robustness weights (§3.3). */
const passCount = 2;

/**
 * STL's inner loop (§2.2) without robustness weights, all of its lines local.
 * @param values [time] two cycles at least
 * @param cycleWindow odd: over so many cycles a phase is smoothed
 * @param seasonal [time] filled
 * @param trend [time] filled
 */
export function separateSeason(
  values: Float64Array,
  season: number,
  cycleWindow: number,
  seasonal: Float64Array,
  trend: Float64Array,
): void {
  const count = values.length;
  const extended = count + 2 * season;
  const fewest = Math.floor(count / season);
  const fewLoess = createLoess(cycleWindow, fewest);
  const moreLoess = createLoess(cycleWindow, fewest + 1);
  const lowLoess = createLoess(nextOdd(season), count);
  const trendLoess = createLoess(nextOdd(Math.ceil((1.5 * season) / (1 - 1.5 / cycleWindow))), count);
  const cycles = new Float64Array(extended);
  const low = new Float64Array(extended);
  const spare = new Float64Array(extended);
  const phaseValues = new Float64Array(fewest + 1);
  const phaseSmooth = new Float64Array(fewest + 3);
  trend.fill(0);
  for (let pass = 0; pass < passCount; pass++) {
    for (let phase = 0; phase < season; phase++) {
      const loess = phase < count % season ? moreLoess : fewLoess;
      for (let i = 0, t = phase; i < loess.count; i++, t += season) phaseValues[i] = values[t]! - trend[t]!;
      phaseSmooth[0] = smoothAt(loess, phaseValues, -1);
      smooth(loess, phaseValues, phaseSmooth, 1);
      phaseSmooth[loess.count + 1] = smoothAt(loess, phaseValues, loess.count);
      for (let i = 0, t = phase; i < loess.count + 2; i++, t += season) cycles[t] = phaseSmooth[i]!;
    }
    movingMean(cycles, extended, season, low);
    movingMean(low, extended - season + 1, season, spare);
    movingMean(spare, extended - 2 * season + 2, 3, low);
    smooth(lowLoess, low, spare, 0);
    for (let t = 0; t < count; t++) {
      seasonal[t] = cycles[t + season]! - spare[t]!;
      low[t] = values[t]! - seasonal[t]!;
    }
    smooth(trendLoess, low, trend, 0);
  }
}

/** @param out [count − width + 1] filled, beginning with the mean of the first `width` values */
function movingMean(values: Float64Array, count: number, width: number, out: Float64Array): void {
  const share = 1 / width;
  let sum = 0;
  for (let t = 0; t < width; t++) sum += values[t]!;
  out[0] = sum * share;
  for (let t = width; t < count; t++) {
    sum += values[t]! - values[t - width]!;
    out[t - width + 1] = sum * share;
  }
}

function nextOdd(value: number): number {
  return value % 2 === 1 ? value : value + 1;
}
