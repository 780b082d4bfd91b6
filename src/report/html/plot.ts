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
  /** From 0 to the right or left; `width` in the units of y. */
  | {
      readonly kind: "rows";
      readonly name: string;
      readonly x: ArrayLike<number>;
      readonly y: ArrayLike<number>;
      readonly width: number;
    }
  /** At each place a line from low to high, along either axis; NaN where there is none. */
  | {
      readonly kind: "whiskers";
      readonly name: string;
      readonly along: "x" | "y";
      readonly at: ArrayLike<number>;
      readonly low: ArrayLike<number>;
      readonly high: ArrayLike<number>;
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
  /** "round": round numbers. */
  readonly xTicks: readonly Tick[] | "round";
  /** Round numbers where they are left out. */
  readonly yTicks?: readonly Tick[];
  readonly xTitle?: string;
  /** The range of y holds 0. */
  readonly fromZero?: boolean;
  /** No axes: for many charts beside each other. */
  readonly bare?: boolean;
}

const top = 10;
const right = 12;
const digitWidth = 7;

/** @param at where its corner is in a drawing that it is a part of; it stands alone when left out */
export function drawPlot(plot: Plot, at?: { readonly x: number; readonly y: number }): string {
  const { width, height, bare = false } = plot;
  const [xMin, xMax] = rangeOf(plot.marks, "x");
  const [low, high] = rangeOf(plot.marks, "y");
  const [yMin, yMax] = plot.fromZero === true ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  const yTicks = bare ? [] : (plot.yTicks ?? roundTicks(yMin, yMax, Math.max(3, Math.floor(height / 45))));
  const left = bare ? 2 : 10 + digitWidth * Math.max(...yTicks.map(({ label }) => label.length));
  const bottom = height - (bare ? 2 : plot.xTitle === undefined ? 24 : 42);
  const end = width - (bare ? 2 : right);
  const place: Place = {
    x: (value) => left + ((value - xMin) / (xMax - xMin)) * (end - left),
    y: (value) => bottom - ((value - yMin) / (yMax - yMin)) * (bottom - (bare ? 2 : top)),
    left,
    end,
    ceiling: bare ? 2 : top,
    floor: bottom,
    zero: { x: clamp(0, xMin, xMax), y: clamp(0, yMin, yMax) },
  };
  const xTicks = plot.xTicks === "round" ? roundTicks(xMin, xMax, 5) : plot.xTicks;
  const axes = bare
    ? ""
    : drawAxes(
        plot,
        xTicks.filter(({ value }) => value >= xMin && value <= xMax),
        yTicks,
        place,
      );
  const drawn = plot.marks.map((mark) => drawMark(mark, place)).join("");
  const corner = at === undefined ? "" : ` x="${at.x}" y="${at.y}" width="${width}" height="${height}"`;
  return `<svg class="plot"${corner} viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(plot.label)}">${axes}${drawn}</svg>`;
}

/** Lines go with what is counted: up from the ticks of x where y has names. */
function drawAxes(plot: Plot, xTicks: readonly Tick[], yTicks: readonly Tick[], place: Place): string {
  const { x, y, left, end, ceiling, floor } = place;
  const hasNames = plot.yTicks !== undefined;
  const side = yTicks.map(({ value, label }) => {
    const line = hasNames ? "" : `<path class="grid" d="M${left} ${cut(y(value))}H${end}"/>`;
    return `${line}<text x="${left - 6}" y="${cut(y(value) + 4)}" class="end">${escapeText(label)}</text>`;
  });
  const below = xTicks.map(({ value, label }) => {
    const at = x(value);
    const half = (label.length * digitWidth) / 2;
    const anchor = at + half > plot.width ? "end" : at - half < 0 ? "start" : "middle";
    const line = hasNames
      ? `<path class="grid" d="M${cut(at)} ${ceiling}V${floor}"/>`
      : `<path class="axis" d="M${cut(at)} ${floor}v4"/>`;
    return `${line}<text x="${cut(at)}" y="${floor + 17}" class="${anchor}">${escapeText(label)}</text>`;
  });
  const title =
    plot.xTitle === undefined
      ? ""
      : `<text x="${cut((left + end) / 2)}" y="${plot.height - 6}" class="middle">${escapeText(plot.xTitle)}</text>`;
  return `${side.join("")}${below.join("")}<path class="axis" d="M${left} ${floor}H${end}"/>${title}`;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/** Where things stand, in the units of the view box. */
interface Place {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly end: number;
  readonly ceiling: number;
  readonly floor: number;
  /** What bars stand on, in the data's units. */
  readonly zero: { readonly x: number; readonly y: number };
}

type Scale = (value: number) => number;

function drawMark(mark: Mark, { x, y, left, end, ceiling, floor, zero }: Place): string {
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
        const [from, to] = [mark.x[i]! - mark.width / 2, mark.x[i]! + mark.width / 2];
        return box(at, x(from), x(to), y(mark.y[i]!), y(zero.y));
      });
    case "rows":
      return mapPoints(mark, (i) => {
        const [from, to] = [mark.y[i]! - mark.width / 2, mark.y[i]! + mark.width / 2];
        return box(at, x(zero.x), x(mark.x[i]!), y(from), y(to));
      });
    case "whiskers": {
      const whisker = (i: number) => {
        const [low, high] = [mark.low[i]!, mark.high[i]!];
        if (Number.isNaN(low + high)) return "";
        return mark.along === "x"
          ? `M${cut(x(low))} ${cut(y(mark.at[i]!))}H${cut(x(high))}`
          : `M${cut(x(mark.at[i]!))} ${cut(y(low))}V${cut(y(high))}`;
      };
      return `<path ${at} d="${Array.from(mark.at, (_, i) => whisker(i)).join("")}"/>`;
    }
    case "stretch":
      return `<rect ${at} x="${cut(x(mark.from))}" y="${ceiling}" width="${cut(Math.max(1.5, x(mark.to) - x(mark.from)))}" height="${cut(floor - ceiling)}"/>`;
    case "level":
      return `<path ${at} d="M${left} ${cut(y(mark.y))}H${end}"/>`;
    default:
      return mark satisfies never;
  }
}

/** From one side to the other, whichever is the first. */
function box(at: string, x1: number, x2: number, y1: number, y2: number): string {
  return `<rect ${at} x="${cut(Math.min(x1, x2))}" y="${cut(Math.min(y1, y2))}" width="${cut(Math.abs(x2 - x1))}" height="${cut(Math.abs(y2 - y1))}"/>`;
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
    switch (mark.kind) {
      case "stretch":
        break;
      case "level":
        take(side === "y" ? [mark.y] : []);
        break;
      case "band":
        for (const values of side === "x" ? [mark.x] : [mark.low, mark.high]) take(values);
        break;
      case "whiskers":
        for (const values of side === mark.along ? [mark.low, mark.high] : [mark.at]) take(values);
        break;
      case "bars":
      case "rows": {
        const isAcross = (mark.kind === "bars") === (side === "x");
        take(isAcross ? mark[side] : [0, ...Array.from(mark[side])], isAcross ? mark.width / 2 : 0);
        break;
      }
      default:
        take(mark[side]);
    }
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
