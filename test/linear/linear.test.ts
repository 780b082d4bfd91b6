// What a linear model says, and which one is fitted.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { fitLinear } from "../../src/linear/fit.js";
import { forecastLinear, type LinearModel, meanWeights } from "../../src/linear/model.js";

const { signal } = new AbortController();

function say(model: LinearModel, values: readonly number[]): number[] {
  const out = new Float64Array(model.horizon);
  forecastLinear(model, Float64Array.from(values), out);
  return [...out];
}

describe("a forecast", () => {
  const form = { log: false, lags: [2, 3], weights: Float32Array.of(0.5, 0, 0.25, 1), share: 1 };
  const model: LinearModel = { horizon: 2, season: 2, forms: [form], drifts: [] };

  test("is the last value and the weighed differences from it", () => {
    // 10 + 0.5 (8 − 10) + 0.25 (6 − 10), and 10 + 1 (6 − 10).
    expect(say(model, [1, 6, 8, 10])).toEqual([8, 6]);
  });

  test("moves as the series is moved", () => {
    const moved = say(model, [1001, 1006, 1008, 1010]);
    expect(moved).toEqual([1008, 1006]);
  });

  test("of a series that is shorter than the lags goes on from its first season", () => {
    // Before 8, 10 there was 8, 10: the lag 3 is 10.
    expect(say(model, [8, 10])).toEqual(say(model, [8, 10, 8, 10]));
    expect(say(model, [10])).toEqual([10, 10]);
  });

  test("on logarithms is a product of powers, and no more than three times what was seen", () => {
    const log = { ...model, forms: [{ ...form, log: true }] };
    const [one] = say(log, [6, 8, 10]);
    expect(one).toBeCloseTo(10 * (8 / 10) ** 0.5 * (6 / 10) ** 0.25, 6);
    const steep = { ...model, forms: [{ ...form, log: true, weights: Float32Array.of(-50, 0, 0, 0) }] };
    expect(say(steep, [1, 5, 10])[0]).toBe(30);
    expect(say(steep, [0, -5, 10]).every(Number.isFinite)).toBe(true);
  });

  test("of two forms is their mean by shares, and so are the weights that are told", () => {
    const other = { ...form, lags: [2], weights: Float32Array.of(1, 1), share: 0.5 };
    const both = { ...model, forms: [{ ...form, share: 0.5 }, other] };
    expect(say(both, [6, 8, 10])).toEqual([8, 7]);
    const weights = meanWeights(both, 2);
    expect([...weights.keys()]).toEqual([1, 2, 3]);
    // (0.5 + 0 + 1 + 1) / 4 and (0.25 + 1) / 4; all together 1.
    expect([...weights.values()]).toEqual([1 - 0.625 - 0.3125, 0.625, 0.3125]);
  });
});

describe("what is fitted", () => {
  test("where no lag reaches a season back, and nothing can be held back, is the season as it was", async () => {
    const values = Float64Array.from({ length: 24 }, (_, t) => 100 + 10 * Math.sin(t * t));
    const { model, rehearsal } = (await fitLinear([values], 14, [12], signal)) ?? expect.fail("too short");
    expect(rehearsal).toBeNull();
    const ahead = say(model, [...values]);
    expect(ahead).toHaveLength(14);
    for (const [k, value] of ahead.entries()) expect(value).toBeCloseTo(values[12 + (k % 12)]!, 9);
  });

  test("goes on with a recurrence that it has seen, over a panel of other levels", async () => {
    const wave = (level: number, phase: number) =>
      Float64Array.from({ length: 300 }, (_, t) => level * (3 + Math.sin((2 * Math.PI * (t + phase)) / 12)));
    const { model } = (await fitLinear([wave(1, 0), wave(50, 4)], 18, [12], signal))!;
    const next = wave(7, 2);
    const said = say(model, [...next.subarray(0, 282)]);
    for (const [k, value] of said.entries()) expect(value).toBeCloseTo(next[282 + k]!, 1);
  });

  test("is on logarithms where seasons grow with the level", async () => {
    const random = seededRandom(3);
    const values = Float64Array.from({ length: 240 }, (_, t) =>
      Math.exp(0.02 * t + 1.5 * Math.sin((2 * Math.PI * t) / 12) + 0.2 * random.normal()),
    );
    const { model, rehearsal } = (await fitLinear([values], 12, [12], signal))!;
    expect(model.forms.some(({ log }) => log)).toBe(true);
    expect(rehearsal?.heldBackSteps).toBe(24);
  });

  test("draws noise without memory to its mean", async () => {
    const random = seededRandom(4);
    const values = Float64Array.from({ length: 400 }, () => 100 + 5 * random.normal());
    const { model } = (await fitLinear([values], 6, [1], signal))!;
    for (const value of say(model, [...values, 130])) expect(Math.abs(value - 100)).toBeLessThan(8);
  });

  test("is the same whatever is held back of later steps", async () => {
    const random = seededRandom(5);
    const values = Float64Array.from({ length: 200 }, (_, t) => t + 10 * random.normal());
    const changed = values.map((value, t) => (t < 180 ? value : 1e6 * value));
    const [one, two] = await Promise.all(
      [values, changed].map((own) => fitLinear([own.subarray(0, 180)], 6, [7], signal)),
    );
    expect(two).toEqual(one);
  });

  test("needs some windows, and ends when it is told to", async () => {
    expect(await fitLinear([new Float64Array(5).fill(1)], 3, [1], signal)).toBeUndefined();
    const values = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t));
    await expect(fitLinear([values], 6, [1], AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
