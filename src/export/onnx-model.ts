// A fitted network as an ONNX model. In: the network, and whether what is around it belongs to the graph. Out: the file's bytes, the same
// for the same network.
import type { FittedNetwork } from "../fit/fit.js";
import { outputCount } from "../model/config.js";
import { checkWeights, planNetwork } from "../model/parameters.js";
import { channelCount } from "../windows/prepare.js";
import { networkFacts } from "./facts.js";
import { addEncoder } from "./onnx-encoder.js";
import { createGraph, type Graph } from "./onnx-graph.js";
import { addHead, addPoint } from "./onnx-head.js";
import { addScaling, takesPhase, valueCount } from "./onnx-scaling.js";

export type ExportedNetwork = Pick<FittedNetwork, "config" | "weights" | "preparation" | "channels">;

export interface OnnxOptions {
  /** From the data's units to the data's units; else from scaled windows to scaled forecasts. */
  readonly withScaling: boolean;
  /** Of hindcast. */
  readonly version: string;
  /** Facts of the model to be kept in the file, beside those of the network. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Inputs of the network alone: `window` [batch, T, I] float32, and with a mix `candidates` [batch, C, K]. With scaling: `values`
 * [batch, N] float64, `channels` [batch, T, I − 1] float32 where there are any, `series` [batch] and `phase` [batch] int64 where the model
 * has several series or takes a season out. Output: `forecast` [batch, K], or [batch, K, P] of a head that says more, always a point
 * with scaling.
 * @throws HindcastError "model" when the weights are not this network's
 */
export function encodeOnnx(network: ExportedNetwork, { withScaling, version, metadata }: OnnxOptions): Uint8Array {
  const graph = createGraph();
  const facts = withScaling ? addWhole(graph, network) : addNetwork(graph, network);
  return graph.encode({ ...metadata, ...networkFacts(network), ...facts }, version);
}

function addNetwork(graph: Graph, { config, weights }: ExportedNetwork): Record<string, string> {
  const plan = planNetwork(config);
  checkWeights(plan, weights);
  const horizon = outputCount(config);
  const { window: length, inputs, mix = [] } = config;
  const window = graph.input({ name: "window", type: "float", shape: ["batch", length, inputs] });
  const candidates =
    plan.mix === null
      ? null
      : graph.input({ name: "candidates", type: "float", shape: ["batch", mix.length, horizon] });
  const state = addEncoder(graph, config, plan, weights, window, true);
  const forecast = addHead({ graph, plan, weights, state, candidates });
  const width = plan.head.outputs / horizon;
  const isPoint = config.head === undefined;
  const shape = ["batch", horizon, ...(isPoint ? [] : [width])];
  graph.output({ type: "float", shape }, "forecast", forecast);
  return isPoint ? {} : { parts: JSON.stringify(plan.head.parts.map((part) => [part.name, part.width])) };
}

function addWhole(graph: Graph, { config, weights, preparation, channels }: ExportedNetwork): Record<string, string> {
  const plan = planNetwork(config);
  checkWeights(plan, weights);
  const count = valueCount(config, preparation);
  const values = graph.input({ name: "values", type: "double", shape: ["batch", count] });
  const others = channelCount(channels) - 1;
  const known =
    others === 0 ? null : graph.input({ name: "channels", type: "float", shape: ["batch", config.window, others] });
  const place = (name: string) => graph.input({ name, type: "int64", shape: ["batch"] });
  const series = preparation.series.length > 1 ? place("series") : null;
  const phase = takesPhase(preparation) ? place("phase") : null;
  const { target, candidates, toData } = addScaling(graph, config, preparation, { values, series, phase });
  const window = known === null ? target : graph.operator("Concat", [target, known], { axis: 2 });
  const state = addEncoder(graph, config, plan, weights, window, false);
  const point = addPoint({ graph, plan, weights, state, candidates }, config.head);
  graph.output({ type: "double", shape: ["batch", outputCount(config)] }, "forecast", toData(point));
  return {
    values: String(count),
    ...(series !== null && {
      series: JSON.stringify(preparation.series.map(({ key, target: name }) => [...key, name])),
    }),
    ...(phase !== null && { season: String(preparation.config.season) }),
  };
}
