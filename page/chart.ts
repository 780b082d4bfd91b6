// One chart to hover over and zoom, in place of the drawn one. In: a slot of the page, the page's data, and which series. Out: a chart
// that follows the slot's width and can be read and zoomed by keyboard too.
import uPlot from "uplot";
import type { PageData, PagePath, PageSeries } from "../src/report/html/contract.js";

export interface LiveChart {
  remove(): void;
}

type Column = (number | null)[];

interface Lane {
  readonly label: string;
  readonly kind: "observed" | "outlier" | "forecast" | "fold" | "edge";
  readonly values: Column;
}

const chartHeight = 320;
const dayMs = 86_400_000;
/** Between the ticks of integer time. */
const wholeSteps = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((factor) => factor * 10 ** power)).flat();

export function showChart(slot: HTMLElement, data: PageData, place: number, what: "forecast" | "folds"): LiveChart {
  const series = data.series[place]!;
  const x = timesOf(data, series);
  const { lanes, bands } = lanesOf(series, x.length, what);
  const colours = getComputedStyle(slot);
  const colour = (name: string) => colours.getPropertyValue(`--${name}`).trim();
  const box = element("div", "live");
  const readout = element("output", "readout");
  const nameStamp = stampWriter(data);
  const end = (what === "forecast" && series.forecast !== null ? x.length : series.y.length) - 1;
  const first = Math.min(series.shown[what], end);
  const tell = (at: number | null | undefined) => {
    const said = at === null || at === undefined ? "" : describe(lanes, bands, at);
    readout.textContent = said === "" ? "" : `${nameStamp(x[at!]!)}: ${said}`;
  };
  const plot = new uPlot(
    {
      width: slot.clientWidth,
      height: chartHeight,
      ms: 1,
      ...(data.zone === null ? {} : { tzDate: (ms: number) => uPlot.tzDate(new Date(ms), data.zone ?? "UTC") }),
      scales: { x: { time: data.zone !== null, min: x[first]!, max: x[end]! } },
      legend: { show: false },
      cursor: { y: false, points: { size: 7 } },
      axes: [0, 1].map((side) => ({
        stroke: colour("soft"),
        grid: { stroke: colour("line"), width: 1 },
        ticks: { stroke: colour("line"), width: 1 },
        font: `12px ${colours.fontFamily}`,
        ...(side === 0
          ? data.zone === null
            ? { incrs: wholeSteps }
            : {
                space: 90,
                values: (_: uPlot, stamps: number[], __: number, ___: number, stepMs: number) =>
                  tellTicks(stamps, stepMs, nameStamp),
              }
          : { size: (_: uPlot, labels: string[] | null) => 16 + 8 * longest(labels) }),
      })),
      series: [{}, ...lanes.map((lane) => styleOf(lane, colour))],
      bands: bands.map(({ low, high, name }) => ({ series: [high + 1, low + 1], fill: colour(name) })),
      hooks: {
        drawClear: [(own) => shadeGaps(own, x, series.y, colour("missing"))],
        setCursor: [(own) => tell(own.cursor.idx)],
      },
    },
    [x, ...lanes.map(({ values }) => values)],
    box,
  );
  const show = (from: number, to: number) => {
    const width = Math.max(3, Math.min(x.length - 1, to - from));
    const begin = Math.round(Math.max(0, Math.min(x.length - 1 - width, from)));
    plot.setScale("x", { min: x[begin]!, max: x[Math.min(x.length - 1, begin + Math.round(width))]! });
  };
  const zoom = (factor: number, shift: number) => {
    const [from, to] = [plot.scales.x!.min, plot.scales.x!.max].map((value) => plot.valToIdx(value!)) as [
      number,
      number,
    ];
    const reach = ((to - from) * factor) / 2;
    const middle = (from + to) / 2 + shift * (to - from);
    show(middle - reach, middle + reach);
  };
  const actions: Record<string, [name: string, act: () => void]> = {
    "+": ["Zoom in", () => zoom(0.5, 0)],
    "−": ["Zoom out", () => zoom(2, 0)],
    "←": ["Earlier", () => zoom(1, -0.5)],
    "→": ["Later", () => zoom(1, 0.5)],
    All: ["Show all", () => show(0, end)],
  };
  const tools = element("div", "tools");
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Zoom");
  for (const [text, [name, act]] of Object.entries(actions)) {
    const button = element("button", "");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    tools.append(button);
  }
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute(
    "aria-label",
    `${what === "folds" ? "Backtest" : "Forecast"} of ${series.name.slice(0, 100)}. Arrow keys read values.`,
  );
  let read = series.y.length - 1;
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "+" || event.key === "-") actions[event.key === "+" ? "+" : "−"]![1]();
    else if (step !== undefined) {
      read = Math.max(0, Math.min(x.length - 1, (plot.cursor.idx ?? read) + step));
      const { min, max } = plot.scales.x!;
      if (x[read]! < min! || x[read]! > max!) show(read - 20, read + 20);
      plot.setCursor({ left: plot.valToPos(x[read]!, "x"), top: 0 });
      tell(read);
    } else return;
    event.preventDefault();
  });
  readout.setAttribute("aria-live", "polite");
  slot.append(box, tools, readout);
  slot.classList.add("is-live");
  const observer = new ResizeObserver(() => {
    if (slot.clientWidth > 0) plot.setSize({ width: slot.clientWidth, height: chartHeight });
  });
  observer.observe(slot);
  return {
    remove() {
      observer.disconnect();
      plot.destroy();
      for (const part of [box, tools, readout]) part.remove();
      slot.classList.remove("is-live");
    },
  };
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

