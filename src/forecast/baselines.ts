// The forecasts every model has to beat: the plain ones of Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
// §5.2, and the classical methods, fitted to each series as it is forecast. In: series with gaps. Out: forecasters that keep
// nothing: what they say rests on the frame at predict time alone.
import { catalog } from "../base/catalog.js";
import { lastObservedIndex, mean } from "../base/numeric.js";
import type { Frame } from "../series/frame.js";
import { calibrateUntrained } from "./calibrate.js";
import { type Calibration, withIntervals } from "./calibration.js";
import type { ClassicalName } from "./classical.js";
import { followPaths, type Path } from "./paths.js";
import type { Forecaster, PredictContext, Predictor } from "./predictor.js";

/** Those that cost nothing: they stand beside every model in a backtest. */
export const plainBaselines = ["naive", "seasonal-naive", "drift", "mean"] as const;
export type BaselineName = (typeof plainBaselines)[number] | ClassicalName;

/** A forecaster that has nothing to fit but its intervals, so that its forecasts are there at once. */
export interface Baseline extends Forecaster {
  predictor(context: PredictContext): Predictor;
  /** What its intervals rest on. */
  calibrate(frame: Frame, horizon: number, signal: AbortSignal): Promise<Calibration>;
}

export interface BaselineOptions {
  /** In steps, ascending; the plain baselines and most others look at the first only. */
  readonly seasons: readonly number[];
}

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

/** Forecasts that intervals are calibrated on: as many as a moment allows. */
const plainWindows = 8192;
const classicalWindows = 512;
/** Series forecast before signals are heard and a lock is renewed: some milliseconds' worth, where a series is not very long. */
const plainPerTurn = 1024;
const classicalPerTurn = 1;

/** The catalog of baselines: what `--model` takes beside the networks. */
export const baselines = catalog<(options: BaselineOptions) => Baseline, BaselineName>("baseline", {
  naive: plain("naive", () => naive),
  "seasonal-naive": plain("seasonal-naive", seasonalNaive),
  drift: plain("drift", () => drift),
  mean: plain("mean", () => average),
  ets: classical("ets"),
  theta: classical("theta"),
  mstl: classical("mstl"),
  croston: classical("croston"),
  climatology: classical("climatology"),
});

function plain(name: BaselineName, pathOf: (season: number) => Path) {
  return ({ seasons }: BaselineOptions) =>
    baseline(name, async () => pathOf(seasons[0] ?? 1), seasons, plainWindows, plainPerTurn);
}

/** Their code is loaded when one of them forecasts. */
function classical(name: ClassicalName) {
  return ({ seasons }: BaselineOptions) =>
    baseline(
      name,
      async () => (await import("./classical.js")).classicalPath(name, seasons),
      seasons,
      classicalWindows,
      classicalPerTurn,
    );
}

function baseline(
  name: BaselineName,
  loadPath: () => Promise<Path>,
  seasons: readonly number[],
  windowLimit: number,
  perTurn: number,
): Baseline {
  const predictor: Baseline["predictor"] = (context) => ({
    name,
    predict: async (frame, horizon) =>
      followPaths(frame, horizon, { name, path: await loadPath(), perTurn, ...context }),
  });
  const calibrateOn = (frame: Frame, horizon: number, signal: AbortSignal) =>
    calibrateUntrained(predictor({ notify: () => {}, signal }), frame, horizon, {
      season: seasons[0] ?? 1,
      windowLimit,
      signal,
    });
  return {
    name,
    predictor,
    calibrate: calibrateOn,
    fit: async (frame, horizon, context) =>
      withIntervals(predictor(context), await calibrateOn(frame, horizon, context.signal)),
  };
}
