import { io, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, expect, test } from "vitest";
import { decodeLayersModel, encodeLayersModel } from "../../src/artifact/layers-model.js";
import { seededRandom } from "../../src/base/random.js";
import { type NetworkConfig, networkConfigSchema } from "../../src/model/config.js";
import type { HeadConfig } from "../../src/model/heads/config.js";
import { takeStep } from "../../src/model/heads/dense.js";
import { softplus } from "../../src/model/heads/head.js";
import { openHead } from "../../src/model/heads/index.js";
import { predictArrays } from "../../src/model/inference.js";
import { initialise } from "../../src/model/initialisers.js";
import { planNetwork } from "../../src/model/parameters.js";
import { normals, relativeDistance } from "../engine/kernels/reference.js";
import { startTestEngine } from "../support/engine.js";

beforeAll(startTestEngine);

const heads: readonly HeadConfig[] = [
  { kind: "quantile" },
  { kind: "gaussian" },
  { kind: "student-t", sampleCount: 50 },
  { kind: "negbin" },
  { kind: "bins", count: 3, edges: [-1, 0, 1, 2], values: [-0.5, 0.5, 1.5] },
];

test.each(heads)("stock loadLayersModel gives the $kind head's numbers, step by step", async (head) => {
  const horizon = 4;
  const config: NetworkConfig = {
    kind: "recurrent",
    cell: "lstm",
    layers: [5, 3],
    bidirectional: false,
    decoder: head.sampleCount === undefined ? "direct" : "recursive",
    dropout: 0,
    truncate: 0,
    inputs: 2,
    window: 6,
    horizon,
    head,
  };
  // What a saved model says of its network is read back.
  expect(networkConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  const weights = planNetwork(config).parameters.map((parameter) => ({
    name: parameter.name,
    shape: parameter.shape,
    // Biases too, since zeros would hide one that is read wrong.
    values: initialise(parameter, seededRandom(1).fork(parameter.name)).map((value, i) => value + 0.3 * Math.sin(i)),
  }));
  const { modelJson, weights: bytes } = encodeLayersModel(config, weights);
  const json = JSON.parse(JSON.stringify(modelJson));
  expect(decodeLayersModel(json, bytes, config)).toEqual(weights);
  const model = await loadLayersModel(
    io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest[0].weights,
      weightData: bytes.slice().buffer,
    }),
  );
  const batch = 3;
  const inputs = normals(2, "inputs", batch * config.window * config.inputs, 1);
  const raw = predictArrays(config, weights, inputs, null, batch);
  const { parts } = openHead(head);
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const steps = head.sampleCount === undefined ? horizon : 1;
  const expected = new Float32Array(batch * steps * width);
  const one = new Float64Array(width);
  for (let i = 0; i < batch * steps; i++) {
    const row = Math.floor(i / steps);
    const rowWidth = steps * width;
    takeStep(
      raw.subarray(row * rowWidth, (row + 1) * rowWidth),
      parts.map((part) => part.width),
      steps,
      i % steps,
      one,
    );
    const sum = one.reduce((total, logit) => total + Math.exp(logit), 0);
    let at = 0;
    for (const { width: count, activation } of parts)
      for (let j = 0; j < count; j++, at++) {
        const value = one[at]!;
        expected[i * width + at] = { linear: value, softplus: softplus(value), softmax: Math.exp(value) / sum }[
          activation
        ];
      }
  }
  const found = tidy(() => {
    const output = model.predict(tensor(inputs, [batch, config.window, config.inputs])) as Tensor;
    expect(output.shape).toEqual([batch, steps, width]);
    return output.dataSync();
  });
  model.dispose();
  // Two float32 implementations.
  expect(relativeDistance(found, expected)).toBeLessThan(1e-5);
});
