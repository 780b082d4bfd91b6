// A series and its forecasts, drawn with characters. In: numbers, and how wide and high. Out: lines of text.
import { Chalk, type ChalkInstance } from "chalk";
import { placeLabels, roundTicks } from "./axis.js";
import { type Canvas, type Cell, createCanvas, drawLine, type Layer } from "./canvas.js";
import type { Screen } from "./terminal.js";
import { cutToWidth, harmless, textWidth } from "./width.js";

export interface ForecastPath {
  /** Step that `point[0]` stands at. */
  readonly from: number;
  /** [horizon] NaN = no forecast. */
  readonly point: Float64Array;
  /** The ends of an interval, both or none [horizon]. */
  readonly low?: Float64Array;
  readonly high?: Float64Array;
}

export interface Chart {
  readonly title: string;
  /** [time] from step 0 on; NaN = not observed. */
  readonly observed: Float64Array;
  readonly paths: readonly ForecastPath[];
  /** What the band is called; null without one. */
  readonly band: string | null;
  /** The stamp of a step, which may lie beyond `observed`. */
  readonly stampOf: (step: number) => string;
}

export interface PlotPage extends Screen {
  /** Of the drawing itself; a title stands above, an axis and its labels below. */
  readonly rows: number;
}

const strokes = {
  unicode: { side: "│", sideTick: "┤", corner: "└", base: "─", baseTick: "┬", origin: "┊" },
  ascii: { side: "|", sideTick: "+", corner: "+", base: "-", baseTick: "+", origin: "|" },
} as const;

/** A dot of the drawing in the legend. */
const samples: Readonly<Record<"unicode" | "ascii", Readonly<Record<Layer, string>>>> = {
  unicode: { observed: "⠒⠒", forecast: "⠶⠶", band: "⠢⠢" },
  ascii: { observed: "*", forecast: "o", band: ":" },
};

const narrowest = 10;

export function drawChart(chart: Chart, page: PlotPage): string[] {
  const chalk = new Chalk({ level: page.colour ? 1 : 0 });
  const stroke = page.unicode ? strokes.unicode : strokes.ascii;
  const range = rangeOf(chart);
  const rowOf = (value: number) => Math.round(((range.max - value) / (range.max - range.min)) * (page.rows - 1));
  const ticks = new Map(
    roundTicks(range.min, range.max, Math.floor(page.rows / 3) + 1).map(({ value, label }) => [rowOf(value), label]),
  );
  const margin = Math.max(0, ...[...ticks.values()].map((label) => label.length));
  const width = Math.max(narrowest, page.columns - margin - 2);
  const stepCount = Math.max(chart.observed.length, ...chart.paths.map(({ from, point }) => from + point.length));
  const canvas = createCanvas(width, page.rows, page.unicode);
  const dotOf = (step: number) => Math.round((step / Math.max(1, stepCount - 1)) * (canvas.width - 1));
  const columnOf = (step: number) => Math.floor(dotOf(step) / canvas.cell.width);
  drawData(chart, canvas, dotOf, range);
  const origins = chart.paths.map(({ from }) => from).filter((from) => from > 0);
  const marked = new Set(origins.map(columnOf));
  const drawn = canvas.rows().map((cells, row) => {
    const label = ticks.get(row);
    const side = `${(label ?? "").padStart(margin)} ${label === undefined ? stroke.side : stroke.sideTick}`;
    const all = cells.map((cell, column) =>
      cell.layer === null && marked.has(column) ? { character: stroke.origin, layer: null } : cell,
    );
    return chalk.dim(side) + paintCells(all, chalk);
  });
  const { line, columns } = placeLabels(
    labelledSteps(stepCount, origins).map((step) => ({ column: columnOf(step), text: chart.stampOf(step) })),
    width,
  );
  const base = Array.from({ length: width }, (_, c) => (columns.includes(c) ? stroke.baseTick : stroke.base));
  const indent = " ".repeat(margin + 1);
  return [
    titleLine(chart, page, chalk),
    ...drawn.map((text) => text.trimEnd()),
    chalk.dim(`${indent}${stroke.corner}${base.join("")}`),
    `${indent} ${line}`,
  ];
}

