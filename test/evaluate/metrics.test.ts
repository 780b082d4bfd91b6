import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bias,
  hasScale,
  mae,
  mape,
  mase,
  metrics,
  mse,
  rmse,
  rmsse,
  seasonalScales,
  smape,
} from "../../src/evaluate/metrics.js";

const gap = Number.NaN;
const array = (...values: number[]) => Float64Array.from(values);

describe("the point scores", () => {
  const actual = array(2, 4, gap, -1);
  const forecast = array(3, 2, 100, -1);

  test("are those worked out by hand, over observed steps only", () => {
    expect(mse(actual, forecast)).toBe((1 + 4 + 0) / 3);
    expect(rmse(actual, forecast)).toBe(Math.sqrt(5 / 3));
    expect(mae(actual, forecast)).toBe((1 + 2 + 0) / 3);
    expect(bias(actual, forecast)).toBe((1 - 2 + 0) / 3);
    expect(mape(actual, forecast)).toBe((50 + 50 + 0) / 3);
    expect(smape(actual, forecast)).toBe(((200 * 1) / 5 + (200 * 2) / 6 + 0) / 3);
  });

  test("MASE and RMSSE divide by the seasonal differences of the history", () => {
    // m = 2: |2 − 1|, |5 − 3|; the pair with the gap does not count.
    const scales = seasonalScales(array(1, 3, 2, 5, gap), 2);
    expect(scales).toEqual({ absolute: 1.5, squared: 2.5 });
    expect(seasonalScales(array(1, 3, 2, 5), 1)).toEqual({ absolute: 2, squared: 14 / 3 });
    expect(mase(array(2, 4), array(3, 2), array(1.5, 1.5))).toBeCloseTo(1, 12);
    expect(rmsse(array(2, 4), array(3, 2), array(2.5, 2.5))).toBeCloseTo(1, 12);
    // Points from two folds have a scale each: (1/1 + 2/4) / 2.
    expect(mase(array(2, 4), array(3, 2), array(1, 4))).toBe(0.75);
  });

  test("are undefined where they have no meaning: a zero actual for MAPE, a flat or too short history for MASE", () => {
    expect(mape(array(0, 1), array(1, 1))).toBeNaN();
    expect(seasonalScales(array(7, 7, 7), 1)).toEqual({ absolute: 0, squared: 0 });
    expect(seasonalScales(array(1, 2), 2)).toEqual({ absolute: gap, squared: gap });
    for (const scale of [0, gap]) {
      expect(mase(array(1), array(2), array(scale))).toBeNaN();
      expect(rmsse(array(1), array(2), array(scale))).toBeNaN();
    }
    expect(mse(array(gap), array(1))).toBeNaN();
  });

  test("MASE and RMSSE leave out the points of a fold that has no scale, as long as another has one", () => {
    for (const scale of [0, gap]) {
      expect(mase(array(5, 2, 4), array(0, 3, 2), array(scale, 1, 4))).toBe(0.75);
      expect(rmsse(array(5, 2, 4), array(0, 3, 2), array(scale, 1, 1))).toBe(Math.sqrt(2.5));
    }
  });

  test("a history has a scale where the mean seasonal difference is above 0", () => {
    const values = fc.array(fc.constantFrom(gap, 1, 2), { maxLength: 9 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 4 }), (history, season) => {
        expect(hasScale(array(...history), season)).toBe(seasonalScales(array(...history), season).absolute > 0);
      }),
    );
  });

  test("are refused by name where there is none", () => {
    expect(() => metrics.get("r2")).toThrow('there is no metric "r2"');
  });

  test("sMAPE takes 0/0 as 0 and is 200 for a miss of a zero", () => {
    expect(smape(array(0, 0), array(0, 5))).toBe(100);
  });

  test("refuse a forecast that is NaN where there is an actual", () => {
    const points = { actual: array(1), forecast: array(gap), absoluteScale: array(1), squaredScale: array(1) };
    for (const name of metrics.names) expect(() => metrics.get(name)(points)).toThrow("NaN");
  });

  test("are 0 for a perfect forecast, and sMAPE stays within 0 and 200", () => {
    const values = fc.array(fc.double({ min: 0.1, max: 1e9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const length = Math.min(a.length, b.length);
        const came = Float64Array.from(a.slice(0, length));
        const said = Float64Array.from(b.slice(0, length));
        const ones = new Float64Array(length).fill(1);
        const perfect = { actual: came, forecast: came, absoluteScale: ones, squaredScale: ones };
        for (const name of metrics.names) expect(metrics.get(name)(perfect)).toBe(0);
        expect(smape(came, said)).toBeGreaterThanOrEqual(0);
        // 200 |y − f| / (|y| + |f|) can pass 200 by the rounding of one division and of the mean.
        expect(smape(came, said)).toBeLessThanOrEqual(200 * (1 + 1e-12));
      }),
    );
  });
});
