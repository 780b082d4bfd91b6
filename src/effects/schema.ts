// What covariates known ahead add to the series of a panel, as plain data, apart from what works it out so that reading a model directory
// loads none of it. In: nothing. Out: schemas and types.
import * as z from "../base/schema.js";
import { covariateColumnSchema } from "../features/covariates.js";
import { affineSchema } from "../scale/scalers.js";
import { seriesFields } from "../series/series-fields.js";

const rangeSchema = z.tuple([z.number(), z.number()]).readonly();

/** A channel of numbers that a series may answer to other than in a straight line. */
const curveSchema = z.strictObject({
  /** Seen; what lies outside counts as the nearer end. */
  range: rangeSchema,
  /** Where the line may bend, ascending. */
  knots: z.array(z.number()).readonly(),
});
export type Curve = Readonly<z.infer<typeof curveSchema>>;

/** How a series' level goes through a season, which what is added may go along with: at night less than at noon. */
const profileSchema = z.strictObject({
  /** Stamp whose phase is 0. */
  start: z.number(),
  /** [season] mean by phase over the mean of all. */
  shares: z.array(z.number().min(0)).min(2).readonly(),
});
export type Profile = Readonly<z.infer<typeof profileSchema>>;

export const effectsSchema = z.strictObject({
  /** Those known ahead. */
  columns: z.array(covariateColumnSchema).min(1).readonly(),
  scales: z.array(z.strictObject({ name: z.string(), affine: affineSchema })).readonly(),
  /** For each channel of the columns; null where a straight line is all: few values, or little data. */
  channels: z
    .array(z.strictObject({ now: curveSchema, lately: curveSchema }).nullable())
    .min(1)
    .readonly(),
  /**
   * Where effects add to the logarithm of a series, instead of to the series: what was seen of each channel. What lies outside counts as
   * the nearer end, since a straight line of logarithms soon leads beyond all measure.
   */
  logarithm: z.strictObject({ ranges: z.array(rangeSchema).min(1).readonly() }).optional(),
  /** Steps of the recent mean, the step itself among them. */
  memory: z.int().min(1),
  /** What the series of a panel have in common, in the ways that count: for series that were not there. */
  common: z
    .array(
      z.strictObject({
        /** Of the differences that tell a series' size, one after the other. */
        lags: z.array(z.int().min(1)).readonly(),
        /** [terms] of a series of unit size, those along with the profile left out */
        coefficients: z.array(z.number()).min(1).readonly(),
      }),
    )
    .min(1)
    .readonly()
    .optional(),
  /** Of the series that have any. */
  series: z
    .array(
      z.strictObject({
        ...seriesFields,
        /** The mean effect so far, which stays with the series. */
        centre: z.number(),
        profile: profileSchema.optional(),
        /** [terms], with a profile as many again of those that go along with it */
        coefficients: z.array(z.number()).readonly(),
      }),
    )
    .min(1)
    .readonly(),
});
export type Effects = Readonly<z.infer<typeof effectsSchema>>;
export type CommonEffect = NonNullable<Effects["common"]>[number];
export type SeriesEffect = Effects["series"][number];
export type Shape = Omit<Effects, "series" | "common">;

/** Those of a model, where it has any. */
export function effectsOf({ effects }: { readonly effects?: Effects | undefined }): { effects?: Effects } {
  return effects === undefined ? {} : { effects };
}

/** Whether the effects add to the logarithm of a series. */
export function multiplies({ logarithm }: Pick<Shape, "logarithm">): boolean {
  return logarithm !== undefined;
}

/** Terms that look at the step itself, and at the recent mean: these stand last. */
export function termCounts({ channels }: Pick<Shape, "channels">): { readonly now: number; readonly lately: number } {
  const widthOf = ({ knots }: Curve) => 2 + knots.length;
  return {
    now: channels.reduce((sum, channel) => sum + (channel === null ? 1 : widthOf(channel.now)), 0),
    lately: channels.reduce((sum, channel) => sum + (channel === null ? 0 : widthOf(channel.lately)), 0),
  };
}
