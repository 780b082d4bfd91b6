// Scalers as ONNX operators, fitted on each row as `scalers` are on a window. In: a scaler's name and windows without gaps. Out: the names
// of an offset and of a spread that is safe to divide by.
import type { ScaleConfig } from "../scale/config.js";
import { normalQuartileRange, roundingShare, smallestNormal } from "../scale/scalers.js";
import { quietShare } from "../windows/gather.js";
import type { Graph } from "./onnx-graph.js";
import { columns, integers } from "./onnx-shapes.js";

/** Of [B, 1] each: scaled = (value − offset) / spread. */
export interface AffineNames {
  readonly offset: string;
  readonly spread: string;
}

/** @param typicalChange of the rows' series, [B, 1] @param window [B, T] */
export function addScaler(
  graph: Graph,
  scaler: ScaleConfig["scaler"],
  typicalChange: () => string,
  window: string,
  length: number,
): AffineNames {
  const number = (value: number) => graph.constant(Float64Array.of(value), [1, 1]);
  if (scaler === "none") return { offset: number(0), spread: number(1) };
  const binary = (type: string, left: string, right: string) => graph.operator(type, [left, right]);
  const over = (type: string, value: string) => graph.operator(type, [value], { axes: [1], keepdims: 1 });
  const sizes = graph.operator("Abs", [window]);
  const deviation = () => {
    const apart = binary("Sub", window, over("ReduceMean", window));
    return graph.operator("Sqrt", [over("ReduceMean", binary("Mul", apart, apart))]);
  };
  const { offset, spread } = fitRule();

  const wanted = binary("Max", spread, binary("Mul", typicalChange(), number(quietShare)));
  const size = over("ReduceMax", sizes);
  const isSafe = binary(
    "And",
    binary("Greater", wanted, binary("Mul", size, number(roundingShare))),
    binary("GreaterOrEqual", wanted, number(smallestNormal)),
  );
  const isSmall = binary("And", binary("Greater", size, number(0)), binary("Less", size, number(1)));
  const own = graph.operator("Where", [isSmall, binary("Max", size, number(smallestNormal)), number(1)]);
  return { offset, spread: graph.operator("Where", [isSafe, wanted, own]) };

  function fitRule(): AffineNames {
    switch (scaler) {
      case "standard":
        return { offset: over("ReduceMean", window), spread: deviation() };
      case "minmax": {
        const least = over("ReduceMin", window);
        return { offset: least, spread: binary("Sub", over("ReduceMax", window), least) };
      }
      case "robust": {
        const sorting = { axis: 1, largest: 0 };
        const [sorted] = graph.operators("TopK", [window, integers(graph, [length])], sorting, 2);
        const quantile = (share: number) => quantileOf(graph, sorted!, share, length);
        const range = binary("Sub", quantile(0.75), quantile(0.25));
        const isRange = binary("Greater", range, number(0));
        const normal = binary("Div", range, number(normalQuartileRange));
        return { offset: quantile(0.5), spread: graph.operator("Where", [isRange, normal, deviation()]) };
      }
      case "mean":
        return { offset: number(0), spread: over("ReduceMean", sizes) };
      case "last":
        return { offset: columns(graph, window, length - 1, length), spread: deviation() };
      default:
        throw new Error(`no scaler ${scaler}`);
    }
  }
}

/** `quantileOfSorted` of each row. @param sorted [B, T] @returns [B, 1] */
function quantileOf(graph: Graph, sorted: string, share: number, length: number): string {
  const position = share * (length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, length - 1);
  const low = columns(graph, sorted, below, below + 1);
  const rise = graph.operator("Sub", [columns(graph, sorted, above, above + 1), low]);
  const part = graph.operator("Mul", [rise, graph.constant(Float64Array.of(position - below), [1, 1])]);
  return graph.operator("Add", [low, part]);
}

export function addUnscaled(graph: Graph, scaled: string, { offset, spread }: AffineNames): string {
  return graph.operator("Add", [graph.operator("Mul", [scaled, spread]), offset]);
}
