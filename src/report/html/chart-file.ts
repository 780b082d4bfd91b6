// One chart of a report as a file of its own. In: a report's source and a chart's name. Out: SVG that needs nothing else, in the colours of
// the light page.

import { catalog } from "../../base/catalog.js";
import { HindcastError } from "../../base/errors.js";
import { seriesTitle } from "../../series/frame.js";
import type { ChartName } from "../chart-names.js";
import { type Chart, foldsChart, forecastChart, type Key } from "./charts.js";
import { drawKey, keySize } from "./legend.js";
import { drawPlot } from "./plot.js";
import { errorCharts, type ModelWorth, splitChart, trainingChart, worthOf } from "./report-charts.js";
import type { ReportSource } from "./source.js";
import { cutName, escapeText } from "./text.js";
import { type Told, tell } from "./told.js";

/** undefined where the report has nothing to draw there. */
type ChartOf = (source: ReportSource, told: Told) => Chart | undefined;

export const chartsByName = catalog<ChartOf, ChartName>("chart", {
  forecast: ofSeries((source, drawing) => forecastChart(source.frame, drawing, source.horizon, seasonOf(source))),
  backtest: ofSeries((source, drawing) =>
    drawing.folds.length === 0 ? undefined : foldsChart(source.frame, drawing, source.horizon, seasonOf(source)),
  ),
  "error-by-step": ({ backtest }, told) => backtest && splitChart(backtest, told, "step")?.chart,
  "error-by-fold": ({ backtest }, told) => backtest && splitChart(backtest, told, "fold")?.chart,
  calibration: (source, told) => errorsOf(source, told)?.calibration,
  autocorrelation: (source, told) => errorsOf(source, told)?.autocorrelation,
  errors: (source, told) => errorsOf(source, told)?.histogram,
  training: ({ training }) => training && trainingChart(training).chart,
  inputs: ofModel(({ inputs }) => inputs),
  lags: ofModel(({ lags }) => lags),
  "forecast-inputs": ofModel(({ contributions }) => contributions),
  "forecast-lags": ofModel(({ contributedLags }) => contributedLags),
  attention: ofModel(({ attention }) => attention),
  effects: ofModel(({ effects }) => effects),
  candidates: ofModel(({ candidates }) => candidates),
  weights: ofModel(({ weights }) => weights),
});

/** The first of the series that are drawn. */
function ofSeries(chartOf: (source: ReportSource, drawing: Told["drawings"][number]) => Chart | undefined): ChartOf {
  return (source, { drawings: [drawing] }) => {
    const chart = drawing && chartOf(source, drawing);
    if (drawing === undefined || chart === undefined) return undefined;
    const { frame } = source;
    const name = cutName(seriesTitle(frame, frame.series[drawing.series]!));
    return { ...chart, title: `${name}: ${chart.title.toLowerCase()}` };
  };
}

/** The first of the models that forecast together which has it. */
function ofModel(pick: (worth: ModelWorth) => Chart | undefined): ChartOf {
  return (source) => {
    const parts = worthOf(source);
    const part = parts.find((one) => pick(one) !== undefined);
    const chart = part && pick(part);
    return chart && { ...chart, title: parts.length > 1 ? `${chart.title}: ${part.model}` : chart.title };
  };
}

function seasonOf({ seasons }: ReportSource): number {
  return seasons[0] ?? 1;
}

function errorsOf({ backtest }: ReportSource, { main }: Told) {
  return backtest && main !== undefined ? errorCharts(backtest, main) : undefined;
}

/** @throws HindcastError "usage" where the report has no such chart */
export function renderChart(source: ReportSource, name: ChartName, style: string): string {
  const told = tell(source);
  const chart = chartsByName.get(name)(source, told);
  if (chart !== undefined) return drawFile(chart, style);
  const others = chartsByName.names.filter((other) => chartsByName.get(other)(source, told) !== undefined);
  throw new HindcastError("usage", `there is nothing to draw in --svg ${name} here`, `one of: ${others.join(", ")}`);
}

const margin = 16;
const titleHeight = 40;
const legendHeight = 24;
/** Of a letter of the legend, and what is between two of its entries. */
const letterWidth = 6.5;
const keyGap = 22;

function drawFile({ title, unit, plot, legend }: Chart, style: string): string {
  const width = plot.width + 2 * margin;
  const lines = breakLegend(legend, plot.width);
  const height = titleHeight + plot.height + legendHeight * lines.length + margin;
  const keys = lines.flatMap((line, row) => {
    const y = titleHeight + plot.height + legendHeight * row + legendHeight / 2;
    let x = margin;
    return line.map((key) => {
      const [mark, text] = key;
      const place = `x="${x}" y="${y}" width="${keySize.width}" height="${keySize.height}"`;
      const drawn = `${drawKey(mark, place)}<text class="key-text" x="${x + keySize.width + 6}" y="${y + 9}">${escapeText(cutName(text))}</text>`;
      x += keyWidth(key);
      return drawn;
    });
  });
  const told = unit === undefined ? "" : `<tspan class="unit" dx="8">${escapeText(unit)}</tspan>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img">`,
    `<title>${escapeText(plot.label)}</title>`,
    `<style>${style}</style>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text class="title" x="${margin}" y="26">${escapeText(title)}${told}</text>`,
    drawPlot(plot, { x: margin, y: titleHeight }),
    ...keys,
    "</svg>\n",
  ].join("\n");
}

function keyWidth([, text]: Key): number {
  return Math.round(keySize.width + 6 + letterWidth * cutName(text).length + keyGap);
}

function breakLegend(legend: readonly Key[], width: number): Key[][] {
  const lines: Key[][] = [];
  let left = 0;
  for (const key of legend) {
    const wide = keyWidth(key);
    const line = lines.at(-1);
    if (line === undefined || wide > left + keyGap) {
      lines.push([key]);
      left = width - wide;
    } else {
      line.push(key);
      left -= wide;
    }
  }
  return lines;
}
