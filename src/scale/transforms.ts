// Variance-stabilising transforms. In: values of a series' past. Out: a state, as plain data, that maps values to levels and
// back. Both ways are finite for every number: beyond far bounds around the values seen, they stay at the bound.

import { extent, mean, saturate } from "../base/numeric.js";
import * as z from "../base/schema.js";
import { guerreroLambda } from "./local-spread.js";

export const transformStateSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("log1p"), highest: z.number().positive() }),
  z.strictObject({
    kind: z.literal("boxcox"),
    /** 0 for the logarithm. */
    lambda: z.number().min(-1).max(1),
    /** Values are divided by it first, so that λ acts on numbers around 1. */
    unit: z.number().positive(),
    lowest: z.number().positive(),
    highest: z.number().positive(),
  }),
]);
export type TransformState = Readonly<z.infer<typeof transformStateSchema>>;

/** What is fitted; `auto` has become one of these by then. */
export type TransformKind = TransformState["kind"] | "log";

/** Whether a transform is defined for a value. */
export function isInDomain(kind: TransformKind, value: number): boolean {
  return kind === "none" || Number.isNaN(value) || (kind === "log1p" ? value >= 0 : value > 0);
}

/** @param values all in the transform's domain, NaN where unobserved @param season in steps; 1 for none */
export function fitTransform(kind: TransformKind, values: Float64Array, season: number): TransformState {
  const { min, max } = extent(values);
  if (kind === "none" || Number.isNaN(min)) return { kind: "none" };
  switch (kind) {
    case "log1p":
      return { kind, highest: boundAbove(1 + max, growthRoom((1 + max) / (1 + min))) };
    case "log":
    case "boxcox": {
      const room = growthRoom(max / min);
      return {
        kind: "boxcox",
        lambda: kind === "log" ? 0 : guerreroLambda(values, season),
        unit: Math.exp(mean(values.map(Math.log))),
        lowest: Math.min(min, Math.max(min / room, 1e-300)),
        highest: boundAbove(max, room),
      };
    }
    default:
      return kind satisfies never;
  }
}

/** The square of the ratio that was seen, at least 10: a forecast beyond that is the exponential running away. */
function growthRoom(ratio: number): number {
  return Math.max(10, ratio ** 2);
}

function boundAbove(max: number, room: number): number {
  return Math.max(max, Math.min(max * room, 1e300));
}

/** NaN stays NaN. */
export function applyTransform(state: TransformState, value: number): number {
  switch (state.kind) {
    case "none":
      return value;
    case "log1p":
      return Math.log1p(clamp(value, 0, state.highest));
    case "boxcox": {
      const logarithm = Math.log(clamp(value, state.lowest, state.highest)) - Math.log(state.unit);
      return boxCox(logarithm, state.lambda);
    }
    default:
      return state satisfies never;
  }
}

/** NaN stays NaN; everything else becomes finite. */
export function invertTransform(state: TransformState, level: number): number {
  switch (state.kind) {
    case "none":
      return saturate(level);
    case "log1p":
      return clamp(Math.expm1(level), 0, state.highest);
    case "boxcox":
      return clamp(Math.exp(inverseBoxCox(level, state.lambda) + Math.log(state.unit)), state.lowest, state.highest);
    default:
      return state satisfies never;
  }
}

/** (x^λ − 1)/λ, log x at λ = 0 (Box & Cox 1964, equation 1), from log x. */
function boxCox(logarithm: number, lambda: number): number {
  return lambda === 0 ? logarithm : Math.expm1(lambda * logarithm) / lambda;
}

/** log x of a Box–Cox level; ±∞ beyond the range of the transform. */
function inverseBoxCox(level: number, lambda: number): number {
  if (lambda === 0) return level;
  return Math.log1p(Math.max(-1, lambda * level)) / lambda;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
