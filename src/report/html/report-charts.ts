// The charts that a report may have beside those of its series. In: a report's source. Out: charts, with the numbers they show where those
// are worth a table; undefined where there is nothing to draw.
import { type Cell, recordsOf, type TableRecord } from "../../base/table.js";
import { type Split, scoreTable } from "../../evaluate/score-table.js";
import type { TrainingRecord } from "../../fit/config.js";
import { autocorrelationChart, type Chart, calibrationChart, histogramChart, linesChart } from "./charts.js";
import { autocorrelate, type CalibrationPoint, calibrationOf, collectErrors, histogramOf } from "./diagnostics.js";
import { modelCalled, type ReportBacktest, type ReportSource } from "./source.js";
import type { HtmlTable } from "./tables.js";
import { countText, numberText } from "./text.js";
import type { Told } from "./told.js";
import { lagsChart, rankedChart, type Worth } from "./worth-charts.js";

/** Lines that can be told apart. */
const mostLines = 6;
const mostLags = 24;
/** Bars of a chart of names. */
const mostNames = 12;

export interface Numbered {
  readonly chart: Chart;
  readonly table: HtmlTable;
}

/** The error of the model that the page is about and of the others at each step ahead, or at each fold. */
export function splitChart(
  { result, maseSeason }: ReportBacktest,
  { rows: board, main }: Pick<Told, "rows" | "main">,
  by: Extract<Split, "step" | "fold">,
): Numbered | undefined {
  const count = by === "step" ? result.horizon : result.folds.length;
  if (count < 2) return undefined;
  const all = board.map(({ model }) => String(model));
  const names = [...all.filter((name) => name === main), ...all.filter((name) => name !== main)].slice(0, mostLines);
  const part = { ...result, quantiles: [], models: result.models.filter(({ name }) => names.includes(name)) };
  const rows = recordsOf(scoreTable(part, { by: [by], maseSeason }));
  const metric = rows.some(({ mase }) => typeof mase === "number") ? "mase" : "mae";
  const x = Array.from({ length: count }, (_, i) => i + 1);
  const lines = names.map((name) => {
    const own = new Map(rows.filter(({ model }) => model === name).map((row) => [row[by], row[metric]]));
    return { name, y: x.map((at) => (typeof own.get(at) === "number" ? Number(own.get(at)) : Number.NaN)) };
  });
  const title = by === "step" ? "Error by step ahead" : "Error by fold, the oldest first";
  const unit = metric.toUpperCase();
  return {
    chart: linesChart({
      title,
      unit,
      x,
      lines,
      xTitle: by === "step" ? "steps ahead" : "fold",
      label: `${title}, ${unit}: ${lines.map(({ name, y }) => `${name} ${endsText(y)}`).join(", ")}.`,
    }),
    table: {
      caption: `${title}, ${unit}`,
      columns: [by, ...names],
      rows: x.map((at, i): Cell[] => [at, ...lines.map(({ y }) => (Number.isNaN(y[i]!) ? null : y[i]!))]),
    },
  };
}

export interface ErrorCharts {
  /** Of what was scored, in the backtest. */
  readonly count: number;
  readonly calibration: Chart | undefined;
  readonly points: readonly CalibrationPoint[];
  readonly autocorrelation: Chart | undefined;
  readonly histogram: Chart;
}

/** Whether the intervals hold what they say, and what is left in the errors. */
export function errorCharts({ result, maseSeason }: ReportBacktest, main: string): ErrorCharts | undefined {
  const model = modelCalled(result, main);
  const isPanel = result.frame.series.length > 1;
  const errors = collectErrors(result, model, isPanel ? (maseSeason ?? result.season) : null);
  const count = errors.known.length;
  if (count < 2) return undefined;
  const points = calibrationOf(result, model);
  const lagCount = Math.min(mostLags, Math.max(...errors.bySeries.map(({ length }) => length)) - 1);
  const correlation = autocorrelate(errors, lagCount);
  const hasLags = lagCount >= 1 && !correlation.values.every(Number.isNaN);
  return {
    count,
    points,
    calibration: points.length === 0 ? undefined : calibrationChart(points),
    autocorrelation: hasLags ? autocorrelationChart(correlation) : undefined,
    histogram: histogramChart(histogramOf(errors.known), isPanel ? "in seasonal differences" : "in the data’s units"),
  };
}

