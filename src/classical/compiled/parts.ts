// Parts of the compiled methods by themselves, as kernels/classical/parts.h has them. In: arguments and values. Out: results.
import { type Block, takeBlock, writeSeries } from "./block.js";

/** In the order of kernels/classical/parts.h, where each says what it takes and gives. */
const parts = [
  "elementary",
  "indices",
  "ratios",
  "averages",
  "phase-means",
  "seasonality",
  "smooth-level",
  "plain-pass",
  "added-pass",
  "multiplied-pass",
  "added-lanes",
  "multiplied-lanes",
  "additive-search",
  "ridge",
  "loess",
  "decomposition",
  "measures",
] as const;
export type PartName = (typeof parts)[number];

export interface PartResult {
  readonly value: number;
  /** A copy, as long as was asked for. */
  readonly results: Float64Array;
}

/** @param resultCount numbers wanted of the results */
export function runPart(
  name: PartName,
  values: Float64Array,
  partArguments: ArrayLike<number>,
  resultCount: number,
  seasons: readonly number[] = [],
): PartResult {
  // A season among the arguments takes room too.
  const longest = Math.max(partArguments.length, resultCount, ...seasons);
  const block = takeBlock({ length: values.length, shortSeason: longest, longSeason: longest });
  writeSeries(block, values, seasons, 1);
  block.regions.arguments.set(partArguments);
  block.set("part", parts.indexOf(name));
  block.run("run_part");
  return resultOf(block, resultCount);
}

function resultOf(block: Block, count: number): PartResult {
  return { value: block.get("value"), results: block.regions.results.slice(0, count) };
}
