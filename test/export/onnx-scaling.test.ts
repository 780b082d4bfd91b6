import * as fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { encodeOnnx } from "../../src/export/onnx-model.js";
import { valueCount } from "../../src/export/onnx-scaling.js";
import type { FittedNetwork } from "../../src/fit/fit.js";
import { headPredictor } from "../../src/forecast/distribution.js";
import { networkPredictor } from "../../src/forecast/network.js";
import { type NetworkConfig, outputCount, windowShape } from "../../src/model/config.js";
import type { HeadConfig } from "../../src/model/heads/config.js";
import { scalerNames } from "../../src/scale/config.js";
import { fitPreparation } from "../../src/scale/preparation.js";
import type { Frame } from "../../src/series/frame.js";
import { createBatch, gatherBatch } from "../../src/windows/gather.js";
import { planForecast } from "../../src/windows/plan.js";
import { channelCount, prepareFrame } from "../../src/windows/prepare.js";
import { relativeDistance } from "../engine/kernels/reference.js";
import { quietContext } from "../support/context.js";
import { anyFormConfig, drawWeights, smallGru, untrained } from "../support/forms.js";
import { anyScale, dailyPanel, plainScale } from "../support/panels.js";

const stepCount = 40;
const anyHead = fc.constantFrom<HeadConfig | undefined>(
  undefined,
  { kind: "quantile" },
  { kind: "gaussian" },
  { kind: "student-t" },
  { kind: "negbin" },
  { kind: "bins", count: 3, edges: [-1, 0, 1, 2], values: [-0.5, 0.5, 1.5] },
);
/** Some vary, some hardly, some rise; where one holds a 0, it alone is not told by its logarithm. */
const anySeries = fc
  .record({
    values: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: stepCount, maxLength: stepCount }),
    size: fc.constantFrom(0.001, 1, 1000),
    slope: fc.constantFrom(0, 1),
  })
  .map(({ values, size, slope }) => values.map((value, t) => size * (value / 10 + slope * t)));

/** What the file is fed: the last values of each series, its channels, its place and its phase. */
function feeds(network: FittedNetwork, frame: Frame): Record<string, Tensor> {
  const { config, preparation, channels } = network;
  const count = valueCount(config, preparation);
  const rows = frame.series.length;
  const tails = frame.series.flatMap(({ values }) => [...values.subarray(values.length - count)]);
  const places = frame.series.map((_, s) => BigInt(s));
  const given: Record<string, Tensor> = { values: new Tensor("float64", Float64Array.from(tails), [rows, count]) };
  if (rows > 1) given.series = new Tensor("int64", BigInt64Array.from(places), [rows]);
  if (preparation.series.some(({ indices }) => indices !== null))
    given.phase = new Tensor("int64", new BigInt64Array(rows).fill(BigInt(stepCount - count)), [rows]);
  const others = config.inputs - 1;
  if (others > 0) {
    const prepared = prepareFrame(frame, preparation, channels, outputCount(config));
    const batch = createBatch(prepared, windowShape(config), rows);
    gatherBatch(prepared, planForecast(prepared), Int32Array.from(places, Number), 0, rows, batch);
    const known = batch.inputs.filter((_, i) => i % config.inputs > 0);
    given.channels = new Tensor("float32", known, [rows, config.window, others]);
  }
  return given;
}

/** What the file forecasts, and what hindcast does. [series × K] each */
async function forecastBoth(network: FittedNetwork, frame: Frame) {
  const { head, horizon } = network.config;
  const predictor = head === undefined ? networkPredictor : headPredictor;
  const { point: expected } = await predictor(network, quietContext()).predict(frame, horizon);
  const session = await InferenceSession.create(encodeOnnx(network, { withScaling: true, version: "0", metadata: {} }));
  const { forecast } = await session.run(feeds(network, frame));
  await session.release();
  expect(forecast!.dims).toEqual([frame.series.length, horizon]);
  return { found: forecast!.data as Float64Array, expected };
}

