// The report: one HTML file that needs nothing else. In: what a run came to, and the page's own script and style. Out: HTML in pieces,
// the same bytes for the same input. Nothing in the data can become markup or run: text is escaped, the data stand in an element that is
// not a script, and the policy in the head lets nothing run or load but what is hashed there.
import { createHash } from "node:crypto";
import type { Table } from "../../base/table.js";
import { leaderboardTable } from "../../evaluate/compare.js";
import { foldsChart, forecastChart, smallChart } from "./charts.js";
import { chooseDrawings, type Drawing } from "./drawings.js";
import { type Headline, rowsOf, writeHeadline } from "./headline.js";
import { pageDataOf } from "./page-data.js";
import {
  errorsSection,
  factsSection,
  figure,
  forecastNumbers,
  scoresSection,
  section,
  trainingSection,
} from "./sections.js";
import { rankSeries, type SeriesTable } from "./series-table.js";
import { modelCalled, type ReportBacktest, type ReportSource, scoredPart, titleOf } from "./source.js";
import { tableHtml } from "./tables.js";
import { countText, embedJson, escapeText, nameHtml } from "./text.js";

/** What stands in every page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Series drawn small: so many of the worst, and of the best. */
const smallCount = 6;
/** Rows of the table of series without scripts. */
const staticRows = 50;

export function* renderPage(source: ReportSource, { script, style }: PageAssets): Generator<string> {
  const { frame, horizon, backtest } = source;
  const isPanel = frame.series.length > 1;
  const boardTable = backtest && boardOf(backtest);
  const board = boardTable === undefined ? [] : rowsOf(boardTable);
  const main = backtest && bestIn(backtest, board);
  const model = backtest && main !== undefined ? modelCalled(backtest.result, main) : undefined;
  const headline = writeHeadline(source, board, main ?? "");
  const table = rankSeries(source, main);
  const drawings = chooseDrawings(source, model, table.ranked);
  const placeOf = new Map(drawings.map(({ series }, i) => [series, i]));
  const drawn = table.ranked.map((s) => placeOf.get(s) ?? -1);
  const title = `Forecast report: ${titleText(source)}`;
  yield `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`;
  yield `<meta http-equiv="Content-Security-Policy" content="${policyOf({ script, style })}">\n`;
  yield `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n<meta name="generator" content="hindcast ${escapeText(source.version)}">\n`;
  yield `<title>${escapeText(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n`;
  yield `<a class="skip" href="#main">Skip to the report</a>\n<header><p class="brand">Forecast report</p><h1>${nameHtml(titleText(source))}</h1>${headlineHtml(headline)}</header>\n<main id="main">\n`;
  yield chartsSection(source, drawings);
  if (isPanel) yield panelSection(source, table, drawings, drawn);
  if (backtest !== undefined && boardTable !== undefined && main !== undefined)
    for (const part of [scoresSection(backtest, boardTable, main), errorsSection(backtest, main)]) yield part;
  yield trainingSection(source);
  yield factsSection(source);
  yield `\n</main>\n<footer><p>hindcast ${escapeText(source.version)}. Charts: drag, or + and −, to zoom; arrow keys to read values.</p></footer>\n`;
  const pageTable = isPanel ? { columns: table.columns, rows: table.rows, drawn } : null;
  yield `<script type="application/json" id="data">${embedJson(pageDataOf(frame, horizon, drawings, pageTable))}</script>\n`;
  yield `<script>${script}</script>\n</body>\n</html>\n`;
}

/** Nothing is loaded, and of scripts and styles only these very texts are taken. */
export function policyOf({ script, style }: PageAssets): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
}

/** The lowest MASE first. */
function boardOf(backtest: ReportBacktest): Table {
  const { step, maseSeason } = backtest;
  return leaderboardTable(scoredPart(backtest), { step, ...(maseSeason === undefined ? {} : { maseSeason }) });
}

