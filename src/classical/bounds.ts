// How far a forecast may leave what was seen. In: a history and any method's forecast of it. Out: the same within those bounds.
import { saturate } from "../base/numeric.js";
import type { History } from "./history.js";

/** A forecast may leave the seen range on either side by this many times its extent. */
const margin = 1.2;

/** @param out [horizon] changed in place; the last value stands where it was not finite; never below 0 where the history never was */
export function keepWithin({ values, min, max }: History, out: Float64Array): void {
  const reach = margin * saturate(max - min);
  const low = min >= 0 ? Math.max(min - reach, 0) : saturate(min - reach);
  const high = saturate(max + reach);
  const last = values[values.length - 1]!;
  for (let h = 0; h < out.length; h++) {
    const value = out[h]!;
    out[h] = Number.isFinite(value) ? Math.min(Math.max(value, low), high) : last;
  }
}
