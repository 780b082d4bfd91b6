// A forecast of every series of a frame by itself. In: a way to go on from one series. Out: all forecasts, and what is said of those without.
import type { Notify } from "../base/notes.js";
import { lastObservedIndex } from "../base/numeric.js";
import { nextTurn } from "../base/turn.js";
import { type Frame, type Series, seriesName } from "../series/frame.js";
import type { Forecasts } from "./predictor.js";

/**
 * Goes on from the end of one series with at least one observation.
 * @param values [time] NaN = not observed
 * @param out [horizon] filled with finite values
 * @param series whose values they are
 */
export type Path = (values: Float64Array, out: Float64Array, series: Series) => void;

export interface Following {
  /** Of the model, for what is said. */
  readonly name: string;
  readonly path: Path;
  /** Series forecast before signals are heard and a lock is renewed: some milliseconds' worth, where a series is not very long. */
  readonly perTurn: number;
  /** Ends a forecast of many series. */
  readonly signal: AbortSignal;
  readonly notify: Notify;
}

/** @returns points alone, NaN for a series without an observation, or whose forecast is no number */
export async function followPaths(
  frame: Frame,
  horizon: number,
  { name, path, perTurn, signal, notify }: Following,
): Promise<Forecasts> {
  const point = new Float64Array(frame.series.length * horizon);
  const empty: string[] = [];
  const outOfRange: string[] = [];
  for (const [s, series] of frame.series.entries()) {
    if (s > 0 && s % perTurn === 0) await nextTurn(signal);
    const out = point.subarray(s * horizon, (s + 1) * horizon);
    const isObserved = lastObservedIndex(series.values) >= 0;
    if (isObserved) path(series.values, out, series);
    if (isObserved && out.every(Number.isFinite)) continue;
    out.fill(Number.NaN);
    (isObserved ? outOfRange : empty).push(seriesName(frame, series));
  }
  sayWithout(name, empty, "no observed value, so no forecast", notify);
  sayWithout(name, outOfRange, "no forecast, as it left the range of numbers", notify);
  return { point, quantiles: [] };
}

/** @param model which says nothing of them @param series their names; of none nothing is said */
export function sayWithout(model: string, series: readonly string[], what: string, notify: Notify): void {
  if (series.length === 0) return;
  const which = series.length === 1 ? `"${series[0]}" has` : `"${series[0]}" and ${series.length - 1} more have`;
  notify({ level: "warning", text: `${model}: ${which} ${what}` });
}
