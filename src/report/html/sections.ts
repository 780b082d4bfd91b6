// The parts of a page, one after the other. In: a report's source and what was made of it. Out: HTML of each part; "" of one that there is
// nothing to say in.
import { observedCount } from "../../base/numeric.js";
import type { Cell, Table } from "../../base/table.js";
import { forecastTable } from "../../forecast/forecast-table.js";
import { describeFrequency } from "../../series/frequency.js";
import { observedRange } from "../../series/gaps.js";
import { stampAt } from "../../series/grid.js";
import { outlierSteps } from "../../series/outliers.js";
import { formatStamp } from "../../series/stamp.js";
import type { Chart } from "./charts.js";
import { chartFigure, section } from "./figures.js";
import { errorCharts, type Numbered, splitChart, trainingChart, worthOf } from "./report-charts.js";
import type { Fact, PageSource, ReportBacktest, ReportForecast, ReportSource } from "./source.js";
import { foldedTable, tableHtml } from "./tables.js";
import { countText, escapeText, nameHtml, numberText } from "./text.js";
import type { Told } from "./told.js";

/** Scores that a reader looks at first. */
const leadingColumns = ["rank", "model", "mase", "mae", "rmse", "smape", "skill", "coverage", "p_best"];
/** Characters of a fact; names of columns may be in it. */
const longestFact = 400;
/** Rows of a table of forecasts. */
const mostRows = 400;

export function forecastNumbers({ frame, horizon }: ReportSource, { forecasts, columns }: ReportForecast): string {
  if (frame.series.length * horizon > mostRows) return "";
  const table = forecastTable(frame, forecasts, horizon, columns);
  return foldedTable({ caption: "The forecast", columns: table.columns, rows: [...table.rows] });
}

export function scoresSection(backtest: ReportBacktest, board: Table, told: Told): string {
  const rows = Array.from(board.rows);
  const model = board.columns.indexOf("model");
  const { horizon, folds } = backtest.result;
  const marked = rows.findIndex((row) => row[model] === told.main);
  const leading = selectColumns(board.columns, rows, (column, c) =>
    column === "chose" ? rows.some((row) => row[c] !== row[model]) : leadingColumns.includes(column),
  );
  return section(
    "scores",
    "Scores",
    `<p>${countText(folds.length, "fold")}, ${countText(horizon, "step")} each, the newest data last; no model had seen them. Lower is better but for skill, the share of the seasonal naive’s error that is saved, and coverage, which should be what its interval says; p_best is how likely chance alone makes such a difference to the best one.</p>`,
    tableHtml({ ...leading, caption: "Models and baselines on the same folds, the lowest MASE first", marked }),
    leading.columns.length < board.columns.length
      ? `<details><summary>All scores</summary>${tableHtml({ caption: "All scores", columns: board.columns, rows, marked })}</details>`
      : "",
    `<div class="pair">`,
    numberedFigure(splitChart(backtest, told, "step")),
    numberedFigure(splitChart(backtest, told, "fold")),
    "</div>",
  );
}

function numberedFigure(numbered: Numbered | undefined): string {
  return numbered === undefined ? "" : chartFigure(numbered.chart, foldedTable(numbered.table));
}

function noted(chart: Chart | undefined, note: string, ...rest: readonly string[]): string {
  return chart === undefined ? "" : chartFigure(chart, `<p class="note">${note}</p>`, ...rest);
}

function selectColumns(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  isWanted: (column: string, c: number) => boolean,
): { columns: string[]; rows: Cell[][] } {
  const places = columns.map((_, c) => c).filter((c) => isWanted(columns[c]!, c));
  return { columns: places.map((c) => columns[c]!), rows: rows.map((row) => places.map((c) => row[c]!)) };
}

export function errorsSection(backtest: ReportBacktest, main: string): string {
  const charts = errorCharts(backtest, main);
  if (charts === undefined) return "";
  const { count, calibration, points, autocorrelation, histogram } = charts;
  return section(
    "errors",
    "Errors and intervals",
    `<p>From ${countText(count, "error")} of ${nameHtml(main)} in the backtest. Errors of one fold share what came, so neighbours are alike even for a good model, and the bounds are those of independent ones.</p>`,
    `<div class="pair">`,
    noted(
      calibration,
      "On the dashed line intervals hold what they say; below it they are too narrow. The band is what chance allows for.",
      foldedTable({
        caption: "Coverage of the intervals in percent",
        columns: ["to hold", "held", "from", "to", "points"],
        rows: points.map(({ nominal, observed, low, high, count }) => [nominal, observed, low, high, count]),
      }),
    ),
    noted(autocorrelation, "Bars beyond the dashed bounds are patterns that the model left."),
    noted(histogram, "With the normal distribution of the same mean and spread."),
    "</div>",
  );
}

