// The choices of normalisation, as data. Parsed from flags and from a saved model; everything in `scale/` is driven by it.
import * as z from "../base/schema.js";

export const scaleModes = ["window", "series", "global", "none"] as const;
export const scalerNames = ["standard", "minmax", "robust", "mean", "last", "none"] as const;
export const transformNames = ["none", "log1p", "boxcox", "auto"] as const;

export const scaleConfigSchema = z.strictObject({
  /** What a scaler is fitted on: each window's own past, each series' past, all series together, or nothing. */
  scale: z.enum(scaleModes),
  scaler: z.enum(scalerNames),
  transform: z.enum(transformNames),
  /** Lag of the difference taken after the transform; 0 for none. */
  difference: z.int().min(0),
  /** Subtract each series' own seasonal indices (additive, after the transform). */
  deseasonalize: z.boolean(),
  /** Season in steps, for `deseasonalize` and for the stretches that transforms are fitted on; 1 for none. */
  season: z.int().min(1),
});

export type ScaleConfig = z.infer<typeof scaleConfigSchema>;
