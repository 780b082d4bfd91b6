import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cells } from "../../../src/engine/kernels/cells.js";
import type {
  FusedKernels,
  FusedNetwork,
  NetworkShape,
  StepOptions,
} from "../../../src/engine/kernels/fused/kernels.js";
import { lossKinds } from "../../../src/engine/kernels/fused/kernels.js";
import { listKernels } from "../../../src/engine/kernels/fused/load.js";
import { typedArrayKernels } from "../../../src/engine/kernels/fused/typed-arrays.js";
import { normals, relativeDistance } from "./reference.js";

/** Twenty float32 steps against the float64 ones of the typed arrays; Adam divides small gradients by their own size. */
const stepTolerance = 2e-5;

const base: NetworkShape = {
  cell: "lstm",
  layers: [6],
  bidirectional: false,
  inputs: 2,
  time: 5,
  outputs: 3,
  batch: 7,
  truncate: 0,
  trains: true,
  threads: 1,
};
const options: Omit<StepOptions, "step"> = {
  count: 7,
  masked: false,
  scaled: false,
  loss: "mse",
  learningRate: 0.01,
  clip: 0,
  weightDecay: 0,
};

function openFilled(kernels: FusedKernels, shape: NetworkShape, seed: number): FusedNetwork {
  const network = kernels.openNetwork(shape);
  const fill = (values: Float32Array, label: string, scale: number) =>
    values.set(normals(seed, label, values.length, scale));
  fill(network.inputs, "inputs", 1);
  fill(network.parameters, "parameters", 0.4);
  network.mask.set(normals(seed, "mask", network.mask.length, 1).map((value) => (value < 0.8 ? 1 : 0)));
  if (shape.trains) {
    fill(network.targets, "targets", 1);
    network.weights.set(normals(seed, "weights", network.weights.length, 1).map((value) => Math.max(0, value)));
    network.scales.forEach((scales, i) => {
      scales.set(normals(seed, `scales${i}`, scales.length, 1).map((value) => (value < -0.7 ? 0 : 1.25)));
    });
  }
  network.loadParameters();
  return network;
}

function train(network: FusedNetwork, steps: number, given: Omit<StepOptions, "step">): number[] {
  return Array.from({ length: steps }, (_, i) => {
    const { loss, gradientNorm } = network.step({ ...given, step: i + 1 });
    return [loss, gradientNorm];
  }).flat();
}

const compiled = listKernels().filter(({ kind }) => kind !== "js");

describe.each(compiled.map((kernels) => [kernels.name, kernels] as const))(
  "a network on the %s kernels",
  (_, kernels) => {
    test.each<[string, Partial<NetworkShape>, Partial<StepOptions>]>([
      ["with one layer", {}, {}],
      ["with one output of one unit", { layers: [1], outputs: 1, inputs: 1 }, {}],
      ["with three layers", { layers: [6, 17, 3] }, {}],
      ["in both directions", { layers: [5, 9], bidirectional: true }, { masked: true }],
      ["with dropout between its layers", { layers: [6, 4], bidirectional: true }, { scaled: true }],
      ["with truncated backpropagation", { layers: [6, 4], truncate: 2 }, {}],
      ["on part of a batch", { layers: [6, 4] }, { count: 5, masked: true, scaled: true }],
      ["with clipping and weight decay", {}, { clip: 0.1, weightDecay: 0.3 }],
      ["with a wide head", { outputs: 40, batch: 33 }, { count: 33 }],
    ])("%s trains like the typed arrays", (_name, shape, given) => {
      for (const cell of cells) {
        const whole = { ...base, ...shape, cell };
        const step = { ...options, ...given };
        const network = openFilled(kernels, whole, 5);
        const reference = openFilled(typedArrayKernels, whole, 5);
        expect(relativeDistance(train(network, 20, step), train(reference, 20, step))).toBeLessThan(stepTolerance);
        for (const each of [network, reference]) {
          each.storeParameters();
          each.storeMoments();
          each.storeGradients();
        }
        expect(relativeDistance(network.parameters, reference.parameters)).toBeLessThan(1e-3);
        expect(relativeDistance(network.moments, reference.moments)).toBeLessThan(1e-4);
        expect(relativeDistance(network.gradients, reference.gradients)).toBeLessThan(1e-4);
      }
    });

    test.each(lossKinds)("has the loss %s of the typed arrays", (loss) => {
      const losses = [kernels, typedArrayKernels].map((each) =>
        train(openFilled(each, base, 6), 3, { ...options, loss }),
      );
      expect(relativeDistance(losses[0]!, losses[1]!)).toBeLessThan(stepTolerance);
    });

    test("forecasts what it trains on, with and without the memory for training", () => {
      const shape = { ...base, layers: [6, 9], bidirectional: true };
      const network = openFilled(kernels, shape, 7);
      const small = openFilled(kernels, { ...shape, trains: false }, 7);
      small.predict(7, true);
      network.predict(7, true);
      expect(small.output).toEqual(network.output);
      network.step({ ...options, masked: true, step: 1 });
      expect(network.output).toEqual(small.output);
    });

    test("gives a row the same forecast whatever stands in the rows beside it", () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 11 }), fc.nat(), fc.constantFrom(...cells), (count, seed, cell) => {
          const network = openFilled(kernels, { ...base, cell, batch: 11, trains: false }, seed);
          network.predict(11, true);
          const all = network.output.slice(0, count * base.outputs);
          network.inputs.fill(Number.NaN, count * base.time * base.inputs);
          network.predict(count, true);
          expect(network.output.subarray(0, all.length)).toEqual(all);
        }),
        { numRuns: 30 },
      );
    });

    test("gives the same bytes each time", () => {
      const shape = { ...base, layers: [17, 5], bidirectional: true };
      const given = { ...options, masked: true, scaled: true };
      expect(train(openFilled(kernels, shape, 8), 10, given)).toEqual(train(openFilled(kernels, shape, 8), 10, given));
    });

    test("goes on from stored weights and moments as if it had never stopped", () => {
      const whole = openFilled(kernels, base, 9);
      train(whole, 4, options);
      whole.storeParameters();
      whole.storeMoments();
      const resumed = openFilled(kernels, base, 9);
      resumed.parameters.set(whole.parameters);
      resumed.moments.set(whole.moments);
      resumed.loadParameters();
      resumed.loadMoments();
      expect(resumed.step({ ...options, step: 5 })).toEqual(whole.step({ ...options, step: 5 }));
    });

    test("moves nothing when the gradient is not finite", () => {
      const network = openFilled(kernels, base, 10);
      train(network, 2, options);
      network.storeParameters();
      const before = network.parameters.slice();
      network.targets[0] = Number.POSITIVE_INFINITY;
      network.weights[0] = 1;
      const { loss, gradientNorm } = network.step({ ...options, weightDecay: 0.1, step: 3 });
      expect(Number.isFinite(loss)).toBe(false);
      expect(Number.isFinite(gradientNorm)).toBe(false);
      network.storeParameters();
      expect(network.parameters).toEqual(before);
    });
  },
);