export function trainingChart({ loss, validationLoss }: TrainingRecord): Numbered {
  const x = loss.map((_, i) => i + 1);
  const hasHeldBack = validationLoss.length > 0;
  const lines = [
    { name: "training", y: loss },
    ...(hasHeldBack ? [{ name: "held back", y: x.map((_, i) => validationLoss[i] ?? Number.NaN) }] : []),
  ];
  const heldBack = hasHeldBack ? `, on what was held back from ${endsText(validationLoss)}` : "";
  return {
    chart: linesChart({
      title: "Learning curves",
      unit: "loss on scaled values",
      x,
      xTitle: "epoch",
      label: `Training loss from ${endsText(loss)}${heldBack}, over ${countText(loss.length, "epoch")}.`,
      lines,
    }),
    table: {
      caption: "Loss of each epoch",
      columns: ["epoch", ...lines.map(({ name }) => name)],
      rows: x.map((epoch, i): Cell[] => [epoch, ...lines.map(({ y }) => (Number.isNaN(y[i]!) ? null : y[i]!))]),
    },
  };
}

/** What one of the models that forecast together rests on. */
export interface ModelWorth {
  readonly model: string;
  /** Its share in the forecast. */
  readonly weight: number;
  readonly inputs: Chart | undefined;
  readonly lags: Chart | undefined;
  readonly contributions: Chart | undefined;
  readonly contributedLags: Chart | undefined;
  readonly attention: Chart | undefined;
  readonly effects: Chart | undefined;
  readonly candidates: Chart | undefined;
  /** Of lags, in the sum that a linear model is. */
  readonly weights: Chart | undefined;
}

/** The first and the last of those that are known. */
function endsText(values: readonly number[]): string {
  const known = values.filter(Number.isFinite);
  return `${numberText(known[0], 3)} to ${numberText(known.at(-1), 3)}`;
}

/** How far a standard deviation either way is shown; an importance within it may be none. */
const deviations = 2;

export function worthOf({ explanation }: Pick<ReportSource, "explanation">): ModelWorth[] {
  const rows = explanation === undefined ? [] : recordsOf(explanation.table);
  return [...new Set(rows.map(({ model }) => String(model)))].map((model) => {
    const own = rows.filter((row) => row.model === model);
    const of = (method: string, isWanted: (row: TableRecord) => boolean = () => true) =>
      own.filter((row) => row.method === method && isWanted(row));
    const isWhole = ({ lags }: TableRecord) => lags === "all";
    const isPart = ({ lags }: TableRecord) => lags !== "all";
    const isInput = (row: TableRecord) => isWhole(row) && !String(row.input).startsWith("(");
    const onAverage = (method: string) => {
      const found = of(method);
      const average = found.some(({ series }) => series === "all") ? "all" : found[0]?.series;
      return found.filter(({ series }) => series === average);
    };
    return {
      model,
      weight: Number(of("weight")[0]?.importance ?? 1),
      inputs: ranked("Inputs", "MASE added when shuffled", of("permutation", isWhole)),
      lags: inOrder("Lags of the series", "lag in steps; MASE added when shuffled", of("permutation", isPart)),
      contributions: ranked("Inputs of this forecast", "added to the forecast", of("gradient", isInput)),
      contributedLags: inOrder("Lags of this forecast", "lag in steps; added to the forecast", of("gradient", isPart)),
      attention: inOrder("Attention", "lag in steps; weight", of("attention")),
      effects: ranked("What is known ahead", "mean size of what it adds, in the data's units", onAverage("effect")),
      candidates: ranked("Classical forecasts leant on", "share of the forecast", onAverage("candidate")),
      weights: inOrder("Weights of lags", "lag in steps; weight in the sum", of("lag")),
    };
  });
}

function ranked(title: string, xTitle: string, rows: readonly TableRecord[]): Chart | undefined {
  const named = rows.slice(0, mostNames).map((row) => worthIn(row, String(row.input)));
  return named.length === 0 ? undefined : rankedChart(title, xTitle, named);
}

function inOrder(title: string, xTitle: string, rows: readonly TableRecord[]): Chart | undefined {
  return rows.length === 0
    ? undefined
    : lagsChart(
        title,
        xTitle,
        rows.map((row) => worthIn(row, String(row.lags))),
      );
}

function worthIn({ importance, deviation }: TableRecord, name: string): Worth {
  return { name, value: Number(importance), reach: deviations * Number(deviation ?? 0) };
}
