// The pretrained model as any other model is used: frames in, forecasts and quantiles out.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { candidateNames, gateLeanings } from "../../src/explain/leanings.js";
import { calibrateGates } from "../../src/gate/calibration.js";
import { fineTuneGates } from "../../src/gate/fine-tune.js";
import { gatePredictor, originLimitOf } from "../../src/gate/predictor.js";
import { knots } from "../../src/gate/schema.js";
import { decodeWeights, encodeWeights, gateLayout, pretrainedGates } from "../../src/gate/weights.js";
import { cutFrame } from "../../src/series/frame.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext } from "../support/context.js";

const { signal } = new AbortController();
const calibration = { factors: knots.map(() => 1) };

/** Weekly shapes with noise. */
function week(seed: number, length: number): number[] {
  const random = seededRandom(seed);
  const shape = Array.from({ length: 7 }, () => 10 * random.normal());
  return Array.from({ length }, (_, t) => 50 + shape[t % 7]! + random.normal());
}

function open(notes = quietContext()) {
  return gatePredictor({ networks: pretrainedGates(), seasons: [7], calibration, context: notes });
}

describe("the pretrained predictor", () => {
  test("quantiles of any levels stand in order around the forecast", async () => {
    const levels = [0.001, 0.02, 0.1, 0.4, 0.5, 0.6, 0.9, 0.98, 0.999];
    const { point, quantiles } = await open().predict(dailyFrame(week(1, 80), week(2, 15), [3]), 9, levels);
    point.forEach((value, i) => {
      const row = quantiles.map((values) => values[i]!);
      expect(row).toEqual(row.toSorted((a, b) => a - b));
      expect(row[4]).toBe(value);
    });
  });

  test("it tells a weekly shape from its noise", async () => {
    const values = week(3, 98);
    const { point } = await open().predict(dailyFrame(values.slice(0, 91)), 7);
    // The noise has deviation 1, the shape 10; the last week alone would be off by √2 of the noise.
    const error = point.reduce((sum, value, h) => sum + Math.abs(value - values[91 + h]!), 0) / 7;
    expect(error).toBeLessThan(1.6);
  });

  test("a frame that was cut behind a gap is forecast from its last observation on", async () => {
    const values = week(4, 60).map((value, t) => (t >= 47 && t < 50 ? Number.NaN : value));
    const cut = cutFrame(dailyFrame(values), [50]);
    const [late, early] = [await open().predict(cut, 4), await open().predict(dailyFrame(values.slice(0, 47)), 7)];
    expect(late.point).toEqual(early.point.slice(3));
  });

  test("goes on from a level that has just shifted, and not from an outlier", async () => {
    const error = { shifted: 0, outlying: 0 };
    const outside = { shifted: 0, outlying: 0 };
    const count = 20;
    for (let seed = 0; seed < count; seed++) {
      const random = seededRandom(seed);
      const values = Array.from({ length: 164 }, () => 200 + 3 * random.normal());
      const shifted = values.map((value, t) => (t < 147 ? value : value + 60));
      const outlying = values.map((value, t) => (t === 148 ? 3 * value : value));
      for (const [name, all] of Object.entries({ shifted, outlying }) as ["shifted" | "outlying", number[]][]) {
        const { point, quantiles } = await open().predict(dailyFrame(all.slice(0, 150)), 14, [0.025, 0.975]);
        point.forEach((value, h) => {
          const actual = all[150 + h]!;
          error[name] += Math.abs(value - actual) / (14 * count);
          if (actual < quantiles[0]![h]! || actual > quantiles[1]![h]!) outside[name] += 1 / (14 * count);
        });
      }
    }
    // The noise has a mean size of 2.4.
    expect(error.shifted).toBeLessThan(8);
    expect(error.outlying).toBeLessThan(8);
    expect(outside.shifted).toBeLessThan(0.1);
    expect(outside.outlying).toBeLessThan(0.1);
  });

  test("how far from zero a series lies does not matter, but for the rounding of its values", async () => {
    const values = week(6, 90);
    const widthAt = async (level: number) => {
      const frame = dailyFrame(values.map((value) => level + value));
      const { point, quantiles } = await open().predict(frame, 7, [0.1, 0.9]);
      return {
        point: point.map((value) => value - level),
        width: quantiles[1]!.map((high, h) => high - quantiles[0]![h]!),
      };
    };
    const [near, far] = [await widthAt(1e4), await widthAt(1e8)];
    near.width.forEach((width, h) => {
      expect(far.width[h]! / width).toBeGreaterThan(0.8);
      expect(far.width[h]! / width).toBeLessThan(1.25);
      expect(Math.abs(far.point[h]! - near.point[h]!)).toBeLessThan(0.3);
    });
  });

  test("of a single value is said that little is known", async () => {
    const { point, quantiles } = await open().predict(dailyFrame([5]), 3, [0.1, 0.9]);
    expect([...point]).toEqual([5, 5, 5]);
    quantiles[1]!.forEach((high, h) => {
      expect(high - quantiles[0]![h]!).toBeGreaterThan(1);
    });
  });

  test("a series without an observation has no forecast, and is named", async () => {
    const context = quietContext();
    const frame = dailyFrame(week(5, 30), [Number.NaN, Number.NaN]);
    const { point } = await open(context).predict(frame, 3);
    expect(Array.from(point, Number.isNaN)).toEqual([false, false, false, true, true, true]);
    expect(context.notes).toMatchObject([{ level: "warning", text: expect.stringContaining("no observed value") }]);
  });

  test("it says which candidates it leant on", async () => {
    const predictor = open();
    await predictor.predict(dailyFrame(week(6, 60)), 7);
    expect(predictor.explanation?.()).toMatch(/^leans on [\w-]+ \(\d+ %\)/);
  });

  test("it says the same of a series that ends in a gap as its explanation does", async () => {
    const frame = cutFrame(dailyFrame(week(8, 60).map((value, t) => (t >= 41 && t < 50 ? Number.NaN : value))), [50]);
    const predictor = open();
    await predictor.predict(frame, 2);
    const [leanings] = gateLeanings(pretrainedGates(), frame, [7], 2);
    const told = Array.from(leanings!, (share, c) => ({ name: candidateNames[c], share }))
      .sort((a, b) => b.share - a.share)
      .slice(0, 4)
      .map(({ name, share }) => `${name} (${Math.round(100 * share)} %)`);
    expect(predictor.explanation?.()).toBe(`leans on ${told.join(", ")}`);
  });

  test("large panels are tested on fewer origins", () => {
    expect(originLimitOf(dailyFrame(week(7, 100)))).toBe(6);
    expect(originLimitOf(dailyFrame(...Array.from({ length: 100 }, () => new Array(20_000).fill(1))))).toBe(2);
  });
});

