// A chart as inline SVG, for readers without scripts and for paper. In: marks in the data's own units. Out: SVG whose colours come from
// the page's style sheet by class, with a label that says in words what it shows.
import { roundTicks, type Tick } from "../axis.js";
import { escapeText } from "./text.js";

export type Mark =
  /** NaN breaks the line. */
  | { readonly kind: "line"; readonly name: string; readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }
  | { readonly kind: "points"; readonly name: string; readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }
  | {
      readonly kind: "band";
      readonly name: string;
      readonly x: ArrayLike<number>;
      readonly low: ArrayLike<number>;
      readonly high: ArrayLike<number>;
    }
  /** From 0 up or down; `width` in the units of x. */
  | {
      readonly kind: "bars";
      readonly name: string;
      readonly x: ArrayLike<number>;
      readonly y: ArrayLike<number>;
      readonly width: number;
    }
  /** A stretch of x over the whole height. */
  | { readonly kind: "stretch"; readonly name: string; readonly from: number; readonly to: number }
  | { readonly kind: "level"; readonly name: string; readonly y: number };

export interface Plot {
  readonly width: number;
  readonly height: number;
  /** What a reader who does not see it is told. */
  readonly label: string;
  readonly marks: readonly Mark[];
  readonly xTicks: readonly Tick[];
  readonly xTitle?: string;
  /** The range of y holds 0. */
  readonly fromZero?: boolean;
  /** No axes: for many charts beside each other. */
  readonly bare?: boolean;
}

const top = 10;
const right = 12;
const digitWidth = 7;

export function drawPlot(plot: Plot): string {
  const { width, height, bare = false } = plot;
  const [xMin, xMax] = rangeOf(plot.marks, "x");
  const [low, high] = rangeOf(plot.marks, "y");
  const [yMin, yMax] = plot.fromZero === true ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  const yTicks = bare ? [] : roundTicks(yMin, yMax, Math.max(3, Math.floor(height / 45)));
  const left = bare ? 2 : 10 + digitWidth * Math.max(...yTicks.map(({ label }) => label.length));
  const bottom = height - (bare ? 2 : plot.xTitle === undefined ? 24 : 42);
  const end = width - (bare ? 2 : right);
  const x = (value: number) => left + ((value - xMin) / (xMax - xMin)) * (end - left);
  const y = (value: number) => bottom - ((value - yMin) / (yMax - yMin)) * (bottom - (bare ? 2 : top));
  const axes = bare
    ? ""
    : yTicks
        .map(
          ({ value, label }) =>
            `<path class="grid" d="M${left} ${cut(y(value))}H${end}"/><text x="${left - 6}" y="${cut(y(value) + 4)}" class="end">${label}</text>`,
        )
        .join("") +
      plot.xTicks
        .filter(({ value }) => value >= xMin && value <= xMax)
        .map(({ value, label }) => {
          const at = x(value);
          const half = (label.length * digitWidth) / 2;
          const anchor = at + half > width ? "end" : at - half < 0 ? "start" : "middle";
          return `<path class="axis" d="M${cut(at)} ${bottom}v4"/><text x="${cut(at)}" y="${bottom + 17}" class="${anchor}">${escapeText(label)}</text>`;
        })
        .join("") +
      `<path class="axis" d="M${left} ${bottom}H${end}"/>` +
      (plot.xTitle === undefined
        ? ""
        : `<text x="${cut((left + end) / 2)}" y="${height - 6}" class="middle">${escapeText(plot.xTitle)}</text>`);
  const frame: Place = {
    x,
    y,
    left,
    end,
    ceiling: bare ? 2 : top,
    floor: bottom,
    base: y(Math.min(Math.max(0, yMin), yMax)),
  };
  const drawn = plot.marks.map((mark) => drawMark(mark, frame)).join("");
  return `<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(plot.label)}">${axes}${drawn}</svg>`;
}

/** Where things stand, in the units of the view box. */
interface Place {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly end: number;
  readonly ceiling: number;
  readonly floor: number;
  /** What bars stand on. */
  readonly base: number;
}

type Scale = (value: number) => number;

