import {
  mean,
  type Scalar,
  square,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tidy,
  variableGrads,
} from "@tensorflow/tfjs-core";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { loadGradients } from "../../src/engine/gradients.js";
import { type NetworkConfig, outputCount, stepCount } from "../../src/model/config.js";
import { attentionWeights, type NamedArray, predictArrays, segmentMask } from "../../src/model/inference.js";
import { parameterCount, planNetwork } from "../../src/model/parameters.js";
import { buildNetwork } from "../../src/model/recurrent.js";
import { normals, relativeDistance } from "../engine/kernels/reference.js";
import { startTestEngine } from "../support/engine.js";
import { anyFormConfig, candidateValues, drawWeights, paddedWindows, smallGru } from "../support/forms.js";

beforeAll(async () => {
  await startTestEngine();
  await loadGradients();
});

const base: NetworkConfig = {
  ...smallGru,
  inputs: 2,
  window: 12,
  horizon: 5,
};

function tensorsOf(config: NetworkConfig, batch: number, inputs: Float32Array, mask: Float32Array | null) {
  const lags = config.mix?.length ?? 0;
  return {
    x: tensor(inputs, [batch, config.window, config.inputs]) as Tensor3D,
    mask: mask && (tensor(segmentMask(config, mask), [batch, stepCount(config)]) as Tensor2D),
    candidates: tensor(candidateValues(config, batch), [batch, lags, outputCount(config)]) as Tensor3D,
  };
}

/** Filters that a small step switches neither on nor off: where a relu bends, differences are not slopes. */
function awayFromKinks(weight: NamedArray): NamedArray {
  if (weight.name === "convolution/kernel") return { ...weight, values: weight.values.map((value) => 0.3 * value) };
  if (weight.name === "convolution/bias") return { ...weight, values: weight.values.map((_, f) => (f % 2 ? -2 : 2)) };
  return weight;
}

