// Transforms as ONNX operators, each row by the state of its series. In: the states and values. Out: levels, and values again.
import type { SeriesPreparation } from "../scale/preparation.js";
import type { TransformState } from "../scale/transforms.js";
import type { Graph } from "./onnx-graph.js";
import { cast } from "./onnx-shapes.js";

/** Numbers of each row's series, [B, 1]. */
export type TableColumn = (pick: (series: SeriesPreparation) => number) => string;

type Kind = TransformState["kind"];
type BoxCox = Extract<TransformState, { kind: "boxcox" }>;

/** @param values [B, N] in the data's units @returns [B, N] levels */
export function addTransform(
  graph: Graph,
  all: readonly SeriesPreparation[],
  column: TableColumn,
  values: string,
): string {
  const { binary, number, clamp } = arithmetic(graph);
  return byKind(graph, all, column, (kind) => {
    switch (kind) {
      case "none":
        return values;
      case "log1p": {
        const held = clamp(values, number(0), column(log1pNumber("highest")));
        return graph.operator("Log", [binary("Add", held, number(1))]);
      }
      case "boxcox": {
        const held = clamp(values, column(boxCoxNumber("lowest")), column(boxCoxNumber("highest")));
        const logarithm = binary("Sub", graph.operator("Log", [held]), column(logOfUnit));
        return byLambda(graph, all, column, logarithm, (lambda) => {
          const power = graph.operator("Exp", [binary("Mul", logarithm, lambda)]);
          return binary("Div", binary("Sub", power, number(1)), lambda);
        });
      }
      default:
        return kind satisfies never;
    }
  });
}

/** @param levels [B, N] @returns [B, N] in the data's units */
export function invertTransform(
  graph: Graph,
  all: readonly SeriesPreparation[],
  column: TableColumn,
  levels: string,
): string {
  const { binary, number, clamp } = arithmetic(graph);
  return byKind(graph, all, column, (kind) => {
    switch (kind) {
      case "none":
        return levels;
      case "log1p": {
        const value = binary("Sub", graph.operator("Exp", [levels]), number(1));
        return clamp(value, number(0), column(log1pNumber("highest")));
      }
      case "boxcox": {
        const logarithm = byLambda(graph, all, column, levels, (lambda) => {
          // The logarithm of 0 is the bound that the transform has: −∞ or, divided by a negative λ, ∞.
          const power = binary("Max", binary("Add", binary("Mul", levels, lambda), number(1)), number(0));
          return binary("Div", graph.operator("Log", [power]), lambda);
        });
        const value = graph.operator("Exp", [binary("Add", logarithm, column(logOfUnit))]);
        return clamp(value, column(boxCoxNumber("lowest")), column(boxCoxNumber("highest")));
      }
      default:
        return kind satisfies never;
    }
  });
}

/** What `of` gives for the kind of each row's series. */
function byKind(
  graph: Graph,
  all: readonly SeriesPreparation[],
  column: TableColumn,
  of: (kind: Kind) => string,
): string {
  const [first, ...others] = [...new Set(all.map(({ transform }) => transform.kind))];
  return others.reduce(
    (rest, kind) => {
      const isKind = isOne(graph, column, ({ transform }) => transform.kind === kind);
      return graph.operator("Where", [isKind, of(kind), rest]);
    },
    of(first ?? "none"),
  );
}

/** Box–Cox takes the logarithm itself where λ is 0. @param of with a λ that is never 0 */
function byLambda(
  graph: Graph,
  all: readonly SeriesPreparation[],
  column: TableColumn,
  logarithm: string,
  of: (lambda: string) => string,
): string {
  const lambdas = all.flatMap(({ transform }) => (transform.kind === "boxcox" ? [transform.lambda] : []));
  if (lambdas.every((lambda) => lambda === 0)) return logarithm;
  const lambdaOf = boxCoxNumber("lambda");
  const powered = of(column((series) => lambdaOf(series) || 1));
  if (lambdas.every((lambda) => lambda !== 0)) return powered;
  return graph.operator("Where", [isOne(graph, column, (series) => lambdaOf(series) === 0), logarithm, powered]);
}

function isOne(graph: Graph, column: TableColumn, is: (series: SeriesPreparation) => boolean): string {
  return cast(
    graph,
    column((series) => (is(series) ? 1 : 0)),
    "bool",
  );
}

/** 1 for a series of another kind, of which it is not looked at. */
function boxCoxNumber(name: "lambda" | "unit" | "lowest" | "highest"): (series: SeriesPreparation) => number {
  return ({ transform }) => (transform.kind === "boxcox" ? (transform satisfies BoxCox)[name] : 1);
}

function log1pNumber(name: "highest"): (series: SeriesPreparation) => number {
  return ({ transform }) => (transform.kind === "log1p" ? transform[name] : 1);
}

function logOfUnit(series: SeriesPreparation): number {
  return Math.log(boxCoxNumber("unit")(series));
}

function arithmetic(graph: Graph) {
  const binary = (type: string, left: string, right: string) => graph.operator(type, [left, right]);
  return {
    binary,
    number: (value: number) => graph.constant(Float64Array.of(value), [1, 1]),
    clamp: (value: string, low: string, high: string) => binary("Min", binary("Max", value, low), high),
  };
}
