// The charts of a report, each with its title and what its marks stand for. In: drawings and numbers. Out: plots to be drawn in the page,
// or alone in a file.
import { type Frame, seriesTitle } from "../../series/frame.js";
import { stampAt } from "../../series/grid.js";
import { formatStamp } from "../../series/stamp.js";
import { roundTicks, type Tick } from "../axis.js";
import type { Autocorrelation, CalibrationPoint, Histogram } from "./diagnostics.js";
import type { Drawing, Path } from "./drawings.js";
import type { Mark, Plot } from "./plot.js";
import { countText, cutName, numberText } from "./text.js";

const wide = { width: 960, height: 320 };
export const narrow = { width: 400, height: 240 };
const tiny = { width: 240, height: 90 };

export interface Chart {
  readonly title: string;
  /** Of the numbers. */
  readonly unit?: string;
  readonly plot: Plot;
  readonly legend: readonly Key[];
}

/** Classes of a mark, and what it stands for. */
export type Key = readonly [mark: string, text: string];

/** History shown before what is about it: so many horizons, and steps at least. */
const leastHistory = 72;
const historyHorizons = 6;

/** Where the chart of a forecast, or of the folds, begins: a step of the drawing. */
export function firstShown(drawing: Drawing, horizon: number, what: "forecast" | "folds"): number {
  const from = what === "folds" ? (drawing.folds[0]?.from ?? 0) - 2 * horizon : drawing.values.length;
  return Math.max(0, what === "folds" ? from : from - Math.max(leastHistory, historyHorizons * horizon));
}

/** @param shown all that the reader may choose from, which the legend speaks of */
export function forecastChart(
  frame: Frame,
  drawing: Drawing,
  horizon: number,
  season: number,
  shown: readonly Drawing[] = [drawing],
): Chart {
  const { forecast } = drawing;
  const name = nameOf(frame, drawing);
  const from = firstShown(drawing, horizon, "forecast");
  const history = `The last ${drawing.values.length - from} values of ${name}`;
  const bands = forecast?.bands.map(({ percent }) => percent).join(", ");
  return {
    title: forecast === undefined ? "The data" : "History and forecast",
    plot: {
      ...wide,
      label:
        forecast === undefined
          ? `${history}.`
          : `${history} and ${countText(horizon, "step")} ahead, from ${numberText(forecast.point[0])} to ${numberText(forecast.point.at(-1))}.`,
      marks: [...bandMarks(forecast, "band"), ...observedMarks(drawing, from), ...lineMark(forecast, "forecast")],
      xTicks: timeTicks(frame, drawing, from, drawing.values.length + (forecast === undefined ? 0 : horizon), season),
    },
    legend: [
      ["observed", "observed"],
      ...(shown.some(({ values }) => values.some(Number.isNaN)) ? [["missing", "missing"] as const] : []),
      ...(shown.some(({ outliers }) => outliers.length > 0) ? [["outlier", "outlier"] as const] : []),
      ...(forecast === undefined ? [] : [["forecast", "forecast"] as const]),
      ...(bands ? [["band", `${bands} % intervals`] as const] : []),
    ],
  };
}

export function foldsChart(frame: Frame, drawing: Drawing, horizon: number, season: number): Chart {
  const from = firstShown(drawing, horizon, "folds");
  return {
    title: "Backtest over what came",
    plot: {
      ...wide,
      label: `What was forecast from ${countText(drawing.folds.length, "origin")}, over what came, of ${nameOf(frame, drawing)}.`,
      marks: [
        ...drawing.folds.flatMap((path) => bandMarks(path, "fold-band")),
        ...observedMarks(drawing, from),
        ...drawing.folds.flatMap((path, f) => lineMark(path, f % 2 === 0 ? "fold" : "fold other")),
      ],
      xTicks: timeTicks(frame, drawing, from, drawing.values.length, season),
    },
    legend: [
      ["observed", "observed"],
      ["fold", "forecast from each origin"],
    ],
  };
}

/** Of many series, beside each other. */
export function smallPlot(frame: Frame, drawing: Drawing, horizon: number): Plot {
  const from = firstShown(drawing, horizon, "folds");
  return {
    ...tiny,
    bare: true,
    label: `${nameOf(frame, drawing)}: what came, and the forecasts of ${countText(drawing.folds.length, "fold")}.`,
    marks: [
      ...bandMarks(drawing.forecast, "band").slice(0, 1),
      ...observedMarks(drawing, from).filter(({ kind }) => kind === "line"),
      ...drawing.folds.flatMap((path, f) => lineMark(path, f % 2 === 0 ? "fold" : "fold other")),
      ...lineMark(drawing.forecast, "forecast"),
    ],
    xTicks: [],
  };
}

export interface Lines extends Pick<Chart, "title" | "unit"> {
  readonly xTitle: string;
  readonly label: string;
  readonly x: readonly number[];
  /** For each line [x]; NaN = none. The first one is the model that the page is about. */
  readonly lines: readonly { readonly name: string; readonly y: readonly number[] }[];
}

/** Of a few models beside each other, each with its own colour, dashes and mark. */
export function linesChart({ title, unit, xTitle, label, x, lines }: Lines): Chart {
  const isShort = x.length <= 24;
  return {
    title,
    ...(unit === undefined ? {} : { unit }),
    plot: {
      ...narrow,
      label,
      xTitle,
      fromZero: true,
      marks: [...lines.entries()]
        .reverse()
        .flatMap(([i, { y }]): Mark[] => [
          { kind: "line", name: `line l${i}`, x, y },
          ...(isShort ? [{ kind: "points", name: `dot l${i}`, x, y } as const] : []),
        ]),
      xTicks: wholeTicks(x[0]!, x.at(-1)!),
    },
    legend: lines.map(({ name }, i) => [`line l${i}`, name]),
  };
}

