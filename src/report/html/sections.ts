// The parts of a page, one after the other. In: a report's source and what was made of it. Out: HTML of each part; "" of one that there is
// nothing to say in.
import { observedCount } from "../../base/numeric.js";
import type { Cell, Table } from "../../base/table.js";
import { type Split, scoreTable } from "../../evaluate/score-table.js";
import { forecastTable } from "../../forecast/forecast-table.js";
import { describeFrequency } from "../../series/frequency.js";
import { observedRange } from "../../series/gaps.js";
import { stampAt } from "../../series/grid.js";
import { outlierSteps } from "../../series/outliers.js";
import { formatStamp } from "../../series/stamp.js";
import { autocorrelationChart, calibrationChart, histogramChart, linesChart } from "./charts.js";
import { autocorrelate, calibrationOf, collectErrors, histogramOf } from "./diagnostics.js";
import { rowsOf } from "./headline.js";
import { type Fact, modelCalled, type ReportBacktest, type ReportForecast, type ReportSource } from "./source.js";
import { foldedTable, tableHtml } from "./tables.js";
import { countText, escapeText, nameHtml } from "./text.js";

/** Lines that can be told apart. */
const mostLines = 6;
const mostLags = 24;
/** Scores that a reader looks at first. */
const leadingColumns = ["rank", "model", "mase", "mae", "rmse", "smape", "skill", "coverage", "p_best"];
/** Rows of a table of forecasts. */
const mostRows = 400;

export function section(id: string, title: string, ...content: readonly string[]): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeText(title)}</h2>${content.join("")}</section>`;
}

export function figure(title: string, chart: string, ...rest: readonly string[]): string {
  return `<figure><figcaption>${title}</figcaption>${chart}${rest.join("")}</figure>`;
}

export function forecastNumbers({ frame, horizon }: ReportSource, { forecasts, columns }: ReportForecast): string {
  if (frame.series.length * horizon > mostRows) return "";
  const table = forecastTable(frame, forecasts, horizon, columns);
  return foldedTable({ caption: "The forecast", columns: table.columns, rows: [...table.rows] });
}

/** @param board the leaderboard @param main the model that the page is about */
export function scoresSection(backtest: ReportBacktest, board: Table, main: string): string {
  const rows = Array.from(board.rows);
  const model = board.columns.indexOf("model");
  const { horizon, folds } = backtest.result;
  const names = rows.map((row) => String(row[model]));
  const marked = names.indexOf(main);
  const leading = selectColumns(board.columns, rows, (column, c) =>
    column === "chose" ? rows.some((row) => row[c] !== row[model]) : leadingColumns.includes(column),
  );
  const shown = [main, ...names.filter((name) => name !== main)].slice(0, mostLines);
  return section(
    "scores",
    "Scores",
    `<p>${countText(folds.length, "fold")}, ${countText(horizon, "step")} each, the newest data last; no model had seen them. Lower is better but for skill, the share of the seasonal naive’s error that is saved, and coverage, which should be what its interval says; p_best is how likely chance alone makes such a difference to the best one.</p>`,
    tableHtml({ ...leading, caption: "Models and baselines on the same folds, the lowest MASE first", marked }),
    leading.columns.length < board.columns.length
      ? `<details><summary>All scores</summary>${tableHtml({ caption: "All scores", columns: board.columns, rows, marked })}</details>`
      : "",
    `<div class="pair">`,
    splitFigure(backtest, "step", shown),
    splitFigure(backtest, "fold", shown),
    "</div>",
  );
}

function selectColumns(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  isWanted: (column: string, c: number) => boolean,
): { columns: string[]; rows: Cell[][] } {
  const places = columns.map((_, c) => c).filter((c) => isWanted(columns[c]!, c));
  return { columns: places.map((c) => columns[c]!), rows: rows.map((row) => places.map((c) => row[c]!)) };
}

function splitFigure(backtest: ReportBacktest, by: Extract<Split, "step" | "fold">, names: readonly string[]): string {
  const { result, maseSeason } = backtest;
  const count = by === "step" ? result.horizon : result.folds.length;
  if (count < 2) return "";
  const part = { ...result, quantiles: [], models: result.models.filter(({ name }) => names.includes(name)) };
  const rows = rowsOf(scoreTable(part, { by: [by], ...(maseSeason === undefined ? {} : { maseSeason }) }));
  const metric = rows.some(({ mase }) => typeof mase === "number") ? "mase" : "mae";
  const x = Array.from({ length: count }, (_, i) => i + 1);
  const lines = names.map((name) => {
    const own = new Map(rows.filter(({ model }) => model === name).map((row) => [row[by], row[metric]]));
    return { name, y: x.map((at) => (typeof own.get(at) === "number" ? Number(own.get(at)) : Number.NaN)) };
  });
  const ends = (y: readonly number[]) => `${y[0]?.toPrecision(3)} to ${y.at(-1)?.toPrecision(3)}`;
  const title = by === "step" ? "Error by step ahead" : "Error by fold, the oldest first";
  const unit = metric.toUpperCase();
  return figure(
    `${title} <span class="unit">${unit}</span>`,
    linesChart({
      x,
      lines,
      xTitle: by === "step" ? "steps ahead" : "fold",
      label: `${title}, ${unit}: ${lines.map(({ name, y }) => `${name} ${ends(y)}`).join(", ")}.`,
    }),
    legend(names),
    foldedTable({
      caption: `${title}, ${unit}`,
      columns: [by, ...names],
      rows: x.map((at, i): Cell[] => [at, ...lines.map(({ y }) => (Number.isNaN(y[i]!) ? null : y[i]!))]),
    }),
  );
}

function legend(names: readonly string[]): string {
  const items = names.map(
    (name, i) =>
      `<li><svg class="key" viewBox="0 0 28 10" aria-hidden="true"><path class="line l${i}" d="M1 5H27"/></svg>${nameHtml(name)}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}

