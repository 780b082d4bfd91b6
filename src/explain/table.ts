// Explanations as rows. In: what was found by each method. Out: one table, the parts that matter most first, lags in their order.
import type { Cell, Table } from "../base/table.js";
import { type NetworkConfig, stepCount } from "../model/config.js";
import type { Importance, JoinedContributions } from "./members.js";
import { rangeText } from "./parts.js";

type Row = readonly Cell[];

/** @param rows of each model, without its name */
export function explanationTable(models: readonly { readonly model: string; readonly rows: readonly Row[] }[]): Table {
  return {
    type: "explanation",
    columns: ["model", "method", "series", "input", "lags", "importance", "deviation", "mae"],
    rows: models.flatMap(({ model, rows }) => rows.map((row) => [model, ...row])),
    spare: ["mae", "deviation"],
  };
}

/** Importance: how much MASE rises. */
export function permutationRows(parts: readonly Importance[]): Row[] {
  const rows = parts.map(({ input, lags, mase, deviation, mae }) => ({
    isWhole: lags === "all",
    size: mase,
    cells: ["permutation", "all", input, lags, mase, deviation, mae],
  }));
  return wholesFirst(rows);
}

/** Importance: the weight of a part in the forecast. */
export function weightRow(weight: number): Row {
  return ["weight", "all", "model", "all", weight, null, null];
}

/** Importance: what is added to the forecast, in the data's units. The inputs as a whole make up for what the forecast has and the baseline has not. */
export function gradientRows({ forecast, baseline, parts }: JoinedContributions, series: string): Row[] {
  const row = (input: string, lags: string, value: number): Row => ["gradient", series, input, lags, value, null, null];
  const rows = parts.map(({ input, lags, contribution }) => ({
    isWhole: lags === "all",
    size: Math.abs(contribution),
    cells: row(input, lags, contribution),
  }));
  return [row("(forecast)", "all", forecast), row("(baseline)", "all", baseline), ...wholesFirst(rows)];
}

function wholesFirst(rows: readonly { isWhole: boolean; size: number; cells: Row }[]): Row[] {
  const wholes = rows.filter(({ isWhole }) => isWhole).sort((a, b) => b.size - a.size);
  return [...wholes, ...rows.filter(({ isWhole }) => !isWhole)].map(({ cells }) => cells);
}

/** Importance: the weight of a step, or segment, of the window. @param weights [T/N], the oldest first */
export function attentionRows(config: NetworkConfig, weights: Float64Array, series: string): Row[] {
  const steps = stepCount(config);
  const width = config.window / steps;
  return Array.from({ length: steps }, (_, i): Row => {
    const lags = rangeText(i * width + 1, (i + 1) * width);
    return ["attention", series, "states", lags, weights[steps - 1 - i]!, null, null];
  });
}

/** Importance: what a lag weighs in the sum that is the forecast, on average over the horizon; all lags together weigh 1. */
export function lagRows(weights: ReadonlyMap<number, number>): Row[] {
  return Array.from(weights, ([lag, weight]): Row => ["lag", "all", "target", rangeText(lag, lag), weight, null, null]);
}

/** Importance: how far a covariate moves the series, on average, in the data's units. @param names, sizes [columns] */
export function effectRows(names: readonly string[], sizes: readonly number[], series: string): Row[] {
  return names
    .map((name, c): Row => ["effect", series, name, "all", sizes[c]!, null, null])
    .sort((a, b) => Number(b[4]) - Number(a[4]));
}

/** Lighter ones are not told. */
const leastWeight = 0.005;

/** Importance: the share that a candidate has in the forecast. @param weights, names [candidate] */
export function leaningRows(weights: readonly number[], names: readonly string[], series: string): Row[] {
  return weights
    .map((weight, c): Row => ["candidate", series, names[c]!, "all", weight, null, null])
    .filter((row) => Number(row[4]) >= leastWeight)
    .sort((a, b) => Number(b[4]) - Number(a[4]));
}
