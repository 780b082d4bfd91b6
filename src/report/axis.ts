// What stands beside and below a plot. In: the range of the values, or texts with where they want to stand. Out: round numbers, and
// a line of text in which nothing overlaps.
import { textWidth } from "./width.js";

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** The multiples of 1, 2 or 5 times a power of ten in [min, max]: at most `most`, but two at least. @param min below `max` */
export function roundTicks(min: number, max: number, most: number): Tick[] {
  const power = Math.floor(Math.log10(max - min));
  // From one tick to twenty or more.
  const steps = [power + 1, power, power - 1].flatMap((p) => [5, 2, 1].map((factor) => factor * 10 ** p));
  const countWith = (step: number) => Math.floor(max / step) - Math.ceil(min / step) + 1;
  const coarsest = steps.findIndex((step) => countWith(step) >= 2);
  const finest = steps.findLastIndex((step) => countWith(step) <= most);
  const step = steps[Math.max(coarsest, finest)]!;
  const first = Math.ceil(min / step);
  const largest = Math.max(Math.abs(min), Math.abs(max));
  return Array.from({ length: countWith(step) }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: labelOf(value, step, largest) };
  });
}

const longestWhole = 1e7;
const mostDecimals = 5;

/** With as many digits as tell two ticks apart. */
function labelOf(value: number, step: number, largest: number): string {
  const exponent = Math.floor(Math.log10(step) + 1e-9);
  if (largest >= longestWhole || -exponent > mostDecimals)
    return value === 0 ? "0" : value.toExponential(Math.max(0, Math.floor(Math.log10(Math.abs(value))) - exponent));
  return (value === 0 ? 0 : value).toFixed(Math.max(0, -exponent));
}

export interface Label {
  /** Column that it is about, from 0. */
  readonly column: number;
  readonly text: string;
}

const labelGap = 2;

/**
 * Each label is centred on its column, as far as the line reaches; one that would come too near to an earlier one is left out.
 * @param labels the most important first
 * @returns the line, and the columns of the labels in it
 */
export function placeLabels(labels: readonly Label[], width: number): { line: string; columns: number[] } {
  const placed: { from: number; to: number; label: Label }[] = [];
  for (const label of labels) {
    const size = textWidth(label.text);
    const from = Math.max(0, Math.min(width - size, Math.round(label.column - size / 2)));
    const to = from + size;
    const isFree = placed.every((other) => to + labelGap <= other.from || other.to + labelGap <= from);
    if (isFree && to <= width) placed.push({ from, to, label });
  }
  placed.sort((a, b) => a.from - b.from);
  let line = "";
  let end = 0;
  for (const { from, to, label } of placed) {
    line += " ".repeat(from - end) + label.text;
    end = to;
  }
  return { line, columns: placed.map(({ label }) => label.column) };
}
