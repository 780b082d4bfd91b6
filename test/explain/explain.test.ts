// Explanations of networks that were trained, and of networks of every form.
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { fitModel } from "../../src/choose/model.js";
import { integrateGradients } from "../../src/explain/gradients.js";
import { joinContributions, joinImportances } from "../../src/explain/members.js";
import { listParts } from "../../src/explain/parts.js";
import { permutationImportance } from "../../src/explain/permutation.js";
import type { FittedNetwork } from "../../src/fit/fit.js";
import { networkPredictor } from "../../src/forecast/network.js";
import { fitPreparation } from "../../src/scale/preparation.js";
import type { Frame } from "../../src/series/frame.js";
import { type ChannelConfig, channelCount } from "../../src/windows/prepare.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";
import { anyFormConfig, drawWeights } from "../support/forms.js";
import { plainScale } from "../support/panels.js";

const length = 3000;
const noted = (frame: Frame, promo: Float64Array, noise: Float64Array): Frame => ({
  ...frame,
  covariates: [
    { name: "promo", kind: "future", categories: null, place: null },
    { name: "noise", kind: "future", categories: null, place: null },
  ],
  series: [{ ...frame.series[0]!, covariates: [promo, noise] }],
});

/** Tomorrow rests on this day last week and on tomorrow's promotion, and on nothing else. */
function plantedFrame(): Frame {
  const random = seededRandom(3);
  const promo = Float64Array.from({ length: length + 1 }, () => Math.round(random.uniform()));
  const noise = Float64Array.from({ length: length + 1 }, () => random.normal());
  const values = new Float64Array(length);
  for (let t = 0; t < length; t++) values[t] = t < 7 ? random.normal() : 0.9 * values[t - 7]! + 2 * (promo[t]! - 0.5);
  return noted(dailyFrame(values), promo, noise);
}

describe("a network that was trained where only lag 7 and one covariate matter", () => {
  const frame = plantedFrame();
  let network: FittedNetwork;
  beforeAll(async () => {
    const options = {
      ...smallModel,
      plain: true,
      layers: [12],
      window: 9,
      segment: 9,
      epochs: 16,
      learningRate: 0.01,
      holdBack: 0,
      seasons: [7],
      intervals: false,
    };
    const fitted = await fitModel("gru", frame, 1, options, quietContext());
    if (fitted.kind !== "network") throw new Error("no network");
    network = fitted.network;
  });

  test("is found to rest on exactly those when its inputs are shuffled", async () => {
    const options = { horizon: 1, season: 7, repeatCount: 5, seed: 1, mostWindows: 500 };
    const found = await permutationImportance(network, frame, options, quietContext());
    const rows = joinImportances([found]);
    const inputs = rows.filter(({ lags }) => lags === "all");
    const lags = rows.filter(({ lags: own }) => own !== "all").sort((a, b) => b.mase - a.mase);
    const of = (name: string) => inputs.find(({ input }) => input === name)!;
    // Ten times as much as all that does not matter: the network is trained, so that is near 0 but not 0.
    expect(of("target").mase).toBeGreaterThan(10 * Math.abs(of("noise").mase));
    expect(of("promo").mase).toBeGreaterThan(10 * Math.abs(of("noise").mase));
    expect(lags[0]!.lags).toBe("7");
    expect(lags[0]!.mase).toBeGreaterThan(10 * Math.abs(lags[1]!.mase));
    for (const { mase, deviation } of [of("target"), of("promo"), lags[0]!]) {
      expect(deviation).toBeGreaterThan(0);
      expect(mase).toBeGreaterThan(5 * deviation);
    }
  });

  test("is found to rest on those by its gradients, which sum to the forecast", async () => {
    // A step that is far from the others, so that it has something to add.
    const values = frame.series[0]!.values.slice();
    values[length - 7] = 6;
    const told = { ...frame, series: [{ ...frame.series[0]!, values }] };
    const { forecast, baseline, parts, error } = integrateGradients(network, told, 0, 1, 7);
    const { point } = await networkPredictor(network, quietContext()).predict(told, 1);
    // The same kernels, on a window that was written again in float32.
    expect(forecast).toBeCloseTo(point[0]!, 6);
    const wholes = parts.filter(({ part }) => part.lags === "all");
    const sum = wholes.reduce((total, { contribution }) => total + contribution, 0);
    expect(sum).toBeCloseTo(forecast - baseline + error, 6);
    expect(Math.abs(error)).toBeLessThan(0.01 * Math.abs(forecast - baseline));
    const sizes = parts
      .filter(({ part }) => part.input === "target" && part.lags !== "all")
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    expect(sizes[0]!.part.lags).toBe("7");
  });
});

