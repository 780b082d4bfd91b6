import { io, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { decodeLayersModel, encodeLayersModel } from "../../src/artifact/layers-model.js";
import { type NetworkConfig, outputCount } from "../../src/model/config.js";
import { predictArrays } from "../../src/model/inference.js";
import { relativeDistance } from "../engine/kernels/reference.js";
import { startTestEngine } from "../support/engine.js";
import { anyFormConfig, candidateValues, drawWeights, paddedWindows } from "../support/forms.js";

beforeAll(startTestEngine);

test("stock loadLayersModel predicts the same for every form, padded windows too, and the weights come back", async () => {
  await fc.assert(
    fc.asyncProperty(anyFormConfig, fc.constantFrom(0, 0.2), async (form, dropout) => {
      const config: NetworkConfig = { ...form, dropout };
      const weights = drawWeights(config);
      const encoded = encodeLayersModel(config, weights);
      const json = JSON.parse(JSON.stringify(encoded.modelJson));
      expect(decodeLayersModel(json, encoded.weights, config)).toEqual(weights);
      const model = await loadLayersModel(
        io.fromMemory({
          modelTopology: json.modelTopology,
          weightSpecs: json.weightsManifest[0].weights,
          weightData: encoded.weights.slice().buffer,
        }),
      );
      const batch = 4;
      const { inputs, mask } = paddedWindows(config, batch, true);
      const candidates = candidateValues(config, batch);
      const found = tidy(() => {
        const window = tensor(inputs, [batch, config.window, config.inputs]);
        const lags = config.mix?.length ?? 0;
        const given = lags > 0 ? [window, tensor(candidates, [batch, lags, outputCount(config)])] : window;
        return (model.predict(given) as Tensor).dataSync();
      });
      model.dispose();
      const expected = predictArrays(config, weights, inputs, mask, batch, candidates);
      // Two float32 implementations.
      expect(relativeDistance(found, expected)).toBeLessThan(1e-5);
    }),
    { numRuns: 60 },
  );
});
