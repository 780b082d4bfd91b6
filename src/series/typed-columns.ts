// Columns that have a type, as DuckDB reads them from Parquet and SQL. In: the name of a type. Out: how its values become numbers,
// instants and text: the text that a CSV of the same content holds, so that what is told from text is told alike.
import type { DuckDBValue } from "@duckdb/node-api";
import { dayMs, dayNumber } from "./calendar.js";
import { formatStamp } from "./stamp.js";

/** A column of some rows. A missing cell is "" as text, and NaN otherwise. */
export interface TypedColumn {
  readonly kind: "number" | "instant" | "text";
  /** The type says where in time an instant is; else it is what a wall clock showed. */
  readonly hasOffset: boolean;
  /** @returns NaN also for a number that cannot be used, and in a column that holds none */
  number(row: number): number;
  /** @returns epoch milliseconds (of a wall clock: the instant at which it shows that time in UTC); NaN in a column that holds none */
  instant(row: number): number;
  text(row: number): string;
}

/** Some rows in their order. */
export interface ColumnBatch {
  readonly rowCount: number;
  /** Of the first of them, counted from 1. */
  readonly firstRow: number;
  /** [columns] undefined for one that is not read. */
  readonly columns: readonly (TypedColumn | undefined)[];
}

type Read = (value: DuckDBValue) => number;

interface Type {
  readonly kind: TypedColumn["kind"];
  readonly hasOffset?: true;
  readonly toNumber: Read;
  readonly toInstant: Read;
  readonly toText: (value: DuckDBValue) => string;
}

const none: Read = () => Number.NaN;

/** Whole numbers that a double does not hold exactly are refused, and so is what is infinite. */
const number: Read = (value) => {
  const read = Number(value);
  return typeof value === "bigint" ? (Number.isSafeInteger(read) ? read : Number.NaN) : finite(read);
};

/** Two whole numbers below 2^53 divide to the double that is nearest to the decimal, as if its text were read. */
const decimal: Read = (value) => {
  if (!isObject(value) || !("scale" in value)) return Number.NaN;
  const digits = Number(value.value);
  if (Number.isSafeInteger(digits)) return digits / 10 ** value.scale;
  return value.scale === 0 ? Number.NaN : Number(value.toString());
};

const days: Read = (value) => (isObject(value) && "days" in value ? withinYears(value.days * dayMs) : Number.NaN);
const seconds: Read = (value) =>
  isObject(value) && "seconds" in value ? withinYears(Number(value.seconds) * 1000) : Number.NaN;
const millis: Read = (value) => (isObject(value) && "millis" in value ? withinYears(Number(value.millis)) : Number.NaN);
const micros: Read = (value) =>
  isObject(value) && "micros" in value ? withinYears(floorDivide(value.micros, 1000n)) : Number.NaN;
const nanos: Read = (value) =>
  isObject(value) && "nanos" in value ? withinYears(floorDivide(value.nanos, 1_000_000n)) : Number.NaN;

const wholeType: Type = { kind: "number", toNumber: number, toInstant: none, toText: String };
const realType: Type = { ...wholeType, toText: (value) => realText(Number(value)) };
const textType: Type = { ...wholeType, kind: "text", toNumber: none };

const types: Readonly<Record<string, Type>> = {
  TINYINT: wholeType,
  SMALLINT: wholeType,
  INTEGER: wholeType,
  BIGINT: wholeType,
  HUGEINT: wholeType,
  UTINYINT: wholeType,
  USMALLINT: wholeType,
  UINTEGER: wholeType,
  UBIGINT: wholeType,
  UHUGEINT: wholeType,
  FLOAT: realType,
  DOUBLE: realType,
  DECIMAL: { ...wholeType, toNumber: decimal },
  DATE: instantType(days, (ms) => formatStamp({ kind: "date" }, "UTC", ms)),
  TIMESTAMP: instantType(micros, clockText),
  TIMESTAMP_S: instantType(seconds, clockText),
  TIMESTAMP_MS: instantType(millis, clockText),
  TIMESTAMP_NS: instantType(nanos, clockText),
  TIMESTAMP_TZ: { ...instantType(micros, (ms) => `${clockText(ms)}+00`), hasOffset: true },
  VARCHAR: textType,
  ENUM: textType,
  BOOLEAN: textType,
  UUID: textType,
  TIME: textType,
  SQLNULL: textType,
};

/** Whether the type's values can be used; a list or a struct is neither a number, a time nor a text. */
export function isReadable(typeName: string): boolean {
  return Object.hasOwn(types, typeName);
}

/** @param typeName the cells of one that is not readable are whatever DuckDB shows @param cell the value in a row; null when missing */
export function createTypedColumn(typeName: string, cell: (row: number) => DuckDBValue): TypedColumn {
  const { kind, hasOffset = false, toNumber, toInstant, toText } = types[typeName] ?? textType;
  const read = (convert: Read) => (row: number) => {
    const value = cell(row);
    return value === null ? Number.NaN : convert(value);
  };
  return {
    kind,
    hasOffset,
    number: read(toNumber),
    instant: read(toInstant),
    text(row) {
      const value = cell(row);
      return value === null ? "" : toText(value);
    },
  };
}

function instantType(toInstant: Read, write: (ms: number) => string): Type {
  const toText = (value: DuckDBValue) => {
    const ms = toInstant(value);
    if (!Number.isNaN(ms)) return write(ms);
    return isObject(value) && "isFinite" in value && !value.isFinite ? "infinity" : String(value);
  };
  return { kind: "instant", toNumber: none, toInstant, toText };
}

function clockText(ms: number): string {
  return formatStamp({ kind: "datetime", separator: " ", precision: "second", offset: "none" }, "UTC", ms);
}

/** A whole number that is written as a real one keeps its point, so that it is not taken for time. */
function realText(value: number): string {
  if (!Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e15 ? `${value}.0` : value.toExponential();
}

const firstMs = dayNumber(0, 1, 1) * dayMs;
const endMs = dayNumber(10_000, 1, 1) * dayMs;

/** NaN for infinity, and for years that ISO 8601 does not write with four digits. */
function withinYears(ms: number): number {
  return ms >= firstMs && ms < endMs ? ms : Number.NaN;
}

/** @param by its square is below 2^53 */
function floorDivide(value: bigint, by: bigint): number {
  const near = Number(value);
  if (Number.isSafeInteger(near)) return Math.floor(near / Number(by));
  const rest = value % by;
  return Number((value - (rest < 0n ? rest + by : rest)) / by);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

function isObject(value: DuckDBValue): value is Extract<DuckDBValue, object> {
  return typeof value === "object" && value !== null;
}
