import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { guerreroLambda, prefersLogarithm } from "../../src/scale/local-spread.js";
import { fixtureColumn } from "../support/fixtures.js";

const passengers = fixtureColumn("air-passengers.csv", 1);

describe("guerreroLambda", () => {
  it("finds what R's forecast::BoxCox.lambda(AirPassengers) finds", () => {
    // −0.2947156 there; both searches stop within 1e-4 of the minimum.
    expect(guerreroLambda(passengers, 12)).toBeCloseTo(-0.2947156, 4);
  });

  it("is 1 where there is no evidence", () => {
    expect(guerreroLambda(Float64Array.of(3), 12)).toBe(1);
    expect(guerreroLambda(new Float64Array(50).fill(3), 1)).toBe(1);
  });
});

describe("the spread of stretches", () => {
  /** Stretches of four around these levels, whose spread is a tenth of the level. */
  const proportional = (...levels: number[]) => levels.flatMap((level) => [level, 1.1 * level, 0.9 * level, level]);
  const lambdaOf = (...values: number[]) => guerreroLambda(Float64Array.from(values), 4);
  const { NaN: gap } = Number;

  it("in proportion to the level gives the logarithm, from two stretches on and in any unit", () => {
    expect(lambdaOf(...proportional(1, 10))).toBeCloseTo(0, 3);
    for (const unit of [1, 1e-100, 1e100])
      expect(lambdaOf(...proportional(unit, 10 * unit, 40 * unit))).toBeCloseTo(0, 3);
    expect(lambdaOf(...proportional(1))).toBe(1);
  });

  it("that is the same at each level changes nothing, and one that grows faster than the level gives the reciprocal", () => {
    const even = (...levels: number[]) => levels.flatMap((level) => [level, level + 1, level - 1, level]);
    expect(lambdaOf(...even(10, 20, 40))).toBeCloseTo(1, 3);
    const steep = (...levels: number[]) =>
      levels.flatMap((level) => [level, level + level ** 2 / 1000, level - level ** 2 / 1000, level]);
    expect(lambdaOf(...steep(10, 20, 40))).toBeCloseTo(-1, 3);
  });

  it("counts where at least half of a stretch was observed", () => {
    expect(lambdaOf(...proportional(1), ...[gap, gap, gap, 5], ...proportional(10))).toBeCloseTo(0, 3);
    // Half of it: the spread of these two is less than in proportion, which raises λ.
    expect(lambdaOf(...proportional(1, 10), ...[100, gap, gap, 103])).toBeGreaterThan(0.05);
    const six = (...values: number[]) => guerreroLambda(Float64Array.from(values), 6);
    const level = (at: number) => [at, 1.1 * at, 0.9 * at, at, 1.1 * at, 0.9 * at];
    expect(six(...level(1), ...level(10), ...[gap, 100, gap, gap, 100.1, gap])).toBeCloseTo(0, 3);
  });

  it("is none where a stretch varies in the last digits only", () => {
    const million = 1e6;
    const rounded = [million, million + 1e-9, million - 1e-9, million];
    expect(rounded[1]).not.toBe(million);
    expect(lambdaOf(...proportional(1), ...rounded, ...[7, 7, 7, 7], ...proportional(10))).toBeCloseTo(0, 3);
  });
});

