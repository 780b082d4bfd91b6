import { expect, test } from "vitest";
import { createAdam } from "../../src/fit/optimiser.js";

const plain = { clip: 0, weightDecay: 0 };

test("the first steps are those of Adam as published", () => {
  // Kingma & Ba (2015), algorithm 1, on a constant gradient: m̂ = g and v̂ = g², so each step moves by the learning rate.
  const weights = Float32Array.of(1, -2);
  const adam = createAdam([weights], [true], plain);
  adam.step([Float32Array.of(0.5, -3)], 0.1);
  adam.step([Float32Array.of(0.5, -3)], 0.1);
  expect(weights[0]).toBeCloseTo(1 - 0.2, 5);
  expect(weights[1]).toBeCloseTo(-2 + 0.2, 5);
});

test("steps with changing gradients follow the recurrences", () => {
  const gradients = [0.3, -1.2, 0.7, 0.05];
  let [w, m, v] = [0.4, 0, 0];
  gradients.forEach((g, i) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= (0.01 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
  });
  const weights = Float32Array.of(0.4);
  const adam = createAdam([weights], [true], plain);
  for (const g of gradients) adam.step([Float32Array.of(g)], 0.01);
  expect(weights[0]).toBeCloseTo(w, 6);
});

test("a gradient above the limit is scaled down by its norm over all parameters", () => {
  const free = [Float32Array.of(0), Float32Array.of(0)];
  const clipped = [Float32Array.of(0), Float32Array.of(0)];
  const unclipped = createAdam(free, [true, true], plain);
  const limited = createAdam(clipped, [true, true], { clip: 1, weightDecay: 0 });
  expect(limited.step([Float32Array.of(30), Float32Array.of(40)], 0.1)).toBeCloseTo(50, 4);
  unclipped.step([Float32Array.of(30), Float32Array.of(40)], 0.1);
  // Adam's first step does not depend on the size of the gradient; the second one, after a small gradient, does.
  limited.step([Float32Array.of(0.6), Float32Array.of(0.8)], 0.1);
  unclipped.step([Float32Array.of(0.6), Float32Array.of(0.8)], 0.1);
  expect(clipped[0]![0]).toBeCloseTo(-0.2, 5);
  expect(Math.abs(free[0]![0]!)).toBeLessThan(0.19);
});

test("weight decay shrinks matrices and leaves biases alone", () => {
  const [matrix, bias] = [Float32Array.of(2), Float32Array.of(2)];
  const adam = createAdam([matrix, bias], [true, false], { clip: 0, weightDecay: 0.5 });
  adam.step([Float32Array.of(0), Float32Array.of(0)], 0.1);
  expect(matrix[0]).toBeCloseTo(2 * (1 - 0.05), 6);
  expect(bias[0]).toBe(2);
});

test("a gradient that is not finite moves nothing and is reported", () => {
  const weights = Float32Array.of(1);
  const adam = createAdam([weights], [true], { clip: 1, weightDecay: 0.1 });
  expect(adam.step([Float32Array.of(Number.NaN)], 0.1)).toBeNaN();
  expect(weights[0]).toBe(1);
});
