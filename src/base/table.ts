// A result before it is text. In: rows from any stage. Out: the same for every format in `formats`.

export type Cell = string | number | boolean | null;

export interface Table {
  /** "forecast", "score", "prediction", …: the `type` of each JSON record. */
  readonly type: string;
  readonly columns: readonly string[];
  /** One cell per column. null is an empty cell; a number is always finite. */
  readonly rows: Iterable<readonly Cell[]>;
  /** Columns that a screen too narrow for all may leave out, the first one first. Files and pipes get every column. */
  readonly spare?: readonly string[];
}
