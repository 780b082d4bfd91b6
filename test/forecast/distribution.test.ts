import { describe, expect, test } from "vitest";
import { portableRandom } from "../../src/base/distributions.js";
import { normalQuantile } from "../../src/base/normal.js";
import { seededRandom } from "../../src/base/random.js";
import { createForecaster, fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { backtest } from "../../src/evaluate/backtest.js";
import { calibrateOwn } from "../../src/forecast/calibrate.js";
import { calibrationSchema, withOwnIntervals } from "../../src/forecast/calibration.js";
import { headPredictor } from "../../src/forecast/distribution.js";
import type { Predictor } from "../../src/forecast/predictor.js";
import { cutFrame, type Frame } from "../../src/series/frame.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";

const levels = [0.025, 0.1, 0.5, 0.9, 0.975];
const heads = ["quantile", "gaussian", "student-t", "negbin", "bins:6"];

/** Counts around a season of 4. */
function counts(length: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length }, (_, t) => Math.round(12 + 6 * Math.sin((t * Math.PI) / 2) + 2 * random.normal()));
}

const frame = dailyFrame(counts(70, 1), counts(55, 2));

async function forecast(options: Partial<ModelOptions>, on: Frame = frame, horizon = 5) {
  const context = quietContext();
  const all = { ...smallModel, ...options };
  const fitted = await fitModel("gru", on, horizon, all, context);
  const predictor = await predictorOf(fitted, all.limits, context);
  return { fitted, ...(await predictor.predict(on, horizon, levels)) };
}

describe.each(heads)("a network with --head %s", (head) => {
  test.each(["direct", "recursive"] as const)(
    "and a %s decoder forecasts quantiles that hold the point and never cross, the same for the same seed",
    async (decoder) => {
      const options = { head, decoder, samples: decoder === "recursive" ? 20 : undefined };
      const { point, quantiles, fitted } = await forecast(options);
      expect([point, ...quantiles].every((row) => row.length === 10 && row.every(Number.isFinite))).toBe(true);
      for (const [i, level] of levels.entries())
        for (const [j, value] of quantiles[i]!.entries()) {
          if (i > 0) expect(value).toBeGreaterThanOrEqual(quantiles[i - 1]![j]!);
          if (level !== 0.5) expect(Math.sign(value - point[j]!) * Math.sign(level - 0.5)).toBeGreaterThanOrEqual(0);
        }
      const again = await forecast(options);
      expect([again.point, again.quantiles, again.fitted]).toEqual([point, quantiles, fitted]);
    },
  );

  test("learns nothing from what comes after a fold's origin", async () => {
    const changed = { ...frame, series: frame.series.map((one) => ({ ...one, values: one.values.slice() })) };
    for (const { values } of changed.series) values.fill(40, values.length - 5);
    const told = await Promise.all(
      [frame, changed].map(async (each) => {
        const options = { horizon: 5, folds: 1, step: 5, refit: "never", span: "expanding", season: 4 } as const;
        const columns = levels.map((level) => ({ name: `q${level}`, level }));
        const forecaster = createForecaster("gru", { ...smallModel, head });
        const { models } = await backtest(each, [forecaster], { ...options, quantiles: columns }, quietContext());
        return models[0]!.folds.map(({ forecasts, quantiles }) => ({ forecasts, quantiles }));
      }),
    );
    expect(told[1]).toEqual(told[0]);
  });
});

test("auto takes a network for a head, and says so", async () => {
  const fitted = await fitModel("auto", frame, 3, { ...smallModel, head: "gaussian" }, quietContext());
  expect(fitted).toMatchObject({ kind: "network", network: { config: { cell: "lstm", head: { kind: "gaussian" } } } });
  expect(fitted.reason).toContain("--head gaussian");
});

test("counts are forecast as counts, and what is no count is refused with its place", async () => {
  const { fitted } = await forecast({ head: "negbin" });
  if (fitted.kind !== "network") throw new Error("not a network");
  const { quantiles } = await headPredictor(fitted.network, quietContext()).predict(frame, 5, [0.2, 0.8]);
  // The upper one may be the mean, which holds the point where the count is lower.
  expect(quantiles[0]!.every((value) => value >= 0 && (Number.isInteger(value) || value > 0))).toBe(true);
  const rare = await forecast({ head: "negbin" }, dailyFrame(counts(60, 3).map((_, t) => Number(t % 7 === 0))));
  expect(rare.point.every((value) => value >= 0 && value < 2)).toBe(true);
  expect(rare.quantiles[0]!.every((value) => value >= 0)).toBe(true);
  const broken = dailyFrame([...counts(60, 1).slice(1), 2.5]);
  const refused = forecast({ head: "negbin" }, broken);
  await expect(refused).rejects.toMatchObject({ code: "data", message: expect.stringContaining("2.5 at 2024-02-29") });
});

