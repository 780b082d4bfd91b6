// What the last layer says of each step, as data: which head, and what it was fitted to. In: nothing. Out: a schema, its type.
import * as z from "../../base/schema.js";

/** Paths that a recursive forecast draws; absent where all steps are told at once. */
const sampleCount = z.int().min(2).max(100_000).optional();

export const headConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("quantile"), sampleCount }),
  z.strictObject({ kind: z.literal("gaussian"), sampleCount }),
  z.strictObject({ kind: z.literal("student-t"), sampleCount }),
  z.strictObject({ kind: z.literal("negbin"), sampleCount }),
  z.strictObject({
    kind: z.literal("bins"),
    /** N */
    count: z.int().min(2).max(1024),
    /** [N + 1] ends of the bins, ascending, on the scaled target; empty until they are fitted. */
    edges: z.array(z.number()).readonly(),
    /** [N] what stands for a bin: the mean of the targets in it. */
    values: z.array(z.number()).readonly(),
    sampleCount,
  }),
]);

export type HeadConfig = Readonly<z.infer<typeof headConfigSchema>>;
export type BinsConfig = Extract<HeadConfig, { readonly kind: "bins" }>;
