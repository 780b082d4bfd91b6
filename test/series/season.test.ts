import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../src/base/random.js";
import type { Frame } from "../../src/series/frame.js";
import { parseFrequency } from "../../src/series/frequency.js";
import { findFrameSeasons, findSeasons } from "../../src/series/season.js";

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
  // 40 seeds each; the limit of three standard errors lets about one white noise in 700 through.
  it.each([
    ["white noise", (random: Random) => random.normal()],
    ["a random walk", (random: Random, _: number, before: number) => before + random.normal()],
    ["red noise", (random: Random, _: number, before: number) => 0.8 * before + random.normal()],
    ["a trend", (random: Random, t: number) => 0.1 * t + random.normal()],
  ])("are none for %s, nearly always", (_, next) => {
    const sizes = [
      ["ms", 72],
      ["d", 800],
      ["h", 500],
      ["qs", 40],
      ["b", 300],
      ["1", 400],
    ] as const;
    for (const [frequency, length] of sizes) {
      let foundCount = 0;
      for (let seed = 0; seed < 40; seed++)
        if (seasonsOf(simulate(seed, length, next), frequency).length > 0) foundCount++;
      expect(foundCount, `${frequency} × ${length}`).toBeLessThanOrEqual(1);
    }
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

describe("the seasons of a panel", () => {
  const seasonal = (seed: number) => simulate(seed, 60, (random, t) => wave(t, 12) + 1.2 * random.normal());
  const noise = (seed: number) => simulate(seed, 60, (random) => random.normal());

  it("are shown by all its series together, though hardly one of them proves them alone", () => {
    const panel = Array.from({ length: 30 }, (_, seed) => seasonal(seed));
    const aloneCount = panel.filter((values) => seasonsOf(values, "ms").length > 0).length;
    expect(aloneCount).toBeLessThan(10);
    expect(findFrameSeasons(panelOf(panel, "ms"))).toEqual([12]);
  });

  it("are none where most series have none", () => {
    const panel = Array.from({ length: 30 }, (_, seed) => (seed % 5 === 0 ? seasonal(seed) : noise(seed)));
    expect(findFrameSeasons(panelOf(panel, "ms"))).toEqual([]);
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
