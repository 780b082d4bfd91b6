// Training windows for the gate, of synthetic series. In: a seed and a range of series. Out: features and targets, the same
// whatever the range they are made in.

import { seededRandom } from "../src/base/random.js";
import { createHistory } from "../src/classical/history.js";
import { mostOrigins } from "../src/gate/errors.js";
import {
  gateInputs,
  recentFeatureCount,
  recentLength,
  seriesFeatureCount,
  stepFeatureCount,
} from "../src/gate/features.js";
import type { GateWindows } from "../src/gate/training.js";
import { generateSeries } from "./generator/generate.js";

/** Mean target, in scales, from which on a window counts for less: one wild series must not outweigh a hundred. */
const wildness = 4;

/** As a large panel has time for, and as a few series have. */
const originLimits = [3, 5, mostOrigins] as const;

/** @param stepCount steps of each window, spread at random over its horizon */
export function buildWindows(seed: number, from: number, to: number, stepCount: number): GateWindows {
  const count = to - from;
  const series = new Float32Array(count * seriesFeatureCount);
  const steps = new Float32Array(count * stepCount * stepFeatureCount);
  const recent = new Float32Array(count * recentLength * recentFeatureCount);
  const targets = new Float32Array(count * stepCount);
  const weights = new Float32Array(count);
  for (let w = 0; w < count; w++) {
    const { values, historyLength, horizon, seasons } = generateSeries(seed, from + w);
    const random = seededRandom(seed).fork(`window ${from + w}`);
    const originLimit = originLimits[random.integer(originLimits.length)]!;
    const inputs = gateInputs(createHistory(values.subarray(0, historyLength), seasons), horizon, originLimit);
    series.set(inputs.series, w * seriesFeatureCount);
    recent.set(inputs.recent, w * inputs.recent.length);
    const targetAt = (h: number) => (values[historyLength + h]! - inputs.reference[h]!) / inputs.scale;
    for (let s = 0; s < stepCount; s++) {
      const h = Math.floor(((s + random.uniform()) * horizon) / stepCount);
      const at = w * stepCount + s;
      steps.set(inputs.steps.subarray(h * stepFeatureCount, (h + 1) * stepFeatureCount), at * stepFeatureCount);
      targets[at] = targetAt(h);
    }
    let total = 0;
    for (let h = 0; h < horizon; h++) total += Math.abs(targetAt(h));
    weights[w] = 1 / Math.max(1, total / horizon / wildness);
  }
  return { count, stepCount, series, steps, recent, targets, weights };
}

export function joinWindows(parts: readonly GateWindows[]): GateWindows {
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
    stepCount: parts[0]!.stepCount,
    series: join(({ series }) => series),
    steps: join(({ steps }) => steps),
    recent: join(({ recent }) => recent),
    targets: join(({ targets }) => targets),
    weights: join(({ weights }) => weights),
  };
}
