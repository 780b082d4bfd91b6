// The contract between a page and its own script, which a browser runs. In: nothing (types only).
import type { Cell } from "../../base/table.js";

export interface PageData {
  readonly horizon: number;
  /** IANA zone of the stamps; null when time is an integer. */
  readonly zone: string | null;
  /** How much of a stamp the data tell. */
  readonly precision: "month" | "day" | "minute";
  /** Instants of the steps of series; series of the same stamps share theirs. */
  readonly times: readonly PageTimes[];
  readonly series: readonly PageSeries[];
  /** Of many series, a row each; null of a single one. */
  readonly table: PageTable | null;
}

/** All of them, or the first, the step and the count. */
export type PageTimes = readonly number[] | { readonly from: number; readonly by: number; readonly count: number };

export interface PageSeries {
  readonly name: string;
  /** Where in `times` the values' are, and those of the horizon after them. */
  readonly time: number;
  /** null = unobserved */
  readonly y: readonly (number | null)[];
  /** Steps of `y` that stand out. */
  readonly outliers: readonly number[];
  readonly forecast: PagePath | null;
  readonly folds: readonly PagePath[];
  /** Steps that the two charts begin with. */
  readonly shown: { readonly forecast: number; readonly folds: number };
}

export interface PagePath {
  readonly from: number;
  readonly point: readonly (number | null)[];
  /** The widest first: percent, lower and upper end. */
  readonly bands: readonly (readonly [number, readonly (number | null)[], readonly (number | null)[]])[];
}

export interface PageTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** For each row the place in `series`; -1 for one that is not drawn. */
  readonly drawn: readonly number[];
}
