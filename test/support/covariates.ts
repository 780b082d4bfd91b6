// Panels with something known beside their values. In: values, and covariates by name. Out: a frame.
import type { Covariate } from "../../src/series/covariates.js";
import type { Frame } from "../../src/series/frame.js";
import { dailyPanel } from "./panels.js";

export interface Column {
  readonly name: string;
  readonly kind: Covariate["kind"];
  readonly values: readonly number[] | Float64Array;
  readonly categories?: readonly string[];
}

/** One daily series from 2024-01-01 on. */
export function covariateFrame(values: readonly number[] | Float64Array, columns: readonly Column[]): Frame {
  const frame = dailyPanel(values);
  return {
    ...frame,
    covariates: columns.map(({ name, kind, categories }) => ({
      name,
      kind,
      categories: categories ?? null,
      place: null,
    })),
    series: [{ ...frame.series[0]!, covariates: columns.map((column) => Float64Array.from(column.values)) }],
  };
}
