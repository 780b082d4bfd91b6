// Exponential smoothing with two seasons.
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { compiledMethod } from "../../src/classical/methods.js";
import { forecast as forecastBy } from "../support/classical.js";

const series = (count: number, at: (t: number) => number) => Float64Array.from({ length: count }, (_, t) => at(t));
const day = [0, 2, 5, 1];
const week = (t: number) => 3 * Math.sin((2 * Math.PI * t) / 28) + day[t % 4]!;

const forecast = (values: Float64Array, horizon: number) =>
  forecastBy(compiledMethod("double-seasonal"), values, [4, 28], horizon);

test("a season within a season is gone on with, begun at any phase", () => {
  for (const count of [56, 61, 130])
    forecast(
      series(count, (t) => 20 + week(t)),
      40,
    ).forEach((value, h) => {
      expect(value).toBeCloseTo(20 + week(count + h), 9);
    });
});

test("an error that dies out is foretold to do so", () => {
  const { normal } = seededRandom(4);
  let error = 0;
  const values = series(560, (t) => {
    error = 0.8 * error + 0.2 * normal();
    return 20 + week(t) + error;
  });
  values[559]! += 3;
  const ahead = forecast(values, 28);
  const first = ahead[0]! - 20 - week(560);
  // φ of 560 steps is known to about 0.03, and level and seasons take a part of the shock.
  expect(first).toBeGreaterThan(1.8);
  expect(first).toBeLessThan(3);
  expect(ahead[27]! - 20 - week(587)).toBeLessThan(first / 3);
});

test("a short season that changes is followed", () => {
  const at = (t: number) => 20 + (t < 280 ? 1 : -1) * week(t);
  const ahead = forecast(series(560, at), 28);
  ahead.forEach((value, h) => {
    // Ten long cycles after a change of up to 16, an eighth of it is left at most.
    expect(Math.abs(value - at(560 + h))).toBeLessThan(2);
  });
});