/** Of the models asked for, the one with the lowest MASE: the one that the page is about. */
export function bestAsked(backtest: ReportBacktest): string | undefined {
  return backtest.asked.length === 1 ? backtest.asked[0] : bestIn(backtest, rowsOf(boardOf(backtest)));
}

function bestIn({ asked }: ReportBacktest, board: ReturnType<typeof rowsOf>): string | undefined {
  return board.map(({ model }) => String(model)).find((name) => asked.includes(name));
}

function titleText({ frame }: ReportSource): string {
  const [only, ...others] = frame.series;
  if (only === undefined) return "no series";
  return others.length === 0
    ? titleOf(frame, only)
    : `${frame.columns.wide ? "" : `${frame.columns.targets.join(", ")}, `}${countText(frame.series.length, "series")}`;
}

function headlineHtml({ tone, answer, trust }: Headline): string {
  const badge = {
    better: "better than the baselines",
    baseline: "a baseline itself",
    even: "no better than a baseline",
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
    ? ` of <span class="chosen">${nameHtml(titleOf(frame, frame.series[drawing.series]!))}</span>`
    : "";
  const slot = (what: "forecast" | "folds", chart: string) =>
    `<div class="chart" data-chart="${what}"><div class="still scroll" role="region" tabindex="0" aria-label="Chart">${chart}</div></div>`;
  const bands = drawing.forecast?.bands.map(({ percent }) => percent).join(", ");
  const keys = (items: readonly (readonly [string, string])[]) =>
    `<ul class="legend">${items.map(([mark, text]) => `<li>${keyOf(mark)}${text}</li>`).join("")}</ul>`;
  const observed = [
    ["observed", "observed"],
    ...(drawings.some(({ values }) => values.some(Number.isNaN)) ? [["missing", "missing"] as const] : []),
    ...(drawings.some(({ outliers }) => outliers.length > 0) ? [["outlier", "outlier"] as const] : []),
  ] as const;
  const forecastFigure = figure(
    `${forecast === undefined ? "The data" : "History and forecast"}${name}`,
    slot("forecast", forecastChart(frame, drawing, horizon, season)),
    keys([
      ...observed,
      ...(drawing.forecast === undefined ? [] : [["forecast", "forecast"] as const]),
      ...(bands ? [["band", `${bands} % intervals`] as const] : []),
    ]),
    forecast === undefined ? "" : forecastNumbers(source, forecast),
  );
  const left = backtest === undefined ? 0 : backtest.result.folds.length - drawing.folds.length;
  const foldsFigure =
    drawing.folds.length === 0
      ? ""
      : figure(
          `Backtest over what came${name}`,
          slot("folds", foldsChart(frame, drawing, horizon, season)),
          keys([
            ["observed", "observed"],
            ["fold", "forecast from each origin"],
          ]),
          left > 0
            ? `<p class="note">The newest ${countText(drawing.folds.length, "fold")} of ${backtest?.result.folds.length}.</p>`
            : "",
        );
  return section("charts", forecast === undefined ? "Backtest" : "Forecast", forecastFigure, foldsFigure);
}

function keyOf(mark: string): string {
  const drawn = {
    observed: '<path class="observed" d="M1 5H27"/>',
    forecast: '<path class="forecast" d="M1 5H27"/>',
    fold: '<path class="fold" d="M1 5H13"/><path class="fold other" d="M15 5H27"/>',
    band: '<rect class="band" x="1" width="26" height="10"/>',
    missing: '<rect class="missing" x="10" width="8" height="10"/>',
    outlier: '<circle class="outlier" cx="14" cy="5" r="3.5"/>',
  }[mark];
  return `<svg class="key" viewBox="0 0 28 10" aria-hidden="true">${drawn}</svg>`;
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
        const name = nameHtml(titleOf(frame, frame.series[drawing.series]!));
        return `<figure><figcaption>${name}</figcaption>${smallChart(frame, drawing, horizon)}</figure>`;
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
