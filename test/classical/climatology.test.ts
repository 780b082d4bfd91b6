// Means by phase, and what stands on them.
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { compiledMethod } from "../../src/classical/methods.js";
import { forecast, smoothPhaseMeans } from "../support/classical.js";

const climatology = compiledMethod("climatology");
const climatologyAutoregression = compiledMethod("climatology-ar");

const series = (count: number, at: (t: number) => number) => Float64Array.from({ length: count }, (_, t) => at(t));

/** The definition, word for word. */
function phaseMeansByDefinition(values: Float64Array, season: number): { means: number[]; reach: number } {
  const within = (s: number, t: number, reach: number) => {
    const apart = Math.abs((s % season) - (t % season));
    return Math.min(apart, season - apart) <= reach;
  };
  const meanAround = (t: number, reach: number, isOther: (s: number) => boolean) => {
    const near = [...values.keys()].filter((s) => within(s, t, reach) && isOther(s)).map((s) => values[s]!);
    return near.length > 0 ? near.reduce((a, b) => a + b) / near.length : values.at(-1)!;
  };
  const errorOf = (reach: number) =>
    values.reduce((sum, value, t) => sum + (value - meanAround(t, reach, (s) => Math.abs(s - t) > reach)) ** 2, 0);
  const reaches = [0, 1, 2, 4, 8, 16].filter((reach) => reach <= season / 8);
  const reach = reaches.reduce((best, next) => (errorOf(next) < errorOf(best) ? next : best));
  return { means: Array.from({ length: season }, (_, phase) => meanAround(phase, reach, () => true)), reach };
}

test("means by phase are smoothed as far as the other cycles are foretold best", () => {
  const reaches = new Set<number>();
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom(1, 3, 8, 24, 40),
      fc.integer({ min: 2, max: 4 }),
      (seed, season, cycles) => {
        const { normal } = seededRandom(seed);
        const values = series(
          season * cycles + (season >> 1),
          (t) => 5 + 3 * Math.sin((2 * Math.PI * t) / season) + normal(),
        );
        const { means, reach } = phaseMeansByDefinition(values, season);
        reaches.add(reach);
        smoothPhaseMeans(values, season).forEach((value, phase) => {
          expect(value).toBeCloseTo(means[phase]!, 9);
        });
      },
    ),
    { numRuns: 40 },
  );
  expect(reaches.size).toBeGreaterThan(1);
});

test("climatology takes the longest season met by two cycles", () => {
  const values = series(40, (t) => (t % 4) + 10 * (t % 20));
  expect([...forecast(climatology, values, [4, 20], 2)]).toEqual([0, 11]);
  expect([...forecast(climatology, values.subarray(0, 39), [4, 20], 1)]).not.toEqual([190 + 3]);
});

test("a deviation that dies out by nine tenths a step is foretold to do so", () => {
  const { normal } = seededRandom(1);
  let deviation = 0;
  const year = (t: number) => 10 * Math.sin((2 * Math.PI * t) / 50);
  const values = series(1500, (t) => {
    deviation = 0.9 * deviation + 0.1 * normal();
    return year(t) + deviation;
  });
  values[1499] = year(1499) + 2;
  const ahead = forecast(climatologyAutoregression, values, [50], 40);
  // Eight lags fitted to 1500 steps leave a few hundredths of the shock.
  expect(Math.abs(ahead[0]! - year(1500) - 1.8)).toBeLessThan(0.2);
  expect(Math.abs(ahead[39]! - year(1539))).toBeLessThan(0.2);
});
