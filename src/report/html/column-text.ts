// Numbers of a column as text, all with the same decimals, so that they can be compared down the column. In: the column's cells. Out: a
// function from a number to text. The page's own script uses it too.
import type { Cell } from "../../base/table.js";

const digits = 4;
const mostDecimals = 6;

/** Four digits of the number in the middle, none of whole numbers. */
export function columnText(cells: readonly Cell[]): (value: number) => string {
  const sizes = cells
    .filter((cell) => typeof cell === "number" && cell !== 0)
    .map((cell) => Math.abs(Number(cell)))
    .sort((a, b) => a - b);
  const middle = sizes[sizes.length >> 1] ?? 1;
  const isWhole = sizes.every(Number.isInteger);
  const decimals = isWhole ? 0 : Math.min(mostDecimals, Math.max(0, digits - 1 - Math.floor(Math.log10(middle))));
  return (value) => {
    const fixed = Math.abs(value) >= 1e15 ? value.toExponential(digits - 1) : value.toFixed(decimals);
    // A number too small for the column's decimals is no 0.
    const shown = Number(fixed) === 0 && value !== 0 ? value.toPrecision(2) : fixed;
    return shown.replace("-", "−");
  };
}
