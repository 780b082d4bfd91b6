// Windows to tamper with. In: a fitted network and a plan. Out: all of its windows in one batch, and copies of it.
import type { FittedNetwork } from "../fit/fit.js";
import { forecastShape } from "../forecast/batch.js";
import type { PlannedBatch } from "../windows/batches.js";
import { type Batch, createBatch, gatherBatch } from "../windows/gather.js";
import type { WindowPlan } from "../windows/plan.js";
import type { PreparedFrame } from "../windows/prepare.js";

/** All windows of a plan. @param horizon steps that are forecast */
export function gatherAll(
  { config }: FittedNetwork,
  prepared: PreparedFrame,
  plan: WindowPlan,
  horizon: number,
): Batch {
  const count = plan.origins.length;
  const batch = createBatch(prepared, forecastShape(config, horizon), count);
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

/** All windows of a plan, or its first, to be forecast. */
export function wholeOf(batch: Batch, count: number): PlannedBatch {
  return { batch, from: 0, count, mask: batch.padded ? batch.mask : null };
}
