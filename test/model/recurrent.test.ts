import {
  grad,
  mean,
  memory,
  type Scalar,
  squaredDifference,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tidy,
  train,
  variableGrads,
} from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import { seededRandom } from "../../src/base/random.js";
import { loadGradients } from "../../src/engine/gradients.js";
import { cells } from "../../src/engine/kernels/cells.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { predictArrays } from "../../src/model/inference.js";
import { parameterCount } from "../../src/model/parameters.js";
import { buildNetwork, type Network } from "../../src/model/recurrent.js";
import { normals, relativeDistance } from "../engine/kernels/reference.js";
import { startTestEngine } from "../support/engine.js";
import { smallGru } from "../support/forms.js";

const small: NetworkConfig = { ...smallGru, layers: [5], inputs: 2, window: 6, horizon: 3 };

const anyConfig = fc.record<NetworkConfig>({
  kind: fc.constant("recurrent"),
  cell: fc.constantFrom(...cells),
  layers: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  bidirectional: fc.boolean(),
  decoder: fc.constantFrom("direct", "recursive"),
  dropout: fc.constantFrom(0, 0.3),
  truncate: fc.integer({ min: 0, max: 4 }),
  inputs: fc.integer({ min: 1, max: 4 }),
  window: fc.integer({ min: 1, max: 7 }),
  horizon: fc.integer({ min: 1, max: 5 }),
});

function makeBatch({ window, inputs }: NetworkConfig, batch: number, seed: number) {
  const mask = new Float32Array(batch * window).fill(1);
  for (let row = 0; row < batch; row++) mask.fill(0, row * window, row * window + (row % window));
  return { inputs: normals(seed, "inputs", batch * window * inputs, 1), mask };
}

/** What a network forecasts for a batch, as an array. */
function forecast(network: Network, inputs: Float32Array, mask: Float32Array | null, batch: number): Float32Array {
  const { window, inputs: width } = network.config;
  return tidy(() => {
    const x = tensor(inputs, [batch, window, width]) as Tensor3D;
    return network.forward(x, mask && (tensor(mask, [batch, window]) as Tensor2D)).dataSync<"float32">();
  });
}

beforeAll(async () => {
  await startTestEngine();
  await loadGradients();
});

