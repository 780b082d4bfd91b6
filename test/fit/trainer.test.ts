import { beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { loadGradients } from "../../src/engine/gradients.js";
import { cells } from "../../src/engine/kernels/cells.js";
import type { TrainingConfig } from "../../src/fit/config.js";
import { kernelTrainers } from "../../src/fit/kernel-trainer.js";
import { openTensorTrainers } from "../../src/fit/tensor-trainer.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { buildNetwork } from "../../src/model/recurrent.js";
import { startTestEngine } from "../support/engine.js";

beforeAll(async () => {
  await startTestEngine();
  await loadGradients();
});

const training: TrainingConfig = {
  loss: "huber",
  epochs: 1,
  batch: 6,
  stepsPerEpoch: 1,
  learningRate: 0.01,
  schedule: "constant",
  clip: 0.5,
  weightDecay: 0.1,
  patience: 0,
  seed: 1,
};

/** Twenty float32 steps in two orders of summation. */
const tolerance = 1e-4;

const forms = {
  "dropout and padding": { dropout: 0.3, mix: [] },
  "padding and a mix": { dropout: 0, mix: [1, 4] },
};

test.each(
  cells.flatMap((cell) => (["dropout and padding", "padding and a mix"] as const).map((form) => [cell, form] as const)),
)("a %s trains as with TensorFlow.js's own automatic differentiation, %s included", async (cell, form) => {
  const { dropout, mix } = forms[form];
  const [count, window, inputs, horizon] = [6, 5, 2, 3] as const;
  const config: NetworkConfig = {
    kind: "recurrent",
    cell,
    layers: [7, 4],
    bidirectional: true,
    decoder: "direct",
    dropout,
    mix,
    truncate: 0,
    inputs,
    window,
    horizon,
  };
  const random = seededRandom(3);
  const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
  const batch = {
    shape: { window },
    candidates: draw(count * mix.length * horizon),
    batchSize: count,
    inputs: draw(count * window * inputs),
    mask: draw(count * window).map((value) => Number(value < 1)),
    targets: draw(count * horizon),
    weights: draw(count * horizon).map((value) => Number(value < 1)),
    offsets: new Float64Array(count),
    spreads: new Float64Array(count),
    padded: true,
    filled: new Float64Array(window),
  };
  const network = buildNetwork(config, seededRandom(4));
  const start = network.exportWeights();
  network.dispose();
  const create = await openTensorTrainers();
  const one = await create(config, start, count, training, seededRandom(5));
  const two = await kernelTrainers(1).create(config, start, count, training, seededRandom(5));
  for (let step = 0; step < 20; step++) {
    const expected = one.step(batch, count, training.learningRate);
    const loss = two.step(batch, count, training.learningRate);
    expect(Math.abs(loss / expected - 1), `step ${step + 1}`).toBeLessThan(tolerance);
  }
  const [theirs, ours] = [one.exportWeights(), two.exportWeights()];
  for (const [i, weight] of theirs.entries()) expect(ours[i]).toBeCloseTo(weight, 3);
  one.close();
  two.close();
});
