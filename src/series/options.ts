// How data are read, as plain options. In: nothing. Out: the choices (which feed the flags), the options' type and the defaults.

export const aggregations = ["mean", "sum", "first", "last", "min", "max"] as const;
export type Aggregation = (typeof aggregations)[number];

export const missingPolicies = ["mask", "interpolate", "ffill", "zero", "mean", "error"] as const;
export type MissingPolicy = (typeof missingPolicies)[number];

export const inputFormats = ["csv", "tsv", "ndjson", "parquet"] as const;
export type InputFormat = (typeof inputFormats)[number];

export const dateOrders = ["dmy", "mdy", "ymd"] as const;
export type DateOrder = (typeof dateOrders)[number];

export const decimalMarks = [".", ","] as const;
export type DecimalMark = (typeof decimalMarks)[number];

/** How the text of a file becomes cells. */
export interface TextOptions {
  /** By the file's extension, or else csv. */
  readonly inputFormat?: InputFormat | undefined;
  /** One character; sniffed when absent. */
  readonly delimiter?: string | undefined;
  /** A label of the WHATWG Encoding Standard. */
  readonly encoding: string;
  /** The first row names the columns; without, they are called 1, 2, 3, … */
  readonly header: boolean;
  readonly decimal: DecimalMark;
  /** One character between groups of three digits; none when absent. */
  readonly thousands?: string | undefined;
}

/** SQL that is read instead of files. */
export interface QueryOptions {
  readonly sql?: string | undefined;
  /** Path of a DuckDB database. */
  readonly database?: string | undefined;
}

/** Everything under "Reading data" of the command line. Absent columns are found by name, then by content. */
export interface ReadOptions extends TextOptions, QueryOptions {
  readonly time?: string | undefined;
  readonly targets?: readonly string[] | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Columns known so far, known ahead, and constant per series. */
  readonly past?: readonly string[] | undefined;
  readonly future?: readonly string[] | undefined;
  readonly static?: readonly string[] | undefined;
  /** Countries, and regions as US-CA, whose public holidays are known ahead. */
  readonly holidays?: readonly string[] | undefined;
  /** Which columns of covariates hold text; told from their cells when absent. */
  readonly textColumns?: readonly string[] | undefined;
  /** A column per series. */
  readonly wide: boolean;
  /** As written after --freq; inferred when absent. */
  readonly freq?: string | undefined;
  /** In which dates that are not in ISO 8601 are written; there are none when absent. */
  readonly dateOrder?: DateOrder | undefined;
  /** IANA zone of stamps that carry no offset. */
  readonly tz: string;
  /** For repeated stamps, and for a `freq` coarser than the data; without it, repeated stamps are an error. */
  readonly aggregate?: Aggregation | undefined;
  readonly missing: MissingPolicy;
  /** Stamps as text; both ends are kept. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Keys of the series to keep, several id columns joined by "/". */
  readonly only?: readonly string[] | undefined;
}

export const defaultReadOptions: ReadOptions = {
  wide: false,
  tz: "UTC",
  missing: "mask",
  decimal: ".",
  encoding: "utf-8",
  header: true,
};
