// Rows as they were read, by series, before any policy on gaps and repeats is applied: what the reader hands to `regularise`
// and `audit`. In: nothing (types).
import type { Covariate } from "./covariates.js";
import type { FrameColumns } from "./frame.js";
import type { TimeStyle } from "./stamp.js";

export interface RawSeries {
  readonly key: readonly string[];
  readonly target: string;
  /** [rows] instants (epoch milliseconds, or the integers), in the order of the input; shared between targets of one key. */
  readonly stamps: Float64Array;
  /** [rows] NaN = a missing cell. */
  readonly values: Float64Array;
  /** One for each of the data's covariates: [rows] NaN = a missing cell. */
  readonly covariates?: readonly Float64Array[];
}

export interface RawData {
  /** The sources, for messages: "sales.csv, stdin". */
  readonly name: string;
  readonly columns: FrameColumns;
  readonly timeStyle: TimeStyle;
  /** IANA zone that stamps without an offset were read in. */
  readonly zone: string;
  readonly series: readonly RawSeries[];
  readonly covariates?: readonly Covariate[];
  /** The flags that make one time of columns that hold its parts; undefined where there are none. */
  joinParts?(): string | undefined;
  /** Where a row of a series stood, for messages: "sales.csv line 12". */
  locate(series: RawSeries, row: number): string;
}
