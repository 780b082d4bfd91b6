// model.json and weights.bin as they are read: the very weights, or a refusal.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLayersModel, encodeLayersModel } from "../../src/artifact/layers-model.js";
import { cells } from "../../src/engine/kernels/cells.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { drawWeights } from "../support/forms.js";
import { networkOf } from "./parts.js";

const small = networkOf({ config: { layers: [5, 3], dropout: 0.1, inputs: 2, window: 6 } }).config;

/** As a reader of the files gets them. */
function written(config: NetworkConfig) {
  const { modelJson, weights } = encodeLayersModel(config, drawWeights(config));
  return { json: JSON.parse(JSON.stringify(modelJson)), bytes: weights };
}

const refusal = (message: string) =>
  expect.objectContaining({
    name: "HindcastError",
    code: "model",
    message,
    hint: "take the model directory from a backup, or train again",
  });
const unfit = (reason: string) => expect.stringContaining(`model.json is not a layers model of hindcast: ${reason}`);

test("the very weights come back", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...cells),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (cell, layers, bidirectional) => {
        const config: NetworkConfig = { ...small, cell, layers, bidirectional };
        const { json, bytes } = written(config);
        // Bytes from a file need not start on a multiple of four.
        const shifted = new Uint8Array(bytes.length + 1).subarray(1);
        shifted.set(bytes);
        expect(decodeLayersModel(json, shifted, config)).toEqual(drawWeights(config));
      },
    ),
    { numRuns: 20 },
  );
});

const weight = ["weightsManifest", 0, "weights", 0];
const brokenJson: [string, (string | number)[], unknown, string][] = [
  ["another format", ["format"], "graph-model", unfit("format: ")],
  ["another kind of model", ["modelTopology", "class_name"], "GraphModel", unfit("modelTopology.class_name: ")],
  ["no manifest", ["weightsManifest"], undefined, unfit("weightsManifest: ")],
  ["a second group of weights", ["weightsManifest", 1], { paths: ["x.bin"], weights: [] }, unfit("weightsManifest: ")],
  ["another path", ["weightsManifest", 0, "paths", 0], "../weights.bin", unfit("weightsManifest.0.paths.0: ")],
  ["a second path", ["weightsManifest", 0, "paths", 1], "other.bin", unfit("weightsManifest.0.paths: ")],
  ["a field of a group too many", ["weightsManifest", 0, "more"], 1, unfit("weightsManifest.0: ")],
  ["another dtype", [...weight, "dtype"], "int32", unfit("weightsManifest.0.weights.0.dtype: ")],
  ["a quantised weight", [...weight, "quantization"], { dtype: "uint8" }, unfit("weightsManifest.0.weights.0: ")],
  ["a shape of nothing", [...weight, "shape"], [2, 0], unfit("weightsManifest.0.weights.0.shape.1: ")],
  [
    "another shape",
    [...weight, "shape"],
    [15, 2],
    "model.json lists weight gru_1/kernel [15,2] where gru_1/kernel [2,15] belongs",
  ],
  [
    "an enormous shape",
    [...weight, "shape"],
    [2 ** 30, 2 ** 20],
    "model.json lists weight gru_1/kernel [1073741824,1048576] where gru_1/kernel [2,15] belongs",
  ],
  [
    "another name",
    [...weight, "name"],
    "gru_1/kernal",
    "model.json lists weight gru_1/kernal [2,15] where gru_1/kernel [2,15] belongs",
  ],
  [
    "a weight too many",
    ["weightsManifest", 0, "weights", 8],
    { name: "x", shape: [1], dtype: "float32" },
    "model.json lists 9 weights; its network has 8",
  ],
  ["no weights", ["weightsManifest", 0, "weights"], [], "model.json lists 0 weights; its network has 8"],
];
test.each(brokenJson)("%s is refused", (_, path, value, message) => {
  const { json, bytes } = written(small);
  const holder = path.slice(0, -1).reduce((inner, key) => inner[key], json);
  holder[path.at(-1)!] = value;
  expect(() => decodeLayersModel(json, bytes, small)).toThrow(refusal(message));
});

test("either kind of model is read, and what else it says of itself", () => {
  const { json, bytes } = written(small);
  for (const name of ["Sequential", "Model"]) {
    json.modelTopology.class_name = name;
    expect(decodeLayersModel({ ...json, more: 1 }, bytes, small)).toEqual(drawWeights(small));
  }
});

test("bytes that are not those of the network are refused", () => {
  const { json, bytes } = written(small);
  const size = bytes.length;
  for (const [damaged, message] of [
    [bytes.subarray(0, -1), `weights.bin has ${size - 1} bytes; its network has ${size}`],
    [new Uint8Array(size + 4), `weights.bin has ${size + 4} bytes; its network has ${size}`],
    [bytes.map(() => 0xff), "weights.bin holds NaN in gru_1/kernel"],
  ] as const)
    expect(() => decodeLayersModel(json, damaged, small)).toThrow(refusal(message));
});

test("weights are single precision, least byte first", () => {
  const weights = drawWeights(small);
  expect(written(small).bytes).toEqual(
    new Uint8Array(Float32Array.from(weights.flatMap(({ values }) => [...values])).buffer),
  );
});

test.each([["text"], [null], [[]]])("%j is no model.json", (json) => {
  expect(() => decodeLayersModel(json, written(small).bytes, small)).toThrow(refusal(unfit("it: ")));
});

test("the model of another network is neither read nor written", () => {
  const { json, bytes } = written(small);
  expect(() => decodeLayersModel(json, bytes, { ...small, layers: [5, 4] })).toThrow(
    refusal("model.json lists weight gru_2/kernel [5,9] where gru_2/kernel [5,12] belongs"),
  );
  expect(() => encodeLayersModel({ ...small, horizon: 5 }, drawWeights(small))).toThrow(
    expect.objectContaining({ code: "model" }),
  );
});