/** What the forecasts rest on, model by model where there are several. */
export function explanationSection(source: ReportSource): string {
  const parts = worthOf(source);
  if (source.explanation === undefined || parts.length === 0) return "";
  const { table, notes } = source.explanation;
  return section(
    "explanation",
    "What the forecast rests on",
    ...notes.map((note) => `<p>${escapeText(note)}.</p>`),
    ...parts.map(
      ({ model, weight, inputs, lags, contributions, contributedLags, attention, effects, candidates, weights }) =>
        `${parts.length > 1 ? `<h3>${nameHtml(model)}, ${numberText(100 * weight, 3)}\u202F% of the forecast</h3>` : ""}<div class="pair">${[
          noted(
            inputs,
            "How much worse the forecasts are when an input is given another window’s numbers. The thin lines reach two standard deviations, from one shuffle to the next, to either side: where they take in 0, it may be nothing.",
          ),
          noted(lags, "The same for the series’ own past, 1 being the newest step."),
          noted(
            contributions,
            "What each input adds to the mean of this forecast, against a window that says nothing.",
          ),
          noted(contributedLags, "What each step of the series’ own past adds to it."),
          noted(attention, "How the network weighs the steps of its window."),
          noted(
            effects,
            "How far each column that is known ahead moves the series; what follows is of the series without it.",
          ),
          noted(candidates, "The pretrained model is a weighted sum of these."),
          noted(weights, "The linear model is this sum of the series’ own past, on average over the horizon."),
        ].join("")}</div>`,
    ),
    foldedTable({ caption: "What the forecast rests on", columns: table.columns, rows: [...table.rows] }),
  );
}

export function trainingSection({ training }: ReportSource): string {
  if (training === undefined) return "";
  const { loss, bestEpoch, stopped, refitted } = training;
  const why = { epochs: "all epochs were done", patience: "no more epochs helped", "max-time": "time was up" }[stopped];
  return section(
    "training",
    "Training",
    `<p>Stopped after ${countText(loss.length, "epoch")}, as ${why}; the weights of epoch ${bestEpoch} were kept${refitted ? ", then the network was trained afresh on everything for as long" : ""}.</p>`,
    `<div class="pair">`,
    numberedFigure(trainingChart(training)),
    "</div>",
  );
}

export function factsSection(source: PageSource): string {
  return section(
    "facts",
    "Data, model and command",
    `<div class="pair">`,
    factList("Data", dataFacts(source)),
    factList("Model", source.modelFacts),
    "</div>",
    `<h3 id="command">Made by</h3><pre tabindex="0" aria-labelledby="command"><code>${escapeText(source.command)}</code></pre>`,
  );
}

function factList(title: string, facts: readonly Fact[]): string {
  if (facts.length === 0) return "";
  const rows = facts.map(
    ([name, value]) => `<div><dt>${escapeText(name)}</dt><dd>${nameHtml(value, longestFact)}</dd></div>`,
  );
  return `<div><h3>${title}</h3><dl>${rows.join("")}</dl></div>`;
}

function dataFacts({ frame, seasons }: ReportSource): Fact[] {
  const { series, grid, timeStyle, columns } = frame;
  const stamp = (instant: number) => formatStamp(timeStyle, grid.zone, instant);
  const sum = (countOf: (values: Float64Array) => number) =>
    series.reduce((total, { values }) => total + countOf(values), 0);
  const known = series.filter(({ values }) => values.length > 0);
  const first = Math.min(...known.map(({ start }) => start));
  const last = known.reduce(
    (newest, one) => Math.max(newest, stampAt(grid, one.start, one.values.length - 1)),
    -Infinity,
  );
  const outliers = sum(
    (values) => outlierSteps(values, seasons.findLast((one) => one * 5 <= values.length) ?? 1).length,
  );
  return [
    ["target", columns.targets.join(", ")],
    ["series", countText(series.length, "series")],
    [
      "steps",
      `${countText(
        sum((values) => values.length),
        "step",
      )}, ${describeFrequency(grid.frequency)}`,
    ],
    ...(known.length > 0 ? [["span", `${stamp(first)} to ${stamp(last)}`] as const] : []),
    ["observed", countText(sum(observedCount), "value")],
    [
      "missing",
      countText(
        sum((values) => observedRange(values).insideCount),
        "step",
      ),
    ],
    ["outliers", countText(outliers, "value")],
    ["seasons", seasons.length === 0 ? "none found" : `${seasons.join(" and ")} steps`],
    ...(frame.covariates === undefined
      ? []
      : [["known beside", frame.covariates.map(({ name, kind }) => `${name} (${kind})`).join(", ")] as const]),
  ];
}
