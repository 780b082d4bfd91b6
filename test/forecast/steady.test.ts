import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { keepSteadyPhases } from "../../src/forecast/steady.js";
import { quietContext, smallModel } from "../support/context.js";
import { frameOf, solar } from "../support/frames.js";

const levels = [0.025, 0.1, 0.9, 0.975];

/** What comes of a forecast that says `said` at every step, with quantiles at 1 and 2 on both sides. */
function keep(values: readonly number[], seasons: readonly number[], horizon: number, said = 3) {
  const all = (by: number) => new Float64Array(horizon).fill(said + by);
  const forecasts = { point: all(0), quantiles: [all(-2), all(-1), all(1), all(2)] };
  keepSteadyPhases(frameOf(values), { seasons, reach: 4096 }, forecasts, levels);
  return forecasts;
}

describe("a series that has come to a stop", () => {
  const sales = (steps: number) => Array.from({ length: steps }, (_, t) => 5 + (t % 3));

  test("stays where it is, as far ahead as it has been there", () => {
    const { point } = keep([...sales(60), ...new Array<number>(20).fill(0)], [12], 30);
    expect([...point]).toEqual(Array.from({ length: 30 }, (_, h) => (h < 19 ? 0 : 3)));
    expect(new Set(keep([...sales(60), ...new Array<number>(7).fill(0)], [12], 6).point)).toEqual(new Set([3]));
  });

  test("is less sure of it the farther ahead", () => {
    const { quantiles } = keep([...sales(60), ...new Array<number>(40).fill(0)], [], 30);
    const at = (h: number) => quantiles.map((values) => values[h]);
    // One in 42 may be another after a step, one in 10 after five, some 2 in 5 after thirty.
    expect([at(0), at(4), at(29)]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 5],
      [0, 0, 4, 5],
    ]);
  });

  test("is none where it has stood there as long before, or chance brings the value", () => {
    const winter = Array.from({ length: 52 * 4 - 10 }, (_, t) => (t % 52 < 8 ? 20 : 0));
    expect(new Set(keep(winter, [52], 13).point)).toEqual(new Set([3]));
    const random = seededRandom(6);
    const rare = Array.from({ length: 100 }, () => (random.uniform() < 0.15 ? 1 : 0));
    expect(new Set(keep([...rare, ...new Array<number>(12).fill(0)], [12], 6).point)).toEqual(new Set([3]));
  });

  test("is one that changed once, and is seen through gaps", () => {
    const stopped = [...sales(60), ...new Array<number>(20).fill(0)];
    stopped[70] = Number.NaN;
    expect(new Set(keep(stopped, [12], 12).point)).toEqual(new Set([0]));
    stopped[78] = 1;
    expect(new Set(keep(stopped, [12], 12).point)).toEqual(new Set([3]));
  });
});

describe("a phase of a season that never changes", () => {
  test("is forecast as it always was, and no other", () => {
    const { point, quantiles } = keep(solar(40), [24], 24);
    for (let h = 0; h < 24; h++) {
      const isNight = h < 8 || h >= 18;
      expect([point[h], ...quantiles.map((values) => values[h])]).toEqual(isNight ? [0, 0, 0, 0, 0] : [3, 1, 2, 4, 5]);
    }
  });

  test("is met in every cycle of a longer horizon, and from wherever the series ends", () => {
    const { point } = keep(solar(40).slice(0, -7), [24], 60);
    point.forEach((value, h) => {
      const hour = (24 - 7 + h) % 24;
      expect(value).toBe(hour >= 8 && hour < 18 ? 3 : 0);
    });
  });

  test("may be one of the longer season", () => {
    const random = seededRandom(2);
    const shop = Array.from({ length: 7 * 12 }, (_, t) => (t % 7 === 6 ? 0 : 10 + random.uniform()));
    expect([...keep(shop, [7], 7).point]).toEqual([3, 3, 3, 3, 3, 3, 0]);
    const hours = Array.from({ length: 168 * 12 }, (_, t) => (t % 168 === 50 ? 7 : random.uniform()));
    const { point } = keep(hours, [24, 168], 168);
    expect(point.findIndex((value) => value !== 3)).toBe(50);
    expect(point[50]).toBe(7);
  });

  test("is less sure the fewer cycles had the value", () => {
    const shop = (weeks: number) => {
      const random = seededRandom(3);
      return Array.from({ length: 7 * weeks }, (_, t) => (t % 7 === 6 ? 0 : 10 + random.uniform()));
    };
    const lastOf = (weeks: number) => keep(shop(weeks), [7], 7).quantiles.map((values) => values[6]);
    expect(keep(shop(7), [7], 7).point[6]).toBe(3);
    // One in ten weeks may differ: 80 % are sure, 95 % are not.
    expect(lastOf(8)).toEqual([0, 0, 0, 5]);
    // One in twenty.
    expect(lastOf(17)).toEqual([0, 0, 0, 5]);
    expect(lastOf(19)).toEqual([0, 0, 0, 0]);
  });

  test("is none where chance, or standing still, brings its value", () => {
    const random = seededRandom(4);
    const rare = Array.from({ length: 7 * 20 }, () => (random.uniform() < 0.1 ? 1 : 0));
    expect(new Set(keep(rare, [7], 7).point)).toEqual(new Set([3]));
    const price = Array.from({ length: 7 * 20 }, (_, t) => (t < 7 * 20 - 2 ? 4.25 : 4.5));
    expect(new Set(keep(price, [7], 7).point)).toEqual(new Set([3]));
  });

  test("has ended once its value has changed, and is seen through gaps", () => {
    const changed = solar(40);
    changed[24 * 39 + 2] = 1;
    expect(keep(changed, [24], 24).point[2]).toBe(3);
    changed[24 * 39 + 2] = Number.NaN;
    expect(keep(changed, [24], 24).point[2]).toBe(0);
  });

  test("keeps quantiles in order and around the forecast, and leaves what has no forecast", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: -9, max: 9, noNaN: true }), (days, said) => {
        const { point, quantiles } = keep(solar(days), [24], 24, said);
        for (let h = 0; h < 24; h++) {
          const all = [quantiles[0]!, quantiles[1]!, point, quantiles[2]!, quantiles[3]!].map((values) => values[h]!);
          expect(all).toEqual(all.toSorted((a, b) => a - b));
        }
      }),
    );
    expect([...keep(solar(40), [24], 24, Number.NaN).point].every(Number.isNaN)).toBe(true);
  });
});

test.each(["auto", "pretrained"])("%s forecasts no sun at night", async (name) => {
  const { window: _, layers: __, ...rest } = smallModel;
  const options: ModelOptions = { ...rest, seasons: "auto", epochs: 1 };
  const frame = { ...frameOf(solar(40)), grid: { frequency: { kind: "fixed", ms: 3_600_000 }, zone: "UTC" } } as const;
  const context = quietContext();
  const fitted = await fitModel(name, frame, 24, options, context);
  const { point } = await (await predictorOf(fitted, options.limits, context)).predict(frame, 24, levels);
  point.forEach((value, hour) => {
    if (hour >= 8 && hour < 18) expect(value).toBeGreaterThan(0.3);
    else expect(value).toBe(0);
  });
});