test("calibration widens intervals that the data lie outside of", async () => {
  // Nothing in the past tells of the jumps in every last week.
  const panel = Array.from({ length: 60 }, (_, s) =>
    week(s, 63).map((value, t) => (t < 56 ? value : value + (s % 2 === 0 ? 30 : -30))),
  );
  const { factors } = await calibrateGates(pretrainedGates(), dailyFrame(...panel), [7], 7, 3, signal);
  expect(Math.min(...factors.filter((_, k) => knots[k] !== 0.5))).toBeGreaterThan(1.2);
});

test("a lean of the past to one side is half believed", async () => {
  const panel = Array.from({ length: 60 }, (_, s) => week(s, 63).map((value, t) => (t < 56 ? value : value + 30)));
  const { factors } = await calibrateGates(pretrainedGates(), dailyFrame(...panel), [7], 7, 3, signal);
  const [low, high] = [factors[knots.indexOf(0.1)]!, factors[knots.indexOf(0.9)]!];
  // At most 4 on one side and 1/4 on the other, were the lean believed whole.
  expect(high / low).toBeGreaterThan(2);
  expect(high / low).toBeLessThanOrEqual(4);
});

test("the same seed fine-tunes to the same weights, and what did not help is left as it was", async () => {
  const frame = dailyFrame(...Array.from({ length: 12 }, (_, s) => week(s, 70)));
  const tune = () => fineTuneGates(pretrainedGates().slice(0, 1), frame, [7], 7, 1, signal);
  const [once, again] = [await tune(), await tune()];
  expect(encodeWeights(once.networks)).toEqual(encodeWeights(again.networks));
  // As a model directory keeps them.
  expect(decodeWeights(encodeWeights(once.networks), gateLayout(once.networks))).toEqual(once.networks);
  expect(once.reason).toMatch(/fine-tuned on|did not help/);
  const few = await fineTuneGates(pretrainedGates(), dailyFrame(week(1, 40)), [7], 7, 1, signal);
  expect(few.networks).toBe(pretrainedGates());
  expect(few.reason).toContain("too few");
});
