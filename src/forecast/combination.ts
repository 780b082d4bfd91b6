// Several predictors as one: the weighted mean of what they say, and of how far they may be off. In: predictors and weights. Out: a
// predictor.
import type { Notify } from "../base/notes.js";
import { saturate } from "../base/numeric.js";
import { type Series, seriesId } from "../series/frame.js";
import { sayWhatIsMissing } from "./network.js";
import type { Forecasts, Predictor } from "./predictor.js";

export interface Part {
  readonly predictor: Predictor;
  /** At least 0; of all parts they sum to 1. */
  readonly weight: number;
}

/** What the parts weigh in the forecasts of one series. */
export interface SeriesWeights extends Pick<Series, "key" | "target"> {
  /** [parts] at least 0; they sum to 1 */
  readonly weights: readonly number[];
}

export interface CombinationOptions {
  /** Factor of the distances from the forecast to its quantiles. */
  readonly stretch?: number;
  /** Those whose weights are their own. */
  readonly series?: readonly SeriesWeights[];
  readonly notify: Notify;
}

export function combinePredictors(
  name: string,
  parts: readonly Part[],
  { stretch = 1, series = [], notify }: CombinationOptions,
): Predictor {
  const own = new Map(series.map((one) => [seriesId(one), one.weights]));
  return {
    name,
    async predict(frame, horizon, levels = []) {
      const found = frame.series.map((one) => own.get(seriesId(one)));
      const said: Said[] = [];
      for (const [p, { predictor, weight }] of parts.entries())
        said.push({
          ...(await predictor.predict(frame, horizon, levels)),
          weights: Float64Array.from(found, (weights) => weights?.[p] ?? weight),
        });
      const forecasts = combineForecasts(said, horizon, levels.length, stretch);
      sayWhatIsMissing(frame, forecasts.point, horizon, notify);
      return { ...forecasts, ...crossEntropyOf(said, horizon) };
    },
  };
}

type Said = Forecasts & {
  /** [series] */
  readonly weights: Float64Array;
};

/**
 * Quantiles are averaged as distances from the forecast (Vincent's average; Lichtendahl, Grushka-Cockayne & Winkler 2013), over those
 * parts that have any. Where a part has no forecast, the others share its weight.
 * @param parts at least one
 * @param levelCount quantiles of each part that has any
 * @param stretch factor of the distances
 */
export function combineForecasts(
  parts: readonly Pick<Said, "point" | "quantiles" | "weights">[],
  horizon: number,
  levelCount: number,
  stretch: number,
): Pick<Forecasts, "point" | "quantiles"> {
  const point = weightedMean(
    parts.map(({ weights, point: values }) => ({ weights, values })),
    horizon,
  );
  const telling = parts.filter(({ quantiles }) => quantiles.length > 0);
  const quantiles = Array.from({ length: telling.length === 0 ? 0 : levelCount }, (_, q) => {
    const distances = weightedMean(
      telling.map(({ weights, point: own, quantiles: tells }) => ({
        weights,
        values: tells[q]!.map((value, i) => value - own[i]!),
      })),
      horizon,
    );
    return point.map((value, i) => saturate(value + stretch * distances[i]!));
  });
  return { point, quantiles };
}

interface Weighted {
  readonly weights: Float64Array;
  /** [series × horizon] */
  readonly values: Float64Array;
}

/**
 * Over those that are no NaN; exactly what they say where all say the same. Where those
 * that say anything weigh nothing, the last of them is.
 * @param all of one length, at least one
 */
function weightedMean(all: readonly Weighted[], horizon: number): Float64Array {
  return all[0]!.values.map((_, i) => {
    const s = Math.floor(i / horizon);
    let [first, sum, weightSum] = [Number.NaN, 0, 0];
    for (const { weights, values } of all) {
      const [value, weight] = [values[i]!, weights[s]!];
      if (Number.isNaN(value)) continue;
      if (weightSum === 0) first = value;
      sum += weight * (value - first);
      weightSum += weight;
    }
    return weightSum === 0 ? first : saturate(first + sum / weightSum);
  });
}

/** −ln of the mean of the probabilities: a mixture's. Of parts that all tell levels apart, and nothing where one does not. */
function crossEntropyOf(
  parts: readonly Pick<Said, "crossEntropy" | "weights">[],
  horizon: number,
): Pick<Forecasts, "crossEntropy"> {
  const telling = parts.flatMap(({ weights, crossEntropy }) =>
    crossEntropy === undefined ? [] : [{ weights, crossEntropy }],
  );
  if (telling.length < parts.length) return {};
  return {
    crossEntropy: (actual) => {
      const probabilities = telling.map(({ weights, crossEntropy }) => ({
        weights,
        values: crossEntropy(actual).map((nats) => Math.exp(-nats)),
      }));
      return weightedMean(probabilities, horizon).map((p) => -Math.log(Math.max(p, Number.MIN_VALUE)));
    },
  };
}
