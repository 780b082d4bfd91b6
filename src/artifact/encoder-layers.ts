// The encoder as stock TensorFlow.js layers. In: a config and its plan. Out: layers from the window to the state that the head
// reads: Reshape → Masking or Conv1D → SimpleRNN, LSTM or GRU (inside Bidirectional), with Dropout → attention.
import { stateCount } from "../engine/kernels/problem.js";
import { type NetworkConfig, windowShape } from "../model/config.js";
import {
  type AttentionPlan,
  attentionNames,
  bidirectionalName,
  type EncoderPlan,
  type LayerPlan,
} from "../model/encoder/plan.js";
import { maskValue } from "../windows/mask.js";
import { inputLayer, layerJson, type Source, type StockLayer, zeros } from "./stock-layers.js";

const classNames = { rnn: "SimpleRNN", lstm: "LSTM", gru: "GRU" } as const;

/** @returns the layers, the last one of which gives the state */
export function encoderLayers(config: NetworkConfig, plan: EncoderPlan): StockLayer[] {
  const layers = [inputLayer("window", [config.window, config.inputs])];
  const feed = (className: string, name: string, own: StockLayer["config"]) =>
    layers.push({ className, name, config: own, from: [layers.at(-1)!.name] });
  const drop = (name: string) => {
    if (config.dropout > 0) feed("Dropout", `dropout_${name}`, { rate: config.dropout });
  };
  if ((config.segment ?? 1) > 1)
    feed("Reshape", "segments", { target_shape: [plan.stepCount, config.inputs * (config.segment ?? 1)] });
  // A padded step holds `maskValue` in every channel.
  if (windowShape(config).repeatsPadding !== true) feed("Masking", "masking", { mask_value: maskValue });
  if (plan.convolution !== null) {
    const { name, filters, width } = plan.convolution;
    feed("Conv1D", name, {
      filters,
      kernel_size: [width],
      strides: [1],
      padding: "same",
      data_format: "channels_last",
      dilation_rate: [1],
      activation: "relu",
      use_bias: true,
      ...zeros("kernel", "bias"),
    });
  }
  plan.layers.forEach((layer, index) => {
    const isAttended = plan.attention !== null && index === plan.layers.length - 1;
    const { className, name, own } = recurrentLayer(config, layer, isAttended);
    feed(className, name, own);
    if (!isAttended) drop(layer.name);
    else layers.push(...attentionLayers(plan.attention!, name, lastStates(config, name)));
  });
  if (plan.attention !== null) drop("attention");
  return layers;
}

function recurrentLayer(
  { cell, bidirectional }: NetworkConfig,
  { name, units, sequences }: LayerPlan,
  states: boolean,
) {
  const config = {
    units,
    activation: "tanh",
    ...(cell === "rnn" ? {} : { recurrent_activation: "sigmoid" }),
    ...(cell === "gru" ? { reset_after: false } : {}),
    ...(cell === "lstm" ? { unit_forget_bias: true } : {}),
    use_bias: true,
    ...zeros("kernel", "recurrent", "bias"),
    return_sequences: sequences,
    ...(states ? { return_state: true } : {}),
  };
  const className = classNames[cell];
  return bidirectional
    ? {
        className: "Bidirectional",
        name: bidirectionalName(name),
        own: { merge_mode: "concat", layer: layerJson({ className, name, config }) },
      }
    : { className, name, own: config };
}

/** What a recurrent layer gives beside its sequences: h, and for lstm c behind it, of each direction. */
function lastStates({ cell, bidirectional }: NetworkConfig, layer: string): Source[] {
  const forward = { layer, output: 1 };
  return bidirectional ? [forward, { layer, output: 1 + stateCount(cell) }] : [forward];
}

function attentionLayers(
  { kind, inputs, units, stepCount }: AttentionPlan,
  states: string,
  ends: readonly Source[],
): StockLayer[] {
  const layer = (className: string, name: string, from: readonly Source[], config = {}): StockLayer => ({
    className,
    name,
    config,
    from,
  });
  const dense = (name: string, from: readonly Source[], width: number, bias: boolean) =>
    layer("Dense", name, from, {
      units: width,
      activation: "linear",
      use_bias: bias,
      ...zeros("kernel", "bias"),
    });
  const names = attentionNames;
  const last: Source = ends.length === 1 ? ends[0]! : "attention_last";
  const joined = ends.length === 1 ? [] : [layer("Concatenate", "attention_last", ends, { axis: -1 })];
  const scores =
    kind === "additive"
      ? [
          dense(names.states, [states], units, true),
          dense(names.query, [last], units, false),
          layer("RepeatVector", "attention_repeat", [names.query], { n: stepCount }),
          layer("Add", "attention_sum", [names.states, "attention_repeat"]),
          layer("Activation", "attention_tanh", ["attention_sum"], { activation: "tanh" }),
          dense(names.score, ["attention_tanh"], 1, false),
          layer("Flatten", "attention_scores", [names.score]),
        ]
      : [
          dense(names.query, [last], inputs, false),
          layer("Dot", "attention_scores", [states, names.query], { axes: [2, 1], normalize: false }),
        ];
  return [
    ...joined,
    ...scores,
    dense(names.location, [last], stepCount, true),
    layer("Add", "attention_located", ["attention_scores", names.location]),
    layer("Activation", "attention", ["attention_located"], { activation: "softmax" }),
    layer("Dot", "attention_context", ["attention", states], { axes: [1, 1], normalize: false }),
    layer("Concatenate", "attention_state", ["attention_context", last], { axis: -1 }),
  ];
}
