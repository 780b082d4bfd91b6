// One step fed back after the other. In: windows, and what was forecast or drawn of the step after each. Out: windows that end a step
// later, as if that step had been observed.
import { type Batch, padWindow, rescaleWindow } from "../windows/gather.js";
import { type PreparedFrame, writeKnown } from "../windows/prepare.js";

/**
 * What each season ago was known or, by then, forecast, for a network that mixes such candidates.
 * @param batch as gathered: its scaling is remembered
 * @param changes [B × K] forecasts so far, unscaled
 * @returns for step k [B × C] scaled as the windows are by then
 */
export function openCandidates(batch: Batch, changes: Float64Array): (k: number) => Float32Array {
  const { candidates, offsets, spreads, shape } = batch;
  const { lags = [], horizon = 0 } = shape;
  const first = { offsets: offsets.slice(), spreads: spreads.slice() };
  const count = lags.length === 0 ? 0 : changes.length / horizon;
  return (k) =>
    Float32Array.from({ length: count * lags.length }, (_, i) => {
      const lag = lags[i % lags.length]!;
      const b = Math.floor(i / lags.length);
      const change =
        k < lag
          ? candidates[i * horizon + k]! * first.spreads[b]! + first.offsets[b]!
          : changes[b * horizon + k - lag]!;
      return (change - offsets[b]!) / spreads[b]!;
    });
}

/**
 * Slides window `b` on by one step.
 * @param time of that step in its series @param value what it is taken to be, scaled as the window is
 */
export function feedBack(
  prepared: PreparedFrame,
  s: number,
  time: number,
  value: number,
  batch: Batch,
  b: number,
): void {
  const { window } = batch.shape;
  const series = prepared.series[s]!;
  const width = batch.inputs.length / (batch.batchSize * window);
  const start = b * window * width;
  const end = start + window * width;
  batch.inputs.copyWithin(start, start + width, end);
  batch.mask.copyWithin(b * window, b * window + 1, (b + 1) * window);
  batch.mask[(b + 1) * window - 1] = 1;
  const last = end - width;
  batch.inputs[last] = value;
  let channel = 1;
  if (prepared.channels.gapIndicator) batch.inputs[last + channel++] = 0;
  writeKnown(prepared, series, time, batch.inputs, last + channel);
  rescaleWindow(prepared, series, batch, b);
  const padding = batch.mask.subarray(b * window, (b + 1) * window).indexOf(1);
  if (padding > 0) padWindow(batch, b, padding);
}