export function autocorrelationChart({ values, bound }: Autocorrelation): Chart {
  const lags = Array.from(values, (_, i) => i + 1);
  const beyond = values.filter((value) => Math.abs(value) > bound).length;
  return {
    title: "Autocorrelation of the errors",
    plot: {
      ...narrow,
      label: `Autocorrelation of the errors at lags 1 to ${values.length}: ${beyond} beyond the bounds of ±${numberText(bound, 2)}.`,
      xTitle: "lag in steps",
      fromZero: true,
      marks: [
        { kind: "bars", name: "bar", x: lags, y: values, width: 0.6 },
        { kind: "level", name: "bound", y: bound },
        { kind: "level", name: "bound", y: -bound },
        { kind: "level", name: "axis", y: 0 },
      ],
      xTicks: wholeTicks(1, values.length),
    },
    legend: [],
  };
}

/** With the normal distribution of the same mean and deviation over it. */
export function histogramChart(histogram: Histogram, unit: string): Chart {
  const { centres, counts, width, mean, deviation } = histogram;
  const count = counts.reduce((a, b) => a + b, 0);
  const [from, to] = [centres[0]! - width / 2, centres.at(-1)! + width / 2];
  const curve = Array.from({ length: 81 }, (_, i) => from + (i / 80) * (to - from));
  const density = (x: number) =>
    ((count * width) / (deviation * Math.sqrt(2 * Math.PI))) * Math.exp(-(((x - mean) / deviation) ** 2) / 2);
  return {
    title: "Distribution of the errors",
    unit: "count",
    plot: {
      ...narrow,
      label: `${countText(count, "error")}, mean ${numberText(mean, 3)}, standard deviation ${numberText(deviation, 3)} ${unit}.`,
      xTitle: `actual − forecast, ${unit}`,
      marks: [
        { kind: "bars", name: "bar", x: centres, y: counts, width },
        ...(deviation > 0 ? [{ kind: "line", name: "normal", x: curve, y: curve.map(density) } as const] : []),
      ],
      xTicks: roundTicks(from, to, 6),
    },
    legend: [],
  };
}

export function calibrationChart(points: readonly CalibrationPoint[]): Chart {
  const x = points.map(({ nominal }) => nominal);
  const worst = points.reduce((a, b) => (Math.abs(b.observed - b.nominal) > Math.abs(a.observed - a.nominal) ? b : a));
  return {
    title: "Calibration",
    unit: "% of what came inside the interval",
    plot: {
      ...narrow,
      label: `What intervals hold beside what they are to hold. Farthest off: ${numberText(worst.nominal)} % intervals held ${numberText(worst.observed, 3)} %.`,
      xTitle: "share they are to hold, %",
      fromZero: true,
      marks: [
        { kind: "line", name: "ideal", x: [0, 100], y: [0, 100] },
        { kind: "band", name: "band", x, low: points.map(({ low }) => low), high: points.map(({ high }) => high) },
        { kind: "line", name: "line l0", x, y: points.map(({ observed }) => observed) },
        { kind: "points", name: "dot l0", x, y: points.map(({ observed }) => observed) },
      ],
      xTicks: roundTicks(0, 100, 6),
    },
    legend: [],
  };
}

function nameOf(frame: Frame, { series }: Drawing): string {
  return cutName(seriesTitle(frame, frame.series[series]!));
}

function observedMarks({ values, outliers }: Drawing, from: number): Mark[] {
  const shown = values.subarray(from);
  const x = Array.from(shown, (_, k) => from + k);
  const out = outliers.filter((step) => step >= from);
  const gaps: Mark[] = [];
  for (let k = 0; k < shown.length; k++) {
    if (!Number.isNaN(shown[k]!)) continue;
    const begin = k;
    while (k + 1 < shown.length && Number.isNaN(shown[k + 1]!)) k++;
    gaps.push({ kind: "stretch", name: "missing", from: from + begin - 0.5, to: from + k + 0.5 });
  }
  return [
    ...gaps,
    { kind: "line", name: "observed", x, y: shown },
    { kind: "points", name: "outlier", x: out, y: out.map((step) => values[step]!) },
  ];
}

function bandMarks(path: Path | undefined, name: string): Mark[] {
  if (path === undefined) return [];
  const x = Array.from(path.point, (_, k) => path.from + k);
  return path.bands.map(({ low, high }) => ({ kind: "band", name, x, low, high }));
}

function lineMark(path: Path | undefined, name: string): Mark[] {
  if (path === undefined) return [];
  return [{ kind: "line", name, x: Array.from(path.point, (_, k) => path.from + k), y: path.point }];
}

/** Stamps of whole seasons, where the chart is long enough for some. */
function timeTicks(frame: Frame, drawing: Drawing, from: number, to: number, season: number): Tick[] {
  const most = 7;
  const span = to - from;
  const unit = span >= 3 * season ? season : 1;
  const spacing = unit * Math.max(1, Math.ceil(span / most / unit));
  const { start } = frame.series[drawing.series]!;
  const first = Math.ceil((from + drawing.skipped) / spacing) * spacing - drawing.skipped;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / spacing)) }, (_, i) => {
    const value = first + i * spacing;
    const stamp = stampAt(frame.grid, start, drawing.skipped + value);
    return { value, label: formatStamp(frame.timeStyle, frame.grid.zone, stamp) };
  });
}

function wholeTicks(from: number, to: number): Tick[] {
  const spacing = Math.ceil((to - from + 1) / 8);
  const first = spacing === 1 ? from : Math.ceil(from / spacing) * spacing;
  return Array.from({ length: Math.floor((to - first) / spacing) + 1 }, (_, i) => {
    const value = first + i * spacing;
    return { value, label: String(value) };
  });
}
