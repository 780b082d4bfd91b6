// The classical methods as baselines. In: a name and seasons. Out: a path from the end of any series, gaps and all.

import { lastObservedIndex } from "../base/numeric.js";
import { keepWithin } from "../classical/bounds.js";
import { climatology } from "../classical/climatology.js";
import { ets } from "../classical/ets.js";
import { fillGaps } from "../classical/gaps.js";
import { createHistory, type Method } from "../classical/history.js";
import { croston } from "../classical/intermittent.js";
import { mstl } from "../classical/mstl.js";
import { theta } from "../classical/theta.js";
import type { Path } from "./paths.js";

export type ClassicalName = "ets" | "theta" | "mstl" | "croston" | "climatology";

const methods: Readonly<Record<ClassicalName, Method>> = { ets, theta, mstl, croston, climatology };

/** The method on the values with their gaps filled, kept near the range of what was seen. */
export function classicalPath(name: ClassicalName, seasons: readonly number[]): Path {
  const method = methods[name];
  return (values, out) => {
    // A frame that was cut may end in a gap.
    const last = lastObservedIndex(values);
    const late = values.length - 1 - last;
    const history = createHistory(fillGaps(values.subarray(0, last + 1), seasons[0] ?? 1), seasons);
    const path = new Float64Array(late + out.length);
    method(history, path);
    keepWithin(history, path);
    out.set(path.subarray(late));
  };
}