function drawMark(mark: Mark, { x, y, left, end, ceiling, floor, base }: Place): string {
  const at = `class="${mark.name}"`;
  switch (mark.kind) {
    case "line":
      return `<path ${at} d="${linePath(mark.x, mark.y, x, y)}"/>`;
    case "points":
      return mapPoints(mark, (i) => `<circle ${at} cx="${cut(x(mark.x[i]!))}" cy="${cut(y(mark.y[i]!))}" r="3.5"/>`);
    case "band":
      return `<path ${at} d="${bandPath(mark.x, mark.low, mark.high, x, y)}"/>`;
    case "bars":
      return mapPoints(mark, (i) => {
        const [from, to] = [x(mark.x[i]! - mark.width / 2), x(mark.x[i]! + mark.width / 2)];
        const [upper, lower] = [Math.min(y(mark.y[i]!), base), Math.max(y(mark.y[i]!), base)];
        return `<rect ${at} x="${cut(from)}" y="${cut(upper)}" width="${cut(to - from)}" height="${cut(lower - upper)}"/>`;
      });
    case "stretch":
      return `<rect ${at} x="${cut(x(mark.from))}" y="${ceiling}" width="${cut(Math.max(1.5, x(mark.to) - x(mark.from)))}" height="${cut(floor - ceiling)}"/>`;
    case "level":
      return `<path ${at} d="M${left} ${cut(y(mark.y))}H${end}"/>`;
    default:
      return mark satisfies never;
  }
}

function mapPoints({ y }: { readonly y: ArrayLike<number> }, draw: (i: number) => string): string {
  return Array.from(y, (value, i) => (Number.isNaN(value) ? "" : draw(i))).join("");
}

function linePath(xs: ArrayLike<number>, ys: ArrayLike<number>, x: Scale, y: Scale): string {
  let path = "";
  let isDown = false;
  for (let i = 0; i < ys.length; i++) {
    if (Number.isNaN(ys[i]!)) {
      isDown = false;
      continue;
    }
    const isAlone = !isDown && !(i + 1 < ys.length && !Number.isNaN(ys[i + 1]!));
    path += `${isDown ? "L" : "M"}${cut(x(xs[i]!))} ${cut(y(ys[i]!))}${isAlone ? "h0.1" : ""}`;
    isDown = true;
  }
  return path;
}

function bandPath(xs: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>, x: Scale, y: Scale): string {
  const steps = Array.from(xs, (_, i) => i).filter((i) => !Number.isNaN(low[i]! + high[i]!));
  if (steps.length === 0) return "";
  const there = steps.map((i) => `${cut(x(xs[i]!))} ${cut(y(high[i]!))}`);
  const back = steps.reverse().map((i) => `${cut(x(xs[i]!))} ${cut(y(low[i]!))}`);
  return `M${[...there, ...back].join("L")}Z`;
}

/** Of all marks; widened where it is a single value, or nothing. */
function rangeOf(marks: readonly Mark[], side: "x" | "y"): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const take = (values: ArrayLike<number>, margin = 0) => {
    for (let i = 0; i < values.length; i++) {
      min = Math.min(min, Number.isNaN(values[i]!) ? min : values[i]! - margin);
      max = Math.max(max, Number.isNaN(values[i]!) ? max : values[i]! + margin);
    }
  };
  for (const mark of marks) {
    if (mark.kind === "stretch") continue;
    if (mark.kind === "level") take(side === "y" ? [mark.y] : []);
    else if (mark.kind === "band") for (const values of side === "x" ? [mark.x] : [mark.low, mark.high]) take(values);
    else if (side === "x") take(mark.x, mark.kind === "bars" ? mark.width / 2 : 0);
    else take(mark.kind === "bars" ? [0, ...Array.from(mark.y)] : mark.y);
  }
  if (min > max) return [0, 1];
  if (isWide(min, max)) return [min, max];
  const reach = Math.max(1, Math.abs(min) / 2);
  return [min - reach, max + reach];
}

/** Whether two numbers are far enough apart to be the ends of an axis: not by their last bits alone. */
export function isWide(min: number, max: number): boolean {
  return max - min > 1e-12 * Math.max(Math.abs(min), Math.abs(max)) && max - min > 1e-300;
}

function cut(value: number): number {
  return Math.round(value * 10) / 10;
}
