// The text of a settings file as data. In: JSON, YAML or TOML. Out: a value, and the lines of its keys. It brings the parsers, so it
// is loaded only where there is such a file.
import { parse } from "smol-toml";
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import { HindcastError, messageOf } from "../base/errors.js";

export interface ParsedConfig {
  readonly root: unknown;
  /** Line of the key at the end of `path`, where the parser tells it. */
  lineOf(path: readonly string[]): number | undefined;
}

/**
 * @param shown the file, as messages call it
 * @throws HindcastError "usage" when it cannot be parsed
 */
export function parseConfig(text: string, shown: string, extension: string): ParsedConfig {
  try {
    return extension === ".toml" ? { root: parse(text), lineOf: () => undefined } : parseYaml(text, extension);
  } catch (error) {
    throw unparsable(shown, error);
  }
}

/** JSON is read by the same parser, in its strict JSON schema, because that one knows lines. @throws Error */
function parseYaml(text: string, extension: string): ParsedConfig {
  const lineCounter = new LineCounter();
  const schema = extension === ".json" ? "json" : "core";
  // Its warnings would be noise: what they are about is refused as a setting that there is not.
  const document = parseDocument(text, { lineCounter, schema, logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  const root: unknown = document.toJS({ maxAliasCount: 100 });
  if (holdsItself(root)) throw new Error("an alias refers to what it stands in");
  return {
    root,
    lineOf(path) {
      const parent = document.getIn(path.slice(0, -1), true) ?? document.contents;
      const pair = isMap(parent)
        ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1))
        : undefined;
      const start = pair !== undefined && isNode(pair.key) ? pair.key.range?.[0] : undefined;
      return start === undefined ? undefined : lineCounter.linePos(start).line;
    },
  };
}

/** @param around what the value stands in */
function holdsItself(value: unknown, around = new Set<unknown>()): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (around.has(value)) return true;
  around.add(value);
  const holds = Object.values(value).some((part) => holdsItself(part, around));
  around.delete(value);
  return holds;
}

function unparsable(shown: string, error: unknown): HindcastError {
  const message = messageOf(error).split("\n")[0]!.replace(/:$/, "");
  return new HindcastError("usage", `${shown} cannot be parsed: ${message}`, "mend the file, or leave it out");
}
