// What a network with attention looks at when it forecasts. In: a fitted network and a frame. Out: a weight for each step of each
// series' last window.
import type { FittedNetwork } from "../fit/fit.js";
import { stepCount, windowShape } from "../model/config.js";
import { attentionWeights } from "../model/inference.js";
import type { Frame } from "../series/frame.js";
import { batchesOf } from "../windows/batches.js";
import { planForecast } from "../windows/plan.js";
import { prepareFrame } from "../windows/prepare.js";

/**
 * @returns [series × T/N] how attention weighs the steps, or segments, of the window before each series' end, the oldest first; each
 * series' weights sum to one. null for a network without attention
 */
export function explainAttention({ config, weights, preparation, channels }: FittedNetwork, frame: Frame) {
  if ((config.attention ?? null) === null) return null;
  const prepared = prepareFrame(frame, preparation, channels, config.horizon);
  const plan = planForecast(prepared);
  const steps = stepCount(config);
  const all = new Float32Array(plan.origins.length * steps);
  for (const { batch, from, count, mask } of batchesOf(prepared, plan, windowShape(config))) {
    const found = attentionWeights(config, weights, batch.inputs, mask, count);
    if (found !== null) all.set(found, from * steps);
  }
  return all;
}
