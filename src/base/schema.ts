// Schemas: what a value from outside must look like. In: unknown values, from JSON or a flag. Out: typed ones, or where they do not
// fit and why. One definition gives the check and the type. Its calls and its words are those of zod, which
// test/base/schema.test.ts holds it to; zod itself takes longer to set up than a whole forecast may take.

import {
  ArraySchema,
  bounded,
  type Infer,
  type Issue,
  isArray,
  isBoolean,
  isInteger,
  isNumber,
  isObject,
  isString,
  type Literal,
  LiteralSchema,
  Mismatch,
  NumberSchema,
  type ObjectOf,
  ObjectSchema,
  parseAt,
  type Reader,
  Schema,
  type Shape,
  StringSchema,
  sized,
  type TupleOf,
  typed,
} from "./schema-kinds.js";

export type { Infer as infer, Reader } from "./schema-kinds.js";

const readNumber = typed("number", isNumber);

/** Finite. */
export function number(): NumberSchema {
  return new NumberSchema(readNumber);
}

/** Whole, and small enough for a number to hold it exactly. */
export function int(): NumberSchema {
  const readWhole = typed("int", isInteger);
  const largest = Number.MAX_SAFE_INTEGER;
  return new NumberSchema(bounded((given) => readWhole(readNumber(given)), -largest, largest, "int"));
}

export function string(): StringSchema {
  return new StringSchema(typed("string", isString));
}

export function boolean(): Schema<boolean> {
  return new Schema(typed("boolean", isBoolean));
}

export function literal<const V extends Literal>(value: V): LiteralSchema<V> {
  return new LiteralSchema(value);
}

function choice<const W extends string>(words: readonly W[]): Schema<W> {
  const is = (given: unknown): given is W => words.some((word) => word === given);
  return new Schema((given) => {
    if (is(given)) return given;
    throw new Mismatch(`Invalid option: expected one of ${quote(words, "|")}`);
  });
}

export function array<T>(item: Reader<T>): ArraySchema<T> {
  return new ArraySchema(item, typed("array", isArray));
}

export function tuple<const T extends readonly Reader<unknown>[]>(items: T): Schema<TupleOf<T>> {
  const read = sized(sized(typed("tuple", isArray), "array", items.length), "array", 0, items.length);
  return new Schema((given) => read(given).map((one, i) => parseAt(i, items[i]!, one)) as TupleOf<T>);
}

/** Refuses fields it does not know. */
export function strictObject<S extends Shape>(shape: S): ObjectSchema<S> {
  return objects(shape, (held) => refuseKeys(Object.keys(held).filter((key) => !Object.hasOwn(shape, key))));
}

function refuseKeys(keys: readonly string[]): void {
  if (keys.length > 0) throw new Mismatch(`Unrecognized key${keys.length > 1 ? "s" : ""}: ${quote(keys, ", ")}`);
}

function quote(words: readonly string[], separator: string): string {
  return words.map((word) => `"${word}"`).join(separator);
}

/** Leaves out fields it does not know. */
export function object<S extends Shape>(shape: S): ObjectSchema<S> {
  return objects(shape, () => {});
}

function objects<S extends Shape>(shape: S, checkRest: (held: object) => void): ObjectSchema<S> {
  const read = typed("object", isObject);
  const fields = Object.entries(shape);
  return new ObjectSchema(shape, (given) => {
    const held = read(given);
    const values: Record<string, unknown> = {};
    for (const [key, field] of fields) {
      if ("isOptional" in field && !Object.hasOwn(held, key)) continue;
      values[key] = parseAt(key, field, held[key]);
    }
    checkRest(held);
    return values as ObjectOf<S>;
  });
}

/** Any number of fields, all alike. */
export function record<K extends string, T>(key: Reader<K>, value: Reader<T>): Schema<Record<K, T>> {
  return partialRecord(key, value) as Schema<Record<K, T>>;
}

/** Some of the fields that `key` allows. */
export function partialRecord<K extends string, T>(key: Reader<K>, value: Reader<T>): Schema<Partial<Record<K, T>>> {
  const read = typed("record", isObject);
  return new Schema((given) => {
    const values: [K, T][] = [];
    const unknown: string[] = [];
    for (const [name, one] of Object.entries(read(given))) {
      const known = key.safeParse(name);
      if (known.success) values.push([known.data, parseAt(name, value, one)]);
      else unknown.push(name);
    }
    refuseKeys(unknown);
    return Object.fromEntries(values) as Partial<Record<K, T>>;
  });
}

/** The first option that fits. */
export function union<const O extends readonly Reader<unknown>[]>(options: O): Schema<Infer<O[number]>> {
  return new Schema((given) => {
    const limits: Issue[] = [];
    for (const option of options) {
      const outcome = option.safeParse(given);
      if (outcome.success) return outcome.data as Infer<O[number]>;
      if (outcome.issue instanceof Mismatch && outcome.issue.isLimit) limits.push(outcome.issue);
    }
    // An option that the value has the type of is the one that was meant.
    throw limits.length === 1 ? limits[0] : new Mismatch("Invalid input");
  });
}

/** The option whose literal at `key` is the value's. */
export function discriminatedUnion<const O extends readonly ObjectSchema<Shape>[]>(
  key: string,
  options: O,
): Schema<Infer<O[number]>> {
  const read = typed("object", isObject);
  const byLiteral = new Map(options.map((option) => [Object(option.shape[key]).value as unknown, option]));
  const expected = Array.from(byLiteral.keys(), (value) => `'${value}'`).join(" | ");
  const kind = new Schema((given) => {
    const option = byLiteral.get(given);
    if (option === undefined) throw new Mismatch(`Invalid discriminator value. Expected ${expected}`);
    return option;
  });
  return new Schema((given) => parseAt(key, kind, read(given)[key]).parse(given) as Infer<O[number]>);
}

/** Changes what is given before it is read. */
export function preprocess<T>(change: (given: unknown) => unknown, then: Reader<T>): Schema<T> {
  return new Schema((given) => then.parse(change(given)));
}

export { choice as enum };
