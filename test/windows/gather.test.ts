import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScaleConfig } from "../../src/scale/config.js";
import { fitPreparation } from "../../src/scale/preparation.js";
import { applyTransform, invertTransform } from "../../src/scale/transforms.js";
import { cutFrame, type Frame } from "../../src/series/frame.js";
import { type Batch, createBatch, createGather, gatherBatch } from "../../src/windows/gather.js";
import { maskValue } from "../../src/windows/mask.js";
import { planForecast, planTraining, type WindowPlan } from "../../src/windows/plan.js";
import { type ChannelConfig, invertForecast, type PreparedFrame, prepareFrame } from "../../src/windows/prepare.js";
import { anyScale, dailyPanel, gappy, plainScale } from "../support/panels.js";

const noChannels: ChannelConfig = { gapIndicator: false, calendar: [] };
const allChannels: ChannelConfig = { gapIndicator: true, calendar: ["weekday", "yearday"] };

function gatherAll(prepared: PreparedFrame, plan: WindowPlan, window: number): Batch {
  const count = plan.origins.length;
  const batch = createBatch(prepared, { window }, count);
  gatherBatch(
    prepared,
    plan,
    Int32Array.from({ length: count }, (_, i) => i),
    0,
    count,
    batch,
  );
  return batch;
}

const panelOf = (value: fc.Arbitrary<number>) =>
  fc.array(gappy(value, 40), { minLength: 1, maxLength: 3 }).map((values) => dailyPanel(...values));
const sizes = fc.record({ window: fc.integer({ min: 1, max: 12 }), horizon: fc.integer({ min: 1, max: 6 }) });

