// Inputs out of other inputs. In: bytes, and what else there is to take from. Out: bytes that differ a little, or a lot. Everything is
// drawn from the given stream, so that a seed tells a whole campaign.
import type { Random } from "../../src/base/random.js";
import { getAt, hostileValues, placesOf, setAt } from "../support/hostile-json.js";

/** "json": documents, also changed as such; "text": lines, also changed as such. */
export type Form = "bytes" | "text" | "json";

export const maxInputBytes = 65_536;

/** Bytes that parsers look for. */
const signs = Buffer.from(
  "\0\t\n\r \"'#%&()*+,-./0123456789:;<=>?@[\\]^_`{|}~aeEnNTZ\x7f\x80\xbf\xc3\xef\xff",
  "latin1",
);
const hostileNumbers = [
  ...["0", "-0", "-1", "1e308", "1e309", "-1e308", "5e-324", "0.1", "NaN", "Infinity", "9007199254740993", "1e1000"],
  ...["2147483648", "4294967296", "00", "1_000", "0x10", "١", "1.", ".5", "1e", "+1", "--1", "1,5"],
];
const hostileWords = [
  ...[
    "__proto__",
    "constructor",
    "toString",
    "../..",
    "\u2028",
    "\ufeff",
    "\u0000",
    "null",
    "true",
    "[]",
    "{}",
    '"',
    "\r\n",
  ],
  ...["2024-02-30", "0000-01-01", "9999-12-31", "-271821-04-20", "275760-09-13", "2024-03-31T02:30", "24:00", "+99:99"],
  ...["=1+1", "@SUM(A1)", "🙂", "e\u0301", "\ud800", "a".repeat(300)],
];

export interface Mutator {
  /** @param others to splice in */
  mutate(input: Uint8Array, others: readonly Uint8Array[]): Uint8Array;
}

/** @param words that inputs of this kind are made of */
export function createMutator(random: Random, form: Form, words: readonly string[]): Mutator {
  const pick = <T>(from: ArrayLike<T>): T => from[random.integer(from.length)]!;
  const at = (bytes: Uint8Array) => random.integer(bytes.length + 1);
  /** A range, mostly a short one. */
  const range = (bytes: Uint8Array): [number, number] => {
    const from = at(bytes);
    const most = random.uniform() < 0.8 ? 16 : bytes.length;
    return [from, Math.min(bytes.length, from + random.integer(most + 1))];
  };
  const replace = (bytes: Uint8Array, from: number, to: number, by: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

  const ofBytes: ((bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array)[] = [
    (bytes) => {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed[random.integer(changed.length)]! ^= 1 << random.integer(8);
      return changed;
    },
    (bytes) => {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed[random.integer(changed.length)] = pick(signs);
      return changed;
    },
    (bytes) => bytes.subarray(0, at(bytes)),
    (bytes) => replace(bytes, ...range(bytes), Buffer.alloc(0)),
    (bytes) => {
      const place = at(bytes);
      return replace(bytes, place, place, Buffer.of(pick(signs)));
    },
    (bytes) => {
      const place = at(bytes);
      return replace(bytes, place, place, bytes.subarray(...range(bytes)));
    },
    (bytes) => {
      const place = at(bytes);
      const part = bytes.subarray(...range(bytes));
      return replace(bytes, place, place, Buffer.concat(Array.from({ length: 1 + random.integer(200) }, () => part)));
    },
    (bytes, others) => replace(bytes, ...range(bytes), others.length > 0 ? pickRange(pick(others)) : Buffer.alloc(0)),
  ];
  const pickRange = (bytes: Uint8Array) => bytes.subarray(...range(bytes));
  const ofText: typeof ofBytes = [
    (bytes) => {
      const place = at(bytes);
      const word = random.uniform() < 0.7 && words.length > 0 ? pick(words) : pick(hostileWords);
      return replace(bytes, place, place, Buffer.from(word));
    },
    (bytes) => replaceMatch(bytes, /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, () => pick(hostileNumbers)),
    (bytes) => replaceMatch(bytes, /[^\s,;:"{}[\]=]+/g, () => (words.length > 0 ? pick(words) : pick(hostileWords))),
    (bytes) =>
      replaceMatch(bytes, /[^\n]+\n?|\n/g, (line) => pick(["", `${line}${line}`, `\n${line}`, line.trimEnd()])),
    (bytes) => {
      const lines = Buffer.from(bytes).toString("latin1").split("\n");
      const [a, b] = [random.integer(lines.length), random.integer(lines.length)];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
      return Buffer.from(lines.join("\n"), "latin1");
    },
  ];
  function replaceMatch(bytes: Uint8Array, pattern: RegExp, by: (found: string) => string): Uint8Array {
    const text = Buffer.from(bytes).toString("latin1");
    const found = Array.from(text.matchAll(pattern));
    if (found.length === 0) return bytes;
    const { index, 0: match } = pick(found);
    return replace(bytes, index, index + match.length, Buffer.from(by(match)));
  }
  const ofJson = (bytes: Uint8Array): Uint8Array | undefined => {
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(bytes).toString("utf8"));
    } catch {
      return undefined;
    }
    const places = placesOf(json).filter(({ length }) => length > 0);
    if (places.length === 0) return Buffer.from(pick(hostileValues));
    const place = pick(places);
    const kind = random.integer(4);
    if (kind === 0) setAt(json, place, getAt(json, pick(places)));
    else if (kind === 1) delete (getAt(json, place.slice(0, -1)) as Record<string, unknown>)[place.at(-1)!];
    else if (kind === 2) setAt(json, [...place.slice(0, -1), pick([...words, "__proto__"])], getAt(json, place));
    else setAt(json, place, JSON.parse(pick(hostileValues)));
    try {
      return Buffer.from(JSON.stringify(json));
    } catch {
      // A document that holds itself.
      return undefined;
    }
  };
  return {
    mutate(input, others) {
      let bytes = input;
      for (let count = 1 + random.integer(4); count > 0; count--) {
        const asDocument = form === "json" && random.uniform() < 0.7 ? ofJson(bytes) : undefined;
        const changes = form === "bytes" || random.uniform() < 0.4 ? ofBytes : ofText;
        bytes = (asDocument ?? pick(changes)(bytes, others)).subarray(0, maxInputBytes);
      }
      return bytes;
    },
  };
}

/** The words of some inputs, each once, for a mutator to use. */
export function wordsOf(inputs: readonly Uint8Array[]): string[] {
  const words = new Set<string>();
  for (const input of inputs)
    for (const [word] of Buffer.from(input)
      .toString("utf8")
      .matchAll(/[\w.+-]{1,40}/g))
      words.add(word);
  return [...words].slice(0, 500);
}
