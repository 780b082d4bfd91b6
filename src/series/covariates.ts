// What is known of series beside their values. In: nothing (types, a schema and small pure helpers). A covariate's values travel with
// each series, on its steps: see `Series.covariates`.
import * as z from "../base/schema.js";

export const covariateKinds = ["past", "future", "static"] as const;

export const covariateSchema = z.strictObject({
  /** Its column. */
  name: z.string(),
  /** Known so far; known ahead; constant for each series. */
  kind: z.enum(covariateKinds),
  /** What its values are indexes into, by first appearance; null for numbers. */
  categories: z.array(z.string()).readonly().nullable(),
  /** Of holidays, which are reckoned and not read: the country or region; null for a column. */
  place: z.string().nullable(),
});
export type Covariate = Readonly<z.infer<typeof covariateSchema>>;

/** Categories that a column may have: each becomes an input of its own. */
export const categoryLimit = 64;

/** Whether its values have to be given for steps that are still to come. */
export function isGivenAhead({ kind, place }: Covariate): boolean {
  return kind === "future" && place === null;
}