function timesOf({ times }: PageData, { time }: PageSeries): number[] {
  const held = times[time]!;
  if ("by" in held) return Array.from({ length: held.count }, (_, k) => held.from + k * held.by);
  return [...held];
}

/** As the data have it: 2024-01-31, with the time of day where there is one. */
function stampWriter({ zone, precision }: PageData): (stamp: number) => string {
  if (zone === null) return String;
  const style = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return (stamp) => style.format(stamp).slice(0, { month: 7, day: 10, minute: 16 }[precision]);
}

/** Stamps below the chart, told no finer than they are apart. */
function tellTicks(stamps: readonly number[], stepMs: number, nameStamp: (stamp: number) => string): string[] {
  const [from, to] = stepMs >= 28 * dayMs ? [0, 7] : stepMs >= dayMs ? [0, 10] : [5, 16];
  return stamps.map((stamp) => nameStamp(stamp).slice(from, to));
}

interface Edges {
  readonly low: number;
  readonly high: number;
  readonly percent: number;
  readonly name: "band" | "fold-band";
}

/** Paths that do not touch share a lane, so that many folds are few lines. */
function lanesOf(series: PageSeries, length: number, what: "forecast" | "folds"): { lanes: Lane[]; bands: Edges[] } {
  const empty = (): Column => Array.from({ length }, () => null);
  const lanes: Lane[] = [];
  const bands: Edges[] = [];
  const observed = empty();
  series.y.forEach((value, k) => {
    observed[k] = value;
  });
  const outliers = empty();
  for (const step of series.outliers) outliers[step] = series.y[step] ?? null;
  const paths: readonly PagePath[] =
    what === "folds" ? series.folds : series.forecast === null ? [] : [series.forecast];
  const groups: PagePath[][] = [];
  for (const path of paths) {
    const free = groups.find((group) => group.at(-1)!.from + group.at(-1)!.point.length < path.from);
    if (free === undefined) groups.push([path]);
    else free.push(path);
  }
  const lay = (group: readonly PagePath[], valuesOf: (path: PagePath) => readonly (number | null)[] | undefined) => {
    const values = empty();
    for (const path of group)
      valuesOf(path)?.forEach((value, k) => {
        values[path.from + k] = value;
      });
    return values;
  };
  for (const group of groups)
    for (const [b, [percent]] of group[0]!.bands.entries()) {
      const at = lanes.length;
      lanes.push({ label: "", kind: "edge", values: lay(group, ({ bands: own }) => own[b]?.[1]) });
      lanes.push({ label: "", kind: "edge", values: lay(group, ({ bands: own }) => own[b]?.[2]) });
      bands.push({ low: at, high: at + 1, percent, name: what === "folds" ? "fold-band" : "band" });
    }
  lanes.push({ label: "observed", kind: "observed", values: observed });
  lanes.push({ label: "outlier", kind: "outlier", values: outliers });
  for (const group of groups)
    lanes.push({
      label: "forecast",
      kind: what === "folds" ? "fold" : "forecast",
      values: lay(group, ({ point }) => point),
    });
  return { lanes, bands };
}

function styleOf({ kind, label }: Lane, colour: (name: string) => string): uPlot.Series {
  const none = { show: false };
  switch (kind) {
    case "edge":
      return { label, stroke: "transparent", width: 0, points: none };
    case "outlier":
      return {
        label,
        stroke: colour("outlier"),
        paths: () => null,
        points: { show: true, size: 9, fill: colour("outlier") },
      };
    case "observed":
      return { label, stroke: colour("observed"), width: 1.5, points: none };
    case "fold":
      return { label, stroke: colour("fold"), width: 2, dash: [6, 3], points: none };
    case "forecast":
      return { label, stroke: colour("forecast"), width: 2.5, points: none };
    default:
      return kind satisfies never;
  }
}

function shadeGaps(plot: uPlot, x: readonly number[], y: readonly (number | null)[], fill: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = fill;
  for (let k = 0; k < y.length; k++) {
    if (y[k] !== null) continue;
    const [before, after] = [x[Math.max(0, k - 1)]!, x[Math.min(x.length - 1, k + 1)]!];
    const from = plot.valToPos((before + x[k]!) / 2, "x", true);
    ctx.fillRect(from, bbox.top, Math.max(1, plot.valToPos((x[k]! + after) / 2, "x", true) - from), bbox.height);
  }
  ctx.restore();
}

function describe(lanes: readonly Lane[], bands: readonly Edges[], at: number): string {
  const told = lanes.flatMap(({ label, kind, values }) => {
    const value = values[at];
    return kind === "edge" || kind === "outlier" || value === null || value === undefined ? [] : [`${label} ${value}`];
  });
  const between = bands.flatMap(({ low, high, percent }) => {
    const [from, to] = [lanes[low]!.values[at], lanes[high]!.values[at]];
    return from === null || from === undefined ? [] : [`${percent} %: ${from} to ${to}`];
  });
  return [...told, ...between].join(" · ");
}

function longest(labels: readonly string[] | null): number {
  return Math.max(2, ...(labels ?? []).map((label) => label.length));
}
