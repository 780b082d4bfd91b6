// The report: one HTML file that needs nothing else. In: what a run came to, and the page's own script and style. Out: HTML in pieces,
// the same bytes for the same input. Nothing in the data can become markup or run: text is escaped, the data stand in an element that is
// not a script, and the policy in the head lets nothing run or load but what is hashed there.

import { createHash } from "node:crypto";
import { seriesTitle } from "../../series/frame.js";
import { type Chart, foldsChart, forecastChart, smallPlot } from "./charts.js";
import type { Drawing } from "./drawings.js";
import { figure, legendHtml, section } from "./figures.js";
import { type Headline, writeHeadline } from "./headline.js";
import { pageDataOf } from "./page-data.js";
import { drawPlot } from "./plot.js";
import {
  errorsSection,
  explanationSection,
  factsSection,
  forecastNumbers,
  scoresSection,
  trainingSection,
} from "./sections.js";
import type { SeriesTable } from "./series-table.js";
import type { PageSource, ReportSource } from "./source.js";
import { tableHtml } from "./tables.js";
import { countText, embedJson, escapeText, nameHtml } from "./text.js";
import { tell } from "./told.js";

/** What stands in every page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Series drawn small: so many of the worst, and of the best. */
const smallCount = 6;
/** Rows of the table of series without scripts. */
const staticRows = 50;

export function* renderPage(source: PageSource, { script, style }: PageAssets): Generator<string> {
  const { frame, horizon, backtest } = source;
  const told = tell(source);
  const { board, main, ranking, drawings } = told;
  const isPanel = frame.series.length > 1;
  const headline = writeHeadline(source, told.rows, main ?? "");
  const placeOf = new Map(drawings.map(({ series }, i) => [series, i]));
  const drawn = ranking.ranked.map((s) => placeOf.get(s) ?? -1);
  const title = `Forecast report: ${titleText(source)}`;
  yield `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`;
  yield `<meta http-equiv="Content-Security-Policy" content="${policyOf({ script, style })}">\n`;
  yield `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n<meta name="generator" content="hindcast ${escapeText(source.version)}">\n`;
  yield `<title>${escapeText(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n`;
  yield `<a class="skip" href="#main">Skip to the report</a>\n<header><p class="brand">Forecast report</p><h1>${nameHtml(titleText(source))}</h1>${headlineHtml(headline)}</header>\n<main id="main">\n`;
  yield chartsSection(source, drawings);
  if (isPanel) yield panelSection(source, ranking, drawings, drawn);
  if (backtest !== undefined && board !== undefined && main !== undefined)
    for (const part of [scoresSection(backtest, board, told), errorsSection(backtest, main)]) yield part;
  yield explanationSection(source);
  yield trainingSection(source);
  yield factsSection(source);
  yield `\n</main>\n<footer><p>hindcast ${escapeText(source.version)}. Charts: drag, or + and −, to zoom; arrow keys to read values.</p></footer>\n`;
  const pageTable = isPanel ? { columns: ranking.columns, rows: ranking.rows, drawn } : null;
  yield `<script type="application/json" id="data">${embedJson(pageDataOf(frame, horizon, drawings, pageTable))}</script>\n`;
  yield `<script>${script}</script>\n</body>\n</html>\n`;
}

/** Nothing is loaded, and of scripts and styles only these very texts are taken. */
function policyOf({ script, style }: PageAssets): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
}

function titleText({ frame }: ReportSource): string {
  const [only, ...others] = frame.series;
  if (only === undefined) return "no series";
  return others.length === 0
    ? seriesTitle(frame, only)
    : `${frame.columns.wide ? "" : `${frame.columns.targets.join(", ")}, `}${countText(frame.series.length, "series")}`;
}

function headlineHtml({ tone, answer, trust }: Headline): string {
  const badge = {
    better: "better than the baselines",
    baseline: "a baseline itself",
    even: "not clearly better than a baseline",
    worse: "worse than a baseline",
    unknown: "not compared",
  }[tone];
  return `<div class="headline ${tone}">${answer === "" ? "" : `<p class="answer">${sentence(answer)}</p>`}<p><strong class="badge">${badge}</strong> ${trust.map(sentence).join(" ")}</p></div>`;
}

/** With no line break before a percent sign. */
function sentence(text: string): string {
  return escapeText(text).replaceAll(" %", "\u202F%");
}

/** The two charts that the script makes live, of the first drawn series until another is chosen. */
function chartsSection(source: ReportSource, drawings: readonly Drawing[]): string {
  const [drawing] = drawings;
  if (drawing === undefined) return "";
  const { frame, horizon, forecast, backtest, seasons } = source;
  const season = seasons[0] ?? 1;
  const isPanel = frame.series.length > 1;
  const name = isPanel
    ? ` of <span class="chosen">${nameHtml(seriesTitle(frame, frame.series[drawing.series]!))}</span>`
    : "";
  const slot = (what: "forecast" | "folds", chart: string) =>
    `<div class="chart" data-chart="${what}"><div class="still scroll" role="region" tabindex="0" aria-label="Chart">${chart}</div></div>`;
  const charted = (what: "forecast" | "folds", { title, plot, legend }: Chart, rest: string) =>
    figure(`${escapeText(title)}${name}`, slot(what, drawPlot(plot)), legendHtml(legend), rest);
  const left = backtest === undefined ? 0 : backtest.result.folds.length - drawing.folds.length;
  const note = `<p class="note">The newest ${countText(drawing.folds.length, "fold")} of ${backtest?.result.folds.length}.</p>`;
  return section(
    "charts",
    forecast === undefined ? "Backtest" : "Forecast",
    charted(
      "forecast",
      forecastChart(frame, drawing, horizon, season, drawings),
      forecast === undefined ? "" : forecastNumbers(source, forecast),
    ),
    drawing.folds.length === 0
      ? ""
      : charted("folds", foldsChart(frame, drawing, horizon, season), left > 0 ? note : ""),
  );
}

function panelSection(
  source: ReportSource,
  table: SeriesTable,
  drawings: readonly Drawing[],
  drawn: readonly number[],
): string {
  const { frame, horizon, backtest } = source;
  const scored = backtest !== undefined && drawings.length > 1;
  const small = (places: readonly number[]) =>
    `<div class="multiples">${places
      .map((place) => {
        const drawing = drawings[place]!;
        const name = nameHtml(seriesTitle(frame, frame.series[drawing.series]!));
        return `<figure><figcaption>${name}</figcaption>${drawPlot(smallPlot(frame, drawing, horizon))}</figure>`;
      })
      .join("")}</div>`;
  const places = drawn.filter((place) => place >= 0 && drawings[place]!.folds.length > 0);
  const count = Math.min(smallCount, Math.ceil(places.length / 2));
  const note =
    drawings.length < frame.series.length
      ? `<p class="note">To keep the page small, ${drawings.length} of ${frame.series.length} series can be drawn: the worst, the best, and some evenly from between. The table has all; hindcast report --only ID draws any other.</p>`
      : "";
  return section(
    "series",
    countText(frame.series.length, "series"),
    ...(scored && count > 0
      ? [
          "<h3>The worst</h3>",
          small(places.slice(0, count)),
          "<h3>The best</h3>",
          small(places.slice(Math.max(count, places.length - count)).reverse()),
        ]
      : []),
    note,
    "<h3>All series</h3>",
    `<div id="table">${tableHtml({
      caption: table.rows.length > staticRows ? `The first ${staticRows} of ${table.rows.length} series` : "All series",
      columns: table.columns,
      rows: table.rows.slice(0, staticRows),
    })}</div>`,
  );
}
