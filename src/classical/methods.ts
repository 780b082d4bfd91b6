// The compiled methods one at a time. In: a name. Out: the method.
import { extent } from "../base/numeric.js";
import { type CandidateName, candidateNames } from "./candidates.js";
import { type Block, measuresOf, takeBlock, writeSeries } from "./compiled/block.js";
import type { History, Method } from "./history.js";

/** After the candidates, in the order of `other_methods` of kernels/classical/candidates.h: forms of them that nothing mixes. */
const otherNames = ["theta-adjusted", "level-trend"] as const;
export type MethodName = CandidateName | (typeof otherNames)[number];

const names: readonly MethodName[] = [...candidateNames, ...otherNames];

/** As it is, or kept near the range of what was seen. */
export function compiledMethod(name: MethodName, isBounded = false): Method {
  const number = names.indexOf(name);
  return (history, out) => {
    const block = takeFor(history, out.length);
    block.set("method", number);
    block.set("isBounded", isBounded ? 1 : 0);
    block.run("forecast_method");
    takeResults(block, out);
  };
}

/**
 * @param values [time] finite, at least one value
 * @param out [horizon] changed in place; the last value stands where it was not finite; never below 0 where no value was
 */
export function keepWithin(values: Float64Array, out: Float64Array): void {
  const { min, max } = extent(values);
  // What the bounds depend on, however long the series is.
  const told = Float64Array.of(min, max, values[values.length - 1]!);
  const block = takeFor({ values: told, seasons: [] }, out.length);
  block.regions.results.set(out);
  block.run("bound");
  takeResults(block, out);
}

/** What of a level and a damped trend alone follows. @param values [time] */
export function smoothLevelTrend(values: Float64Array, out: Float64Array): void {
  levelTrend({ values, seasons: [] }, out);
}

const levelTrend = compiledMethod("level-trend");

function takeFor({ values, seasons }: History, horizon: number): Block {
  const block = takeBlock(measuresOf(values, seasons, horizon));
  writeSeries(block, values, seasons, horizon);
  return block;
}

function takeResults({ regions }: Block, out: Float64Array): void {
  out.set(regions.results.subarray(0, out.length));
}
