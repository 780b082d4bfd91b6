// The head as ONNX operators. In: the network's plan, its weights and the name of the state. Out: names of what it says: of all its
// numbers, or of the point forecast alone.
import type { HeadConfig } from "../model/heads/config.js";
import { leastMean } from "../model/heads/negbin.js";
import type { NamedArray } from "../model/inference.js";
import type { HeadPartPlan, NetworkPlan } from "../model/parameters.js";
import type { Graph } from "./onnx-graph.js";
import { reshape, squeeze, unsqueeze } from "./onnx-shapes.js";

interface HeadSource {
  readonly graph: Graph;
  readonly plan: NetworkPlan;
  readonly weights: readonly NamedArray[];
  /** [B, S] */
  readonly state: string;
  /** [B, C, K]; null without a mix */
  readonly candidates: string | null;
}

/** @returns [B, K] of a point forecast, else [B, K, P]: the numbers of each part through its activation */
export function addHead(source: HeadSource): string {
  const { graph, plan } = source;
  const { parts } = plan.head;
  if (parts.length === 1 && parts[0]!.activation === "linear") return addPart(source, 0);
  const bySteps = parts.map((part, p) => activate(graph, part, addPart(source, p)));
  return bySteps.length === 1 ? bySteps[0]! : graph.operator("Concat", bySteps, { axis: -1 });
}

/** @returns [B, K] the point forecast, scaled */
export function addPoint(source: HeadSource, head: HeadConfig | undefined): string {
  const { graph, plan } = source;
  const first = addPart(source, 0);
  if (head?.kind === "bins") {
    const values = graph.constant(Float32Array.from(head.values), [head.count, 1]);
    const shares = activate(graph, plan.head.parts[0]!, first);
    return squeeze(graph, graph.operator("MatMul", [shares, values]), 2);
  }
  if (head?.kind !== "negbin") return first;
  return graph.operator("Add", [graph.operator("Softplus", [first]), graph.constant(Float32Array.of(leastMean), [])]);
}

/** What a part's dense layer gives, with what is mixed in. @returns [B, its outputs] */
function addPart({ graph, plan, weights, state, candidates }: HeadSource, p: number): string {
  const own = dense(graph, weights, state, plan.head.parts[p]!.first);
  if (plan.mix === null || candidates === null || p > 0) return own;
  const shares = graph.operator("Softmax", [dense(graph, weights, state, plan.mix.first)], { axis: -1 });
  const mixed = squeeze(graph, graph.operator("MatMul", [unsqueeze(graph, shares, 1), candidates]), 1);
  return graph.operator("Add", [own, mixed]);
}

function dense(graph: Graph, weights: readonly NamedArray[], state: string, first: number): string {
  const [kernel, bias] = [weights[first]!, weights[first + 1]!].map(({ name, shape, values }) =>
    graph.constant(values, shape, name),
  );
  return graph.operator("Gemm", [state, kernel!, bias!]);
}

/** @returns [B, K, its width] */
function activate(graph: Graph, { width, outputs, activation }: HeadPartPlan, value: string): string {
  const steps = reshape(graph, value, [0, outputs / width, width]);
  switch (activation) {
    case "linear":
      return steps;
    case "softplus":
      return graph.operator("Softplus", [steps]);
    case "softmax":
      return graph.operator("Softmax", [steps], { axis: -1 });
    default:
      return activation satisfies never;
  }
}
