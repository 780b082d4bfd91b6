// Operators about the shapes and types of values alone. In: a graph and the name of a value. Out: the name of the same numbers in another form.
import { type ElementType, elementTypes, type Graph } from "./onnx-graph.js";

export function integers(graph: Graph, values: readonly number[], shape: readonly number[] = [values.length]): string {
  return graph.constant(BigInt64Array.from(values, BigInt), shape);
}

/** @param shape 0 for a size that stays */
export function reshape(graph: Graph, value: string, shape: readonly number[]): string {
  return graph.operator("Reshape", [value, integers(graph, shape)]);
}

export function unsqueeze(graph: Graph, value: string, axis: number): string {
  return graph.operator("Unsqueeze", [value, integers(graph, [axis])]);
}

export function squeeze(graph: Graph, value: string, axis: number): string {
  return graph.operator("Squeeze", [value, integers(graph, [axis])]);
}

export function cast(graph: Graph, value: string, type: ElementType): string {
  return graph.operator("Cast", [value], { to: elementTypes[type] });
}

/** Columns `from` … `end − 1` of [B, N]. */
export function columns(graph: Graph, value: string, from: number, end: number): string {
  return graph.operator("Slice", [value, ...[from, end, 1].map((place) => integers(graph, [place]))]);
}

export function join(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
