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
});
