// Forecasts of series that have nothing to do with each other, such as those of a stream. In: a predictor and a frame. Out: for each
// series its own forecast, or the reason why there is none; one that cannot be forecast costs the others nothing.
import { HindcastError } from "../base/errors.js";
import { lastObservedIndex } from "../base/numeric.js";
import type { Frame } from "../series/frame.js";
import type { Predictor } from "./predictor.js";

/** Of one series; all arrays are [horizon] and finite. */
export interface SeriesForecast {
  readonly point: Float64Array;
  /** One for each level asked for; [] from a model that knows no quantiles. */
  readonly quantiles: readonly Float64Array[];
}

/**
 * @returns [series]
 * @throws HindcastError "usage" for what no series of the model could be asked for
 */
export async function predictEach(
  predictor: Predictor,
  frame: Frame,
  horizon: number,
  levels: readonly number[],
): Promise<(SeriesForecast | HindcastError)[]> {
  try {
    const { point, quantiles } = await predictor.predict(frame, horizon, levels);
    return frame.series.map(({ values }, s) => {
      const row = (all: Float64Array) => all.subarray(s * horizon, (s + 1) * horizon);
      if (!Number.isNaN(point[s * horizon]!)) return { point: row(point), quantiles: quantiles.map(row) };
      return lastObservedIndex(values) < 0
        ? new HindcastError("data", "no observed value, so no forecast", "at least one value")
        : new HindcastError(
            "data",
            "its forecast left the range of numbers",
            "smaller numbers, or another --transform",
          );
    });
  } catch (thrown) {
    if (!(thrown instanceof HindcastError) || thrown.code !== "data") throw thrown;
    if (frame.series.length === 1) return [thrown];
    const each: (SeriesForecast | HindcastError)[] = [];
    for (const series of frame.series)
      each.push(...(await predictEach(predictor, { ...frame, series: [series] }, horizon, levels)));
    return each;
  }
}
