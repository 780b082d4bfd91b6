// What the gate is trained on: windows of many series as features and targets. In: the features of a history and what came after
// it. Out: a few steps of it, drawn at random; many of those in one piece.
import type { Random } from "../base/random.js";
import {
  candidateCount,
  factCount,
  type GateInputs,
  recentFeatureCount,
  recentLength,
  seriesFeatureCount,
  stepFeatureCount,
} from "./features.js";

/** Windows of many series; a few steps of each stand for all of its horizon. */
export interface GateWindows {
  readonly count: number;
  /** Steps of a window that are trained on. */
  readonly stepCount: number;
  /** [window × seriesFeatureCount] */
  readonly series: Float32Array;
  /** [window × step × stepFeatureCount] */
  readonly steps: Float32Array;
  /** [window × recentLength × recentFeatureCount] */
  readonly recent: Float32Array;
  /** [window × step] (actual − reference) / scale */
  readonly targets: Float32Array;
  /** [window] what a window's loss counts for */
  readonly weights: Float32Array;
}

/** Mean target, in scales, from which on a window counts for less: one wild series must not outweigh a hundred. */
const wildness = 4;

/** @param actual [horizon] finite @param stepCount steps to take, spread at random over the horizon */
export function cutWindow(inputs: GateInputs, actual: Float64Array, stepCount: number, random: Random): GateWindows {
  const { horizon, reference, scale, series, recent } = inputs;
  const steps = new Float32Array(stepCount * stepFeatureCount);
  const targets = new Float32Array(stepCount);
  const targetAt = (h: number) => (actual[h]! - reference[h]!) / scale;
  for (let s = 0; s < stepCount; s++) {
    const h = Math.floor(((s + random.uniform()) * horizon) / stepCount);
    steps.set(inputs.steps.subarray(h * stepFeatureCount, (h + 1) * stepFeatureCount), s * stepFeatureCount);
    targets[s] = targetAt(h);
  }
  let total = 0;
  for (let h = 0; h < horizon; h++) total += Math.abs(targetAt(h));
  const weights = Float32Array.of(1 / Math.max(1, total / horizon / wildness));
  return { count: 1, stepCount, series, steps, recent, targets, weights };
}

export function joinWindows(parts: readonly GateWindows[], stepCount: number): GateWindows {
  const join = (pick: (part: GateWindows) => Float32Array) => {
    const joined = new Float32Array(parts.reduce((sum, part) => sum + pick(part).length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(pick(part), at);
      at += pick(part).length;
    }
    return joined;
  };
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    stepCount,
    series: join(({ series }) => series),
    steps: join(({ steps }) => steps),
    recent: join(({ recent }) => recent),
    targets: join(({ targets }) => targets),
    weights: join(({ weights }) => weights),
  };
}

/** A window as the network takes it: its steps for a horizon, in units of the scale, from the reference on. */
export function inputsOfWindow(windows: GateWindows, w: number): GateInputs {
  const { stepCount } = windows;
  const rows = (values: Float32Array, size: number) => values.subarray(w * size, (w + 1) * size);
  const series = rows(windows.series, seriesFeatureCount);
  return {
    horizon: stepCount,
    applies: Uint8Array.from(series.subarray(factCount + candidateCount, factCount + 2 * candidateCount)),
    reference: new Float64Array(stepCount),
    scale: 1,
    series,
    steps: rows(windows.steps, stepCount * stepFeatureCount),
    recent: rows(windows.recent, recentLength * recentFeatureCount),
  };
}
