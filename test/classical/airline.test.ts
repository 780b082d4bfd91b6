// The airline model: exact where nothing is random, and near the best that can be known where it holds.
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { compiledMethod } from "../../src/classical/methods.js";
import { forecast as forecastBy } from "../support/classical.js";
import { passengers } from "./air-passengers.js";

const airline = compiledMethod("airline");
const seasonalNaive = compiledMethod("seasonal-naive");

const forecast = (values: ArrayLike<number>, seasons: readonly number[], horizon: number) =>
  forecastBy(airline, values, seasons, horizon);

describe("the airline model", () => {
  test("growth by a constant factor goes on, with its season", () => {
    const value = (t: number) => 100 * 1.02 ** t * [1, 1.3, 0.8, 0.9][t % 4]!;
    const out = forecast(
      Array.from({ length: 30 }, (_, t) => value(t)),
      [4],
      10,
    );
    // A dozen roundings, of logarithms and back.
    out.forEach((found, h) => {
      expect(Math.abs(found / value(30 + h) - 1)).toBeLessThan(1e-12);
    });
  });

  test("of a process that it describes, its forecast is nearly that of who knows the coefficients", () => {
    const [theta, seasonal, count, season, horizon] = [0.6, 0.5, 800, 6, 12];
    const random = seededRandom(3);
    const errors = new Float64Array(count + horizon);
    for (let t = 0; t < count; t++) errors[t] = 0.05 * random.normal();
    const logs = new Float64Array(count + horizon);
    const at = (values: Float64Array, t: number) => (t < 0 ? 0 : values[t]!);
    // From the end on all errors are 0, which is what is expected of them.
    for (let t = 0; t < logs.length; t++)
      logs[t] =
        at(logs, t - 1) +
        at(logs, t - season) -
        at(logs, t - season - 1) +
        errors[t]! -
        theta * at(errors, t - 1) -
        seasonal * at(errors, t - season) +
        theta * seasonal * at(errors, t - season - 1);
    // So near zero that no bound on a forecast is met.
    const values = logs.map((log) => Math.exp(log / 50));
    const out = forecast(values.subarray(0, count), [season], horizon);
    const naive = forecastBy(seasonalNaive, values.subarray(0, count), [season], horizon);
    const distance = (from: Float64Array) => from.reduce((sum, v, h) => sum + Math.abs(v - values[count + h]!), 0);
    expect(distance(out)).toBeLessThan(0.2 * distance(naive));
  });

  test("airline passengers: the fourth year is within 8 % of what the first three say", () => {
    const out = forecast(passengers.subarray(0, 36), [12], 12);
    const errors = Array.from(out, (value, h) => Math.abs(value / passengers[36 + h]! - 1));
    expect(errors.reduce((sum, error) => sum + error, 0) / 12).toBeLessThan(0.08);
  });

  test("without a season met twice the last value stands", () => {
    expect(Array.from(forecast([3, 4, 5, 6], [], 2))).toEqual([6, 6]);
    expect(Array.from(forecast([3, 4, 5, 6], [3], 2))).toEqual([6, 6]);
  });

  test("values that are not positive are forecast as they are", () => {
    const value = (t: number) => 3 * t - 40 + [5, -5, 0][t % 3]!;
    const out = forecast(
      Array.from({ length: 24 }, (_, t) => value(t)),
      [3],
      6,
    );
    out.forEach((found, h) => {
      expect(found).toBeCloseTo(value(24 + h), 9);
    });
  });
});
