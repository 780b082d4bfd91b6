import { beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { loadGradients } from "../../src/engine/gradients.js";
import { sumLoss } from "../../src/fit/loss.js";
import { openTensorTrainers } from "../../src/fit/tensor-trainer.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { fitBins } from "../../src/model/heads/bins.js";
import type { HeadConfig } from "../../src/model/heads/config.js";
import { type NamedArray, predictArrays } from "../../src/model/inference.js";
import { buildNetwork } from "../../src/model/recurrent.js";
import { startTestEngine } from "../support/engine.js";
import { smallGru } from "../support/forms.js";

beforeAll(async () => {
  await startTestEngine();
  await loadGradients();
});

const [count, window, inputs, horizon] = [4, 5, 2, 3] as const;
const random = seededRandom(3);
const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
const batch = {
  shape: { window },
  batchSize: count,
  inputs: draw(count * window * inputs),
  mask: new Float32Array(count * window).fill(1),
  // Counts, when multiplied by the spreads.
  targets: Float32Array.from({ length: count * horizon }, () => random.integer(9) / 4),
  weights: draw(count * horizon).map((value) => Number(value < 0.8)),
  candidates: new Float32Array(),
  offsets: new Float64Array(count),
  spreads: new Float64Array(count).fill(4),
  padded: false,
  filled: new Float64Array(window),
};

const configOf = (head: HeadConfig): NetworkConfig => ({
  ...smallGru,
  inputs,
  window,
  horizon,
  head,
});

const targets = Float64Array.from(batch.targets);
const heads: readonly HeadConfig[] = [
  { kind: "quantile" },
  { kind: "gaussian" },
  { kind: "student-t" },
  { kind: "negbin" },
  fitBins({ kind: "bins", count: 4, edges: [], values: [] }, targets),
];

/** A step of plain gradient descent would be Adam's first moment: what one step leaves in it, over 1 − β1, is the gradient. */
async function gradientsOf(config: NetworkConfig, start: readonly NamedArray[]) {
  const training = {
    loss: "mse",
    epochs: 1,
    batch: count,
    stepsPerEpoch: 1,
    learningRate: 0.01,
    schedule: "constant",
    clip: 0,
    weightDecay: 0,
    patience: 0,
    seed: 1,
  } as const;
  const create = await openTensorTrainers();
  const trainer = create(config, start, count, training, seededRandom(1));
  const loss = trainer.step(batch, count, 0.01);
  const { moments } = trainer.exportState();
  trainer.close();
  return { loss, gradient: moments.subarray(0, moments.length / 2).map((moment) => moment / (1 - 0.9)) };
}

function startOf(config: NetworkConfig): NamedArray[] {
  const network = buildNetwork(config, seededRandom(4));
  const weights = network.exportWeights();
  network.dispose();
  return weights;
}

function meanLoss(config: NetworkConfig, weights: readonly NamedArray[]): number {
  const raw = predictArrays(config, weights, batch.inputs, null, count);
  const { sum, weight } = sumLoss(config, "mse", raw, batch, count);
  return sum / weight;
}

describe.each(heads)("a network with the $kind head", (head) => {
  const config = configOf(head);

  test("is trained along the slopes of the loss that is validated, unobserved targets left out", async () => {
    const start = startOf(config);
    const { loss, gradient } = await gradientsOf(config, start);
    expect(loss).toBeCloseTo(meanLoss(config, start), 5);
    // What the median learns is its own error's slope alone, not that of the whole loss.
    const skipped = head.kind === "quantile" ? start.findIndex(({ name }) => name === "head_above/kernel") : 0;
    let at = 0;
    for (const [p, { values }] of start.entries()) {
      for (let i = 0; i < values.length; i += 3) {
        if (p < skipped) continue;
        const h = 1e-2;
        const moved = (by: number) =>
          start.map((one, q) => (q === p ? { ...one, values: one.values.map((v, j) => (j === i ? v + by : v)) } : one));
        const difference = (meanLoss(config, moved(h)) - meanLoss(config, moved(-h))) / (2 * h);
        // Forecasts are float32: 1e-7 of the loss over h, and h² times a third derivative.
        expect(Math.abs(difference - gradient[at + i]!)).toBeLessThan(3e-3 * (1 + Math.abs(difference)));
      }
      at += values.length;
    }
  });
});

test("the offsets of the quantile head do not teach the encoder", async () => {
  const config = configOf({ kind: "quantile" });
  const start = startOf(config);
  const { gradient } = await gradientsOf(config, start);
  const farther = start.map((one) =>
    one.name.startsWith("head_above") ? { ...one, values: one.values.map((value) => value + 1) } : one,
  );
  const other = await gradientsOf(config, farther);
  const shared = start.findIndex(({ name }) => name.startsWith("head_above"));
  const length = start.slice(0, shared).reduce((sum, { values }) => sum + values.length, 0);
  expect(other.gradient.subarray(0, length)).toEqual(gradient.subarray(0, length));
  expect(other.gradient.subarray(length)).not.toEqual(gradient.subarray(length));
});
