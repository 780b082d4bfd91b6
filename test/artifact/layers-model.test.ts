import { io, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeLayersModel } from "../../src/artifact/layers-model.js";
import { cells } from "../../src/engine/kernels/cells.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { predictArrays } from "../../src/model/inference.js";
import { maskValue } from "../../src/windows/mask.js";
import { normals, relativeDistance } from "../engine/kernels/reference.js";
import { startTestEngine } from "../support/engine.js";
import { drawWeights } from "../support/forms.js";
import { networkOf } from "./parts.js";

const small = networkOf({ config: { layers: [5, 3], dropout: 0.1, inputs: 2, window: 6 } }).config;

beforeAll(startTestEngine);

describe("encodeLayersModel", () => {
  for (const cell of cells)
    for (const bidirectional of [false, true])
      test(`stock loadLayersModel predicts the same: ${cell}${bidirectional ? ", both directions" : ""}, padded windows too`, async () => {
        const config: NetworkConfig = { ...small, cell, bidirectional };
        const { modelJson, weights: bytes } = encodeLayersModel(config, drawWeights(config));
        const json = JSON.parse(JSON.stringify(modelJson));
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
        const expected = predictArrays(config, drawWeights(config), inputs, mask, batch);
        const found = tidy(() => (model.predict(tensor(inputs, [batch, window, width])) as Tensor).dataSync());
        model.dispose();
        // Two float32 implementations.
        expect(relativeDistance(found, expected)).toBeLessThan(1e-5);
      });
});
