// A model per series. In: a frame, and which of its series. Out: their forecasts, each from a model that was fitted on that series
// alone, and what was to be said of each. What one series cannot do is said, and the others go on.
import { HindcastError } from "../base/errors.js";
import type { Note } from "../base/notes.js";
import type { FitContext, Forecasts } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { answererOf } from "./fitted.js";
import { fitModel, type ModelOptions } from "./model.js";
import { predictorOf } from "./predictor.js";

/** What is asked of each series. */
export interface LocalRequest {
  readonly model: string;
  readonly horizon: number;
  /** Of the quantiles. */
  readonly levels: readonly number[];
}

/** Of `series`, an index into the frame's. */
export interface SeriesNote extends Note {
  readonly series: number;
}

/** Of consecutive series. */
export interface LocalForecasts extends Forecasts {
  readonly notes: readonly SeriesNote[];
  /** [series] what forecast it; null for nothing. */
  readonly answerers: readonly (string | null)[];
}

/** @param from, to indices into the frame's series; `to` itself is left out */
export async function forecastLocally(
  frame: Frame,
  { from, to }: { readonly from: number; readonly to: number },
  { model, horizon, levels }: LocalRequest,
  options: ModelOptions,
  context: FitContext,
): Promise<LocalForecasts> {
  const size = (to - from) * horizon;
  const point = new Float64Array(size).fill(Number.NaN);
  const quantiles = levels.map(() => new Float64Array(size).fill(Number.NaN));
  const notes: SeriesNote[] = [];
  const answerers: (string | null)[] = [];
  for (let s = from; s < to; s++) {
    context.signal.throwIfAborted();
    const own = { ...context, notify: (note: Note) => void notes.push({ ...note, series: s }) };
    const alone = { ...frame, series: [frame.series[s]!] };
    let answerer: string | null = null;
    try {
      const fitted = await fitModel(model, alone, horizon, options, own);
      const predictor = await predictorOf(fitted, options.limits, own);
      const forecasts = await predictor.predict(alone, horizon, levels);
      point.set(forecasts.point, (s - from) * horizon);
      for (const [q, values] of forecasts.quantiles.entries()) quantiles[q]!.set(values, (s - from) * horizon);
      if (!Number.isNaN(forecasts.point[0])) answerer = answererOf(fitted);
    } catch (error) {
      if (!(error instanceof HindcastError) || error.code !== "data") throw error;
      own.notify({ level: "warning", text: `no forecast: ${error.message}` });
    }
    answerers.push(answerer);
  }
  return { point, quantiles, notes, answerers };
}
