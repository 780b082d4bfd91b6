// Ridge regression on lags. Known values are those of NumPy 2's dense inverse, with the same ridges and generalised cross-validation.
import { describe, expect, test } from "vitest";
import { compiledMethod } from "../../src/classical/methods.js";
import { fitRidge, forecast } from "../support/classical.js";

const autoregression = compiledMethod("ar");
const differencedAutoregression = compiledMethod("ar-differenced");

const series = (count: number, at: (t: number) => number) => Float64Array.from({ length: count }, (_, t) => at(t));
const seasonal = (t: number) => 20 + 4 * Math.sin(t * t) + 3 * (t % 7);

describe("the forecast is what a dense solution gives", () => {
  const cases = [
    {
      what: "on recent lags without a season",
      values: series(80, (t) => 20 + 10 * Math.sin(t) + 3 * Math.sin(t * t) + (t % 7)),
      seasons: [],
      expected: [14.876897552069376, 18.95914992598988, 27.897427874993042],
    },
    {
      what: "on one cycle ago where the season is met a few times",
      values: series(40, seasonal),
      seasons: [7],
      expected: [35.09739306531959, 34.36097966840802, 25.00431319803797],
    },
    {
      what: "on two cycles ago where it is met often",
      values: series(90, seasonal),
      seasons: [7],
      expected: [39.21058440627886, 21.096910978582912, 23.695638784273452],
    },
  ];
  for (const { what, values, seasons, expected } of cases)
    test(what, () => {
      // Both solve a system of condition below 1e4, so that ten digits agree.
      forecast(autoregression, values, seasons, 3).forEach((value, h) => {
        expect(value).toBeCloseTo(expected[h]!, 9);
      });
    });
});

test("a process that goes round is gone on with", () => {
  const values = series(300, (t) => Math.sin(t / 5));
  forecast(autoregression, values, [], 20).forEach((value, h) => {
    // The ridge of a tenth of an observation in 300 shrinks by less.
    expect(Math.abs(value - Math.sin((300 + h) / 5))).toBeLessThan(0.02);
  });
});

test("a season on a straight line is gone on with exactly by differences", () => {
  const at = (t: number) => 5 + 0.5 * t + [0, 3, -1, 2][t % 4]!;
  forecast(differencedAutoregression, series(40, at), [4], 9).forEach((value, h) => {
    expect(value).toBeCloseTo(at(40 + h), 9);
  });
});

test("a recursion that would explode stays within the seen range and seven tenths of it", () => {
  const values = series(60, (t) => 1.3 ** t);
  const extent = values[59]! - values[0]!;
  const ahead = forecast(autoregression, values, [], 100);
  expect(ahead.at(-1)!).toBeLessThanOrEqual(values[59]! + 0.7 * extent * (1 + 1e-12));
  expect(ahead.at(-1)!).toBeGreaterThan(values[59]!);
});

test("ridge regression shrinks noise to nothing and leaves what is certain", () => {
  const rows = 400;
  const certain = series(rows, (t) => Math.SQRT2 * Math.sin(t));
  const noise = series(rows, (t) => Math.SQRT2 * Math.cos(t * t));
  const sum = (a: Float64Array, b: Float64Array) => a.reduce((total, value, t) => total + value * b[t]!, 0);
  const ones = new Float64Array(rows).fill(1);
  const products = Float64Array.of(
    ...[sum(certain, certain), 0, 0],
    ...[sum(noise, certain), sum(noise, noise), 0],
    ...[sum(ones, certain), sum(ones, noise), rows],
  );
  const target = certain.map((value) => 3 * value + 1);
  const targets = Float64Array.of(sum(certain, target), sum(noise, target), sum(ones, target));
  const [slope, none, constant] = fitRidge(products, targets, sum(target, target), rows);
  // The least ridge is 0.1 of 400 rows: a share of 2.5e-4.
  expect(Math.abs(slope! - 3)).toBeLessThan(1e-3);
  expect(Math.abs(none!)).toBeLessThan(1e-3);
  expect(Math.abs(constant! - 1)).toBeLessThan(1e-3);
});
