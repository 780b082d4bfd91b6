// Columns of the fixtures, read without the program's own reader.
import { readFileSync } from "node:fs";

/** @param column from 0; cells that are not numbers become NaN */
export function fixtureColumn(name: string, column: number): Float64Array {
  const text = readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8");
  return Float64Array.from(text.trim().split("\n").slice(1), (line) => Number(line.split(",")[column]));
}
