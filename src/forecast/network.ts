// Forecasts from a trained network. In: a fitted network and a frame. Out: forecasts in the data's own units. Runs on the
// recurrent kernels alone, so that a saved model forecasts without loading TensorFlow.js.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { extent, lastObservedIndex } from "../base/numeric.js";
import { nextTurn } from "../base/turn.js";
import { listNames } from "../base/wording.js";
import type { FittedNetwork } from "../fit/fit.js";
import { type Frame, seriesName } from "../series/frame.js";
import { batchesOf } from "../windows/batches.js";
import type { PreparedFrame } from "../windows/prepare.js";
import { forecastBatch, prepareForecast } from "./batch.js";
import type { Forecasts, PredictContext, Predictor } from "./predictor.js";

export function networkPredictor(fitted: FittedNetwork, context: PredictContext): Predictor {
  return {
    name: fitted.config.cell,
    async predict(frame, horizon) {
      checkHorizon(fitted, horizon);
      return predict(fitted, frame, horizon, context);
    },
  };
}

/** @throws HindcastError "usage" for a horizon that is too long */
export function checkHorizon({ config }: FittedNetwork, horizon: number): void {
  if (config.decoder === "direct" && horizon > config.horizon)
    throw new HindcastError(
      "usage",
      `this model was trained for ${config.horizon} steps ahead, not ${horizon}`,
      `use -H ${config.horizon} or less, train again with -H ${horizon}, or train with --decoder recursive`,
    );
}

async function predict(
  fitted: FittedNetwork,
  frame: Frame,
  horizon: number,
  { notify, signal }: PredictContext,
): Promise<Forecasts> {
  const { prepared, plan, shape } = prepareForecast(fitted, frame, horizon);
  const out = new Float64Array(frame.series.length * horizon).fill(Number.NaN);
  for (const planned of batchesOf(prepared, plan, shape)) {
    const { from, count } = planned;
    if (from > 0) await nextTurn(signal);
    const values = forecastBatch(fitted, prepared, plan, planned, horizon);
    for (let b = 0; b < count; b++)
      out.set(values.subarray(b * horizon, (b + 1) * horizon), plan.series[from + b]! * horizon);
  }
  keepConstants(frame, prepared, out, horizon);
  sayWhatIsMissing(frame, out, horizon, notify);
  return { point: out, quantiles: [] };
}

/** A series that never changed, neither while training nor since, goes on as it is: to the last bit, whatever the others do. */
export function keepConstants(frame: Frame, prepared: PreparedFrame, out: Float64Array, horizon: number): void {
  frame.series.forEach(({ values }, s) => {
    if (prepared.series[s]!.fitted.typicalChange !== 0) return;
    const { min, max } = extent(values);
    if (min === max) out.fill(min, s * horizon, (s + 1) * horizon);
  });
}

/** A series without forecast is one without any observation, or one whose numbers left the range of a float64. */
export function sayWhatIsMissing(frame: Frame, out: Float64Array, horizon: number, notify: Notify): void {
  const unobserved: string[] = [];
  const outOfRange: string[] = [];
  frame.series.forEach((series, s) => {
    const row = out.subarray(s * horizon, (s + 1) * horizon);
    if (row.every(Number.isFinite)) return;
    row.fill(Number.NaN);
    (lastObservedIndex(series.values) < 0 ? unobserved : outOfRange).push(seriesName(frame, series));
  });
  const warn = (text: string) => notify({ level: "warning", text });
  if (unobserved.length > 0) warn(`no observed value, so no forecast: ${listNames(unobserved, 3)}`);
  if (outOfRange.length > 0) warn(`no forecast, as it left the range of numbers: ${listNames(outOfRange, 3)}`);
}
