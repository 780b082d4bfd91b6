import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { fitModel } from "../../src/choose/model.js";
import { explainAttention } from "../../src/forecast/attention.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";

const [lag, window, seriesCount] = [5, 9, 12];

/** Random walks, a step of each in turn: all there is to know of a step is what it was `lag` steps before. */
function interleavedWalks(length: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length }, () => random.normal());
  for (let t = lag; t < length; t++) values[t] = values[t - lag]! + 0.1 * random.normal();
  return values;
}

const options = {
  ...smallModel,
  seasons: [1],
  layers: [2],
  window,
  epochs: 30,
  batch: 32,
  learningRate: 0.02,
  loss: "mse",
  calendar: "none",
  scale: { scale: "none" },
  intervals: false,
} as const;

const frame = dailyFrame(...Array.from({ length: seriesCount }, (_, s) => interleavedWalks(60, s)));

test.each(["additive", "dot"] as const)(
  "%s attention finds a planted lag, with weights that sum to one",
  async (attention) => {
    const fitted = await fitModel("gru", frame, 1, { ...options, attention }, quietContext());
    if (fitted.kind !== "network") throw new Error("no network");
    const weights = explainAttention(fitted.network, frame);
    if (weights === null) throw new Error("no attention");
    expect(weights).toHaveLength(seriesCount * window);
    let onLag = 0;
    for (let s = 0; s < seriesCount; s++) {
      const row = weights.subarray(s * window, (s + 1) * window);
      // Float32 quotients.
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      onLag += row[window - lag]! / seriesCount;
    }
    // Nine steps share what is left; it was 0.97 for every seed tried.
    expect(onLag).toBeGreaterThan(0.7);
  },
);

test("a network without attention has nothing to explain", async () => {
  const fitted = await fitModel("gru", frame, 1, { ...options, epochs: 1 }, quietContext());
  if (fitted.kind !== "network") throw new Error("no network");
  expect(explainAttention(fitted.network, frame)).toBeNull();
});
