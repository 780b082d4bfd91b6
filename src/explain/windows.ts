// Forecasts from windows that were tampered with. In: a fitted network and gathered windows. Out: forecasts in the data's units.
import type { FittedNetwork } from "../fit/fit.js";
import { feedBack, openCandidates } from "../forecast/recursion.js";
import { windowShape } from "../model/config.js";
import { takeStep } from "../model/heads/dense.js";
import { headWidth } from "../model/heads/head.js";
import { openHead, partsOf } from "../model/heads/index.js";
import { predictArrays } from "../model/inference.js";
import { type Batch, createBatch, gatherBatch } from "../windows/gather.js";
import type { WindowPlan } from "../windows/plan.js";
import { invertForecast, type PreparedFrame } from "../windows/prepare.js";

/** All windows of a plan. @param horizon steps that are forecast */
export function gatherAll(
  { config }: FittedNetwork,
  prepared: PreparedFrame,
  plan: WindowPlan,
  horizon: number,
): Batch {
  const shape = config.decoder === "direct" ? windowShape(config) : windowShape(config, horizon);
  const count = plan.origins.length;
  const batch = createBatch(prepared, shape, count);
  gatherBatch(
    prepared,
    plan,
    Int32Array.from({ length: count }, (_, i) => i),
    0,
    count,
    batch,
  );
  return batch;
}

/** A batch of its own to tamper with. */
export function copyBatch(batch: Batch): Batch {
  return {
    ...batch,
    inputs: batch.inputs.slice(),
    mask: batch.mask.slice(),
    candidates: batch.candidates.slice(),
    offsets: batch.offsets.slice(),
    spreads: batch.spreads.slice(),
  };
}

/**
 * A recursive network is fed its own points.
 * @param given windows of the plan, as many
 * @returns [windows × horizon] in the data's units
 */
export function forecastWindows(
  { config, weights }: FittedNetwork,
  prepared: PreparedFrame,
  plan: WindowPlan,
  given: Batch,
  horizon: number,
): Float64Array {
  // Windows that a step is fed back to are moved on.
  const batch = config.decoder === "direct" ? given : copyBatch(given);
  const count = plan.origins.length;
  const mask = batch.padded ? batch.mask : null;
  const head = config.head === undefined ? undefined : openHead(config.head);
  const parts = partsOf(config.head);
  const widths = parts.map(({ width }) => width);
  const raw = new Float64Array(headWidth({ parts }));
  const changes = new Float64Array(count * horizon);
  const candidatesAt = openCandidates(batch, changes);
  const isDirect = config.decoder === "direct";
  const stepCount = isDirect ? config.horizon : 1;
  let said: Float32Array = new Float32Array();
  for (let k = 0; k < horizon; k++) {
    if (!isDirect) said = predictArrays(config, weights, batch.inputs, mask, count, candidatesAt(k));
    else if (k === 0) said = predictArrays(config, weights, batch.inputs, mask, count, batch.candidates);
    const width = said.length / count;
    for (let b = 0; b < count; b++) {
      takeStep(said.subarray(b * width, (b + 1) * width), widths, stepCount, isDirect ? k : 0, raw);
      const scaled = head === undefined ? raw[0]! : head.point(raw, batch.spreads[b]!);
      changes[b * horizon + k] = scaled * batch.spreads[b]! + batch.offsets[b]!;
      if (!isDirect) feedBack(prepared, plan.series[b]!, plan.origins[b]! + k, scaled, batch, b);
    }
  }
  const values = new Float64Array(count * horizon);
  for (let b = 0; b < count; b++) {
    const own = changes.subarray(b * horizon, (b + 1) * horizon);
    values.set(invertForecast(prepared, plan.series[b]!, plan.origins[b]!, own), b * horizon);
  }
  return values;
}
