import { describe, expect, test } from "vitest";
import { type Random, seededRandom } from "../../src/base/random.js";
import { baselines } from "../../src/forecast/baselines.js";
import { calibrateUntrained } from "../../src/forecast/calibrate.js";
import { type Calibration, calibrationSchema, withIntervals } from "../../src/forecast/calibration.js";
import { cutFrame, type Frame } from "../../src/series/frame.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext } from "../support/context.js";

const naive = baselines.get("naive")({ seasons: [] }).predictor(quietContext());
const { signal } = new AbortController();
const calibrateNaive = (frame: Frame, horizon: number) =>
  calibrateUntrained(naive, frame, horizon, { season: 1, windowLimit: 8192, signal });

function walk(random: Random, length: number, step: (random: Random) => number = (r) => r.normal()): Float64Array {
  let level = 100;
  return Float64Array.from({ length }, () => (level += step(random)));
}

function panel(count: number, length: number, step?: (random: Random) => number): Frame {
  const random = seededRandom(5);
  return dailyFrame(...Array.from({ length: count }, (_, s) => walk(random.fork(String(s)), length, step)));
}

async function intervals(frame: Frame, calibration: Calibration, horizon: number, ...levels: number[]) {
  const { point, quantiles } = await withIntervals(naive, calibration).predict(frame, horizon, levels);
  return { point, quantiles };
}

/** Shares of what came after the last `horizon` steps were cut off that lie within each interval. */
async function coverages(frame: Frame, horizon: number, percents: readonly number[]): Promise<number[]> {
  const known = cutFrame(
    frame,
    frame.series.map(({ values }) => values.length - horizon),
  );
  const levels = percents.flatMap((percent) => [(100 - percent) / 200, (100 + percent) / 200]);
  const { quantiles } = await intervals(known, await calibrateNaive(known, horizon), horizon, ...levels);
  const actual = frame.series.flatMap(({ values }) => Array.from(values.slice(-horizon)));
  return percents.map((_, p) => {
    const [low, high] = [quantiles[2 * p]!, quantiles[2 * p + 1]!];
    return actual.filter((value, i) => low[i]! <= value && value <= high[i]!).length / actual.length;
  });
}

