// One line of NDJSON, strictly. In: bytes. Out: a JSON object, or an error that says what is wrong.
import { isUtf8 } from "node:buffer";
import { HindcastError, messageOf } from "../base/errors.js";
import { quoteText } from "../base/wording.js";

export type JsonObject = Readonly<Record<string, unknown>>;

const objectHint = 'one object a line, as {"id":"a","start":"2024-01-01","freq":"d","target":[1,2,null]}';

/** @throws HindcastError "data" */
export function parseJsonLine(bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw new HindcastError("data", "not UTF-8 text", "write the lines as UTF-8");
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = parseExact(text);
  } catch (thrown) {
    const hasNaN = /[[:,]\s*-?(?:NaN|Infinity)\b/.test(text);
    throw new HindcastError("data", `not JSON: ${messageOf(thrown)}`, hasNaN ? "null for a missing value" : objectHint);
  }
  if (!isJsonObject(value)) throw new HindcastError("data", `${quoteText(text)} is no JSON object`, objectHint);
  return value;
}

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** As JSON.parse has it, but that whole numbers which it would round are text: the digits of a long name are all of it. @throws SyntaxError */
export function parseExact(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!/\d{16}/.test(text)) return value;
  const isRounded = (token: string) => /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token));
  return JSON.parse(text.replace(tokens, (token) => (isRounded(token) ? `"${token}"` : token)));
}

/** Of two values under one key JSON.parse takes the last, in silence. @param bytes a line that could be parsed @throws HindcastError "data" */
export function refuseRepeatedKeys(bytes: Buffer): void {
  const repeated = findRepeatedKey(bytes.toString("utf8"));
  if (repeated !== undefined)
    throw new HindcastError("data", `the key ${quoteText(repeated)} stands twice`, "each key once");
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param text valid JSON */
function findRepeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "{") open.push(new Set());
    else if (character === "}") open.pop();
    else if (character === '"') {
      const from = i++;
      for (; text[i] !== '"'; i++) if (text[i] === "\\") i++;
      if (!isKeyEnd(text, i + 1)) continue;
      const key: string = JSON.parse(text.slice(from, i + 1));
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** Whether a colon comes next, which in JSON follows keys alone. */
function isKeyEnd(text: string, at: number): boolean {
  let i = at;
  while (text.charCodeAt(i) <= 32) i++;
  return text[i] === ":";
}
