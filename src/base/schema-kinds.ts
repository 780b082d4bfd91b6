// What schemas are made of: the kinds there are, with the limits each can be given, and how a mismatch is told. In: a function
// that reads a value. Out: a schema, for the builders in schema.ts.

export interface Issue {
  /** Keys and indices from the whole to what does not fit. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type Outcome<T> =
  | { readonly success: true; readonly data: T }
  /** The first thing that does not fit. */
  | { readonly success: false; readonly issue: Issue };

/** What a schema is to those that hold it. */
export interface Reader<T> {
  /** @throws Mismatch */
  parse(given: unknown): T;
  safeParse(given: unknown): Outcome<T>;
}

type Read<T> = (given: unknown) => T;
export type Infer<S> = S extends Reader<infer T> ? T : never;
export type Literal = string | number | boolean;
export type Shape = Readonly<Record<string, Reader<unknown>>>;
type OptionalKey<S extends Shape> = { [K in keyof S]: S[K] extends { readonly isOptional: true } ? K : never }[keyof S];
type Fields<S extends Shape> = { [K in Exclude<keyof S, OptionalKey<S>>]: Infer<S[K]> } & {
  [K in OptionalKey<S>]?: Infer<S[K]>;
};
export type ObjectOf<S extends Shape> = { [K in keyof Fields<S>]: Fields<S>[K] };
export type TupleOf<T extends readonly Reader<unknown>[]> = { -readonly [I in keyof T]: Infer<T[I]> };

export class Mismatch extends Error implements Issue {
  readonly path: (string | number)[] = [];
  /** Of the right type, and outside a limit. */
  readonly isLimit: boolean;

  constructor(message: string, isLimit = false) {
    super(message);
    this.isLimit = isLimit;
  }
}

export function parseAt<T>(key: string | number, part: Reader<T>, given: unknown): T {
  try {
    return part.parse(given);
  } catch (thrown) {
    if (thrown instanceof Mismatch) thrown.path.unshift(key);
    throw thrown;
  }
}

/** A class, and those below, because objects that bring their methods take long to make in such numbers. */
export class Schema<T> implements Reader<T> {
  readonly parse: Read<T>;

  constructor(parse: Read<T>) {
    this.parse = parse;
  }

  safeParse(given: unknown): Outcome<T> {
    try {
      return { success: true, data: this.parse(given) };
    } catch (thrown) {
      if (thrown instanceof Mismatch) return { success: false, issue: thrown };
      throw thrown;
    }
  }

  nullable(): Schema<T | null> {
    return new Schema((given) => (given === null ? null : this.parse(given)));
  }

  /** For a field that may be absent. */
  optional(): OptionalSchema<T> {
    return new OptionalSchema((given) => (given === undefined ? undefined : this.parse(given)));
  }

  readonly(): Schema<Readonly<T>> {
    return new Schema<Readonly<T>>(this.parse);
  }

  /** What `convert` throws is thrown as it is. */
  transform<U>(convert: (value: T) => U): Schema<U> {
    return new Schema((given) => convert(this.parse(given)));
  }
}

export class OptionalSchema<T> extends Schema<T | undefined> {
  readonly isOptional = true;
}

export class NumberSchema extends Schema<number> {
  min(limit: number): NumberSchema {
    return new NumberSchema(bounded(this.parse, limit, Number.POSITIVE_INFINITY));
  }

  max(limit: number): NumberSchema {
    return new NumberSchema(bounded(this.parse, Number.NEGATIVE_INFINITY, limit));
  }

  gt(limit: number): NumberSchema {
    const message = `Too small: expected number to be >${limit}`;
    return new NumberSchema(limited(this.parse, (value) => value > limit, message));
  }

  positive(): NumberSchema {
    return this.gt(0);
  }
}

export class StringSchema extends Schema<string> {
  min(length: number): StringSchema {
    return new StringSchema(sized(this.parse, "string", length));
  }

  length(length: number): StringSchema {
    return new StringSchema(sized(this.parse, "string", length, length));
  }

  regex(pattern: RegExp): StringSchema {
    const message = `Invalid string: must match pattern ${pattern}`;
    return new StringSchema(limited(this.parse, (text) => pattern.test(text), message));
  }
}

export class ArraySchema<T> extends Schema<T[]> {
  readonly item: Reader<T>;
  readonly read: Read<unknown[]>;

  constructor(item: Reader<T>, read: Read<unknown[]>) {
    super((given) => read(given).map((one, i) => parseAt(i, item, one)));
    this.item = item;
    this.read = read;
  }

  min(length: number): ArraySchema<T> {
    return new ArraySchema(this.item, sized(this.read, "array", length));
  }

  max(length: number): ArraySchema<T> {
    return new ArraySchema(this.item, sized(this.read, "array", 0, length));
  }

  length(length: number): ArraySchema<T> {
    return new ArraySchema(this.item, sized(this.read, "array", length, length));
  }
}

export class LiteralSchema<V extends Literal> extends Schema<V> {
  readonly value: V;

  constructor(value: V) {
    super((given) => {
      if (given === value) return value;
      throw new Mismatch(`Invalid input: expected ${JSON.stringify(value)}`);
    });
    this.value = value;
  }
}

export class ObjectSchema<S extends Shape> extends Schema<ObjectOf<S>> {
  readonly shape: S;

  constructor(shape: S, read: Read<ObjectOf<S>>) {
    super(read);
    this.shape = shape;
  }
}

/** The same, refusing what `isRight` does not hold for. */
function limited<T>(read: (given: unknown) => T, isRight: (value: T) => boolean, message: string) {
  return (given: unknown): T => {
    const value = read(given);
    if (isRight(value)) return value;
    throw new Mismatch(message, true);
  };
}

export function typed<T>(expected: string, is: (given: unknown) => given is T): (given: unknown) => T {
  return (given) => {
    if (is(given)) return given;
    throw new Mismatch(`Invalid input: expected ${expected}, received ${typeName(given)}`);
  };
}

function typeName(given: unknown): string {
  if (given === null) return "null";
  if (typeof given === "number" && !Number.isFinite(given)) return String(given);
  return Array.isArray(given) ? "array" : typeof given;
}

export const isNumber = (given: unknown): given is number => Number.isFinite(given);
export const isInteger = (given: unknown): given is number => Number.isInteger(given);
export const isString = (given: unknown): given is string => typeof given === "string";
export const isBoolean = (given: unknown): given is boolean => typeof given === "boolean";
export const isArray = (given: unknown): given is unknown[] => Array.isArray(given);
export const isObject = (given: unknown): given is Record<string, unknown> =>
  typeof given === "object" && given !== null && !Array.isArray(given);

/** The same, refusing what is outside. */
export function bounded(read: Read<number>, least: number, most: number, name = "number"): Read<number> {
  const large = limited(read, (value) => value >= least, `Too small: expected ${name} to be >=${least}`);
  return limited(large, (value) => value <= most, `Too big: expected ${name} to be <=${most}`);
}

const units = { string: "characters", array: "items" } as const;

/** The same, refusing what is shorter than `least` or longer than `most`. */
export function sized<T extends { readonly length: number }>(
  read: (given: unknown) => T,
  noun: keyof typeof units,
  least: number,
  most = Number.POSITIVE_INFINITY,
) {
  const length = least === most ? `exactly ${least}` : least > 0 ? `>=${least}` : `<=${most}`;
  const allowed = `expected ${noun} to have ${length} ${units[noun]}`;
  const long = limited(read, (value) => value.length >= least, `Too small: ${allowed}`);
  return limited(long, (value) => value.length <= most, `Too big: ${allowed}`);
}