describe("intervals", () => {
  test.each([
    ["normal", undefined],
    ["heavy-tailed", (random: Random) => random.normal() / Math.sqrt(random.uniform() + 0.02)],
    ["skewed", (random: Random) => -Math.log(1 - random.uniform()) - 1],
  ])("of a panel with %s steps cover what they say", async (_, step) => {
    const [half, most, nearlyAll] = await coverages(panel(400, 60, step), 6, [50, 80, 95]);
    // 400 series of 6 steps that share a path: some 1000 independent points, whose share of 0.8 has a deviation of 0.013.
    expect(Math.abs(half! - 0.5)).toBeLessThan(0.045);
    expect(Math.abs(most! - 0.8)).toBeLessThan(0.035);
    expect(Math.abs(nearlyAll! - 0.95)).toBeLessThan(0.02);
  });

  test("of short series, one at a time, cover no less than they say", async () => {
    const covered: number[][] = [];
    for (const { values } of panel(200, 18).series) covered.push(await coverages(dailyFrame(values), 4, [80, 95]));
    const mean = (p: number) => covered.reduce((sum, own) => sum + own[p]!, 0) / covered.length;
    // 200 paths of 4 steps: a share of 0.8 has a deviation of some 0.025. They may be wider than need be: little is known.
    expect(mean(0)).toBeGreaterThan(0.75);
    expect(mean(1)).toBeGreaterThan(0.92);
    expect(mean(0)).toBeLessThan(0.93);
  });

  test("reach further to the side that errors lie on", async () => {
    const frame = panel(100, 60, (random) => (random.uniform() < 0.15 ? 10 : -0.2));
    const { point, quantiles } = await intervals(frame, await calibrateNaive(frame, 1), 1, 0.1, 0.95);
    expect(point[0]! - quantiles[0]![0]!).toBeLessThan((quantiles[1]![0]! - point[0]!) / 5);
  });

  test("are as wide as the series' own scale and errors", async () => {
    const random = seededRandom(3);
    const loud = walk(random, 80).map((value) => value * 1000);
    // As large a step as the others on average, but taken to and fro: the naive is further off at once and not later.
    const still = Float64Array.from({ length: 80 }, (_, t) => (t % 2 === 0 ? 100 : 101));
    const others = Array.from({ length: 20 }, () => walk(random, 80));
    const frame = dailyFrame(loud, still, ...others);
    const { point, quantiles } = await intervals(frame, await calibrateNaive(frame, 8), 8, 0.9);
    const width = (s: number, k: number) => quantiles[0]![s * 8 + k]! - point[s * 8 + k]!;
    const typical = others.reduce((sum, _, i) => sum + width(i + 2, 7), 0) / others.length;
    expect(width(0, 7) / typical).toBeGreaterThan(500);
    // Its scale alone, 1, would make it wider than the typical one, whose scale is the mean size of a normal step, 0.8.
    expect(width(1, 7) / typical).toBeLessThan(0.8);
  });

  test("are as wide as errors are, whatever season was found", async () => {
    const random = seededRandom(8);
    const steady = Array.from({ length: 12 }, () => walk(random, 150));
    // Fell by ten steps a day until a while ago: over 30 days it changed by 300, which its errors do not.
    const fallen = walk(random, 150).map((value, t) => value - 10 * Math.min(t, 70));
    const frame = dailyFrame(fallen, ...steady);
    const calibration = await calibrateUntrained(naive, frame, 4, { season: 30, windowLimit: 8192, signal });
    expect(calibration.season).toBeLessThan(30);
    const { point, quantiles } = await intervals(frame, calibration, 4, 0.9);
    const width = (s: number) => quantiles[0]![s * 4 + 3]! - point[s * 4 + 3]!;
    const typical = steady.reduce((sum, _, i) => sum + width(i + 1), 0) / steady.length;
    expect(width(0) / typical).toBeLessThan(4);
  });

  test("of what repeats a season exactly are as wide as the errors of who does not see it", async () => {
    const repeats = Float64Array.from({ length: 140 }, (_, t) => 1 + (t % 7));
    const frame = dailyFrame(repeats, ...panel(3, 140).series.map(({ values }) => values));
    const calibration = await calibrateUntrained(naive, frame, 1, { season: 7, windowLimit: 8192, signal });
    const { point, quantiles } = await intervals(frame, calibration, 1, 0.1, 0.9);
    // Six days of seven it rises by 1, and then it falls by 6.
    expect(quantiles[1]![0]!).toBeGreaterThan(point[0]! + 1);
    expect(quantiles[0]![0]!).toBeLessThan(point[0]!);
  });

  test("of a series that ended a while ago are those of steps as far ahead", async () => {
    const frame = panel(20, 80);
    const calibration = await calibrateNaive(frame, 12);
    const ended = cutFrame(frame, [70, ...Array<number>(19).fill(80)]);
    const longer = new Float64Array(80).fill(Number.NaN);
    longer.set(ended.series[0]!.values);
    const withGap = { ...ended, series: ended.series.map((one, s) => (s === 0 ? { ...one, values: longer } : one)) };
    const cut = await intervals(ended, calibration, 12, 0.9);
    const gap = await intervals(withGap, calibration, 2, 0.9);
    expect(gap.point[0]).toBe(cut.point[0]);
    // The newest changes, ten of them unknown, have a hand in the scale.
    const width = ({ point, quantiles }: typeof cut, i: number) => quantiles[0]![i]! - point[i]!;
    for (const k of [0, 1]) expect(width(gap, k) / width(cut, 10 + k)).toBeCloseTo(1, 1);
    expect(gap.quantiles[0]![2]).toBe(cut.quantiles[0]![12]);
  });

  test("of a method that needs cycles to tell a season are of origins that it has them at", async () => {
    const random = seededRandom(4);
    const seasonal = () =>
      Float64Array.from({ length: 48 }, (_, t) => 100 + 10 * Math.sin((2 * Math.PI * t) / 12) + 2 * random.normal());
    const frame = dailyFrame(...Array.from({ length: 10 }, seasonal));
    for (const name of ["ets", "mstl", "climatology"] as const) {
      const forecaster = baselines.get(name)({ seasons: [12] });
      const fitted = await forecaster.fit(frame, 6, quietContext());
      const { quantiles } = await fitted.predict(frame, 6, [0.1, 0.9]);
      const width = quantiles[1]!.reduce((sum, high, i) => sum + high - quantiles[0]![i]!, 0) / quantiles[0]!.length;
      // 2 · 1.28 · 2 where all is known; 18 to 40 with the errors of what had no season yet.
      expect(width, name).toBeLessThan(9);
      expect(width, name).toBeGreaterThan(4);
    }
  });

  test("follow the change over the season where errors do", async () => {
    const random = seededRandom(9);
    const forecastLast = baselines
      .get("seasonal-naive")({ seasons: [7] })
      .predictor(quietContext());
    // Weeks of very different height, and errors only of the weeks' own size.
    const series = Array.from({ length: 12 }, (_, s) =>
      Float64Array.from(
        { length: 140 },
        (__, t) => 40 * (s % 4) * Math.sin((2 * Math.PI * t) / 7) + (1 + (s % 3)) * random.normal(),
      ),
    );
    const calibration = await calibrateUntrained(forecastLast, dailyFrame(...series), 7, {
      season: 7,
      windowLimit: 8192,
      signal,
    });
    expect(calibration.season).toBe(7);
    for (const { factor } of calibration.series) expect(Math.abs(factor - 1)).toBeLessThan(0.3);
  });

  test("widen with the step, also past the steps they were calibrated on", async () => {
    const frame = panel(30, 60);
    const calibration = await calibrateNaive(frame, 8);
    const { point, quantiles } = await intervals(frame, calibration, 32, 0.9);
    const widths = Array.from(quantiles[0]!.subarray(0, 32), (value, k) => value - point[k]!);
    for (let k = 1; k < 32; k++) expect(widths[k]!).toBeGreaterThanOrEqual(widths[k - 1]! - 1e-9);
    expect(widths[31]! / widths[7]!).toBeCloseTo(2, 9);
  });

  test("lie between those of the levels around them", async () => {
    const frame = panel(30, 60);
    const { quantiles } = await intervals(
      frame,
      await calibrateNaive(frame, 3),
      3,
      0.001,
      0.07,
      0.1,
      0.52,
      0.93,
      0.999,
    );
    for (let q = 1; q < quantiles.length; q++)
      for (const [i, value] of quantiles[q]!.entries()) expect(value).toBeGreaterThanOrEqual(quantiles[q - 1]![i]!);
  });

  test.each([
    ["two values", [3, 5]],
    ["one value", [7]],
    ["values that vanish", [4, 0, 3, 0, 0, 0, 2, 0, 0, 0]],
    ["gaps", [4, Number.NaN, 3, 6, Number.NaN, 2, 5]],
    ["values near the end of the range", [1e308, -1e308, 1e308, 0, -1e308, 1e308]],
    ["small values and then such", [1, 3, 2, 3, 1e308, -1e308]],
  ])("of %s are finite and no point", async (_, values) => {
    const frame = dailyFrame(values);
    const { quantiles } = await intervals(frame, await calibrateNaive(frame, 4), 4, 0.1, 0.9);
    const [low, high] = quantiles;
    for (const [k, value] of high!.entries()) {
      expect(Number.isFinite(value) && Number.isFinite(low![k]!)).toBe(true);
      expect(value).toBeGreaterThan(low![k]!);
    }
  });

  test("of a series that nothing was observed of are NaN, as its forecast is", async () => {
    const frame = dailyFrame([1, 3, 2, 4, 6, 5], [Number.NaN]);
    const { quantiles } = await intervals(frame, await calibrateNaive(frame, 2), 2, 0.9);
    expect(quantiles[0]!.subarray(0, 2).every(Number.isFinite)).toBe(true);
    expect(quantiles[0]!.subarray(2).every(Number.isNaN)).toBe(true);
  });
});

describe("a calibration", () => {
  test("is plain data that JSON keeps, bounded in the horizon", async () => {
    const calibration = await calibrateNaive(panel(3, 700), 300);
    expect(calibration.offsets).toHaveLength(48);
    expect(calibration.steps.at(-1)).toBe(300);
    expect(calibrationSchema.safeParse(JSON.parse(JSON.stringify(calibration)))).toEqual({
      success: true,
      data: calibration,
    });
  });

  test("is interrupted between origins", async () => {
    const run = calibrateUntrained(naive, panel(2, 50), 3, {
      season: 1,
      windowLimit: 8192,
      signal: AbortSignal.abort(new Error("enough")),
    });
    await expect(run).rejects.toThrow("enough");
  });
});
