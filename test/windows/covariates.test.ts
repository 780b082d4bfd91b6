import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseCovariates } from "../../src/features/covariates.js";
import { fitPreparation } from "../../src/scale/preparation.js";
import { cutFrame, type Frame } from "../../src/series/frame.js";
import { createBatch, gatherBatch } from "../../src/windows/gather.js";
import { type ChannelConfig, channelConfigSchema, channelCount, prepareFrame } from "../../src/windows/prepare.js";
import { covariateFrame } from "../support/covariates.js";
import { plainScale } from "../support/panels.js";

const window = 4;
const horizon = 3;
const length = 20;
const values = Array.from({ length }, (_, t) => Math.sin(t) + t);

/** The window at the end of the frame, as a network sees it. */
function lastWindow(frame: Frame, channels: ChannelConfig, known: Frame = frame): number[] {
  const prepared = prepareFrame(frame, fitPreparation(known, plainScale), channels, horizon);
  const batch = createBatch(prepared, { window }, 1);
  const plan = { series: Int32Array.of(0), origins: Int32Array.of(frame.series[0]!.values.length) };
  gatherBatch(prepared, plan, Int32Array.of(0), 0, 1, batch);
  return [...batch.inputs];
}

function channelsOf(frame: Frame): ChannelConfig {
  return { gapIndicator: false, calendar: [], covariates: { columns: chooseCovariates(frame), ahead: horizon } };
}

const cell = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const column = (size: number) => fc.array(cell, { minLength: size, maxLength: size });

describe("windows with covariates", () => {
  it("hold for each step its own values and those known ahead, one horizon later", () => {
    const promo = Array.from({ length: length + horizon }, (_, t) => t);
    const frame = covariateFrame(values, [{ name: "promo", kind: "future", values: promo }]);
    const inputs = lastWindow(frame, channelsOf(frame));
    const { affine } = fitPreparation(frame, plainScale).covariates![0]!;
    expect(inputs).toHaveLength(window * 3);
    for (let i = 0; i < window; i++) {
      const t = length - window + i;
      expect(inputs[3 * i + 1]).toBeCloseTo((t - affine.offset) / affine.spread, 5);
      expect(inputs[3 * i + 2]).toBeCloseTo((t + horizon - affine.offset) / affine.spread, 5);
    }
  });

  it("have every column of a step, those known ahead first, and then those again that are", () => {
    const at = (offset: number, count: number) => Array.from({ length: count }, (_, t) => offset + t);
    const frame = covariateFrame(values, [
      { name: "stock", kind: "past", values: at(500, length) },
      { name: "promo", kind: "future", values: at(0, length + horizon) },
      { name: "holiday", kind: "future", values: at(100, length + horizon) },
    ]);
    const { covariates } = fitPreparation(frame, plainScale);
    const scaled = (name: string, value: number) => {
      const { affine } = covariates!.find((one) => one.name === name)!;
      return (value - affine.offset) / affine.spread;
    };
    const inputs = lastWindow(frame, channelsOf(frame));
    for (let i = 0; i < window; i++) {
      const t = length - window + i;
      const expected = [
        scaled("promo", t),
        scaled("holiday", 100 + t),
        scaled("stock", 500 + t),
        scaled("promo", t + horizon),
        scaled("holiday", 100 + t + horizon),
      ];
      expect(inputs.slice(6 * i + 1, 6 * i + 6)).toEqual([...Float32Array.from(expected)]);
    }
  });

  it("change by nothing that must not be known: the past's later values, and what lies beyond the horizon", () => {
    fc.assert(
      fc.property(
        column(length),
        column(length + 4),
        column(length),
        column(length + 4),
        fc.integer({ min: 6, max: 16 }),
        (past, future, otherPast, otherFuture, origin) => {
          const frameOf = (a: number[], b: number[]) =>
            covariateFrame(values, [
              { name: "stock", kind: "past", values: a },
              { name: "promo", kind: "future", values: b },
            ]);
          const whole = frameOf(past, future);
          const changed = frameOf(
            past.map((value, t) => (t < origin ? value : otherPast[t]!)),
            future.map((value, t) => (t < origin + horizon ? value : otherFuture[t]!)),
          );
          const [known, same] = [cutFrame(whole, [origin]), cutFrame(changed, [origin])];
          const channels = channelsOf(known);
          expect(channelsOf(same)).toEqual(channels);
          expect(fitPreparation(same, plainScale)).toEqual(fitPreparation(known, plainScale));
          expect(lastWindow(same, channels)).toEqual(lastWindow(known, channels));
        },
      ),
    );
  });

  it("change with what is known ahead, and scale it by the past alone", () => {
    const promo = Array.from({ length: length + horizon }, (_, t) => t % 3);
    const frameOf = (last: number) =>
      covariateFrame(values, [{ name: "promo", kind: "future", values: [...promo.slice(0, -1), last] }]);
    const [low, high] = [frameOf(0), frameOf(1)];
    expect(fitPreparation(high, plainScale)).toEqual(fitPreparation(low, plainScale));
    const [before, after] = [lastWindow(low, channelsOf(low)), lastWindow(high, channelsOf(high))];
    expect(before.slice(0, -1)).toEqual(after.slice(0, -1));
    expect(before.at(-1)).not.toBe(after.at(-1));
  });

  it("are as wide as their channels: a category each, gap indicators, those known ahead twice", () => {
    const frame = covariateFrame(
      [1, 2],
      [
        { name: "weather", kind: "future", values: [0, 1], categories: ["dry", "wet"] },
        { name: "stock", kind: "past", values: [1, Number.NaN] },
        { name: "size", kind: "static", values: [2] },
      ],
    );
    expect(channelCount(channelsOf(frame))).toBe(1 + 2 * 2 + 2 + 1);
  });

  it("are told in plain data, a step ahead at least", () => {
    const frame = covariateFrame(values, [{ name: "stock", kind: "past", values }]);
    const channels = channelsOf(frame);
    expect(channelConfigSchema.parse(JSON.parse(JSON.stringify(channels)))).toEqual(channels);
    const withAhead = (ahead: number) => ({ ...channels, covariates: { ...channels.covariates, ahead } });
    expect(channelConfigSchema.safeParse(withAhead(1)).success).toBe(true);
    for (const ahead of [0, -1, 1.5]) expect(channelConfigSchema.safeParse(withAhead(ahead)).success).toBe(false);
    expect(channelConfigSchema.safeParse({ ...channels, channel: 1 }).success).toBe(false);
  });
});