/** Whether the intervals hold what they say, and what is left in the errors. */
export function errorsSection({ result, maseSeason }: ReportBacktest, main: string): string {
  const model = modelCalled(result, main);
  const isPanel = result.frame.series.length > 1;
  const errors = collectErrors(result, model, isPanel ? (maseSeason ?? result.season) : null);
  const count = errors.known.length;
  if (count < 2) return "";
  const points = calibrationOf(result, model);
  const lagCount = Math.min(mostLags, Math.max(...errors.bySeries.map(({ length }) => length)) - 1);
  const correlation = autocorrelate(errors, lagCount);
  const histogram = histogramOf(errors.known);
  const unit = isPanel ? "in seasonal differences" : "in the data’s units";
  return section(
    "errors",
    "Errors and intervals",
    `<p>From ${countText(count, "error")} of ${nameHtml(main)} in the backtest. Errors of one fold share what came, so neighbours are alike even for a good model, and the bounds are those of independent ones.</p>`,
    `<div class="pair">`,
    points.length === 0
      ? ""
      : figure(
          `Calibration <span class="unit">% of what came inside the interval</span>`,
          calibrationChart(points),
          `<p class="note">On the dashed line intervals hold what they say; below it they are too narrow. The band is what chance allows for.</p>`,
          foldedTable({
            caption: "Coverage of the intervals in percent",
            columns: ["to hold", "held", "from", "to", "points"],
            rows: points.map(({ nominal, observed, low, high, count }) => [nominal, observed, low, high, count]),
          }),
        ),
    lagCount < 1 || correlation.values.every(Number.isNaN)
      ? ""
      : figure(
          "Autocorrelation of the errors",
          autocorrelationChart(correlation),
          `<p class="note">Bars beyond the dashed bounds are patterns that the model left.</p>`,
        ),
    figure(
      `Distribution of the errors <span class="unit">count</span>`,
      histogramChart(histogram, unit),
      `<p class="note">With the normal distribution of the same mean and spread.</p>`,
    ),
    "</div>",
  );
}

export function trainingSection({ training }: ReportSource): string {
  if (training === undefined) return "";
  const { loss, validationLoss, bestEpoch, stopped, refitted } = training;
  const x = loss.map((_, i) => i + 1);
  const hasHeldBack = validationLoss.length > 0;
  const names = ["training", ...(hasHeldBack ? ["held back"] : [])];
  const why = { epochs: "all epochs were done", patience: "no more epochs helped", "max-time": "time was up" }[stopped];
  return section(
    "training",
    "Training",
    `<p>Stopped after ${countText(loss.length, "epoch")}, as ${why}; the weights of epoch ${bestEpoch} were kept${refitted ? ", then the network was trained afresh on everything for as long" : ""}.</p>`,
    `<div class="pair">`,
    figure(
      `Learning curves <span class="unit">loss on scaled values</span>`,
      linesChart({
        x,
        xTitle: "epoch",
        label: `Training loss from ${loss[0]?.toPrecision(3)} to ${loss.at(-1)?.toPrecision(3)}${hasHeldBack ? `, on what was held back from ${validationLoss[0]?.toPrecision(3)} to ${validationLoss.at(-1)?.toPrecision(3)}` : ""}, over ${countText(loss.length, "epoch")}.`,
        lines: [
          { name: "training", y: loss },
          ...(hasHeldBack ? [{ name: "held back", y: x.map((_, i) => validationLoss[i] ?? Number.NaN) }] : []),
        ],
      }),
      legend(names),
      foldedTable({
        caption: "Loss of each epoch",
        columns: ["epoch", ...names],
        rows: x.map((epoch, i): Cell[] => [epoch, loss[i]!, ...(hasHeldBack ? [validationLoss[i] ?? null] : [])]),
      }),
    ),
    "</div>",
  );
}

export function factsSection(source: ReportSource): string {
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
  const rows = facts.map(([name, value]) => `<div><dt>${escapeText(name)}</dt><dd>${nameHtml(value)}</dd></div>`);
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
