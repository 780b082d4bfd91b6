import * as fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { encodeOnnx } from "../../src/export/onnx-model.js";
import { type NetworkConfig, outputCount } from "../../src/model/config.js";
import type { HeadConfig } from "../../src/model/heads/config.js";
import { takeStep } from "../../src/model/heads/dense.js";
import { softplus } from "../../src/model/heads/head.js";
import { openHead } from "../../src/model/heads/index.js";
import { predictArrays } from "../../src/model/inference.js";
import { maskValue } from "../../src/windows/mask.js";
import { normals, relativeDistance } from "../engine/kernels/reference.js";
import { anyFormConfig, candidateValues, drawWeights, paddedWindows } from "../support/forms.js";
import { unprepared } from "./networks.js";

/** Two float32 implementations. */
const tolerance = 1e-5;
const batch = 4;

async function runNetwork(config: NetworkConfig, inputs: Float32Array, candidates?: Float32Array) {
  const bytes = encodeOnnx(unprepared(config, drawWeights(config)), { withScaling: false, version: "0", metadata: {} });
  const session = await InferenceSession.create(bytes);
  const rows = inputs.length / (config.window * config.inputs);
  const window = new Tensor("float32", inputs, [rows, config.window, config.inputs]);
  const lags = config.mix?.length ?? 0;
  const { forecast } = await session.run(
    lags > 0
      ? { window, candidates: new Tensor("float32", candidates!, [rows, lags, outputCount(config)]) }
      : { window },
  );
  await session.release();
  return { shape: forecast!.dims, values: forecast!.data as Float32Array };
}

describe("a network as an ONNX file", () => {
  test("forecasts the same in onnxruntime, in every form, padded windows too", async () => {
    await fc.assert(
      fc.asyncProperty(anyFormConfig, fc.boolean(), async (config, padded) => {
        const { inputs, mask } = paddedWindows(config, batch, padded);
        const candidates = candidateValues(config, batch);
        const expected = predictArrays(config, drawWeights(config), inputs, mask, batch, candidates);
        const found = await runNetwork(config, inputs, candidates);
        expect(found.shape).toEqual([batch, outputCount(config)]);
        expect(relativeDistance(found.values, expected)).toBeLessThan(tolerance);
      }),
      { numRuns: 100 },
    );
  });

  const small: NetworkConfig = {
    kind: "recurrent",
    cell: "lstm",
    layers: [5, 3],
    bidirectional: true,
    decoder: "direct",
    dropout: 0.2,
    truncate: 0,
    inputs: 2,
    window: 6,
    horizon: 4,
  };

  test("takes a window that is all padding for a state of zeros", async () => {
    for (const cell of ["rnn", "lstm", "gru"] as const) {
      const config = { ...small, cell };
      const inputs = normals(2, "inputs", 2 * config.window * config.inputs, 1);
      const mask = new Float32Array(2 * config.window).fill(1);
      inputs.fill(maskValue, 0, config.window * config.inputs);
      mask.fill(0, 0, config.window);
      const expected = predictArrays(config, drawWeights(config), inputs, mask, 2);
      expect(relativeDistance((await runNetwork(config, inputs)).values, expected)).toBeLessThan(tolerance);
    }
  });

  const heads: readonly HeadConfig[] = [
    { kind: "quantile" },
    { kind: "gaussian" },
    { kind: "student-t", sampleCount: 50 },
    { kind: "negbin" },
    { kind: "bins", count: 3, edges: [-1, 0, 1, 2], values: [-0.5, 0.5, 1.5] },
  ];

  test.each(heads)("gives the numbers of a $kind head, step by step", async (head) => {
    const decoder = head.sampleCount === undefined ? "direct" : "recursive";
    const config: NetworkConfig = { ...small, decoder, head };
    const steps = outputCount(config);
    const inputs = normals(2, "inputs", batch * config.window * config.inputs, 1);
    const raw = predictArrays(config, drawWeights(config), inputs, null, batch);
    const { parts } = openHead(head);
    const widths = parts.map(({ width }) => width);
    const width = widths.reduce((a, b) => a + b);
    const expected: number[] = [];
    const one = new Float64Array(width);
    for (let i = 0; i < batch * steps; i++) {
      const row = Math.floor(i / steps) * steps * width;
      takeStep(raw.subarray(row, row + steps * width), widths, steps, i % steps, one);
      const sum = one.reduce((total, logit) => total + Math.exp(logit), 0);
      parts.forEach(({ activation }, p) => {
        const first = widths.slice(0, p).reduce((a, b) => a + b, 0);
        for (const value of one.subarray(first, first + widths[p]!))
          expected.push({ linear: value, softplus: softplus(value), softmax: Math.exp(value) / sum }[activation]);
      });
    }
    const found = await runNetwork(config, inputs);
    expect(found.shape).toEqual([batch, steps, width]);
    expect(relativeDistance(found.values, expected)).toBeLessThan(tolerance);
  });

  test("is the same bytes for the same network", () => {
    const encode = () =>
      encodeOnnx(unprepared(small, drawWeights(small)), { withScaling: false, version: "1", metadata: { a: "b" } });
    expect(encode()).toEqual(encode());
  });

  test("refuses weights of another network", () => {
    expect(() =>
      encodeOnnx(unprepared(small, drawWeights({ ...small, cell: "gru" })), {
        withScaling: false,
        version: "1",
        metadata: {},
      }),
    ).toThrow(/expected bidirectional_lstm_1/);
  });
});
