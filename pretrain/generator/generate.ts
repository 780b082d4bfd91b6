// Synthetic series to pretrain a forecaster on, without any real one. In: a seed and an index. Out: a series, its seasons and
// where its history ends; the same bytes on every machine and whatever was generated before.
import { portableRandom } from "../../src/base/distributions.js";
import { disturb } from "./disturbances.js";
import type { Family } from "./draft.js";
import { activity } from "./families/activity.js";
import { counts } from "./families/counts.js";
import { cyclic } from "./families/cyclic.js";
import { ets } from "./families/ets.js";
import { gaussianProcess } from "./families/gaussian-process.js";
import { growth } from "./families/growth.js";
import { sarima } from "./families/sarima.js";
import { structural } from "./families/structural.js";
import { weather } from "./families/weather.js";
import { drawPlan } from "./plan.js";
import type { FamilyName } from "./proportions.js";
import { expressInUnits } from "./units.js";

export interface SyntheticSeries {
  /** [historyLength + horizon] finite */
  readonly values: Float64Array;
  readonly historyLength: number;
  readonly horizon: number;
  /** What the forecaster is told: at most two, ascending, each above 1; not always the truth. */
  readonly seasons: readonly number[];
  readonly family: FamilyName;
}

const families: Readonly<Record<FamilyName, Family>> = {
  structural,
  ets,
  sarima,
  gaussianProcess,
  counts,
  weather,
  cyclic,
  activity,
  growth,
};

/** @param seed 32-bit integer @param index 32-bit integer, from 0 @param late whether something may begin just before the history ends */
export function generateSeries(seed: number, index: number, late = false): SyntheticSeries {
  const random = portableRandom(mix(mix(seed) ^ index));
  const { family, historyLength, horizon, seasons, told } = drawPlan(random);
  for (;;) {
    const draft = families[family](random, historyLength + horizon, seasons);
    disturb(random, draft, historyLength, late);
    const values = expressInUnits(random, draft);
    // Demand that is over, a unit so coarse that nothing moves: nothing to learn from, so it is drawn again.
    if (isUsable(values, historyLength)) return { values, historyLength, horizon, seasons: told, family };
  }
}

/** Steps in the newer half of the history that have to differ from the one before. */
const leastChangeCount = 3;
const mostMagnitude = 1e12;

function isUsable(values: Float64Array, historyLength: number): boolean {
  let changeCount = 0;
  for (let t = historyLength >> 1; t < historyLength; t++) if (values[t] !== values[t - 1]) changeCount++;
  return changeCount >= leastChangeCount && values.every((value) => Math.abs(value) < mostMagnitude);
}

/** A bijection of 32-bit integers in which neighbours end up far apart: the finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
