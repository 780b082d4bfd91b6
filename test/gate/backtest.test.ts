// What earlier origins share: the same forecasts whoever asks, however far they are to go, whatever came later.
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { createBacktest } from "../../src/gate/backtest.js";
import { candidateCount } from "../../src/gate/features.js";

/** Two seasons and zeros now and then, or all positive, so that between them every candidate applies. */
function series(length: number, level: number): Float64Array {
  const random = seededRandom(level);
  return Float64Array.from({ length }, (_, t) =>
    Math.max(0, level + 4 * Math.sin((2 * Math.PI * t) / 6) + 3 * Math.sin((2 * Math.PI * t) / 30) + random.normal()),
  );
}

test.each([
  ["of demand", 1],
  ["that is positive", 40],
])("a candidate's forecast of a series %s depends on nothing but what was known at its origin", (_, level) => {
  const [long, short] = [series(150, level), series(150, level).fill(0, 120)];
  const whole = createBacktest(long, [6, 30], 20).forecastFrom(120);
  const part = createBacktest(short, [6, 30], 7).forecastFrom(120);
  expect(part.applies).toEqual(whole.applies);
  for (let c = 0; c < candidateCount; c++)
    expect(Array.from(whole.forecasts.subarray(c * 20, c * 20 + 7)), `candidate ${c}`).toEqual(
      Array.from(part.forecasts.subarray(c * 7, c * 7 + 7)),
    );
});

test("an origin is worked out once", () => {
  const backtest = createBacktest(series(60, 5), [6], 4);
  expect(backtest.forecastFrom(40)).toBe(backtest.forecastFrom(40));
  expect(backtest.forecastFrom(41)).not.toBe(backtest.forecastFrom(40));
});
