// The classical methods as baselines. In: a name and seasons. Out: a path from the end of any series, gaps and all.

import { lastObservedIndex } from "../base/numeric.js";
import { ets } from "../classical/ets.js";
import { fillSeasonally } from "../classical/gaps.js";
import type { Method } from "../classical/history.js";
import { croston } from "../classical/intermittent.js";
import { compiledMethod, keepWithin } from "../classical/methods.js";
import type { Path } from "./paths.js";

export type ClassicalName = "ets" | "theta" | "mstl" | "croston" | "climatology";

const bounded =
  (method: Method): Method =>
  (history, out) => {
    method(history, out);
    keepWithin(history.values, out);
  };

/** Each kept near the range of what was seen. */
const methods: Readonly<Record<ClassicalName, Method>> = {
  ets: bounded(ets),
  theta: compiledMethod("theta", true),
  mstl: compiledMethod("mstl", true),
  croston: bounded(croston),
  climatology: compiledMethod("climatology", true),
};

/** The method on the values with their gaps filled. */
export function classicalPath(name: ClassicalName, seasons: readonly number[]): Path {
  const method = methods[name];
  return (values, out) => {
    // A frame that was cut may end in a gap.
    const last = lastObservedIndex(values);
    const late = values.length - 1 - last;
    const history = { values: fillSeasonally(values.subarray(0, last + 1), seasons[0] ?? 1), seasons };
    const path = new Float64Array(late + out.length);
    method(history, path);
    out.set(path.subarray(late));
  };
}