describe("every form of a network", () => {
  test("forecasts on typed arrays what it forecasts through TensorFlow.js, padded windows too", () => {
    fc.assert(
      fc.property(anyFormConfig, fc.constantFrom(1, 3), fc.boolean(), (config, batch, padded) => {
        const weights = drawWeights(config);
        const { inputs, mask } = paddedWindows(config, batch, padded);
        const network = buildNetwork(config, seededRandom(1));
        network.importWeights(weights);
        const expected = tidy(() => {
          const given = tensorsOf(config, batch, inputs, mask);
          return network.forward(given.x, given.mask, undefined, given.candidates).dataSync<"float32">();
        });
        network.dispose();
        const found = predictArrays(config, weights, inputs, mask, batch, candidateValues(config, batch));
        // Two orders of summation in float32.
        expect(relativeDistance(found, expected)).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  test("has the gradients that finite differences of its forecasts give", () => {
    fc.assert(
      fc.property(anyFormConfig, (config) => {
        const batch = 3;
        const weights = drawWeights(config).map(awayFromKinks);
        const { inputs, mask } = paddedWindows(config, batch, true);
        const candidates = candidateValues(config, batch);
        const loss = (changed: readonly NamedArray[]) =>
          predictArrays(config, changed, inputs, mask, batch, candidates).reduce((sum, y) => sum + y * y, 0) /
          (batch * outputCount(config));
        const network = buildNetwork(config, seededRandom(1));
        network.importWeights(weights);
        const { value, grads } = tidy(() => {
          const given = tensorsOf(config, batch, inputs, mask);
          const meanSquare = () => mean(square(network.forward(given.x, given.mask, undefined, given.candidates)));
          return variableGrads(
            () => meanSquare() as Scalar,
            network.parameters.map(({ variable }) => variable),
          );
        });
        expect(Math.abs(value.dataSync()[0]! - loss(weights))).toBeLessThan(1e-5);
        network.parameters.forEach(({ variable }, p) => {
          const gradient = grads[variable.name]!.dataSync<"float32">();
          const direction = normals(p, "direction", gradient.length, 1);
          const length = Math.hypot(...direction);
          const slope = gradient.reduce((sum, g, i) => sum + (g * direction[i]!) / length, 0);
          // Float32's rounding is 1e-7 of the loss, over twice the step.
          const step = 1e-2;
          const moved = (by: number) =>
            loss(
              weights.map((weight, w) =>
                w === p
                  ? { ...weight, values: weight.values.map((v, i) => v + (by * direction[i]!) / length) }
                  : weight,
              ),
            );
          const central = (by: number) => (moved(by) - moved(-by)) / (2 * by);
          // Richardson's extrapolation: what bends as the square of the step cancels, and leaves its fourth power.
          const difference = (4 * central(step) - central(2 * step)) / 3;
          expect(Math.abs(difference - slope), weights[p]!.name).toBeLessThan(2e-3 * (1 + Math.abs(slope)));
        });
        for (const each of [value, ...Object.values(grads)]) each.dispose();
        network.dispose();
      }),
      { numRuns: 40 },
    );
  });
});

test("a segment is a step as wide as its steps together", () => {
  const inSteps: NetworkConfig = { ...base, window: 4, inputs: 6 };
  const inSegments: NetworkConfig = { ...base, window: 12, inputs: 2, segment: 3 };
  expect(planNetwork(inSegments).parameters).toEqual(planNetwork(inSteps).parameters);
  const weights = drawWeights(inSteps);
  const { inputs } = paddedWindows(inSteps, 3, false);
  expect(predictArrays(inSegments, weights, inputs, null, 3)).toEqual(predictArrays(inSteps, weights, inputs, null, 3));
});

test("a mix whose head says nothing forecasts a weighted mean of its candidates, with weights that sum to one", () => {
  const config: NetworkConfig = { ...base, mix: [1, 2, 3] };
  const { head, mix } = planNetwork(config);
  const weights = drawWeights(config).map((weight, p) =>
    p === head.parts[0]!.first || p === head.parts[0]!.first + 1
      ? { ...weight, values: new Float32Array(weight.values.length) }
      : weight,
  );
  const { inputs } = paddedWindows(config, 4, false);
  const same = new Float32Array(4 * 3 * 5).fill(7);
  for (const y of predictArrays(config, weights, inputs, null, 4, same)) expect(y).toBeCloseTo(7, 5);
  // With all the weight on one candidate, that candidate is the forecast.
  const sure = weights.map((weight, p) =>
    p === mix!.first + 1 ? { ...weight, values: Float32Array.of(-50, 50, -50) } : weight,
  );
  const candidates = candidateValues(config, 4);
  const found = predictArrays(config, sure, inputs, null, 4, candidates);
  for (let b = 0; b < 4; b++)
    for (let k = 0; k < 5; k++) expect(found[b * 5 + k]).toBeCloseTo(candidates[(b * 3 + 1) * 5 + k]!, 5);
});

test("a convolution is the sum over its reach, zero around the window, and cut off below zero", () => {
  // A cell that hands on tanh of what it gets, and a head that hands on its state: the last step of the convolution is seen.
  const config: NetworkConfig = {
    ...base,
    cell: "rnn",
    layers: [1],
    horizon: 1,
    inputs: 1,
    window: 2,
    conv: { filters: 1, width: 3 },
  };
  const values = [[0.9, 0.5, -7], [0.1], [1], [0], [0], [1], [0]];
  const weights = planNetwork(config).parameters.map(({ name, shape }, p) => ({
    name,
    shape,
    values: Float32Array.from(values[p]!),
  }));
  const run = (...window: number[]) => predictArrays(config, weights, Float32Array.from(window), null, 1)[0];
  // The last step's own value has the middle weight, the one before it the first.
  expect(run(0.6, 0.4)).toBeCloseTo(Math.tanh(0.9 * 0.6 + 0.5 * 0.4 + 0.1), 6);
  expect(run(-4, 0.4)).toBe(0);
});

test("attention weighs every window's steps with weights that sum to one, by segments where there are some", () => {
  fc.assert(
    fc.property(anyFormConfig, fc.constantFrom(1, 300), (config, batch) => {
      const { inputs } = paddedWindows(config, batch, false);
      const found = attentionWeights(config, drawWeights(config), inputs, null, batch);
      if ((config.attention ?? null) === null) {
        expect(found).toBeNull();
        return;
      }
      const steps = stepCount(config);
      expect(found).toHaveLength(batch * steps);
      for (let b = 0; b < batch; b++) {
        const row = found!.subarray(b * steps, (b + 1) * steps);
        expect(row.every((weight) => weight >= 0)).toBe(true);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      }
    }),
    { numRuns: 20 },
  );
});

test("parameters of the forms are counted", () => {
  // GRU 3·H·(I + H + 1), dense S·K + K
  const gru = (inputs: number, units: number) => 3 * units * (inputs + units + 1);
  expect(parameterCount({ ...base, segment: 4 })).toBe(gru(8, 4) + 5 * 5);
  expect(parameterCount({ ...base, conv: { filters: 7, width: 3 } })).toBe(3 * 2 * 7 + 7 + gru(7, 4) + 5 * 5);
  expect(parameterCount({ ...base, attention: "additive" })).toBe(gru(2, 4) + (2 * 16 + 4 + 4) + (4 * 12 + 12) + 9 * 5);
  expect(parameterCount({ ...base, attention: "dot" })).toBe(gru(2, 4) + 16 + (4 * 12 + 12) + 9 * 5);
  expect(parameterCount({ ...base, mix: [1, 12] })).toBe(gru(2, 4) + 5 * 5 + 5 * 2);
});
