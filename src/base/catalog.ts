// A named set of interchangeable parts (scalers, metrics, formats, …). In: entries by name. Out: look-up that fails with the
// names there are. The names feed the flags' choices, so nothing is listed twice.
import { HindcastError } from "./errors.js";

export interface Catalog<T, Name extends string = string> {
  readonly kind: string;
  readonly names: readonly Name[];
  has(name: string): name is Name;
  /** @throws HindcastError "usage" naming the choices when there is no such entry */
  get(name: string): T;
}

/** @param kind what an entry is, as a user would call it, for the error message */
export function catalog<T, Name extends string>(kind: string, entries: Readonly<Record<Name, T>>): Catalog<T, Name> {
  const map = new Map<string, T>(Object.entries(entries) as [Name, T][]);
  const names = Object.keys(entries) as Name[];
  return {
    kind,
    names,
    has: (name): name is Name => map.has(name),
    get(name) {
      const entry = map.get(name);
      if (entry === undefined)
        throw new HindcastError("usage", `there is no ${kind} "${name}"`, `one of: ${names.join(", ")}`);
      return entry;
    },
  };
}
