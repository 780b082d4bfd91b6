// Several predictors as one: the weighted mean of what they say, and of how far they may be off. In: predictors and weights. Out: a
// predictor.
import type { Notify } from "../base/notes.js";
import { saturate } from "../base/numeric.js";
import { sayWhatIsMissing } from "./network.js";
import type { Forecasts, Predictor } from "./predictor.js";

export interface Part {
  readonly predictor: Predictor;
  /** Above 0; of all parts they sum to 1. */
  readonly weight: number;
}

/** @param stretch as in `combineForecasts` */
export function combinePredictors(name: string, parts: readonly Part[], stretch: number, notify: Notify): Predictor {
  return {
    name,
    async predict(frame, horizon, levels = []) {
      const said: (Forecasts & { readonly weight: number })[] = [];
      for (const { predictor, weight } of parts)
        said.push({ ...(await predictor.predict(frame, horizon, levels)), weight });
      const forecasts = combineForecasts(said, levels.length, stretch);
      sayWhatIsMissing(frame, forecasts.point, horizon, notify);
      return { ...forecasts, ...crossEntropyOf(said) };
    },
    dispose() {
      for (const { predictor } of parts) predictor.dispose();
    },
  };
}

/**
 * Quantiles are averaged as distances from the forecast (Vincent's average; Lichtendahl, Grushka-Cockayne & Winkler 2013), over those
 * parts that have any. Where a part has no forecast, the others share its weight.
 * @param parts at least one
 * @param levelCount quantiles of each part that has any
 * @param stretch factor of the distances
 */
export function combineForecasts(
  parts: readonly (Pick<Forecasts, "point" | "quantiles"> & { readonly weight: number })[],
  levelCount: number,
  stretch: number,
): Pick<Forecasts, "point" | "quantiles"> {
  const point = weightedMean(parts.map(({ weight, point: values }) => ({ weight, values })));
  const telling = parts.filter(({ quantiles }) => quantiles.length > 0);
  const quantiles = Array.from({ length: telling.length === 0 ? 0 : levelCount }, (_, q) => {
    const distances = weightedMean(
      telling.map(({ weight, point: own, quantiles: tells }) => ({
        weight,
        values: tells[q]!.map((value, i) => value - own[i]!),
      })),
    );
    return point.map((value, i) => saturate(value + stretch * distances[i]!));
  });
  return { point, quantiles };
}

interface Weighted {
  readonly weight: number;
  readonly values: Float64Array;
}

/** Over those that are no NaN; exactly what they say where all say the same. @param all of one length, at least one */
function weightedMean(all: readonly Weighted[]): Float64Array {
  return all[0]!.values.map((_, i) => {
    let [first, sum, weightSum] = [Number.NaN, 0, 0];
    for (const { weight, values } of all) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      if (weightSum === 0) first = value;
      sum += weight * (value - first);
      weightSum += weight;
    }
    return saturate(first + sum / weightSum);
  });
}

/** −ln of the mean of the probabilities: a mixture's. Of parts that all tell levels apart, and nothing where one does not. */
function crossEntropyOf(
  parts: readonly (Pick<Forecasts, "crossEntropy"> & { readonly weight: number })[],
): Pick<Forecasts, "crossEntropy"> {
  const telling = parts.flatMap(({ weight, crossEntropy }) =>
    crossEntropy === undefined ? [] : [{ weight, crossEntropy }],
  );
  if (telling.length < parts.length) return {};
  return {
    crossEntropy: (actual) => {
      const probabilities = telling.map(({ weight, crossEntropy }) => ({
        weight,
        values: crossEntropy(actual).map((nats) => Math.exp(-nats)),
      }));
      return weightedMean(probabilities).map((p) => -Math.log(Math.max(p, Number.MIN_VALUE)));
    },
  };
}