/** How far apart they are at most, in units of the series. A constant one goes on as it is, without a network. */
function distanceOf({ found, expected }: Awaited<ReturnType<typeof forecastBoth>>, frame: Frame): number {
  const horizon = expected.length / frame.series.length;
  const distances = frame.series.map(({ values }, s) => {
    if (values.every((value) => value === values[0])) return 0;
    const unit = Math.max(...values);
    const own = (all: Float64Array) => all.subarray(s * horizon, (s + 1) * horizon).map((value) => value / unit);
    return relativeDistance(own(found), own(expected));
  });
  return Math.max(...distances);
}

/** Two float32 implementations of the network. */
const tolerance = 1e-5;

describe("a network with its scaling as an ONNX file", () => {
  test("takes the data's units to the data's units as hindcast does, however they are prepared", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFormConfig,
        anyScale,
        anyHead,
        fc.boolean(),
        fc.array(anySeries, { minLength: 1, maxLength: 3 }),
        async (form, scale, head, hasChannels, series) => {
          // What is mixed in moves a location.
          const isLocated = head === undefined || !["negbin", "bins"].includes(head.kind);
          const channels = { gapIndicator: hasChannels, calendar: hasChannels ? (["weekday"] as const) : [] };
          const config: NetworkConfig = {
            ...form,
            ...(head !== undefined && { head }),
            mix: isLocated ? (form.mix ?? []) : [],
            inputs: channelCount(channels),
            // One step, whatever is drawn or fed back after it.
            horizon: form.decoder === "recursive" ? 1 : form.horizon,
            decoder: "direct",
          };
          const isPositive = series.every((values) => values.every((value) => value > 0));
          const transform = scale.transform === "boxcox" && !isPositive ? "auto" : scale.transform;
          const frame = dailyPanel(...series);
          const network: FittedNetwork = {
            config,
            weights: drawWeights(config),
            preparation: fitPreparation(frame, { ...scale, transform }),
            channels,
            ...untrained,
          };
          expect(distanceOf(await forecastBoth(network, frame), frame)).toBeLessThan(tolerance);
        },
      ),
      { numRuns: 100 },
    );
  });

  const small: NetworkConfig = { ...smallGru, inputs: 1, window: 8, horizon: 3 };
  const channels = { gapIndicator: false, calendar: [] };
  const wave = Array.from({ length: stepCount }, (_, t) => 5 + Math.sin(t) + t / 9);

  test.each(scalerNames)("divides by what %s is safe to divide by, where nothing varies", async (scaler) => {
    // Nothing changed while training; since then to another level, on which the window is flat.
    const fitted = dailyPanel(...[0.3, 0.3, 0.3].map((value) => Array<number>(stepCount).fill(value)));
    const later = dailyPanel(
      ...[0, 0.7, 70].map((level) => Array.from({ length: stepCount }, (_, t) => (t < stepCount / 2 ? 0.3 : level))),
    );
    const preparation = fitPreparation(fitted, { ...plainScale, scaler });
    const network: FittedNetwork = { config: small, weights: drawWeights(small), preparation, channels, ...untrained };
    expect(distanceOf(await forecastBoth(network, later), later)).toBeLessThan(tolerance);
  });

  test.each([1e4, -1e4])("stays within the bounds of each transform when it runs away by %d", async (bias) => {
    const frame = dailyPanel(wave, wave.toReversed());
    const weights = drawWeights(small).map((weight) =>
      weight.name === "head/bias" ? { ...weight, values: weight.values.map(() => bias) } : weight,
    );
    const fitted = fitPreparation(frame, { ...plainScale, transform: "boxcox" });
    for (const lambda of [-0.5, 0, 0.5]) {
      const series = fitted.series.map((one) => {
        if (one.transform.kind !== "boxcox") throw new Error("no Box-Cox");
        return { ...one, transform: { ...one.transform, lambda } };
      });
      const network = { config: small, weights, preparation: { ...fitted, series }, channels, ...untrained };
      const both = await forecastBoth(network, frame);
      expect(both.expected.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
      expect(distanceOf(both, frame)).toBeLessThan(tolerance);
    }
    const preparation = fitPreparation(frame, { ...plainScale, transform: "log1p" });
    const both = await forecastBoth({ config: small, weights, preparation, channels, ...untrained }, frame);
    expect(distanceOf(both, frame)).toBeLessThan(tolerance);
  });
});
