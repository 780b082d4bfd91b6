// What a model directory says of a gate, apart from the gate itself so that reading a directory loads none of it. In: nothing. Out:
// schemas and types.
import { HindcastError } from "../base/errors.js";
import * as z from "../base/schema.js";

/** Steps ahead that it forecasts at most: every candidate says all of them at each origin, in memory. */
export const longestHorizon = 2 ** 17;

/** @throws HindcastError "usage" */
export function checkHorizon(horizon: number): void {
  if (horizon <= longestHorizon) return;
  throw new HindcastError(
    "usage",
    `the pretrained model forecasts ${longestHorizon} steps at most from the last value on, not ${horizon}`,
    "lower --horizon, aggregate to longer steps, or use a plain baseline such as --model seasonal-naive",
  );
}

/** The levels that the network speaks of, the median among them. */
export const knots = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975] as const;
export const medianKnot = knots.indexOf(0.5);

export const gateConfigSchema = z.strictObject({
  /** Hidden units. */
  width: z.int().min(1).max(4096),
  /** Whether something is added to the weighted candidates. */
  residual: z.boolean(),
  /** Units of a GRU over the newest steps, whose last state joins the series' features; 0 for none. */
  units: z.int().min(0).max(4096),
  /** Whether it looks at how far the newest values came out from what had been said, and so answers where that is a surprise. */
  newest: z.boolean().optional(),
});
export type GateConfig = Readonly<z.infer<typeof gateConfigSchema>>;

export const gateCalibrationSchema = z.strictObject({
  /** [knot] of the distances from the median; 1 for the median, below 1 where the quantiles were too far out. */
  factors: z.array(z.number().positive()).length(knots.length).readonly(),
  /** [knot] as in `widths.ts`; absent in models that were saved before there were any. */
  shortfalls: z.array(z.number().min(0)).length(knots.length).readonly().optional(),
});
export type GateCalibration = Readonly<z.infer<typeof gateCalibrationSchema>>;
