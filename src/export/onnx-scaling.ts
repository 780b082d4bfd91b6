// Everything around the network as ONNX operators, in float64: transform, season, difference and scaling of the last values of a
// series, and the way back. In: how values are prepared, and the names of what is given. Out: names of scaled windows and candidates,
// and of forecasts in the data's units. Every value is taken to be observed.
import { type NetworkConfig, outputCount } from "../model/config.js";
import type { Preparation, SeriesPreparation } from "../scale/preparation.js";
import { scaledLimit, unscaledLimit } from "../windows/gather.js";
import type { Graph } from "./onnx-graph.js";
import { type AffineNames, addScaler, addUnscaled } from "./onnx-scaler.js";
import { cast, columns, integers, unsqueeze } from "./onnx-shapes.js";
import { addTransform, invertTransform, type TableColumn } from "./onnx-transform.js";

export interface Given {
  /** [B, valueCount] float64 */
  readonly values: string;
  /** [B] which of the model's series each row is of; null where there is one */
  readonly series: string | null;
  /** [B] steps from the stamp whose phase is 0 to the first value; null where no season is taken out */
  readonly phase: string | null;
}

export interface Scaled {
  /** [B, T, 1] */
  readonly target: string;
  /** [B, C, K]; null without a mix */
  readonly candidates: string | null;
  /** @param forecast [B, K] scaled @returns [B, K] float64 in the data's units */
  toData(forecast: string): string;
}

/** Values before an origin that a forecast rests on. */
export function valueCount({ window, mix = [] }: NetworkConfig, { config }: Preparation): number {
  return Math.max(window, ...mix) + config.difference;
}

/** Whether the phase of a step is to be known. */
export function takesPhase({ series }: Preparation): boolean {
  return series.some(({ indices }) => indices !== null);
}

export function addScaling(graph: Graph, config: NetworkConfig, preparation: Preparation, given: Given): Scaled {
  const { difference } = preparation.config;
  const count = valueCount(config, preparation);
  const column = tableColumn(graph, preparation.series, given.series);
  const season = addSeason(graph, preparation, given);
  const transformed = addTransform(graph, preparation.series, column, given.values);
  const levels = season === null ? transformed : graph.operator("Sub", [transformed, season(0, count)]);
  const changes =
    difference === 0
      ? levels
      : graph.operator("Sub", [
          columns(graph, levels, difference, count),
          columns(graph, levels, 0, count - difference),
        ]);
  const known = count - difference;
  const window = columns(graph, changes, known - config.window, known);
  const affine = addAffine(graph, preparation, column, window, config.window);
  const scale = (value: string, by: AffineNames) => addScaled(graph, preparation, value, by);
  return {
    target: unsqueeze(graph, scale(window, affine), 2),
    candidates: addCandidates(graph, config, changes, known, affine, scale),
    toData(forecast) {
      const wide = cast(graph, forecast, "double");
      const unscaled = addUnscaled(graph, wide, affine);
      const stepCount = outputCount(config);
      const whole = difference === 0 ? unscaled : integrate(graph, unscaled, levels, { count, difference, stepCount });
      const level = season === null ? whole : graph.operator("Add", [whole, season(count, count + stepCount)]);
      const values = invertTransform(graph, preparation.series, column, level);
      if (config.head?.kind !== "negbin") return values;
      return graph.operator("Max", [values, graph.constant(Float64Array.of(0), [])]);
    },
  };
}

/** A number of each row's series, [B, 1] or [1, 1]. */
function tableColumn(graph: Graph, all: readonly SeriesPreparation[], series: string | null): TableColumn {
  return (pick) => {
    const values = Float64Array.from(all, pick);
    if (series === null || values.every((value) => value === values[0]))
      return graph.constant(values.slice(0, 1), [1, 1]);
    return unsqueeze(graph, graph.operator("Gather", [graph.constant(values, [values.length]), series]), 1);
  };
}

