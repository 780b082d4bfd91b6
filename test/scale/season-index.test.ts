import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seasonalIndices } from "../../src/scale/season-index.js";
import { fixtureColumn } from "../support/fixtures.js";

describe("seasonalIndices", () => {
  it("gives what R's decompose(AirPassengers)$figure gives", () => {
    const figure = [
      -24.748737, -36.188131, -2.241162, -8.036616, -4.506313, 35.402778, 63.830808, 62.823232, 16.520202, -20.642677,
      -53.593434, -28.619949,
    ];
    const indices = seasonalIndices(fixtureColumn("air-passengers.csv", 1), 12)!;
    for (const [phase, index] of figure.entries()) expect(indices[phase]).toBeCloseTo(index, 5);
  });

  it("finds an additive season exactly on top of a straight line, even or odd", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 13 }),
        fc.integer({ min: 2, max: 6 }),
        (pattern, cycles) => {
          const season = pattern.length;
          const centre = pattern.reduce((sum, value) => sum + value, 0) / season;
          const values = Float64Array.from({ length: season * cycles }, (_, t) => 3 + 2 * t + pattern[t % season]!);
          // Values up to 300 in sums of up to 80 terms: rounding stays under 1e-11.
          for (const [phase, index] of seasonalIndices(values, season)!.entries())
            expect(index).toBeCloseTo(pattern[phase]! - centre, 10);
        },
      ),
    );
  });

  it("goes by the cycles in which a phase was observed, and is 0 for one that never was", () => {
    const { NaN: gap } = Number;
    const indices = seasonalIndices(Float64Array.of(-4, 4, -4, 4, gap, 4, -4, 4, -4, 4, -4, 4), 2)!;
    // A filled gap moves the trend around it by a quarter of its distance from what was meant, which is 8.
    expect(Math.abs(indices[0]! + 4)).toBeLessThanOrEqual(2);
    expect(indices[1]! + indices[0]!).toBeCloseTo(0, 12);
    const never = seasonalIndices(Float64Array.of(1, 3, gap, 1, 3, gap, 1, 3, gap, 1, 3, gap), 3)!;
    expect(never[0]! + never[1]! + never[2]!).toBeCloseTo(0, 12);
    expect(never[0]!).toBeLessThan(never[2]!);
    expect(never[2]!).toBeLessThan(never[1]!);
  });

  it("is null with fewer than two whole seasons", () => {
    expect(seasonalIndices(new Float64Array(23), 12)).toBeNull();
    expect(seasonalIndices(new Float64Array(23), 1)).toBeNull();
  });

  it("holds no NaN whatever the gaps and sizes", () => {
    const value = fc.oneof(fc.constant(Number.NaN), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), fc.integer({ min: 2, max: 9 }), (numbers, season) => {
        const indices = seasonalIndices(Float64Array.from(numbers), season);
        expect(indices === null || indices.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
