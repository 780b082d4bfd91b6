// What the gate sees: the same whoever else is asked about at once, however far the candidates are to go, whatever came later.
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { candidateCount } from "../../src/classical/candidates.js";
import { describeWindows, writeWindows } from "../../src/gate/features.js";

/** Two seasons and zeros now and then, or all positive, so that between them every candidate applies. */
function series(length: number, level: number): Float64Array {
  const random = seededRandom(level);
  return Float64Array.from({ length }, (_, t) =>
    Math.max(0, level + 4 * Math.sin((2 * Math.PI * t) / 6) + 3 * Math.sin((2 * Math.PI * t) / 30) + random.normal()),
  );
}

const seasons = [6, 30];

function forecastsFrom(values: Float64Array, horizon: number, origin: number) {
  const block = writeWindows({ values, seasons }, horizon, [{ origin, tested: [] }]);
  block.run("describe_windows");
  const { forecasts, applies } = block.regions;
  return {
    forecasts: forecasts.slice(0, candidateCount * horizon),
    applies: applies.slice(0, candidateCount),
  };
}

test.each([
  ["of demand", 1],
  ["that is positive", 40],
])("a candidate's forecast of a series %s depends on nothing but what was known at its origin", (_, level) => {
  const [long, short] = [series(150, level), series(150, level).fill(0, 120)];
  const whole = forecastsFrom(long, 20, 120);
  const part = forecastsFrom(short, 7, 120);
  expect(part.applies).toEqual(whole.applies);
  for (let c = 0; c < candidateCount; c++)
    expect(Array.from(whole.forecasts.subarray(c * 20, c * 20 + 7)), `candidate ${c}`).toEqual(
      Array.from(part.forecasts.subarray(c * 7, c * 7 + 7)),
    );
});

test("windows that share origins are each as they are alone, and an origin is worked out once", () => {
  const values = series(150, 40);
  const windows = [
    { origin: 150, tested: [140, 130, 120] },
    { origin: 140, tested: [130, 120] },
    { origin: 130, tested: [] },
  ];
  const together = describeWindows({ values, seasons }, 10, windows);
  windows.forEach((window, w) => {
    expect(together[w]).toEqual(describeWindows({ values, seasons }, 10, [window])[0]);
  });
  expect(writeWindows({ values, seasons }, 10, windows).get("originCount")).toBe(4);
});

test("what came after a window's origin changes nothing of it", () => {
  const values = series(150, 40);
  const window = { origin: 120, tested: [110, 100] };
  const [before] = describeWindows({ values, seasons }, 10, [window]);
  const [after] = describeWindows({ values: values.slice().fill(1e6, 120), seasons }, 10, [window]);
  expect(after).toEqual(before);
});
