// Charts of what the parts of an input are worth to a forecast. In: names and numbers. Out: plots of bars, with whiskers where the numbers
// are uncertain.
import { type Chart, narrow } from "./charts.js";
import { cutName, numberText } from "./text.js";

/** A part of the input, or a lag, with what it is worth. */
export interface Worth {
  readonly name: string;
  readonly value: number;
  /** How far to either side it may as well be; 0 where that is not known. */
  readonly reach: number;
}

const rowHeight = 26;
const longestLabel = 26;

/** A bar a row, the first one on top. */
export function rankedChart(title: string, xTitle: string, rows: readonly Worth[]): Chart {
  const y = rows.map((_, i) => -i);
  return {
    title,
    plot: {
      width: narrow.width,
      height: 52 + rowHeight * rows.length,
      label: worthLabel(title, rows),
      xTitle,
      marks: [
        { kind: "rows", name: "bar", x: rows.map(({ value }) => value), y, width: 0.6 },
        { kind: "whiskers", name: "whisker", along: "x", at: y, ...reachOf(rows) },
      ],
      xTicks: "round",
      yTicks: rows.map(({ name }, i) => ({ value: -i, label: cutName(name, longestLabel) })),
    },
    legend: [],
  };
}

/** A bar a lag or group of lags, in their order. */
export function lagsChart(title: string, xTitle: string, rows: readonly Worth[]): Chart {
  const x = rows.map((_, i) => i);
  const spacing = Math.ceil(rows.length / (rows.some(({ name }) => name.length > 3) ? 5 : 10));
  return {
    title,
    plot: {
      ...narrow,
      label: worthLabel(title, rows),
      xTitle,
      fromZero: true,
      marks: [
        { kind: "bars", name: "bar", x, y: rows.map(({ value }) => value), width: 0.7 },
        { kind: "whiskers", name: "whisker", along: "y", at: x, ...reachOf(rows) },
        { kind: "level", name: "axis", y: 0 },
      ],
      xTicks: rows.map(({ name }, i) => ({ value: i, label: name })).filter((_, i) => i % spacing === 0),
    },
    legend: [],
  };
}

function reachOf(rows: readonly Worth[]): { low: readonly number[]; high: readonly number[] } {
  const end = (side: number) => rows.map(({ value, reach }) => (reach > 0 ? value + side * reach : Number.NaN));
  return { low: end(-1), high: end(1) };
}

function worthLabel(title: string, rows: readonly Worth[]): string {
  const most = [...rows].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 3);
  return `${title}. The most: ${most.map(({ name, value }) => `${cutName(name)} ${numberText(value, 3)}`).join(", ")}.`;
}