/** A network of any form, not trained, and data it can forecast. */
const anyNetwork = fc
  .tuple(anyFormConfig, fc.integer({ min: 1, max: 1000 }))
  .filter(([{ horizon, decoder, mix = [] }]) => decoder === "direct" || mix.length === 0 || horizon < 3)
  .map(([form, seed]) => {
    const random = seededRandom(seed);
    const frame = dailyFrame(Array.from({ length: 60 }, () => 10 + random.normal()));
    const channels: ChannelConfig = { gapIndicator: false, calendar: ["weekday"] };
    const config = { ...form, inputs: channelCount(channels) };
    const preparation = fitPreparation(frame, plainScale);
    const network = { config, weights: drawWeights(config), preparation, channels } as unknown as FittedNetwork;
    return { network, frame };
  });

describe("networks of every form", () => {
  test("have gradients that sum to the forecast less the baseline", () => {
    fc.assert(
      fc.property(anyNetwork, ({ network, frame }) => {
        const { horizon } = network.config;
        const { forecast, baseline, error, parts } = integrateGradients(network, frame, 0, horizon, 7);
        const wholes = parts.filter(({ part }) => part.lags === "all");
        const sum = wholes.reduce((total, { contribution }) => total + contribution, 0);
        // Weights at random bend more than trained ones do; what the path leaves is told, and is small beside the data.
        expect(sum - (forecast - baseline)).toBeCloseTo(error, 5);
        const size = parts.reduce((total, { contribution }) => total + Math.abs(contribution), 0);
        expect(Math.abs(error)).toBeLessThan(0.01 * size + 1e-3);
      }),
      { numRuns: 12 },
    );
  });

  test("have parts that hold each place once, as inputs and again as the target's lags", () => {
    fc.assert(
      fc.property(anyNetwork, fc.integer({ min: 1, max: 14 }), ({ network: { config, channels } }, season) => {
        const parts = listParts(config, channels, season, config.horizon);
        const placesOf = (of: typeof parts) => of.flatMap(({ inputs }) => [...inputs]).sort((a, b) => a - b);
        const wholes = parts.filter(({ lags }) => lags === "all");
        expect(placesOf(wholes)).toEqual(Array.from({ length: config.window * config.inputs }, (_, i) => i));
        const lags = parts.filter(({ lags: own }) => own !== "all");
        expect(placesOf(lags)).toEqual([...wholes[0]!.inputs]);
        const candidates = lags.flatMap((part) => [...part.candidates]).sort((a, b) => a - b);
        expect(candidates).toEqual([...wholes[0]!.candidates]);
      }),
    );
  });

  test("lose nothing when an input that they do not look at is shuffled", async () => {
    await fc.assert(
      // A mix without weights is the mean of its candidates; what is fed back is scaled with what was shuffled.
      fc.asyncProperty(
        anyNetwork.filter(
          ({ network }) => (network.config.mix ?? []).length === 0 && network.config.decoder === "direct",
        ),
        async ({ network, frame }) => {
          const { config, weights } = network;
          const deaf = {
            ...network,
            weights: weights.map((weight) => ({ ...weight, values: weight.values.map(() => 0) })),
          };
          const options = { horizon: config.horizon, season: 7, repeatCount: 2, seed: 1, mostWindows: 500 };
          const { parts } = await permutationImportance(deaf, frame, options, quietContext());
          for (const { mase } of parts) expect([...mase]).toEqual([0, 0]);
        },
      ),
      { numRuns: 5 },
    );
  });
});

test("several trainings are told as their average", async () => {
  const part = (lags: string) => ({ input: "target", lags, inputs: new Int32Array(), candidates: new Int32Array() });
  const one = {
    mase: 1,
    windowCount: 9,
    parts: [{ part: part("1"), mase: Float64Array.of(1, 3), mae: Float64Array.of(2, 2) }],
  };
  const other = {
    mase: 1,
    windowCount: 9,
    parts: [{ part: part(">9"), mase: Float64Array.of(4, 4), mae: Float64Array.of(8, 8) }],
  };
  expect(joinImportances([one, other])).toEqual([
    { input: "target", lags: "1", mase: 1, deviation: expect.closeTo(Math.sqrt(6 / 3), 12), mae: 1 },
    { input: "target", lags: ">9", mase: 2, deviation: expect.closeTo(Math.sqrt(16 / 3), 12), mae: 4 },
  ]);
  const told = (forecast: number) => ({
    forecast,
    baseline: 1,
    error: 0,
    parts: [{ part: part("1"), contribution: forecast - 1 }],
  });
  expect(joinContributions([told(3), told(5)])).toEqual({
    forecast: 4,
    baseline: 1,
    error: 0,
    parts: [{ input: "target", lags: "1", contribution: 3 }],
  });
});
