// Forecasts of gathered windows. In: a fitted network and a batch. Out: points in the data's units. Runs on the recurrent kernels
// alone.
import type { FittedNetwork } from "../fit/fit.js";
import { type NetworkConfig, windowShape } from "../model/config.js";
import { takeStep } from "../model/heads/dense.js";
import { headWidth } from "../model/heads/head.js";
import { openHead, partsOf } from "../model/heads/index.js";
import { predictArrays } from "../model/inference.js";
import type { Affine } from "../scale/scalers.js";
import type { Frame } from "../series/frame.js";
import type { PlannedBatch } from "../windows/batches.js";
import type { Batch, WindowShape } from "../windows/gather.js";
import { planForecast, type WindowPlan } from "../windows/plan.js";
import { invertForecast, type PreparedFrame, prepareFrame } from "../windows/prepare.js";
import { feedBack, openCandidates } from "./recursion.js";

/** How the windows are laid out that so many steps are forecast from. */
export function forecastShape(config: NetworkConfig, horizon: number): WindowShape {
  return config.decoder === "direct" ? windowShape(config) : windowShape(config, horizon);
}

/** The last window of every series with an observation. */
export function prepareForecast({ config, preparation, channels }: FittedNetwork, frame: Frame, horizon: number) {
  const prepared = prepareFrame(frame, preparation, channels, horizon);
  return { prepared, plan: planForecast(prepared), shape: forecastShape(config, horizon) };
}

/** Of window b: change = scaled · spread + offset. */
export function affineOf({ offsets, spreads }: Batch, b: number): Affine {
  return { offset: offsets[b]!, spread: spreads[b]! };
}

/**
 * A recursive network is fed its own points: the batch is moved on.
 * @returns [count × horizon] in the data's units
 */
export function forecastBatch(
  { config, weights }: FittedNetwork,
  prepared: PreparedFrame,
  plan: WindowPlan,
  { batch, from, count, mask }: PlannedBatch,
  horizon: number,
): Float64Array {
  const head = config.head === undefined ? undefined : openHead(config.head);
  const parts = partsOf(config.head);
  const widths = parts.map(({ width }) => width);
  const raw = new Float64Array(headWidth({ parts }));
  const changes = new Float64Array(count * horizon);
  /** Of window b, step k of those that its row holds. @returns the point, scaled */
  const tell = (said: Float32Array, b: number, stepCount: number, step: number, k: number): number => {
    const width = said.length / count;
    takeStep(said.subarray(b * width, (b + 1) * width), widths, stepCount, step, raw);
    const { offset, spread } = affineOf(batch, b);
    const scaled = head === undefined ? raw[0]! : head.point(raw, spread);
    changes[b * horizon + k] = scaled * spread + offset;
    return scaled;
  };
  if (config.decoder === "direct") {
    const said = predictArrays(config, weights, batch.inputs, mask, count, batch.candidates);
    for (let b = 0; b < count; b++) for (let k = 0; k < horizon; k++) tell(said, b, config.horizon, k, k);
  } else {
    const candidatesAt = openCandidates(batch, changes);
    for (let k = 0; k < horizon; k++) {
      const said = predictArrays(config, weights, batch.inputs, mask, count, candidatesAt(k));
      for (let b = 0; b < count; b++) {
        const scaled = tell(said, b, 1, 0, k);
        feedBack(prepared, plan.series[from + b]!, plan.origins[from + b]! + k, scaled, batch, b);
      }
    }
  }
  const values = new Float64Array(count * horizon);
  for (let b = 0; b < count; b++) {
    const own = changes.subarray(b * horizon, (b + 1) * horizon);
    values.set(invertForecast(prepared, plan.series[from + b]!, plan.origins[from + b]!, own), b * horizon);
  }
  return values;
}
