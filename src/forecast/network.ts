// Forecasts from a trained network. In: a fitted network and a frame. Out: forecasts in the data's own units. Runs on the
// recurrent kernels alone, so that a saved model forecasts without loading TensorFlow.js.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { extent, lastObservedIndex } from "../base/numeric.js";
import { listNames } from "../base/wording.js";
import { unknownCategories } from "../features/covariates.js";
import type { FittedNetwork } from "../fit/fit.js";
import { outputCount } from "../model/config.js";
import { predictArrays } from "../model/inference.js";
import { type Frame, seriesName } from "../series/frame.js";
import { createBatch, gatherBatch } from "../windows/gather.js";
import { planForecast } from "../windows/plan.js";
import { invertForecast, type PreparedFrame, prepareFrame, writeKnown } from "../windows/prepare.js";
import type { PointPredictor } from "./predictor.js";

const batchSize = 512;

export function networkPredictor(fitted: FittedNetwork, notify: Notify): PointPredictor {
  const said = new Set<string>();
  return {
    name: fitted.config.cell,
    async predict(frame, horizon) {
      const unknown = unknownCategories(frame, fitted.channels.covariates?.columns ?? []);
      const news = unknown.filter((category) => !said.has(category));
      for (const category of news) said.add(category);
      if (news.length > 0)
        notify({ level: "note", text: `not seen in training, so taken for none that was: ${listNames(news)}` });
      return predict(fitted, frame, horizon, notify);
    },
    dispose() {},
  };
}

function predict(fitted: FittedNetwork, frame: Frame, horizon: number, notify: Notify): Float64Array {
  const { config, weights } = fitted;
  if (config.decoder === "direct" && horizon > config.horizon)
    throw new HindcastError(
      "usage",
      `this model was trained for ${config.horizon} steps ahead, not ${horizon}`,
      `use -H ${config.horizon} or less, train again with -H ${horizon}, or train with --decoder recursive`,
    );
  const prepared = prepareFrame(frame, fitted.preparation, fitted.channels, horizon);
  const plan = planForecast(prepared);
  const out = new Float64Array(frame.series.length * horizon).fill(Number.NaN);
  const order = Int32Array.from({ length: plan.origins.length }, (_, i) => i);
  const batch = createBatch(prepared, config, Math.min(batchSize, Math.max(1, order.length)));
  const width = outputCount(config);
  const scaled = new Float64Array(horizon);
  for (let from = 0; from < order.length; from += batch.batchSize) {
    const count = Math.min(batch.batchSize, order.length - from);
    gatherBatch(prepared, plan, order, from, count, batch);
    const mask = batch.padded ? batch.mask : null;
    const steps = new Float32Array(count * horizon);
    if (config.decoder === "direct") {
      const all = predictArrays(config, weights, batch.inputs, mask, count);
      for (let b = 0; b < count; b++) steps.set(all.subarray(b * width, b * width + horizon), b * horizon);
    } else {
      for (let k = 0; k < horizon; k++) {
        const one = predictArrays(config, weights, batch.inputs, mask, count);
        for (let b = 0; b < count; b++) {
          steps[b * horizon + k] = one[b]!;
          feedBack(prepared, plan.series[from + b]!, plan.origins[from + b]! + k, one[b]!, batch, b, config);
        }
      }
    }
    for (let b = 0; b < count; b++) {
      const s = plan.series[from + b]!;
      for (let k = 0; k < horizon; k++) scaled[k] = steps[b * horizon + k]! * batch.spreads[b]! + batch.offsets[b]!;
      out.set(invertForecast(prepared, s, plan.origins[from + b]!, scaled), s * horizon);
    }
  }
  keepConstants(frame, prepared, out, horizon);
  sayWhatIsMissing(frame, out, horizon, notify);
  return out;
}

/** A series that never changed, neither while training nor since, goes on as it is: to the last bit, whatever the others do. */
function keepConstants(frame: Frame, prepared: PreparedFrame, out: Float64Array, horizon: number): void {
  frame.series.forEach(({ values }, s) => {
    if (prepared.series[s]!.fitted.typicalChange !== 0) return;
    const { min, max } = extent(values);
    if (min === max) out.fill(min, s * horizon, (s + 1) * horizon);
  });
}

/** Slides window `b` on by one step whose value is the network's own forecast (scaled). */
function feedBack(
  prepared: PreparedFrame,
  s: number,
  time: number,
  value: number,
  batch: { inputs: Float32Array; mask: Float32Array },
  b: number,
  config: { window: number; inputs: number },
): void {
  const { window, inputs } = config;
  const start = b * window * inputs;
  const end = start + window * inputs;
  batch.inputs.copyWithin(start, start + inputs, end);
  batch.mask.copyWithin(b * window, b * window + 1, (b + 1) * window);
  batch.mask[(b + 1) * window - 1] = 1;
  const last = end - inputs;
  batch.inputs[last] = value;
  let channel = 1;
  if (prepared.channels.gapIndicator) batch.inputs[last + channel++] = 0;
  writeKnown(prepared, prepared.series[s]!, time, batch.inputs, last + channel);
}

/** A series without forecast is one without any observation, or one whose numbers left the range of a float64. */
function sayWhatIsMissing(frame: Frame, out: Float64Array, horizon: number, notify: Notify): void {
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