describe("a batch", () => {
  it("is the same from windows gathered once as gathered afresh, whatever the batch before it held", () => {
    fc.assert(
      fc.property(panelOf(fc.double({ min: 0.5, max: 1000, noNaN: true })), anyScale, sizes, (frame, config, size) => {
        const prepared = prepareFrame(frame, fitPreparation(frame, config), allChannels, size.horizon);
        const { training } = planTraining(prepared, { ...size, validationSteps: 0 });
        const windowCount = training.origins.length;
        const order = Int32Array.from({ length: windowCount }, (_, i) => windowCount - 1 - i);
        const shape = { ...size, lags: [1, 3] };
        const [afresh, kept] = [createBatch(prepared, shape, 3), createBatch(prepared, shape, 3)];
        const gather = createGather(prepared, training, shape);
        for (let from = 0; from < windowCount; from += 3) {
          const count = Math.min(3, windowCount - from);
          gatherBatch(prepared, training, order, from, count, afresh);
          gather(order, from, count, kept);
          expect({ ...kept, filled: null }).toEqual({ ...afresh, filled: null });
        }
      }),
      { numRuns: 100 },
    );
  });

  it("undone gives the data back, for every scale, scaler, transform, difference and season", () => {
    let compared = 0;
    fc.assert(
      fc.property(panelOf(fc.double({ min: 0.5, max: 1000, noNaN: true })), anyScale, sizes, (frame, config, size) => {
        const preparation = fitPreparation(frame, config);
        const prepared = prepareFrame(frame, preparation, noChannels, size.horizon);
        const { training } = planTraining(prepared, { ...size, validationSteps: 0 });
        const batch = gatherAll(prepared, training, size.window);
        // Half a unit in the last place of float32 (6e-8) of a change less its offset, each at most twice the largest level of the
        // panel; summed over the horizon where a difference is undone.
        const error = 6e-8 * size.horizon * 4 * largestLevel(prepared);
        training.origins.forEach((origin, i) => {
          const s = training.series[i]!;
          const scaled = batch.targets.subarray(i * size.horizon, (i + 1) * size.horizon);
          const changes = Float64Array.from(scaled, (value, k) =>
            // A target at the limit was an outlier of a thousand spreads: it is not meant to come back.
            batch.weights[i * size.horizon + k] === 0 || Math.abs(value) === 1000
              ? Number.NaN
              : value * batch.spreads[i]! + batch.offsets[i]!,
          );
          const { fitted } = prepared.series[s]!;
          invertForecast(prepared, s, origin, changes).forEach((value, k) => {
            const actual = frame.series[s]!.values[origin + k]!;
            if (Number.isNaN(value) || Number.isNaN(actual)) return;
            const level = applyTransform(fitted.transform, actual);
            // And 1e-9 for the float64 arithmetic of the transforms.
            expect(value).toBeGreaterThanOrEqual(invertTransform(fitted.transform, level - error) - 1e-9 * actual);
            expect(value).toBeLessThanOrEqual(invertTransform(fitted.transform, level + error) + 1e-9 * actual);
            compared++;
          });
        });
      }),
      { numRuns: 600 },
    );
    expect(compared).toBeGreaterThan(1000);
  });

  it("of training windows holds, byte for byte, nothing of what comes after the cut", () => {
    const value = fc.double({ min: 0.5, max: 1000, noNaN: true });
    fc.assert(
      fc.property(
        panelOf(value),
        anyScale,
        sizes,
        fc.integer({ min: 1, max: 15 }),
        fc.array(fc.oneof(fc.constant(Number.NaN), value), { minLength: 15, maxLength: 15 }),
        (frame, config, size, validationSteps, others) => {
          const changed: Frame = {
            ...frame,
            series: frame.series.map((series) => {
              const values = series.values.slice();
              const cut = Math.max(0, values.length - validationSteps);
              for (let t = cut; t < values.length; t++) values[t] = others[t - cut]!;
              return { ...series, values };
            }),
          };
          const fitPast = (data: Frame) => {
            const past = cutFrame(
              data,
              data.series.map(({ values }) => values.length - validationSteps),
            );
            const preparation = fitPreparation(past, config);
            const prepared = prepareFrame(data, preparation, allChannels, size.horizon);
            const { training } = planTraining(prepared, { ...size, validationSteps });
            return { preparation, training, batch: gatherAll(prepared, training, size.window) };
          };
          const [before, after] = [fitPast(frame), fitPast(changed)];
          expect(JSON.stringify(after.preparation)).toBe(JSON.stringify(before.preparation));
          expect(after.training).toEqual(before.training);
          for (const name of ["inputs", "mask", "targets", "weights", "offsets", "spreads"] as const)
            expect(Buffer.from(after.batch[name].buffer).equals(Buffer.from(before.batch[name].buffer))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("shows a forecast nothing of its targets, even where a gap lasts up to the origin", () => {
    const [before, after] = [5, 500].map((next) => {
      const frame = dailyPanel(Float64Array.of(1, 3, 2, Number.NaN, Number.NaN, next));
      const prepared = prepareFrame(frame, fitPreparation(cutFrame(frame, [5]), plainScale), allChannels, 1);
      return gatherAll(prepared, { series: Int32Array.of(0), origins: Int32Array.of(5) }, 4).inputs;
    });
    expect(after).toEqual(before);
  });

  it("holds no NaN and no infinity, whatever the numbers", () => {
    const any = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1e30, -1e30, 1e-30, 5e-324, 1, 2),
    );
    const totalScale = anyScale.map((config): ScaleConfig => ({ ...config, transform: "auto" }));
    fc.assert(
      fc.property(panelOf(any), totalScale, sizes, (frame, config, size) => {
        const prepared = prepareFrame(frame, fitPreparation(frame, config), allChannels, size.horizon);
        for (const plan of [planTraining(prepared, { ...size, validationSteps: 0 }).training, planForecast(prepared)]) {
          const batch = gatherAll(prepared, plan, size.window);
          for (const name of ["inputs", "mask", "targets", "weights", "offsets"] as const)
            expect(batch[name].every(Number.isFinite)).toBe(true);
          expect(batch.spreads.every((spread) => spread >= 2 ** -1022 && spread < Number.POSITIVE_INFINITY)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("marks the steps before a series' start in every channel, and only those", () => {
    fc.assert(
      fc.property(panelOf(fc.constantFrom(1, 2, maskValue)), anyScale, sizes, (frame, config, size) => {
        const choices: ScaleConfig = { ...config, transform: "none" };
        const prepared = prepareFrame(frame, fitPreparation(frame, choices), noChannels, size.horizon);
        const plan = planForecast(prepared);
        const batch = gatherAll(prepared, plan, size.window);
        let padded = false;
        plan.origins.forEach((origin, i) => {
          const known = Math.max(0, origin - config.difference);
          for (let t = 0; t < size.window; t++) {
            const isPadding = t < size.window - known;
            padded ||= isPadding;
            expect(batch.mask[i * size.window + t]).toBe(isPadding ? 0 : 1);
            expect(batch.inputs[i * size.window + t] === maskValue).toBe(isPadding);
          }
        });
        expect(batch.padded).toBe(padded);
      }),
    );
  });

  it("has the target first, then the gap indicator, then the calendar", () => {
    const frame = dailyPanel(Float64Array.of(4, Number.NaN, 8, 5));
    const prepared = prepareFrame(frame, fitPreparation(frame, { ...plainScale, scale: "none" }), allChannels, 1);
    const { inputs } = gatherAll(prepared, { series: Int32Array.of(0), origins: Int32Array.of(3) }, 2);
    // 2 and 3 January 2024 are a Tuesday and a Wednesday, the second and third of 366 days.
    const cycle = (share: number) => [Math.sin(2 * Math.PI * share), Math.cos(2 * Math.PI * share)];
    const expected = [6, 1, ...cycle(1 / 7), ...cycle(1 / 366), 8, 0, ...cycle(2 / 7), ...cycle(2 / 366)];
    expect(inputs).toEqual(Float32Array.from(expected));
  });

  it("gives unobserved targets, and those beyond the end, no weight", () => {
    const frame = dailyPanel(Float64Array.of(1, 2, 3, Number.NaN, 5));
    const prepared = prepareFrame(frame, fitPreparation(frame, { ...plainScale, scale: "none" }), noChannels, 3);
    const batch = gatherAll(prepared, { series: Int32Array.of(0, 0), origins: Int32Array.of(2, 4) }, 2);
    expect(batch.weights).toEqual(Float32Array.of(1, 0, 1, 1, 0, 0));
    expect(batch.targets).toEqual(Float32Array.of(3, 0, 5, 5, 0, 0));
  });

  it("scales a window that does not vary by what its series varies by, and a constant series to zeros", () => {
    const quiet = Float64Array.of(5, 5, 5, 5, 9, 5, 9, 5);
    const frame = dailyPanel(quiet, new Float64Array(8).fill(0.1));
    const prepared = prepareFrame(frame, fitPreparation(frame, plainScale), noChannels, 2);
    const batch = gatherAll(prepared, { series: Int32Array.of(0, 1), origins: Int32Array.of(4, 4) }, 4);
    expect(batch.inputs).toEqual(new Float32Array(8));
    // The mean change of 5 5 5 5 9 5 9 5 is 16/7; half of it is the least spread.
    expect(batch.spreads[0]).toBeCloseTo(8 / 7, 12);
    expect(Array.from(batch.targets.subarray(2))).toEqual([0, 0]);
    expect(batch.offsets[1]).toBe(0.1);
  });

  it("goes on from the last value known when a window holds none, and says NaN when there never was one", () => {
    const frame = dailyPanel(
      Float64Array.of(1, 2, ...new Array<number>(6).fill(Number.NaN)),
      new Float64Array(8).fill(Number.NaN),
    );
    const prepared = prepareFrame(frame, fitPreparation(frame, { ...plainScale, scaler: "last" }), allChannels, 2);
    const batch = gatherAll(prepared, planForecast(prepared), 4);
    expect(Array.from(batch.offsets)).toEqual([2, Number.NaN]);
    expect(batch.inputs.every(Number.isFinite)).toBe(true);
  });
});

function largestLevel({ series }: PreparedFrame): number {
  return Math.max(
    ...series.flatMap(({ levels }) => Array.from(levels, Math.abs).filter((size) => !Number.isNaN(size))),
  );
}
