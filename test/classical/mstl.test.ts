// Decomposition by loess, held to statsmodels 0.15.0: STL with inner_iter=2, outer_iter=0, the same windows and jumps, and MSTL's two passes
// over it.
import { describe, expect, test } from "vitest";
import { compiledMethod } from "../../src/classical/methods.js";
import { decompose, forecast, smoothByLoess } from "../support/classical.js";

const mstl = compiledMethod("mstl");

const series = (count: number, at: (t: number) => number) => Float64Array.from({ length: count }, (_, t) => at(t));
const rising = (t: number) => 50 + 0.3 * t + 5 * Math.sin(t * t);
const yearly = series(61, (t) => rising(t) + 10 * Math.sin((2 * Math.PI * t) / 12));
const nested = series(
  150,
  (t) => rising(t) + 10 * Math.sin((2 * Math.PI * t) / 6) + 6 * Math.cos((2 * Math.PI * t) / 28),
);

function expectAt(values: Float64Array, expected: Readonly<Record<number, number>>) {
  for (const [t, value] of Object.entries(expected)) expect(values[Number(t)]!).toBeCloseTo(value, 9);
}

test("one season and trend are statsmodels'", () => {
  const { seasonal, trend } = decompose(yearly, [12]);
  expectAt(seasonal[0]!, {
    0: -0.6951241705072616,
    1: 6.5650372561597825,
    30: -0.5623611806733039,
    59: -7.949569827952184,
    60: -2.7434150031590545,
  });
  expectAt(trend, {
    0: 50.63312463274153,
    1: 50.748651509573925,
    30: 58.67320403321471,
    59: 69.80453250404372,
    60: 70.28388711189996,
  });
});

test("two seasons and trend are statsmodels'", () => {
  const { seasonal, trend } = decompose(nested, [6, 28]);
  expectAt(seasonal[0]!, { 0: -1.9747288285541365, 75: -0.8685861019388904, 149: -9.878588899982404 });
  expectAt(seasonal[1]!, { 0: 6.428274125484969, 75: -0.605497760838375, 149: 1.2386084377008617 });
  expectAt(trend, { 0: 49.877770408510976, 75: 73.37030853410945, 149: 97.16192172837378 });
});

test("the parts add up to the values", () => {
  const { seasonal, trend, remainder } = decompose(nested, [6, 28]);
  nested.forEach((value, t) => {
    expect(seasonal[0]![t]! + seasonal[1]![t]! + trend[t]! + remainder[t]!).toBeCloseTo(value, 9);
  });
});

describe("loess", () => {
  test("leaves a straight line as it is, beyond its ends too, whatever the window", () => {
    for (const window of [5, 7, 31])
      for (const count of [2, 5, 20]) {
        const line = series(count, (t) => 3 - 0.25 * t);
        const { smooth, before, after } = smoothByLoess(line, window);
        smooth.forEach((value, t) => {
          expect(value).toBeCloseTo(line[t]!, 10);
        });
        expect(before).toBeCloseTo(3.25, 10);
        expect(after).toBeCloseTo(3 - 0.25 * count, 10);
      }
  });

  test("weighs the middle of three by itself, for tricube weights end at the neighbours", () => {
    expect(smoothByLoess(Float64Array.of(5, 1, 9), 3).smooth[1]).toBe(1);
  });
});

describe("the forecast", () => {
  test("goes on with the season in logarithms where it grows with the level", () => {
    const at = (t: number) => 100 * 1.01 ** t * (1 + 0.5 * Math.sin((2 * Math.PI * t) / 12));
    const out = forecast(mstl, series(120, at), [12], 12);
    // Trend damping and AICc's choice leave a few percent; a season of levels would be off by thirty.
    out.forEach((value, h) => {
      expect(Math.abs(value / at(120 + h) - 1)).toBeLessThan(0.05);
    });
  });

  test("without a season is the smoothed level", () => {
    expect([...forecast(mstl, [4, 4, 4, 4, 4, 4], [], 3)]).toEqual([4, 4, 4]);
  });
});
