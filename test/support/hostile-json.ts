// Values that no writer of ours would write, and where in a document to put them. In: parsed JSON. Out: its places; the same document
// with another value at one of them.

export type Json = Record<string, unknown>;
export type Place = readonly string[];

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** As text, for a `__proto__` in it to be a key. */
export const hostileValues: readonly string[] = [
  ...["0", "-1", "0.5", "-0", "1e308", "5e-324", "1e6", "2147483648", "4294967297", "1e15", "9007199254740991"],
  ...['""', '"\\u0000"', '"../../outside"', '"__proto__"', '"constructor"', "null", "true", "[]", "{}", "[1e15]"],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', nested(500)],
  JSON.stringify("x".repeat(10_000)),
];

/** Of arrays, which may be long, the first entry. */
export function placesOf(json: unknown, at: Place = []): Place[] {
  if (typeof json !== "object" || json === null) return [at];
  const inner = Object.entries(json).filter(([key]) => !(Number(key) > 0));
  return [...(at.length > 0 ? [at] : []), ...inner.flatMap(([key, value]) => placesOf(value, [...at, key]))];
}

export function getAt(json: unknown, place: Place): unknown {
  return place.reduce((held, key) => (held as Json)[key], json);
}

/** Also under a key such as `__proto__`, which an assignment would not make one. */
export function setAt(json: unknown, place: Place, value: unknown): void {
  const parent = getAt(json, place.slice(0, -1)) as Json;
  Object.defineProperty(parent, place.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
}
