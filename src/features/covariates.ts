// Covariates as channels. In: a frame with covariates. Out: which channels there are, told from what is known by the frame's end,
// and their numbers for each step; a category is a channel that is 1 where it holds.
import { HindcastError } from "../base/errors.js";
import * as z from "../base/schema.js";
import { covariateKinds } from "../series/covariates.js";
import type { Frame, Series } from "../series/frame.js";

export const covariateColumnSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(covariateKinds),
  /** Ascending, those seen; any other is none of them. null for numbers. */
  categories: z.array(z.string()).readonly().nullable(),
  /** A channel more, which is 1 where a number is missing. */
  gapIndicator: z.boolean(),
});
export type CovariateColumn = Readonly<z.infer<typeof covariateColumnSchema>>;

/** How a number becomes a channel: (value − offset) / spread. */
export interface CovariateScale {
  readonly name: string;
  readonly affine: { readonly offset: number; readonly spread: number };
}

/** Scaled numbers stay within this, so that a stray one is large and no more. */
const scaledLimit = 10;

/** Those known ahead first. What lies past the end of a series is not looked at. */
export function chooseCovariates(frame: Frame): CovariateColumn[] {
  const columns = (frame.covariates ?? []).map(({ name, kind, categories }, c): CovariateColumn => {
    const known = frame.series.map((series) => knownValues(series, c));
    if (categories === null)
      return { name, kind, categories, gapIndicator: known.some((values) => values.some(Number.isNaN)) };
    const seen = new Set<number>();
    for (const values of known) for (const value of values) if (!Number.isNaN(value)) seen.add(value);
    return { name, kind, categories: [...seen].map((value) => categories[value]!).sort(), gapIndicator: false };
  });
  const isAhead = ({ kind }: CovariateColumn) => kind === "future";
  return [...columns.filter(isAhead), ...columns.filter((column) => !isAhead(column))];
}

/** A covariate's values as far as its series is known. */
export function knownValues({ values, covariates }: Series, c: number): Float64Array {
  return covariates![c]!.subarray(0, values.length);
}

/** Channels of one column. */
export function columnWidth({ categories, gapIndicator }: CovariateColumn): number {
  return (categories?.length ?? 1) + (gapIndicator ? 1 : 0);
}

export function covariateWidth(columns: readonly CovariateColumn[]): number {
  return columns.reduce((width, column) => width + columnWidth(column), 0);
}

/** The first channels of a step: those of the columns known ahead. */
export function aheadWidth(columns: readonly CovariateColumn[]): number {
  return covariateWidth(columns.filter(({ kind }) => kind === "future"));
}

/**
 * The channels of the first `length` steps of a series. A missing number is the one before it, and before the first of all the
 * mean: what a step says rests on nothing after it.
 * @returns [length × covariateWidth], row-major, never NaN
 * @throws HindcastError "data" when the frame lacks a column
 */
export function covariateChannels(
  frame: Frame,
  series: Series,
  columns: readonly CovariateColumn[],
  scales: readonly CovariateScale[],
  length: number,
): Float32Array {
  const width = covariateWidth(columns);
  const channels = new Float32Array(length * width);
  let first = 0;
  for (const column of columns) {
    const c = frame.covariates?.findIndex(({ name }) => name === column.name) ?? -1;
    if (c < 0)
      throw new HindcastError(
        "data",
        `the data have no ${column.name}, which the model was trained with`,
        `give data with a column ${column.name}`,
      );
    const values = series.covariates![c]!;
    const at = column.kind === "static" ? () => values[0]! : (t: number) => values[t] ?? Number.NaN;
    if (column.categories !== null) {
      const place = (frame.covariates![c]!.categories ?? []).map((category) => column.categories!.indexOf(category));
      for (let t = 0; t < length; t++) {
        const channel = place[at(t)] ?? -1;
        if (channel >= 0) channels[t * width + first + channel] = 1;
      }
    } else {
      const { offset, spread } = scales.find(({ name }) => name === column.name)!.affine;
      let scaled = 0;
      for (let t = 0; t < length; t++) {
        const value = at(t);
        if (!Number.isNaN(value)) scaled = Math.max(-scaledLimit, Math.min(scaledLimit, (value - offset) / spread));
        else if (column.gapIndicator) channels[t * width + first + 1] = 1;
        channels[t * width + first] = scaled;
      }
    }
    first += columnWidth(column);
  }
  return channels;
}

/** Categories of a frame that a model has no channel for. @returns "weather storm", … */
export function unknownCategories(frame: Frame, columns: readonly CovariateColumn[]): string[] {
  return (frame.covariates ?? []).flatMap(({ name, categories }, c) => {
    const known = columns.find((column) => column.name === name)?.categories;
    if (known === undefined || known === null || categories === null) return [];
    const unknown = categories.flatMap((category, value) => (known.includes(category) ? [] : [value]));
    return unknown
      .filter((value) => frame.series.some(({ covariates }) => covariates![c]!.includes(value)))
      .map((value) => `${name} ${categories[value]}`);
  });
}