/** @returns the indices of steps `from` … `end − 1` after the first value, [B, end − from]; null where none are subtracted */
function addSeason(
  graph: Graph,
  { series: all, config: { season } }: Preparation,
  { series, phase }: Given,
): ((from: number, end: number) => string) | null {
  if (phase === null) return null;
  const table = graph.constant(
    Float64Array.from(
      { length: all.length * season },
      (_, i) => all[Math.floor(i / season)]!.indices?.[i % season] ?? 0,
    ),
    [all.length * season],
  );
  const first = unsqueeze(graph, phase, 1);
  const length = integers(graph, [season]);
  return (from, end) => {
    const steps = integers(
      graph,
      Array.from({ length: end - from }, (_, i) => from + i),
    );
    const place = graph.operator("Mod", [graph.operator("Add", [first, steps]), length]);
    if (series === null) return graph.operator("Gather", [table, place]);
    const begin = graph.operator("Mul", [unsqueeze(graph, series, 1), length]);
    return graph.operator("Gather", [table, graph.operator("Add", [begin, place])]);
  };
}

/** @param window [B, T] what a window's own scaler is fitted on */
function addAffine(
  graph: Graph,
  { config, affine }: Preparation,
  column: TableColumn,
  window: string,
  length: number,
): AffineNames {
  const constant = (value: number) => graph.constant(Float64Array.of(value), [1, 1]);
  switch (config.scale) {
    case "none":
      return { offset: constant(0), spread: constant(1) };
    case "global":
      return { offset: constant(affine?.offset ?? 0), spread: constant(affine?.spread ?? 1) };
    case "series":
      return {
        offset: column((one) => one.affine?.offset ?? 0),
        spread: column((one) => one.affine?.spread ?? 1),
      };
    case "window":
      return addScaler(graph, config.scaler, () => column((one) => one.typicalChange), window, length);
    default:
      return config.scale satisfies never;
  }
}

/** @returns float32, within the limits of scaled values */
function addScaled(graph: Graph, { config }: Preparation, value: string, { offset, spread }: AffineNames): string {
  const limit = config.scale === "none" || config.scaler === "none" ? unscaledLimit : scaledLimit;
  const scaled = graph.operator("Div", [graph.operator("Sub", [value, offset]), spread]);
  const [low, high] = [-limit, limit].map((end) => graph.constant(Float64Array.of(end), []));
  return cast(graph, graph.operator("Clip", [scaled, low!, high!]), "float");
}

/** Of all changes those that each season ago was, as `forecastCandidates` finds them where none is missing. */
function addCandidates(
  graph: Graph,
  config: NetworkConfig,
  changes: string,
  known: number,
  { offset, spread }: AffineNames,
  scale: (value: string, by: AffineNames) => string,
): string | null {
  const { mix = [] } = config;
  if (mix.length === 0) return null;
  const stepCount = outputCount(config);
  const places = mix.flatMap((lag) => Array.from({ length: stepCount }, (_, k) => known - lag + (k % lag)));
  const taken = graph.operator("Gather", [changes, integers(graph, places, [mix.length, stepCount])], { axis: 1 });
  // [B, 1, 1] beside [B, C, K]
  return scale(taken, { offset: unsqueeze(graph, offset, 2), spread: unsqueeze(graph, spread, 2) });
}

/** `integrateChanges`: step k stands on all changes of its phase before it, and on the last level of that phase. */
function integrate(
  graph: Graph,
  changes: string,
  levels: string,
  { count, difference, stepCount }: { readonly count: number; readonly difference: number; readonly stepCount: number },
): string {
  const sums = Float64Array.from({ length: stepCount * stepCount }, (_, i) => {
    const [from, to] = [Math.floor(i / stepCount), i % stepCount];
    return from <= to && from % difference === to % difference ? 1 : 0;
  });
  const places = Array.from({ length: stepCount }, (_, k) => count - difference + (k % difference));
  const recent = graph.operator("Gather", [levels, integers(graph, places)], { axis: 1 });
  const sum = graph.operator("MatMul", [changes, graph.constant(sums, [stepCount, stepCount])]);
  return graph.operator("Add", [sum, recent]);
}
