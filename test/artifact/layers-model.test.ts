import { io, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeLayersModel, encodeLayersModel } from "../../src/artifact/layers-model.js";
import { HindcastError } from "../../src/base/errors.js";
import { seededRandom } from "../../src/base/random.js";
import { cells } from "../../src/engine/kernels/cells.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { predictArrays } from "../../src/model/inference.js";
import { initialise } from "../../src/model/initialisers.js";
import { type NamedArray, planNetwork } from "../../src/model/parameters.js";
import { maskValue } from "../../src/windows/mask.js";
import { normals, relativeDistance } from "../engine/kernels/reference.js";
import { startTestEngine } from "../support/engine.js";

const small: NetworkConfig = {
  kind: "recurrent",
  cell: "gru",
  layers: [5, 3],
  bidirectional: false,
  decoder: "direct",
  dropout: 0.1,
  truncate: 0,
  inputs: 2,
  window: 6,
  horizon: 4,
};

/** Biases too are drawn, since zeros would hide a bias that is read wrong. */
function makeWeights(config: NetworkConfig): NamedArray[] {
  return planNetwork(config).parameters.map((parameter) => ({
    name: parameter.name,
    shape: parameter.shape,
    values: initialise(parameter, seededRandom(1).fork(parameter.name)).map((value, i) => value + 0.1 * Math.sin(i)),
  }));
}

/** As a reader of the files gets them. */
function written(config: NetworkConfig) {
  const { modelJson, weights } = encodeLayersModel(config, makeWeights(config));
  return { json: JSON.parse(JSON.stringify(modelJson)), bytes: weights };
}

beforeAll(startTestEngine);

describe("encodeLayersModel", () => {
  for (const cell of cells)
    for (const bidirectional of [false, true])
      test(`stock loadLayersModel predicts the same: ${cell}${bidirectional ? ", both directions" : ""}, padded windows too`, async () => {
        const config: NetworkConfig = { ...small, cell, bidirectional };
        const { json, bytes } = written(config);
        const model = await loadLayersModel(
          io.fromMemory({
            modelTopology: json.modelTopology,
            weightSpecs: json.weightsManifest[0].weights,
            weightData: bytes.slice().buffer,
          }),
        );
        const batch = 5;
        const { window, inputs: width } = config;
        const inputs = normals(2, "inputs", batch * window * width, 1);
        const mask = new Float32Array(batch * window).fill(1);
        for (let row = 0; row < batch; row++) {
          mask.fill(0, row * window, row * window + row);
          inputs.fill(maskValue, row * window * width, (row * window + row) * width);
        }
        const expected = predictArrays(config, makeWeights(config), inputs, mask, batch);
        const found = tidy(() => (model.predict(tensor(inputs, [batch, window, width])) as Tensor).dataSync());
        model.dispose();
        // Two float32 implementations.
        expect(relativeDistance(found, expected)).toBeLessThan(1e-5);
      });

  test("refuses the weights of another network", () => {
    expect(() => encodeLayersModel({ ...small, horizon: 5 }, makeWeights(small))).toThrow(HindcastError);
  });
});

describe("decodeLayersModel", () => {
  const refusal = expect.objectContaining({ name: "HindcastError", code: "model" });

  test("gives back the very weights", () => {
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
          expect(decodeLayersModel(json, shifted, config)).toEqual(makeWeights(config));
        },
      ),
      { numRuns: 20 },
    );
  });

  const weight = ["weightsManifest", 0, "weights", 0];
  const brokenJson: [string, (string | number)[], unknown][] = [
    ["another format", ["format"], "graph-model"],
    ["another kind of model", ["modelTopology", "class_name"], "GraphModel"],
    ["no manifest", ["weightsManifest"], undefined],
    ["a second group of weights", ["weightsManifest", 1], { paths: ["x.bin"], weights: [] }],
    ["another path", ["weightsManifest", 0, "paths", 0], "../weights.bin"],
    ["a second path", ["weightsManifest", 0, "paths", 1], "other.bin"],
    ["another dtype", [...weight, "dtype"], "int32"],
    ["a quantised weight", [...weight, "quantization"], { dtype: "uint8" }],
    ["another shape", [...weight, "shape"], [15, 2]],
    ["an enormous shape", [...weight, "shape"], [2 ** 30, 2 ** 20]],
    ["another name", [...weight, "name"], "gru_1/kernal"],
    ["a weight too many", ["weightsManifest", 0, "weights", 8], { name: "x", shape: [1], dtype: "float32" }],
    ["no weights", ["weightsManifest", 0, "weights"], []],
  ];
  test.each(brokenJson)("refuses %s", (_, path, value) => {
    const { json, bytes } = written(small);
    const holder = path.slice(0, -1).reduce((inner, key) => inner[key], json);
    holder[path.at(-1)!] = value;
    expect(() => decodeLayersModel(json, bytes, small)).toThrow(refusal);
  });

  const brokenBytes: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ["truncated bytes", (bytes) => bytes.subarray(0, -1)],
    ["bytes too many", (bytes) => new Uint8Array(bytes.length + 4)],
    ["a weight that is no number", (bytes) => bytes.map(() => 0xff)],
  ];
  test.each(brokenBytes)("refuses %s", (_, damage) => {
    const { json, bytes } = written(small);
    expect(() => decodeLayersModel(json, damage(bytes), small)).toThrow(refusal);
  });

  test.each([["text"], [null], [[]], [{}]])("refuses %j for model.json", (json) => {
    expect(() => decodeLayersModel(json, written(small).bytes, small)).toThrow(refusal);
  });

  test("refuses the model of another config", () => {
    const { json, bytes } = written(small);
    expect(() => decodeLayersModel(json, bytes, { ...small, layers: [5, 4] })).toThrow(HindcastError);
  });
});
