// The windows of a plan, a batch at a time. In: prepared series and a plan. Out: batches, each in the buffers of the one before.
import { type Batch, createBatch, gatherBatch, type WindowShape } from "./gather.js";
import type { WindowPlan } from "./plan.js";
import type { PreparedFrame } from "./prepare.js";

/** Windows of a forecast that are gathered at once. */
const batchSize = 512;

export interface PlannedBatch {
  readonly batch: Batch;
  /** Of the plan's windows, the first in the batch, and how many are. */
  readonly from: number;
  readonly count: number;
  /** [windows × steps] null where every step of every series is there. */
  readonly mask: Batch["mask"] | null;
}

export function* batchesOf(prepared: PreparedFrame, plan: WindowPlan, shape: WindowShape): Generator<PlannedBatch> {
  const windowCount = plan.origins.length;
  const order = Int32Array.from({ length: windowCount }, (_, i) => i);
  const batch = createBatch(prepared, shape, Math.min(batchSize, Math.max(1, windowCount)));
  for (let from = 0; from < windowCount; from += batch.batchSize) {
    const count = Math.min(batch.batchSize, windowCount - from);
    gatherBatch(prepared, plan, order, from, count, batch);
    yield { batch, from, count, mask: batch.padded ? batch.mask : null };
  }
}
