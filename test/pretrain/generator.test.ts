// Synthetic series are a pure function of seed and index, look as their families should, and come in their shares.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { generateSeries, type SyntheticSeries } from "../../pretrain/generator/generate.js";
import { mostHorizon } from "../../pretrain/generator/plan.js";
import { type FamilyName, familyShares, seasonSharesOf } from "../../pretrain/generator/proportions.js";

const sampleCount = 4000;
const sample = Array.from({ length: sampleCount }, (_, index) => generateSeries(1, index));
const bytesOf = ({ values, ...rest }: SyntheticSeries) => [Buffer.from(values.buffer).toString("base64"), rest];

/** Standard errors that a share may be off by: one share in 30,000 is, by chance. */
const limit = 4;

afterEach(() => {
  vi.restoreAllMocks();
});

test("a seed and an index give the same bytes whatever was generated before", () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.array(fc.nat(), { maxLength: 3 }), (seed, index, others) => {
      const first = generateSeries(seed, index);
      for (const other of others) generateSeries(seed, other);
      expect(bytesOf(generateSeries(seed, index))).toEqual(bytesOf(first));
    }),
    { numRuns: 40 },
  );
});

test("the gate takes farther steps for the farthest one that it was trained on", () => {
  const source = readFileSync(new URL("../../kernels/classical/features.h", import.meta.url), "utf8");
  expect(Number(/FARTHEST = (\d+)/.exec(source)?.[1])).toBe(mostHorizon);
});

test("another seed or index gives another series", () => {
  const starts = new Set(
    [0, 1, 2].flatMap((seed) => Array.from({ length: 200 }, (_, index) => generateSeries(seed, index).values[0])),
  );
  // Counts and rain often start alike.
  expect(starts.size).toBeGreaterThan(450);
});

test("no function is used that engines may round as they like", () => {
  const free = [
    ...["exp", "expm1", "log", "log1p", "log2", "log10", "pow", "cbrt", "hypot"],
    ...["sin", "cos", "tan", "asin", "acos", "atan", "atan2"],
    ...["sinh", "cosh", "tanh", "asinh", "acosh", "atanh"],
  ] as (keyof typeof Math & "exp")[];
  const spies = free.map((name) => vi.spyOn(Math, name));
  for (let index = 0; index < 300; index++) generateSeries(2, index);
  expect(spies.filter((spy) => spy.mock.calls.length > 0).map((spy) => spy.getMockName())).toEqual([]);
});

test("the bytes are the ones that the committed weights were trained on", () => {
  const hash = createHash("sha256");
  for (const { values, historyLength, seasons, family } of sample.slice(0, 500))
    hash.update(new Uint8Array(values.buffer)).update(JSON.stringify([historyLength, seasons, family]));
  expect(hash.digest("hex")).toBe("9f5d5bca2be4420db8da2dbabe4f5fe296ddc1b8eef219b7136a38bb2aef938e");
});

test("everything is finite, and the newer half of the history moves", () => {
  for (const { values, historyLength } of sample) {
    expect(values.every(Number.isFinite)).toBe(true);
    expect(new Set(values.subarray(historyLength >> 1, historyLength)).size).toBeGreaterThan(1);
  }
});

test("lengths, horizons and seasons stay in their ranges and reach both ends of them", () => {
  for (const { values, historyLength, horizon, seasons } of sample) {
    expect(values).toHaveLength(historyLength + horizon);
    expect(Number.isInteger(historyLength) && Number.isInteger(horizon)).toBe(true);
    expect(historyLength).toBeGreaterThanOrEqual(12);
    expect(historyLength).toBeLessThanOrEqual(4.2 * 672 + 1);
    expect(horizon).toBeGreaterThanOrEqual(4);
    expect(horizon).toBeLessThanOrEqual(Math.min(mostHorizon, historyLength));
    expect(seasons.length).toBeLessThanOrEqual(2);
    expect([...seasons].sort((a, b) => a - b)).toEqual(seasons);
    expect(seasons.every((season) => Number.isInteger(season) && season > 1)).toBe(true);
  }
  const lengths = sample.map(({ historyLength }) => historyLength);
  expect(Math.min(...lengths)).toBe(12);
  expect(Math.max(...lengths)).toBeGreaterThan(2000);
  const horizons = new Set(sample.map(({ horizon }) => horizon));
  expect([4, 12, 24, 48, mostHorizon].every((horizon) => horizons.has(horizon))).toBe(true);
});

test("each family comes in its share", () => {
  const total = familyShares.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [family, weight] of familyShares) {
    const share = weight / total;
    const seen = sample.filter((series) => series.family === family).length / sampleCount;
    expect(Math.abs(seen - share), family).toBeLessThan(limit * Math.sqrt((share * (1 - share)) / sampleCount));
  }
});