function drawData(
  { observed, paths }: Chart,
  canvas: Canvas,
  dotOf: (step: number) => number,
  { min, max }: { min: number; max: number },
): void {
  const heightOf = (value: number) => Math.round(((max - value) / (max - min)) * (canvas.height - 1));
  for (const { from, low, high } of paths)
    if (low !== undefined && high !== undefined) shade(canvas, from, low, high, dotOf, heightOf);
  const trace = (values: ArrayLike<number>, from: number, set: (x: number, y: number) => void) => {
    let last: readonly [number, number] | undefined;
    for (let k = 0; k < values.length; k++) {
      const value = values[k]!;
      const dot = Number.isNaN(value) ? undefined : ([dotOf(from + k), heightOf(value)] as const);
      if (dot !== undefined) drawLine(last ?? dot, dot, set);
      last = dot;
    }
  };
  trace(observed, 0, (x, y) => canvas.set("observed", x, y));
  for (const { from, point } of paths)
    trace(point, from, (x, y) => {
      canvas.set("forecast", x, y);
      // Two dots thick, so that it can be told from the observations without colour.
      if (canvas.cell.height > 1) canvas.set("forecast", x, y + 1);
    });
}

/** A loose pattern of dots between the ends, on straight lines from step to step. */
function shade(
  canvas: Canvas,
  from: number,
  low: Float64Array,
  high: Float64Array,
  dotOf: (step: number) => number,
  heightOf: (value: number) => number,
): void {
  const isLoose = canvas.cell.height > 1;
  for (let k = 0; k < low.length; k++) {
    const [left, right] = [dotOf(from + k), dotOf(from + Math.min(k + 1, low.length - 1))];
    const next = Math.min(k + 1, low.length - 1);
    for (let x = left; x <= right; x++) {
      const share = right === left ? 0 : (x - left) / (right - left);
      const top = heightOf(high[k]! + share * (high[next]! - high[k]!));
      const bottom = heightOf(low[k]! + share * (low[next]! - low[k]!));
      for (let y = top; y <= bottom; y++) if (!isLoose || y % 4 === (x % 2) * 2) canvas.set("band", x, y);
    }
  }
}

/** Of all that is drawn; widened where it is a single value, or nothing. */
function rangeOf({ observed, paths }: Chart): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const values of [observed, ...paths.flatMap(({ point, low, high }) => [point, low ?? point, high ?? point])])
    for (const value of values) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  if (min > max) return { min: 0, max: 1 };
  if (min < max) return { min, max };
  const reach = Math.abs(min) / 2 || 1;
  return { min: min - reach, max: max + reach };
}

/** The ends and the origins first, then what lies between. */
function labelledSteps(stepCount: number, origins: readonly number[]): number[] {
  const last = stepCount - 1;
  const between = [2, 4, 8].flatMap((parts) =>
    Array.from({ length: parts - 1 }, (_, i) => Math.round(((i + 1) / parts) * last)),
  );
  return [...new Set([0, last, ...origins, ...between])];
}

function titleLine({ title, paths, band }: Chart, { columns, unicode }: PlotPage, chalk: ChalkInstance): string {
  const sample = unicode ? samples.unicode : samples.ascii;
  const entries: readonly (readonly [Layer, string])[] = [
    ["observed", "observed"],
    ...(paths.length > 0 ? [["forecast", "forecast"] as const] : []),
    ...(band === null ? [] : [["band", band] as const]),
  ];
  const plain = entries.map(([layer, name]) => `  ${sample[layer]} ${name}`).join("");
  const shown = cutToWidth(harmless(title), Math.max(1, columns - textWidth(plain)), unicode);
  return chalk.bold(shown) + entries.map(([layer, text]) => `  ${paint(layer, sample[layer], chalk)} ${text}`).join("");
}

function paint(layer: Layer | null, text: string, chalk: ChalkInstance): string {
  if (layer === "forecast") return chalk.cyan(text);
  return layer === "band" ? chalk.blue(text) : text;
}

/** One code for a run of cells of the same layer. */
function paintCells(cells: readonly Cell[], chalk: ChalkInstance): string {
  let painted = "";
  let run = "";
  let layer: Layer | null = null;
  for (const cell of cells) {
    if (cell.layer !== layer) {
      painted += paint(layer, run, chalk);
      run = "";
      layer = cell.layer;
    }
    run += cell.character;
  }
  return painted + paint(layer, run, chalk);
}