describe("buildNetwork", () => {
  test("forecasts what predictArrays forecasts without TensorFlow.js", () => {
    fc.assert(
      fc.property(anyConfig, fc.constantFrom(1, 3, 70), fc.boolean(), fc.nat(), (config, batch, masked, seed) => {
        const network = buildNetwork(config, seededRandom(seed));
        const { inputs, mask } = makeBatch(config, batch, seed);
        const expected = forecast(network, inputs, masked ? mask : null, batch);
        const found = predictArrays(config, network.exportWeights(), inputs, masked ? mask : null, batch);
        network.dispose();
        // The recurrent layers are the same bits; the dense layers sum in another order.
        expect(relativeDistance(found, expected)).toBeLessThan(1e-6);
      }),
      { numRuns: 40 },
    );
  });

  test("has as many numbers as parameterCount says", () => {
    fc.assert(
      fc.property(anyConfig, (config) => {
        const network = buildNetwork(config, seededRandom(0));
        const count = network.parameters.reduce((sum, { variable }) => sum + variable.size, 0);
        network.dispose();
        expect(parameterCount(config)).toBe(count);
      }),
      { numRuns: 20 },
    );
    // Keras counts 4·(H·(H + I) + H) for an LSTM layer and H·K + K for the dense one.
    const lstm: NetworkConfig = { ...small, cell: "lstm", layers: [64], inputs: 3, horizon: 12 };
    expect(parameterCount(lstm)).toBe(4 * (64 * 67 + 64) + 64 * 12 + 12);
  });

  test("the same seed gives the same weights, another seed others", () => {
    const weights = (seed: number) => {
      const network = buildNetwork({ ...small, cell: "lstm", layers: [4, 3], bidirectional: true }, seededRandom(seed));
      const exported = network.exportWeights();
      network.dispose();
      return exported;
    };
    expect(weights(7)).toEqual(weights(7));
    expect(weights(7)[0]!.values).not.toEqual(weights(8)[0]!.values);
  });

  test("its weights go to another network of the same config and nowhere else", () => {
    const from = buildNetwork(small, seededRandom(1));
    const to = buildNetwork(small, seededRandom(2));
    const other = buildNetwork({ ...small, layers: [6] }, seededRandom(3));
    to.importWeights(from.exportWeights());
    const { inputs } = makeBatch(small, 4, 1);
    expect(forecast(to, inputs, null, 4)).toEqual(forecast(from, inputs, null, 4));
    expect(() => other.importWeights(from.exportWeights())).toThrow(HindcastError);
    expect(() => to.importWeights(from.exportWeights().slice(1))).toThrow(HindcastError);
    for (const network of [from, to, other]) network.dispose();
  });

  test("drops outputs only while training, as the seed says, and keeps their mean", () => {
    const config: NetworkConfig = { ...small, layers: [64], dropout: 0.5, horizon: 1 };
    const network = buildNetwork(config, seededRandom(1));
    const batch = 500;
    const { inputs } = makeBatch({ ...config }, 1, 1);
    const x = tensor(
      Float32Array.from({ length: batch * inputs.length }, (_, i) => inputs[i % inputs.length]!),
      [batch, config.window, config.inputs],
    ) as Tensor3D;
    const run = (seed?: number) =>
      tidy(() => network.forward(x, null, seed === undefined ? undefined : seededRandom(seed)).dataSync<"float32">());
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    const [plain] = run();
    const values = run(3);
    const average = values.reduce((sum, value) => sum + value, 0) / batch;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / batch);
    expect(deviation).toBeGreaterThan(0);
    // Rows are independent draws: their mean lies within four of its own deviations of the undropped output.
    expect(Math.abs(average - plain!)).toBeLessThan((4 * deviation) / Math.sqrt(batch));
    x.dispose();
    network.dispose();
  });

  test("backpropagates through the truncated steps at the end of the window alone", () => {
    const config: NetworkConfig = { ...small, layers: [4, 3], truncate: 2 };
    const network = buildNetwork(config, seededRandom(1));
    const { inputs } = makeBatch(config, 1, 1);
    const slopes = tidy(() =>
      grad((x) => mean(network.forward(x as Tensor3D, null)))(
        tensor(inputs, [1, config.window, config.inputs]),
      ).dataSync(),
    );
    network.dispose();
    const reached = [...slopes].map((slope) => slope !== 0);
    const first = (config.window - config.truncate) * config.inputs;
    expect(reached).toEqual(reached.map((_, i) => i >= first));
  });

  test("leaves no tensor behind: built, run, trained on and disposed of", () => {
    const config: NetworkConfig = { ...small, layers: [4, 3], bidirectional: true, dropout: 0.2 };
    const before = memory();
    const network = buildNetwork(config, seededRandom(1));
    const built = memory().numTensors;
    const { inputs, mask } = makeBatch(config, 3, 1);
    forecast(network, inputs, mask, 3);
    network.importWeights(network.exportWeights());
    const x = tensor(inputs, [3, config.window, config.inputs]) as Tensor3D;
    const { value, grads } = variableGrads(
      () => mean(network.forward(x, null, seededRandom(1))) as Scalar,
      network.parameters.map(({ variable }) => variable),
    );
    for (const each of [x, value, ...Object.values(grads)]) each.dispose();
    expect(memory().numTensors).toBe(built);
    network.dispose();
    expect([memory().numTensors, memory().numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
  });
});

describe("training", () => {
  /** The last of some sums of the window: needs every step, so every layer and direction must learn. */
  function trainOn(config: NetworkConfig, stepCount: number) {
    const batch = 32;
    const { inputs, mask } = makeBatch(config, batch, 3);
    const targets = Float32Array.from({ length: batch }, (_, row) => {
      let sum = 0;
      for (let t = 0; t < config.window; t++)
        if (mask[row * config.window + t] === 1) sum += inputs[(row * config.window + t) * config.inputs]!;
      return sum / 3;
    });
    const network = buildNetwork(config, seededRandom(4));
    const optimiser = train.adam(0.02);
    const [x, m, y] = [
      tensor(inputs, [batch, config.window, config.inputs]) as Tensor3D,
      tensor(mask, [batch, config.window]) as Tensor2D,
      tensor(targets, [batch, 1]),
    ];
    const random = seededRandom(5);
    const losses: number[] = [];
    for (let step = 0; step < stepCount; step++) {
      const loss = optimiser.minimize(() => mean(squaredDifference(network.forward(x, m, random), y)) as Scalar, true)!;
      losses.push(loss.dataSync()[0]!);
      loss.dispose();
    }
    const weights = network.exportWeights();
    for (const each of [x, m, y]) each.dispose();
    optimiser.dispose();
    network.dispose();
    return { losses, weights };
  }

  test.each(cells)("%s learns a sum over the window, stacked and in both directions", (cell) => {
    const config: NetworkConfig = { ...small, cell, layers: [8, 8], bidirectional: true, horizon: 1 };
    const { losses } = trainOn(config, 80);
    // It starts near the variance of the targets and memorises 32 rows.
    expect(losses.at(-1)!).toBeLessThan(0.05 * losses[0]!);
  });

  test("the same seed trains to the same bytes, dropout included", () => {
    const config: NetworkConfig = { ...small, cell: "lstm", dropout: 0.3, truncate: 3, horizon: 1 };
    expect(trainOn(config, 5)).toEqual(trainOn(config, 5));
  });
});