test("every season of the tables is told to some series, and pairs more often than any other", () => {
  const told = new Map<string, number>();
  for (const { seasons } of sample) told.set(`${seasons}`, (told.get(`${seasons}`) ?? 0) + 1);
  const common = familyShares.flatMap(([family]) => seasonSharesOf(family).map(([seasons]) => `${seasons}`));
  expect(common.filter((seasons) => seasons !== "random" && !told.has(seasons))).toEqual([]);
  expect(told.get("24,168")).toBeGreaterThan(told.get("24")!);
});

test("counts are whole numbers from 0", () => {
  const counts = sample.filter(({ family }) => family === "counts");
  expect(counts.every(({ values }) => values.every((value) => Number.isInteger(value) && value >= 0))).toBe(true);
  // Intermittent demand is among them, and busy counts.
  const zeroShares = counts.map(({ values }) => values.filter((value) => value === 0).length / values.length);
  expect(zeroShares.filter((share) => share > 0.5).length).toBeGreaterThan(0.1 * counts.length);
  expect(zeroShares.filter((share) => share === 0).length).toBeGreaterThan(0.2 * counts.length);
});

/** Correlation of steps a lag apart, of first differences, so that no trend shows. */
function differenceCorrelation(values: Float64Array, lag: number): number {
  let product = 0;
  let square = 0;
  const mean = (values.at(-1)! - values[0]!) / (values.length - 1);
  const step = (t: number) => values[t]! - values[t - 1]! - mean;
  for (let t = 1; t < values.length; t++) {
    square += step(t) ** 2;
    if (t > lag) product += step(t) * step(t - lag);
  }
  return product / square;
}

/** Share of the series whose correlation at the lag is above 3 standard errors of that of white noise. */
function visibleShare(series: readonly SyntheticSeries[], lag: number): number {
  const isVisible = ({ values }: SyntheticSeries) =>
    differenceCorrelation(values, lag) > 3 / Math.sqrt(values.length - lag);
  return series.filter(isVisible).length / series.length;
}

test("a told season shows in most series, and seldom where none is told", () => {
  const told = (season: number, families: readonly FamilyName[]) =>
    sample.filter(
      ({ family, seasons, historyLength }) =>
        families.includes(family) && `${seasons}` === `${season}` && historyLength >= 4 * season,
    );
  const none = sample.filter(({ seasons, historyLength }) => seasons.length === 0 && historyLength >= 48);
  expect(visibleShare(told(12, ["structural", "growth", "weather"]), 12)).toBeGreaterThan(0.6);
  expect(visibleShare(told(4, ["structural", "growth"]), 4)).toBeGreaterThan(0.6);
  expect(visibleShare(none, 12)).toBeLessThan(0.25);
});

test("days and weeks both show in activity", () => {
  const hourly = sample.filter(({ family, seasons }) => family === "activity" && `${seasons}` === "24,168");
  expect(visibleShare(hourly, 24)).toBeGreaterThan(0.9);
  const isWeekBetter = ({ values }: SyntheticSeries) =>
    differenceCorrelation(values, 168) * (1 + 168 / values.length) > differenceCorrelation(values, 24);
  expect(hourly.filter(isWeekBetter).length).toBeGreaterThan(hourly.length / 2);
});

test("a few series are told a season they lack, or lack the telling of one they have", () => {
  const activityUntold = sample.filter(({ family, seasons }) => family === "activity" && seasons.length === 0);
  expect(activityUntold.length).toBeGreaterThan(0);
  const structural = sample.filter(
    ({ family, seasons, historyLength }) => family === "structural" && `${seasons}` === "12" && historyLength >= 60,
  );
  expect(visibleShare(structural, 12)).toBeLessThan(1);
});

test("some series are nearly without noise and some nearly nothing else", () => {
  /** Mean absolute second difference over the deviation: √6 · 0.8 for white noise. */
  const roughness = ({ values }: SyntheticSeries) => {
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    let sum = 0;
    for (let t = 2; t < values.length; t++) sum += Math.abs(values[t]! - 2 * values[t - 1]! + values[t - 2]!);
    return sum / (values.length - 2) / deviation;
  };
  const rough = sample
    .filter(({ family, seasons }) => family === "structural" && seasons.length === 0)
    .map(roughness)
    .sort((a, b) => a - b);
  expect(rough[Math.floor(0.1 * rough.length)]).toBeLessThan(0.15);
  expect(rough[Math.floor(0.9 * rough.length)]).toBeGreaterThan(1);
});
