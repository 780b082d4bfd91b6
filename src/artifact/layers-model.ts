// The network as a model of stock TensorFlow.js layers, which `tf.loadLayersModel` reads without code of ours. In: config and
// weights. Out: model.json and weights.bin; and back, with nothing taken on trust.

import { HindcastError } from "../base/errors.js";
import * as z from "../base/schema.js";
import type { NetworkConfig } from "../model/config.js";
import { checkWeights, type NamedArray, planNetwork, sizeOf } from "../model/parameters.js";
import { encoderLayers } from "./encoder-layers.js";
import { headLayers } from "./head-layers.js";
import { topology } from "./stock-layers.js";

const weightsPath = "weights.bin";
const bytesPerFloat = 4;

export interface LayersModel {
  /** To be written as JSON. */
  readonly modelJson: object;
  /** Little-endian float32, in the order of the manifest. */
  readonly weights: Uint8Array;
}

/**
 * The encoder's layers → Dense, and where seasonal forecasts are mixed in, a second input with the candidates [C × K], which the softmax
 * of another Dense weighs.
 * @throws HindcastError "model" when the weights are not this network's
 */
export function encodeLayersModel(config: NetworkConfig, weights: readonly NamedArray[]): LayersModel {
  const plan = planNetwork(config);
  checkWeights(plan, weights);
  const encoder = encoderLayers(config, plan);
  const state = encoder.at(-1)!.name;
  const layers = [...encoder, ...headLayers(plan, state)];
  return {
    modelJson: {
      format: "layers-model",
      generatedBy: "hindcast",
      convertedBy: null,
      modelTopology: {
        ...topology(layers, [layers.at(-1)!.name]),
        keras_version: "tfjs-layers 4.22.0",
        backend: "tensor_flow.js",
      },
      weightsManifest: [
        {
          paths: [weightsPath],
          weights: plan.parameters.map(({ name, shape }) => ({ name, shape, dtype: "float32" })),
        },
      ],
    },
    weights: encodeFloats(weights.map(({ values }) => values)),
  };
}

function encodeFloats(arrays: readonly Float32Array[]): Uint8Array {
  const bytes = new Uint8Array(arrays.reduce((size, values) => size + values.length * bytesPerFloat, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const values of arrays)
    for (const value of values) {
      view.setFloat32(offset, value, true);
      offset += bytesPerFloat;
    }
  return bytes;
}

/** What of model.json the weights are read by; the config, kept apart, says what the network is. */
const modelJsonSchema = z.object({
  format: z.literal("layers-model"),
  modelTopology: z.object({ class_name: z.enum(["Sequential", "Model"]) }),
  weightsManifest: z.tuple([
    z.strictObject({
      paths: z.tuple([z.literal(weightsPath)]),
      weights: z.array(
        z.strictObject({ name: z.string(), shape: z.array(z.int().min(1)), dtype: z.literal("float32") }),
      ),
    }),
  ]),
});

/**
 * @param json model.json, parsed  @param bytes weights.bin
 * @throws HindcastError "model" when they are not a whole network of this config
 */
export function decodeLayersModel(json: unknown, bytes: Uint8Array, config: NetworkConfig): NamedArray[] {
  const parsed = modelJsonSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.issue;
    throw refusal(`model.json is not a layers model of hindcast: ${path.join(".") || "it"}: ${message}`);
  }
  const { parameters } = planNetwork(config);
  const listed = parsed.data.weightsManifest[0].weights;
  if (listed.length !== parameters.length)
    throw refusal(`model.json lists ${listed.length} weights; its network has ${parameters.length}`);
  parameters.forEach(({ name, shape }, index) => {
    const entry = listed[index]!;
    if (entry.name !== name || entry.shape.join() !== shape.join())
      throw refusal(`model.json lists weight ${entry.name} [${entry.shape}] where ${name} [${shape}] belongs`);
  });
  const expected = parameters.reduce((size, { shape }) => size + sizeOf(shape) * bytesPerFloat, 0);
  if (bytes.length !== expected) throw refusal(`${weightsPath} has ${bytes.length} bytes; its network has ${expected}`);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  return parameters.map(({ name, shape }) => {
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) {
      const value = view.getFloat32(offset, true);
      if (!Number.isFinite(value)) throw refusal(`${weightsPath} holds ${value} in ${name}`);
      values[i] = value;
      offset += bytesPerFloat;
    }
    return { name, shape, values };
  });
}

function refusal(message: string): HindcastError {
  return new HindcastError("model", message, "take the model directory from a backup, or train again");
}