describe("sample paths", () => {
  test("of a series are the same alone and in a panel", async () => {
    const { fitted } = await forecast({ head: "gaussian", decoder: "recursive", samples: 20 });
    if (fitted.kind !== "network") throw new Error("not a network");
    const predictor = headPredictor(fitted.network, quietContext());
    const both = await predictor.predict(frame, 5, levels);
    const alone = await predictor.predict({ ...frame, series: frame.series.slice(1) }, 5, levels);
    expect(alone.point).toEqual(both.point.subarray(5));
    expect(alone.quantiles).toEqual(both.quantiles.map((row) => row.subarray(5)));
  });

  test("of a walk drift apart, so that intervals widen with the steps", async () => {
    const random = seededRandom(4);
    let level = 100;
    const walk = dailyFrame(Array.from({ length: 300 }, () => (level += random.normal())));
    const options = { head: "gaussian", decoder: "recursive", samples: 200, epochs: 15, plain: true } as const;
    const { fitted } = await forecast({ ...options, scale: { scale: "window", scaler: "last" } }, walk, 16);
    if (fitted.kind !== "network") throw new Error("not a network");
    const { quantiles } = await headPredictor(fitted.network, quietContext()).predict(walk, 16, [0.1, 0.9]);
    const width = (k: number) => quantiles[1]![k]! - quantiles[0]![k]!;
    // A random walk's deviation grows fourfold in 16 steps; a network that was trained a little comes near that.
    expect(width(15)).toBeGreaterThan(1.7 * width(0));
  });
});

describe("intervals in a model's own measure", () => {
  /** Says quantiles around 0 as wide as the last value tells, but by a factor wrong. */
  const boaster = (factor: number): Predictor => ({
    name: "boaster",
    async predict(known, horizon, asked = []) {
      const widths = known.series.map(({ values }) => Math.abs(values.at(-1)!));
      const rows = asked.map((level) =>
        Float64Array.from(
          { length: widths.length * horizon },
          (_, i) => factor * widths[Math.floor(i / horizon)]! * normalQuantile(level),
        ),
      );
      return { point: new Float64Array(widths.length * horizon), quantiles: rows };
    },
  });

  /** Steps in pairs: how wide the next will be, and the next. */
  function bursts(seriesCount: number, length: number): Frame {
    const random = portableRandom(8);
    const rows = Array.from({ length: seriesCount }, () => {
      const values: number[] = [];
      while (values.length < length) {
        const width = random.uniform() < 0.5 ? 1 : 10;
        values.push(width, width * random.normal());
      }
      return values;
    });
    return dailyFrame(...rows);
  }

  test.each([0.3, 1, 3])(
    "cover what they say where the model's own are %f times as wide as they should be",
    async (factor) => {
      const whole = bursts(150, 40);
      const firstOrigins = whole.series.map(() => 21);
      const { signal } = new AbortController();
      const trained = cutFrame(
        whole,
        whole.series.map(() => 38),
      );
      // Origins an even number of steps apart, after a step that tells the next one's width.
      const calibration = await calibrateOwn(boaster(factor), trained, 1, {
        season: 2,
        firstOrigins,
        windowLimit: 150 * 8,
        signal,
      });
      expect(calibrationSchema.parse(JSON.parse(JSON.stringify(calibration)))).toEqual(calibration);
      const known = cutFrame(
        whole,
        whole.series.map(() => 39),
      );
      const { quantiles } = await withOwnIntervals(boaster(factor), calibration).predict(known, 1, [0.1, 0.9]);
      const actual = whole.series.map(({ values }) => values[39]!);
      const inside = actual.filter((value, s) => quantiles[0]![s]! <= value && value <= quantiles[1]![s]!).length / 150;
      // The share of 150 series has a deviation of 0.033; the calibration adds half of that.
      expect(Math.abs(inside - 0.8)).toBeLessThan(0.11);
      const widthWhere = (width: number) => {
        const own = known.series.flatMap(({ values }, s) =>
          values.at(-1) === width ? [quantiles[1]![s]! - quantiles[0]![s]!] : [],
        );
        return own.reduce((sum, value) => sum + value, 0) / own.length;
      };
      // As wide as the model finds each, not the same for all: a model's own measure is no less than a share of the series' scale.
      expect(widthWhere(10)).toBeGreaterThan(3 * widthWhere(1));
    },
  );

  test("are numbers where the model's own span the whole range of numbers", async () => {
    const whole = dailyFrame(Float64Array.from({ length: 12 }, (_, t) => (t % 2 === 0 ? 1.7e308 : -1.7e308)));
    const certainOfNothing: Predictor = {
      name: "certain of nothing",
      predict: async (_, horizon, levels = []) => ({
        point: new Float64Array(horizon).fill(-1.7e308),
        quantiles: levels.map((level) => new Float64Array(horizon).fill(level < 0.5 ? -1.7e308 : 1.7e308)),
      }),
    };
    const { signal } = new AbortController();
    const heldOut = { season: 2, firstOrigins: [4], windowLimit: 100, signal };
    const calibration = await calibrateOwn(certainOfNothing, whole, 2, heldOut);
    const { quantiles } = await withOwnIntervals(certainOfNothing, calibration).predict(whole, 2, [0.1, 0.5, 0.9]);
    expect(quantiles.flatMap((row) => Array.from(row)).every(Number.isFinite)).toBe(true);
  });
});
