// The pretrained gate as a model: forecasts of every series of a frame with no training at all. In: networks, seasons and what the
// intervals were calibrated to. Out: a Predictor.

import { normalQuantile } from "../base/normal.js";
import { extent, lastObservedIndex, saturate } from "../base/numeric.js";
import { nextTurn } from "../base/turn.js";
import { candidateCount, candidateNames } from "../classical/candidates.js";
import { sayWithout } from "../forecast/paths.js";
import type { Forecasts, PredictContext, Predictor } from "../forecast/predictor.js";
import { longRunScale, unknownOffset } from "../forecast/scale.js";
import { type Frame, panelValueCount, seriesName } from "../series/frame.js";
import { forecastSeries, leaningsOf } from "./forecast.js";
import { historyLimit } from "./history-limit.js";
import type { GateNetwork } from "./network.js";
import { checkHorizon, type GateCalibration, knots, medianKnot } from "./schema.js";
import { widen } from "./widths.js";

export interface GateOptions {
  readonly networks: readonly GateNetwork[];
  /** At most two, ascending, in steps. */
  readonly seasons: readonly number[];
  readonly calibration: GateCalibration;
  readonly context: PredictContext;
}

/** Values in all histories at which each candidate is tested from the fewest origins. */
const manyValues = 2_000_000;
const fewestOrigins = 2;
/** More make no forecast better that was measured, and twice as many take twice as long. */
const usualOrigins = 6;

/** Fewer origins for more data: the time of a forecast grows with both. */
export function originLimitOf(frame: Frame): number {
  const valueCount = Math.max(1, panelValueCount(frame));
  return Math.max(fewestOrigins, Math.min(usualOrigins, Math.round((fewestOrigins * manyValues) / valueCount)));
}

/** Forecast before signals are heard. */
const seriesPerTurn = 64;

/** Candidates that are named in an explanation. */
const toldCandidates = 4;

const normals = knots.map(normalQuantile);

export function gatePredictor({ networks, seasons, calibration, context }: GateOptions): Predictor {
  const { notify, signal } = context;
  const leanings = new Float64Array(candidateCount);
  let forecastCount = 0;
  return {
    name: "pretrained",
    async predict(frame, horizon, levels = []): Promise<Forecasts> {
      const size = frame.series.length * horizon;
      const point = new Float64Array(size).fill(Number.NaN);
      const quantiles = levels.map(() => new Float64Array(size).fill(Number.NaN));
      const originLimit = originLimitOf(frame);
      const places = levels.map(placeOf);
      const empty: string[] = [];
      for (const [s, series] of frame.series.entries()) {
        const last = lastObservedIndex(series.values);
        if (last < 0) {
          empty.push(seriesName(frame, series));
          continue;
        }
        // A frame that was cut may end in a gap: the forecast starts after the last observation and goes past it.
        const late = series.values.length - 1 - last;
        const unit = unitOf(series.values);
        const values = unit === 1 ? series.values : series.values.map((value) => value / unit);
        checkHorizon(horizon + late);
        const terms = { networks, seasons, horizon: horizon + late, originLimit };
        const forecast = forecastSeries(values, terms);
        const newest = values.subarray(Math.max(0, last + 1 - historyLimit(seasons)), last + 1);
        const known = newest.length - newest.findIndex((value) => !Number.isNaN(value));
        const told = forecast.quantiles.slice();
        if (calibration.shortfalls) widen(told, known, seasons[0] ?? 1, calibration.shortfalls);
        const stretched = stretch(told, horizon + late, calibration);
        // A single value says no more of what comes than how large it may be.
        const isSingle = known === 1;
        for (let h = 0; h < horizon; h++) {
          const at = s * horizon + h;
          const knotAt = (k: number) => stretched[k * (horizon + late) + late + h]!;
          point[at] = saturate(unit * knotAt(medianKnot));
          for (const [i, place] of places.entries()) {
            const value = isSingle
              ? values[last]! + longRunScale(values, 1) * unknownOffset(levels[i]!)
              : between(knotAt, place);
            quantiles[i]![at] = saturate(unit * value);
          }
        }
        for (const [c, share] of leaningsOf(forecast, horizon).entries()) leanings[c]! += share;
        forecastCount++;
        if (s % seriesPerTurn === seriesPerTurn - 1) await nextTurn(signal);
      }
      sayWithout("pretrained", empty, "no observed value, so no forecast", notify);
      return { point, quantiles };
    },
    explanation() {
      const shares = candidateNames
        .map((name, c) => ({ name, share: forecastCount === 0 ? 0 : leanings[c]! / forecastCount }))
        .sort((a, b) => b.share - a.share);
      return `leans on ${shares
        .slice(0, toldCandidates)
        .map(({ name, share }) => `${name} (${Math.round(100 * share)} %)`)
        .join(", ")}`;
    },
  };
}

/** Beyond this power of two either way, the squares of values leave the range of numbers. */
const largestPower = 400;

/** What a series of very large or very small values is divided by: a power of two, which rounds nothing. */
function unitOf(values: Float64Array): number {
  const { min, max } = extent(values);
  const power = Math.min(1023, Math.floor(Math.log2(Math.max(Math.abs(min), Math.abs(max)))));
  return Number.isFinite(power) && Math.abs(power) > largestPower ? 2 ** power : 1;
}

/** The knots' distances from the median times their factors, never falling away from it. */
function stretch(quantiles: Float64Array, horizon: number, { factors }: GateCalibration): Float64Array {
  const stretched = quantiles.slice();
  for (let h = 0; h < horizon; h++) {
    const median = quantiles[medianKnot * horizon + h]!;
    for (const side of [-1, 1]) {
      let reached = 0;
      for (let k = medianKnot + side; k >= 0 && k < knots.length; k += side) {
        reached = Math.max(reached, side * factors[k]! * (quantiles[k * horizon + h]! - median));
        stretched[k * horizon + h] = median + side * reached;
      }
    }
  }
  return stretched;
}

/** Where a level lies: past the knot `left` by a share of the way to the next one. */
interface Place {
  readonly left: number;
  readonly share: number;
}

function placeOf(level: number): Place {
  const z = normalQuantile(level);
  let right = normals.findIndex((knot) => knot >= z);
  if (right === -1) right = knots.length - 1;
  const left = Math.max(0, right - 1);
  return { left, share: (z - normals[left]!) / (normals[left + 1]! - normals[left]!) };
}

/** Straight lines between the knots, and on past the outermost ones, over the normal quantiles of their levels. */
function between(knotAt: (k: number) => number, { left, share }: Place): number {
  return knotAt(left) + share * (knotAt(left + 1) - knotAt(left));
}
