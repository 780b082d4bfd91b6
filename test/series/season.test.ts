import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../src/base/random.js";
import type { Frame } from "../../src/series/frame.js";
import { parseFrequency } from "../../src/series/frequency.js";
import { findFrameSeasons, findSeasons, measureFrameSeasons } from "../../src/series/season.js";

/** A numeric column of a fixture. */
function column(file: string, index: number): Float64Array {
  const lines = readFileSync(new URL(`../../fixtures/${file}`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  return Float64Array.from(lines.slice(1), (line) => Number(line.split(",")[index]));
}

/** [length] from a seed and a rule for the next value. */
function simulate(
  seed: number,
  length: number,
  next: (random: Random, t: number, before: number) => number,
): Float64Array {
  const random = seededRandom(seed);
  const values = new Float64Array(length);
  let before = 0;
  for (let t = 0; t < length; t++) {
    before = next(random, t, before);
    values[t] = before;
  }
  return values;
}

function seasonsOf(values: Float64Array, frequency: string): number[] {
  return findSeasons(values, parseFrequency(frequency));
}

function panelOf(panel: readonly Float64Array[], frequency: string): Frame {
  return {
    columns: { time: "ds", ids: ["id"], targets: ["y"], wide: false },
    grid: { frequency: parseFrequency(frequency), zone: "UTC" },
    timeStyle: { kind: "integer" },
    series: panel.map((values, s) => ({ key: [String(s)], target: "y", start: 0, values })),
  };
}

const wave = (t: number, season: number) => Math.sin((2 * Math.PI * t) / season);

describe("the seasons of real series", () => {
  it("are a year of months for the air passengers, whether or not the time axis says so", () => {
    const passengers = column("air-passengers.csv", 1);
    expect(seasonsOf(passengers, "ms")).toEqual([12]);
    expect(seasonsOf(passengers, "1")).toEqual([12]);
    expect(seasonsOf(passengers.subarray(0, 48), "ms")).toEqual([12]);
  });

  it("are a day and a week of hours for the bike rentals, whether or not the time axis says so", () => {
    const rentals = column("bike-rentals-hourly.csv", 1);
    expect(seasonsOf(rentals, "h")).toEqual([24, 168]);
    expect(seasonsOf(rentals, "1")).toEqual([24, 168]);
  });

  it("are a year of days for Seattle's temperature, and none for its wind's noise over a week", () => {
    expect(seasonsOf(column("seattle-weather.csv", 1), "d")).toEqual([365]);
    expect(seasonsOf(column("seattle-weather.csv", 3), "d")).not.toContain(7);
  });
});

describe("the seasons of simulated series", () => {
  // A score of 2 lets 2 % of white noise through for each way in which a season may show; daily data have two seasons of five ways.
  it.each([
    ["white noise", (random: Random) => random.normal()],
    ["a random walk", (random: Random, _: number, before: number) => before + random.normal()],
    ["red noise", (random: Random, _: number, before: number) => 0.8 * before + random.normal()],
    ["a trend", (random: Random, t: number) => 0.1 * t + random.normal()],
  ])("are none for %s, nearly always", (_, next) => {
    const sizes = [
      ["ms", 27],
      ["ms", 72],
      ["d", 70],
      ["d", 800],
      ["h", 500],
      ["qs", 40],
      ["b", 300],
      ["1", 400],
    ] as const;
    let allCount = 0;
    for (const [frequency, length] of sizes) {
      let foundCount = 0;
      for (let seed = 0; seed < 40; seed++)
        if (seasonsOf(simulate(seed, length, next), frequency).length > 0) foundCount++;
      expect(foundCount, `${frequency} × ${length}`).toBeLessThanOrEqual(5);
      allCount += foundCount;
    }
    expect(allCount).toBeLessThanOrEqual(0.05 * 40 * sizes.length);
  });

  it.each([
    ["qs", 24, [4]],
    ["b", 60, [5]],
    ["w", 160, [52]],
    ["d", 70, [7]],
    ["15min", 400, [96]],
  ])("are found at %s in %i noisy, trending values", (frequency, length, seasons) => {
    const [season] = seasons;
    const values = simulate(1, length, (random, t) => 0.02 * t + 2 * wave(t, season!) + 0.5 * random.normal());
    expect(seasonsOf(values, frequency)).toEqual(seasons);
  });

  it.each([
    ["white noise", (random: Random) => random.normal()],
    ["a random walk", (random: Random, _: number, before: number) => before + random.normal()],
    ["a trend that bends", (random: Random, t: number) => 0.1 * t * t + random.normal()],
  ])("are rarely found in less than two cycles of %s", (_, next) => {
    let foundCount = 0;
    for (let seed = 0; seed < 100; seed++)
      for (const [frequency, length] of [
        ["ms", 20],
        ["d", 12],
      ] as const)
        if (seasonsOf(simulate(seed, length, next), frequency).length > 0) foundCount++;
    expect(foundCount).toBeLessThanOrEqual(40);
  });

  it.each([
    ["ms", 18, 12],
    ["ms", 23, 12],
    ["qs", 8, 4],
    ["d", 12, 7],
    ["w", 60, 52],
  ])("are found at %s in %i values, hardly two cycles", (frequency, length, season) => {
    let foundCount = 0;
    for (let seed = 0; seed < 40; seed++) {
      const cycle: number[] = [];
      const values = simulate(seed, length, (random, t) => {
        cycle[t % season] ??= 10 * random.normal();
        return 100 + t + cycle[t % season]! + 2 * random.normal();
      });
      if (seasonsOf(values, frequency)[0] === season) foundCount++;
    }
    expect(foundCount).toBeGreaterThanOrEqual(24);
  });

  it("are found in spite of gaps and outliers", () => {
    const values = simulate(2, 500, (random, t) => 2 * wave(t, 24) + random.normal());
    for (let t = 0; t < values.length; t++) if (t % 11 === 3) values[t] = Number.NaN;
    values[100] = 1e6;
    values[101] = -1e6;
    expect(seasonsOf(values, "h")).toEqual([24]);
  });

  it("are none for constant, empty and tiny series", () => {
    for (const frequency of ["h", "d", "1"]) {
      expect(seasonsOf(new Float64Array(500).fill(3), frequency)).toEqual([]);
      expect(seasonsOf(new Float64Array(500).fill(Number.NaN), frequency)).toEqual([]);
      expect(seasonsOf(Float64Array.of(1, 2, 1, 2), frequency)).toEqual([]);
      expect(seasonsOf(new Float64Array(0), frequency)).toEqual([]);
    }
  });
});

/** Seasons whose standard deviation is that of the noise's steps, under what hides them. */
describe("seasons are found in most of many series", () => {
  const shape = (random: Random, season: number) => {
    const waves = Array.from({ length: Math.min(3, season >> 1) }, () => [random.normal(), random.normal()] as const);
    const values = Float64Array.from({ length: season }, (_, t) =>
      waves.reduce(
        (sum, [a, b], k) => sum + a * wave(t * (k + 1), season) + b * wave(t * (k + 1) + season / 4, season),
        0,
      ),
    );
    const square = values.reduce((sum, value) => sum + value * value, 0) / season;
    return values.map((value) => value / Math.sqrt(square));
  };
  const noises = {
    "white noise": (random: Random) => random.normal(),
    "red noise": (random: Random, _: number, before: number) => 0.8 * before + random.normal(),
    "a random walk": (random: Random, _: number, before: number) => before + random.normal(),
  };
  const disturbances: Record<string, (values: Float64Array, random: Random) => Float64Array> = {
    "as they are": (values) => values,
    trending: (values) => values.map((value, t) => value + (12 * t) / values.length),
    shifted: (values) => values.map((value, t) => value + (t < 0.4 * values.length ? 0 : 6)),
    "with outliers": (values, random) =>
      values.map((value) => value + (random.uniform() < 0.02 ? 12 * random.normal() : 0)),
    growing: (values) => values.map((value, t) => 100 * Math.exp(value / 4 + (1.5 * t) / values.length)),
    "with gaps": (values, random) =>
      values.map((value, t) => (t > 0 && t < values.length - 1 && random.uniform() < 0.15 ? Number.NaN : value)),
    counted: (values) => values.map((value) => Math.max(0, Math.round(value))),
  };

  // Bounds are some five points under what was measured, so that a change of a few series passes and a worse method does not.
  it.each([
    ["ms", [12], 2.2, 0.05],
    ["ms", [12], 5, 0.75],
    ["ms", [12], 10, 0.9],
    ["d", [7], 10, 0.85],
    ["qs", [4], 10, 0.75],
    ["h", [24], 10, 0.9],
    ["w", [52], 3.2, 0.58],
    ["d", [365], 2.2, 0.5],
    ["h", [24, 168], 4.2, 0.58],
    ["30min", [48, 336], 2.2, 0.5],
    ["1", [12], 10, 0.58],
    ["1", [24], 10, 0.72],
    ["1", [24, 168], 4.2, 0.55],
  ])("every %s, %j, in %d cycles: %d", (frequency, seasons, cycles, least) => {
    let count = 0;
    let hitCount = 0;
    for (const [n, noise] of Object.values(noises).entries())
      for (const [d, disturb] of Object.values(disturbances).entries())
        for (let seed = 0; seed < 4; seed++) {
          const random = seededRandom(1000 * seed + 10 * n + d);
          const shapes = seasons.map((season) => shape(random, season));
          const length = Math.round(cycles * seasons.at(-1)!);
          const base = simulate(random.integer(1e9), length, noise);
          const values = base.map((value, t) => shapes.reduce((sum, one) => sum + one[t % one.length]!, value));
          const found = seasonsOf(disturb(values, random), frequency);
          if (String(found) === String(seasons)) hitCount++;
          count++;
        }
    expect(hitCount / count).toBeGreaterThanOrEqual(least);
  });
});

describe("the seasons of a panel", () => {
  const seasonal = (seed: number) => simulate(seed, 60, (random, t) => 0.8 * wave(t, 12) + 2.5 * random.normal());
  const clear = (seed: number) => simulate(seed, 60, (random, t) => 2 * wave(t, 12) + random.normal());
  const noise = (seed: number) => simulate(seed, 60, (random) => random.normal());

  it("are shown by all its series together, though hardly one of them proves them alone", () => {
    const panel = Array.from({ length: 30 }, (_, seed) => seasonal(seed));
    const aloneCount = panel.filter((values) => seasonsOf(values, "ms").length > 0).length;
    expect(aloneCount).toBeLessThan(10);
    expect(findFrameSeasons(panelOf(panel, "ms"))).toEqual([12]);
  });

  it("are none where hardly any of its series has one", () => {
    const panel = Array.from({ length: 30 }, (_, seed) => (seed === 7 ? clear(seed) : noise(seed)));
    expect(findFrameSeasons(panelOf(panel, "ms"))).toEqual([]);
  });

  it("are those of a fifth of its series, since each series is free to make little of them", () => {
    const panel = Array.from({ length: 30 }, (_, seed) => (seed % 5 === 0 ? clear(seed) : noise(seed)));
    expect(findFrameSeasons(panelOf(panel, "ms"))).toEqual([12]);
  });

  it("are none, nearly always, where all its series are moved by the same noise too", () => {
    let foundCount = 0;
    for (let seed = 0; seed < 20; seed++) {
      const common = noise(seed);
      const panel = Array.from({ length: 30 }, (_, s) => {
        const own = noise(100 + 30 * seed + s);
        return common.map((value, t) => 0.6 * value + own[t]!);
      });
      if (findFrameSeasons(panelOf(panel, "ms")).length > 0) foundCount++;
    }
    expect(foundCount).toBeLessThanOrEqual(3);
  });

  it("are those of its long series where others are too short to tell", () => {
    const long = simulate(1, 300, (random, t) => 2 * wave(t, 12) + random.normal());
    expect(findFrameSeasons(panelOf([noise(1).subarray(0, 5), long, noise(2).subarray(0, 9)], "ms"))).toEqual([12]);
  });

  it("may have a second one that only some of its series show, on integer time too", () => {
    const panel = Array.from({ length: 30 }, (_, seed) =>
      simulate(seed, 800, (random, t) => 3 * wave(t, 24) + (seed % 3 === 0 ? 3 * wave(t, 168) : 0) + random.normal()),
    );
    expect(findFrameSeasons(panelOf(panel, "h"))).toEqual([24, 168]);
    expect(findFrameSeasons(panelOf(panel, "1"))).toEqual([24, 168]);
  });
});

describe("the strength of a season", () => {
  const strengths = (values: Float64Array, frequency: string) =>
    measureFrameSeasons(panelOf([values], frequency)).map(({ strength }) => strength);

  it("is its share of the variance around the trend", () => {
    // A wave of amplitude 2 has variance 2, so with noise of variance 1 two thirds; 0.05 is some three standard errors of 1000 values.
    const values = simulate(3, 1000, (random, t) => 0.05 * t + 2 * wave(t, 24) + random.normal());
    expect(strengths(values, "h")[0]).toBeGreaterThan(0.62);
    expect(strengths(values, "h")[0]).toBeLessThan(0.72);
  });

  it("is 1 without noise, and for the second season a share of what the first leaves", () => {
    expect(
      strengths(
        Float64Array.from({ length: 240 }, (_, t) => wave(t, 12)),
        "ms",
      )[0],
    ).toBeCloseTo(1, 3);
    const twice = simulate(4, 1680, (random, t) => 5 * wave(t, 24) + Math.SQRT2 * wave(t, 168) + random.normal());
    const [first, second] = strengths(twice, "h");
    expect(first).toBeGreaterThan(0.85);
    // The week's wave has variance 1, as the noise has.
    expect(second).toBeGreaterThan(0.4);
    expect(second).toBeLessThan(0.6);
  });
});