describe("prefersLogarithm", () => {
  it("takes the logarithm of AirPassengers, whole or cut anywhere after nine years", () => {
    for (let end = 108; end <= 144; end++) expect(prefersLogarithm([passengers.subarray(0, end)], 12)).toBe(true);
  });

  it("leaves temperatures as they are, on any scale", () => {
    const celsius = fixtureColumn("seattle-weather.csv", 1);
    const hourly = fixtureColumn("bike-rentals-hourly.csv", 2);
    for (const convert of [
      (value: number) => value,
      (value: number) => value * 1.8 + 32,
      (value: number) => value + 273.15,
    ]) {
      for (const season of [1, 7, 365]) expect(prefersLogarithm([celsius.map(convert)], season)).toBe(false);
      for (const season of [1, 24]) expect(prefersLogarithm([hourly.map(convert)], season)).toBe(false);
    }
  });

  it("leaves data with a zero, or below zero, as they are", () => {
    expect(prefersLogarithm([passengers, Float64Array.of(0, 1, 2)], 12)).toBe(false);
    expect(prefersLogarithm([passengers.map((value) => value - 200)], 12)).toBe(false);
  });

  it("tells growth in proportion from additive noise around a trend", () => {
    const random = seededRandom(1);
    for (let trial = 0; trial < 20; trial++) {
      const cycle = (t: number) => Math.sin((2 * Math.PI * t) / 12);
      const additive = Float64Array.from({ length: 120 }, (_, t) => 200 + t + 30 * cycle(t) + 10 * random.normal());
      const proportional = Float64Array.from({ length: 120 }, (_, t) =>
        Math.exp(4 + t / 60 + 0.2 * cycle(t) + 0.05 * random.normal()),
      );
      for (const season of [1, 12]) {
        expect(prefersLogarithm([additive], season)).toBe(false);
        expect(prefersLogarithm([proportional], season)).toBe(true);
      }
    }
  });

  it("leaves small counts as they are, whose logarithms are mostly noise", () => {
    const random = seededRandom(3);
    let logarithms = 0;
    for (let trial = 0; trial < 50; trial++) {
      // Sums of 40 rare events: 1 plus a mean between 1 and 11 that follows a season of 12.
      const counts = Float64Array.from({ length: 120 }, (_, t) => {
        const chance = (6 + 5 * Math.sin((2 * Math.PI * t) / 12)) / 40;
        return 1 + Array.from({ length: 40 }, () => random.uniform()).filter((draw) => draw < chance).length;
      });
      if (prefersLogarithm([counts], 1)) logarithms++;
    }
    // By likelihood alone it would be 9 of the 50.
    expect(logarithms).toBeLessThanOrEqual(2);
  });

  it("decides on series together that are too short to decide on alone", () => {
    const random = seededRandom(2);
    const panel = Array.from({ length: 50 }, () =>
      Float64Array.from({ length: 24 }, (_, t) => Math.exp(5 + t / 12 + 0.1 * random.normal())),
    );
    expect(prefersLogarithm(panel.slice(0, 1), 1)).toBe(false);
    expect(prefersLogarithm(panel, 1)).toBe(true);
  });

  it("leaves constants and empty panels as they are", () => {
    expect(prefersLogarithm([new Float64Array(100).fill(4)], 12)).toBe(false);
    expect(prefersLogarithm([], 12)).toBe(false);
  });

  describe("by stretches", () => {
    const wave = (t: number) => (t % 2 === 0 ? 1 : -1) * (t % 8 < 4 ? 1 : 0.5);
    /** Stretches of eight that swing around a level by a share of it. */
    const stretches = (count: number, levelOf: (g: number) => number, shareOf: (g: number) => number) =>
      Float64Array.from({ length: 8 * count }, (_, t) => {
        const g = Math.floor(t / 8);
        return levelOf(g) * (1 + shareOf(g) * wave(t));
      });
    const growing = (factor: number) => (g: number) => 100 * factor ** g;
    const prefers = (...panel: Float64Array[]) => prefersLogarithm(panel, 1);

    it("says nothing by fewer than six, of all series that have two", () => {
      expect(prefers(stretches(5, growing(1.3), () => 0.1))).toBe(false);
      expect(prefers(stretches(6, growing(1.3), () => 0.1))).toBe(true);
      const two = stretches(2, growing(2), () => 0.1);
      expect(prefers(two, two)).toBe(false);
      expect(prefers(two, two, two)).toBe(true);
      const one = stretches(1, growing(2), () => 0.1);
      expect(prefers(two, two, one, one)).toBe(false);
    });

    it("says nothing by levels that differ by less than a half", () => {
      const between = (ratio: number) =>
        stretches(
          6,
          (g) => (g % 2 === 0 ? 100 : 100 * ratio),
          (g) => (g % 2 === 0 ? 0.1 : 0.3),
        );
      expect(prefers(between(1.49))).toBe(false);
      expect(prefers(between(1.51))).toBe(true);
    });

    it("says nothing by spreads that scatter so much that they might as well not grow", () => {
      const scattered = (count: number, factor: number, scatter: number, s: number) =>
        stretches(count, growing(factor), (g) => 0.05 * Math.exp((g + s) % 2 === 0 ? -scatter : scatter));
      // The slope of log spread on log level is 1.78 ± 1.28 and 1.92 ± 1.49.
      expect(prefers(scattered(6, 1.3, 1.2, 0))).toBe(true);
      expect(prefers(scattered(6, 1.3, 1.4, 0))).toBe(false);
      // Each series takes a degree of freedom: 1.77 ± 1.54 from three of two stretches, which would be ± 0.77 with eight degrees.
      expect(prefers(...[0, 1, 2].map((s) => scattered(2, 2, 0.8, s)))).toBe(false);
      expect(prefers(...[0, 1, 2].map((s) => scattered(2, 2, 0.4, s)))).toBe(true);
    });

    it("is not changed by series that do not vary", () => {
      const constants = Array.from({ length: 50 }, () => new Float64Array(80).fill(3));
      expect(
        prefers(
          stretches(6, growing(1.3), (g) => (g % 2 === 0 ? 0.1 : 0.12)),
          ...constants,
        ),
      ).toBe(true);
    });

    it("measures whole seasons where there are six of them", () => {
      // The lower half of each season swings the more, which hides that the seasons swing in proportion.
      const values = Float64Array.from({ length: 96 }, (_, t) => {
        const season = Math.floor(t / 16);
        const share = t % 16 < 8 ? 0.5 + 0.1 * wave(t + season) : 1.5 + 0.01 * wave(t) + 0.003 * (((t * 7) % 5) - 2);
        return 100 * 1.3 ** season * share;
      });
      expect(prefersLogarithm([values], 16)).toBe(true);
      expect(prefersLogarithm([values.subarray(1)], 16)).toBe(false);
      expect(prefersLogarithm([values], 1)).toBe(false);
    });

    it("weighs the changes over a season where there are two seasons and a stretch", () => {
      // Steps that come again each 24 are no change over a season.
      const values = Float64Array.from({ length: 56 }, (_, t) => {
        const level = 100 * 1.1 ** Math.floor(t / 8);
        return level * (1 + 0.1 * wave(t)) + 20 * [0, 1, -1][Math.floor(t / 8) % 3]!;
      });
      expect(prefersLogarithm([values], 24)).toBe(true);
      expect(prefersLogarithm([values.subarray(1)], 24)).toBe(false);
      expect(prefersLogarithm([values], 1)).toBe(false);
    });
  });
});
