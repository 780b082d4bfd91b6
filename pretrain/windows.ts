// Training windows for the gate, of synthetic series. In: a seed and a range of series. Out: features and targets, the same
// whatever the range they are made in.
import { seededRandom } from "../src/base/random.js";
import { gateInputs } from "../src/gate/features.js";
import { mostOrigins } from "../src/gate/origins.js";
import { cutWindow, type GateWindows, joinWindows } from "../src/gate/windows.js";
import { generateSeries } from "./generator/generate.js";

/** As a large panel has time for, and as a few series have. */
const originLimits = [3, 5, mostOrigins] as const;

/** @param stepCount steps of each window, spread at random over its horizon @param late as generateSeries takes it */
export function buildWindows(seed: number, from: number, to: number, stepCount: number, late: boolean): GateWindows {
  const parts: GateWindows[] = [];
  for (let index = from; index < to; index++) {
    const { values, historyLength, horizon, seasons } = generateSeries(seed, index, late);
    const random = seededRandom(seed).fork(`window ${index}`);
    const originLimit = originLimits[random.integer(originLimits.length)]!;
    const inputs = gateInputs({ values: values.subarray(0, historyLength), seasons }, horizon, originLimit);
    parts.push(cutWindow(inputs, values.subarray(historyLength), stepCount, random));
  }
  return joinWindows(parts, stepCount);
}
