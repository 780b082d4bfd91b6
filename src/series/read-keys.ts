// Series keys while rows stream in. In: the cells of a row. Out: the number of its series, by first appearance; any text is a key,
// `__proto__` too. Rows of a series mostly follow one another, so the last key is compared first.
import { HindcastError } from "../base/errors.js";
import { suggest } from "../base/suggest.js";
import { listNames, quoteNames, quoteText } from "../base/wording.js";
import type { Frame, Series } from "./frame.js";

export interface KeyTable {
  /** [series] of [ids] */
  readonly keys: readonly (readonly string[])[];
  /** @returns −1 for a series that is not asked for */
  ownerOf(cells: readonly string[]): number;
  /** @throws HindcastError "usage" for a series asked for that was never seen */
  finish(): void;
}

/** @param only keys to keep, several ids joined by "/"; all when undefined */
export function createKeyTable(ids: readonly number[], only: readonly string[] | undefined): KeyTable {
  const keys: string[][] = [];
  const owners = new Map<string, number>();
  const wanted = only === undefined ? undefined : new Set(only);
  const seen = new Set<string>();
  let last: string | undefined;
  let lastOwner = 0;

  const addKey = (cells: readonly string[]) => {
    const key = ids.map((id) => cells[id]!);
    const name = key.join("/");
    if (wanted !== undefined) seen.add(name);
    return wanted?.has(name) === false ? -1 : keys.push(key) - 1;
  };
  const textOf = ids.length === 1 ? (cells: readonly string[]) => cells[ids[0]!]! : joinCells(ids);
  return {
    keys,
    ownerOf(cells) {
      const text = textOf(cells);
      if (text === last) return lastOwner;
      let owner = owners.get(text);
      if (owner === undefined) {
        owner = addKey(cells);
        owners.set(text, owner);
      }
      last = text;
      lastOwner = owner;
      return owner;
    },
    finish() {
      for (const name of only ?? []) if (!seen.has(name)) throw noSuchSeries(name, [...seen]);
    },
  };
}

/** Lengths keep ("a", "bc") and ("ab", "c") apart. */
function joinCells(ids: readonly number[]): (cells: readonly string[]) => string {
  return (cells) => {
    let text = "";
    for (const id of ids) text += `${cells[id]!.length}:${cells[id]}`;
    return text;
  };
}

/** Those of a frame's series that --only names. @throws HindcastError "usage" for a name that none has */
export function keepSeries(frame: Frame, only: readonly string[]): Frame {
  if (frame.columns.ids.length === 0) throw onlyOne();
  const nameOf = ({ key }: Series) => key.join("/");
  const names = frame.series.map(nameOf);
  for (const name of only) if (!names.includes(name)) throw noSuchSeries(name, names);
  return { ...frame, series: frame.series.filter((series) => only.includes(nameOf(series))) };
}

export function onlyOne(): HindcastError {
  return new HindcastError("usage", "--only: the data are a single series", "--id COL if there are several");
}

export function noSuchSeries(name: string, names: readonly string[]): HindcastError {
  const near = suggest(name, names.slice(0, 10_000));
  return new HindcastError(
    "usage",
    `--only: there is no series ${quoteText(name)}`,
    near === undefined ? `one of: ${listNames(names)}` : `--only ${quoteNames([near])}`,
  );
}
