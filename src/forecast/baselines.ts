// The forecasts every model has to beat, after Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., §5.2.
// In: series with gaps. Out: forecasters that learn nothing: what they say rests on the frame at predict time alone.
import { catalog } from "../base/catalog.js";
import type { Notify } from "../base/notes.js";
import { lastObservedIndex, mean } from "../base/numeric.js";
import { type Frame, seriesName } from "../series/frame.js";
import type { Forecaster, Predictor } from "./predictor.js";

export type BaselineName = "naive" | "seasonal-naive" | "drift" | "mean";

/** A forecaster that has nothing to fit, so that its predictor is there at once. */
export interface Baseline extends Forecaster {
  predictor(notify: Notify): Predictor;
}

export interface BaselineOptions {
  /** m, in steps; 1 for none. */
  readonly season: number;
}

/**
 * Goes on from the end of one series with at least one observation.
 * @param values [time] NaN = not observed
 * @param out [horizon] filled with finite values
 */
type Path = (values: Float64Array, out: Float64Array) => void;

/** ŷ(T+h) = y(T), the last observed value. */
const naive: Path = (values, out) => {
  out.fill(values[lastObservedIndex(values)]!);
};

/** ŷ(T+h) = y(T+h−m(k+1)), k = ⌊(h−1)/m⌋; further cycles back where that is a gap; y(T) where the phase was never observed. */
function seasonalNaive(season: number): Path {
  return (values, out) => {
    const last = values[lastObservedIndex(values)]!;
    for (let h = 0; h < out.length; h++) {
      let i = values.length - season + (h % season);
      while (i >= 0 && Number.isNaN(values[i]!)) i -= season;
      out[h] = i >= 0 ? values[i]! : last;
    }
  };
}

/** ŷ(T+h) = y(T) + h (y(T) − y(1)) / (T − 1): the line through the first and the last observation, flat through a single one. */
const drift: Path = (values, out) => {
  const first = values.findIndex((value) => !Number.isNaN(value));
  const last = lastObservedIndex(values);
  const slope = last > first ? (values[last]! - values[first]!) / (last - first) : 0;
  for (let h = 0; h < out.length; h++) out[h] = values[last]! + (values.length + h - last) * slope;
};

/** ŷ(T+h) = ȳ over the observed values. */
const average: Path = (values, out) => {
  out.fill(mean(values));
};

/** The catalog of baselines: what `--model` takes beside the networks, and what stands beside every model in a backtest. */
export const baselines = catalog<(options: BaselineOptions) => Baseline, BaselineName>("baseline", {
  naive: () => baseline("naive", naive),
  "seasonal-naive": ({ season }) => baseline("seasonal-naive", seasonalNaive(season)),
  drift: () => baseline("drift", drift),
  mean: () => baseline("mean", average),
});

function baseline(name: BaselineName, path: Path): Baseline {
  const predictor = (notify: Notify): Predictor => ({
    name,
    predict: async (frame, horizon) => predictEach(name, path, frame, horizon, notify),
    dispose() {},
  });
  return { name, predictor, fit: async (_frame, _horizon, { notify }) => predictor(notify) };
}

/** @returns [series × horizon], NaN for a series without an observation */
function predictEach(name: string, path: Path, frame: Frame, horizon: number, notify: Notify): Float64Array {
  const forecasts = new Float64Array(frame.series.length * horizon);
  const empty: string[] = [];
  frame.series.forEach((series, s) => {
    const out = forecasts.subarray(s * horizon, (s + 1) * horizon);
    if (lastObservedIndex(series.values) >= 0) path(series.values, out);
    else {
      out.fill(Number.NaN);
      empty.push(seriesName(frame, series));
    }
  });
  if (empty.length > 0) {
    const which = empty.length === 1 ? `"${empty[0]}" has` : `"${empty[0]}" and ${empty.length - 1} more have`;
    notify({ level: "warning", text: `${name}: ${which} no observed value, so no forecast` });
  }
  return forecasts;
}
