// What holds for every candidate alike.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { candidateCount, candidateNames, forecastCandidates } from "../../src/classical/candidates.js";

const seasonLists = [[], [4], [12], [3, 6], [4, 10], [7, 365]];

function forecastAll(values: Float64Array, seasons: readonly number[], horizon: number) {
  const out = new Float64Array(candidateCount * horizon);
  const applies = new Uint8Array(candidateCount);
  forecastCandidates({ values, seasons }, horizon, out, applies);
  return candidateNames
    .map((name, i) => ({ name, ahead: out.subarray(i * horizon, (i + 1) * horizon), applies: applies[i] }))
    .filter((candidate) => candidate.applies === 1);
}

const wobble = (seed: number, count: number, level: number) => {
  const { normal } = seededRandom(seed);
  return Float64Array.from({ length: count }, (_, t) => level + 10 * Math.sin((Math.PI * t) / 2) + 2 * normal());
};

const anyNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.constantFrom(0, 1, -1, 1e-30, 1e30, -1e30, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE),
);

test("names are unique", () => {
  expect(new Set(candidateNames).size).toBe(candidateCount);
});

test("whatever is finite has finite forecasts, within the seen range widened by 1.2 of it, and none below zero unless it was there", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        { weight: 3, arbitrary: fc.array(anyNumber, { minLength: 1, maxLength: 60 }) },
        { weight: 1, arbitrary: fc.array(anyNumber, { minLength: 1, maxLength: 5 }) },
      ),
      fc.constantFrom(...seasonLists),
      fc.integer({ min: 1, max: 15 }),
      (list, seasons, horizon) => {
        const values = Float64Array.from(list);
        const min = Math.min(...list);
        const max = Math.max(...list);
        const reach = 1.2 * Math.min(max - min, Number.MAX_VALUE);
        for (const { name, ahead } of forecastAll(values, seasons, horizon))
          for (const value of ahead) {
            expect(value, name).toSatisfy(Number.isFinite);
            expect(value, name).toBeGreaterThanOrEqual(min >= 0 ? Math.max(0, min - reach) : min - reach);
            expect(value, name).toBeLessThanOrEqual(max + reach);
          }
      },
    ),
    { numRuns: 300 },
  );
});

test("a constant goes on to the last bit", () => {
  for (const level of [0, 1e-30, 0.1, -7.3, 1e30])
    for (const seasons of seasonLists)
      for (const count of [1, 2, 5, 30, 90])
        for (const { name, ahead } of forecastAll(new Float64Array(count).fill(level), seasons, 8))
          expect([...ahead], name).toEqual(new Array(8).fill(level));
});

test("a pure season is gone on with by every method that knows of one", () => {
  const unaware = ["naive", "drift", "mean", "ar", "ar-log"];
  const at = (t: number) => 20 + [0, 3, -4, 1, 7, -2, 5, 1, 0, -3, 2, 6][t % 12]!;
  const values = Float64Array.from({ length: 96 }, (_, t) => at(t));
  for (const { name, ahead } of forecastAll(values, [12], 30).filter((candidate) => !unaware.includes(candidate.name)))
    ahead.forEach((value, h) => {
      expect(value, `${name} at ${h}`).toBeCloseTo(at(96 + h), 6);
    });
});

describe("units do not matter", () => {
  // A search may stop at a neighbouring step when rounding moves; in 1e-6 of the scale that is not seen for these series.
  const expectSame = (count: number, transform: (value: number) => number, except: (name: string) => boolean) => {
    for (let seed = 0; seed < 5; seed++)
      for (const seasons of [[], [4], [4, 12]]) {
        const values = wobble(seed, count, 100);
        const plain = forecastAll(values, seasons, 6);
        const changed = new Map(forecastAll(values.map(transform), seasons, 6).map(({ name, ahead }) => [name, ahead]));
        for (const { name, ahead } of plain.filter((candidate) => !except(candidate.name)))
          ahead.forEach((value, h) => {
            expect(changed.get(name)![h]! / transform(value) - 1, name).toBeCloseTo(0, 6);
          });
      }
  };

  test("a thousandth of a series has a thousandth of its forecasts", () => {
    expectSame(
      72,
      (value) => value / 1000,
      () => false,
    );
  });

  test("what is added to a series is added to its forecasts, but by methods that multiply", () => {
    const multiplies = (name: string) => /log|multiplicative|ratio|theta|mstl|airline/.test(name);
    expectSame(72, (value) => value + 50, multiplies);
  });
});

test("a candidate that lacks what it needs is marked and left without numbers", () => {
  const applying = (values: readonly number[], seasons: readonly number[]) =>
    forecastAll(Float64Array.from(values), seasons, 2).map(({ name }) => name);
  const ten = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
  expect(applying(ten, [])).not.toContain("seasonal-naive");
  expect(applying(ten, [4])).toContain("seasonal-naive");
  expect(applying(ten, [6])).not.toContain("mstl");
  expect(applying(ten, [2, 5])).toContain("double-seasonal");
  expect(applying(ten, [2, 6])).not.toContain("double-seasonal");
  expect(applying([...ten, 0], [4])).not.toContain("holt-winters-log");
  expect(applying([...ten, 0], [4])).not.toContain("demand-probability");
  expect(applying([...ten, 0, 0], [4])).toContain("demand-probability");

  const out = new Float64Array(2 * candidateCount);
  forecastCandidates({ values: Float64Array.from(ten), seasons: [] }, 2, out, new Uint8Array(candidateCount));
  const row = candidateNames.indexOf("seasonal-naive");
  expect([...out.subarray(2 * row, 2 * row + 2)]).toEqual([Number.NaN, Number.NaN]);
});
