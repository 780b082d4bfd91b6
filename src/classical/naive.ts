// The forecasts that repeat the past with at most a level or a slope corrected, after Hyndman & Athanasopoulos, Forecasting:
// Principles and Practice, 3rd ed., §5.2. In: a history. Out: what follows it, without a parameter fitted.
import { portablePower } from "../base/portable.js";
import type { Method } from "./history.js";

/** How many cycles back a mean or a slope is taken from, where there are as many. */
const cycleCount = 3;
/** What stands for those cycles in a history without a season, in steps. */
const meanedSteps = 8;
const slopeSteps = 12;
/** No cycle grows by more than this factor, nor shrinks by more. */
const steepestGrowth = 2;

/** ŷ(n+h) = y(n). */
export const naive: Method = ({ values }, out) => {
  out.fill(values[values.length - 1]!);
};

/** ŷ(n+h) = y of the same phase in the last cycle of the first season; the naive without a season. */
export const seasonalNaive: Method = ({ values, seasons }, out) => {
  repeatCycle(values, seasons[0] ?? 1, out);
};

/** Likewise with the second season, or the only one. */
export const longSeasonalNaive: Method = ({ values, seasons }, out) => {
  repeatCycle(values, seasons.at(-1) ?? 1, out);
};

/** ŷ(n+h) = y(n) + h (y(n) − y(1)) / (n − 1). */
export const drift: Method = ({ values }, out) => {
  const last = values[values.length - 1]!;
  const slope = values.length > 1 ? last / (values.length - 1) - values[0]! / (values.length - 1) : 0;
  for (let h = 0; h < out.length; h++) out[h] = last + (h + 1) * slope;
};

/** ŷ(n+h) = ȳ. */
export const mean: Method = ({ values }, out) => {
  out.fill(meanOf(values, 0, values.length));
};

/** ŷ(n+h) = the mean of its phase in the last cycles of the first season, moved to the last one's mean; without a season a mean of the last steps. */
export const cycleMean: Method = ({ values, seasons }, out) => {
  const season = seasons[0];
  const count = values.length;
  if (season === undefined) {
    out.fill(meanOf(values, Math.max(0, count - meanedSteps), count));
    return;
  }
  const cycles = Math.min(cycleCount, Math.floor(count / season));
  const rise = cycleLevel(values, season, 0) - meanOf(values, count - cycles * season, count);
  out.fill(0);
  for (let back = 1; back <= cycles; back++) addCycle(values, season, back, rise, 1 / cycles, out);
};

/** ŷ(n+h) = the mean of its phase in the last cycles of the last season, each moved by how far today's level, of one short cycle, is from the level before it. */
export const longCycleMean: Method = ({ values, seasons }, out) => {
  const season = seasons.at(-1) ?? 1;
  const span = seasons[0] ?? 1;
  const count = values.length;
  const cycles = Math.max(1, Math.min(cycleCount, Math.floor((count - span) / season)));
  const today = meanOf(values, count - span, count);
  out.fill(0);
  for (let back = 1; back <= cycles; back++) {
    const first = count - back * season;
    const rise = first >= span ? today - meanOf(values, first - span, first) : 0;
    addCycle(values, season, back, rise, 1 / cycles, out);
  }
};

/** The seasonal naive, moved on from cycle to cycle by the slope of the last cycles' means; without a season the last steps' slope. */
export const seasonalDrift: Method = ({ values, seasons }, out) => {
  const season = seasons[0] ?? 1;
  const count = values.length;
  const steps = seasons.length > 0 ? cycleCount : slopeSteps;
  const cycles = Math.min(steps, Math.floor(count / season) - 1);
  repeatCycle(values, season, out);
  if (cycles < 1) return;
  const rise = (cycleLevel(values, season, 0) - cycleLevel(values, season, cycles)) / cycles;
  for (let h = 0; h < out.length; h++) out[h]! += rise * (Math.floor(h / season) + 1);
};

/** The seasonal naive, times the growth of the last cycles' means from cycle to cycle; itself where the history is not positive. */
export const seasonalRatio: Method = (history, out) => {
  const { values, seasons } = history;
  const season = seasons[0] ?? 1;
  const cycles = Math.min(cycleCount, Math.floor(values.length / season) - 1);
  repeatCycle(values, season, out);
  if (cycles < 1 || !history.isPositive) return;
  const ratio = portablePower(cycleLevel(values, season, 0) / cycleLevel(values, season, cycles), 1 / cycles);
  const growth = Math.min(Math.max(ratio, 1 / steepestGrowth), steepestGrowth);
  let grown = growth;
  for (let h = 0, phase = 0; h < out.length; h++) {
    out[h]! *= grown;
    if (++phase < season) continue;
    phase = 0;
    grown *= growth;
  }
};

/** The mean of the phases in the last cycles, of each season as many as there are, the seasons with equal weight; the naive without a season. */
export const meanSeasonalNaive: Method = (history, out) => {
  const { values, seasons } = history;
  if (seasons.length === 0) {
    naive(history, out);
    return;
  }
  out.fill(0);
  for (const season of seasons) {
    const cycles = Math.min(cycleCount, Math.floor(values.length / season));
    const share = 1 / (cycles * seasons.length);
    for (let back = 1; back <= cycles; back++) addCycle(values, season, back, 0, share, out);
  }
};

/** out ← out + share · (the cycle that began `back` cycles before the end, again and again, + rise) */
function addCycle(
  values: Float64Array,
  season: number,
  back: number,
  rise: number,
  share: number,
  out: Float64Array,
): void {
  const first = values.length - back * season;
  for (let h = 0, phase = 0; h < out.length; h++) {
    out[h]! += share * (values[first + phase]! + rise);
    if (++phase === season) phase = 0;
  }
}

function repeatCycle(values: Float64Array, season: number, out: Float64Array): void {
  const first = values.length - season;
  for (let h = 0; h < out.length; h++) out[h] = values[first + (h % season)]!;
}

/** Mean of the cycle that ends `back` cycles before the end. */
function cycleLevel(values: Float64Array, season: number, back: number): number {
  const end = values.length - back * season;
  return meanOf(values, end - season, end);
}

/** Taken of the distances from the first, so that the mean of equal values is that value to the last bit. */
function meanOf(values: Float64Array, from: number, to: number): number {
  const first = values[from]!;
  let sum = 0;
  for (let t = from; t < to; t++) sum += values[t]! - first;
  return first + sum / (to - from);
}
