import { describe, expect, it } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import { type ScaleConfig, scaleModes } from "../../src/scale/config.js";
import {
  fitPreparation,
  fitSeries,
  levelsOf,
  type Preparation,
  preparationSchema,
  seriesFinder,
  valuesOf,
} from "../../src/scale/preparation.js";
import { seasonalIndices } from "../../src/scale/season-index.js";
import { covariateFrame } from "../support/covariates.js";
import { fixtureColumn } from "../support/fixtures.js";
import { dailyPanel, plainScale } from "../support/panels.js";

const wave = (length: number, level: number) =>
  Float64Array.from({ length }, (_, t) => level + (t % 7) + Math.sin(t) / 10);

describe("fitPreparation", () => {
  const config: ScaleConfig = {
    scale: "series",
    scaler: "standard",
    transform: "boxcox",
    difference: 1,
    deseasonalize: true,
    season: 7,
  };

  it("is plain JSON that its schema reads back the same", () => {
    const preparation = fitPreparation(dailyPanel(wave(50, 10), wave(30, 500)), config);
    expect(preparationSchema.parse(JSON.parse(JSON.stringify(preparation)))).toEqual(preparation);
  });

  it("holds nothing of a series without observations", () => {
    const preparation = fitPreparation(dailyPanel(wave(50, 10), new Float64Array(3).fill(Number.NaN)), config);
    expect(preparation.series.map(({ key }) => key)).toEqual([["a"]]);
    expect(fitPreparation(dailyPanel(), config).series).toEqual([]);
  });

  it("scales all series alike for scale global, and each by itself for scale series", () => {
    const panel = dailyPanel(Float64Array.of(0, 10), Float64Array.of(100, 110));
    const global = fitPreparation(panel, { ...plainScale, scale: "global", scaler: "minmax" });
    expect(global.affine).toEqual({ offset: 0, spread: 110 });
    const each = fitPreparation(panel, { ...plainScale, scale: "series", scaler: "minmax" });
    expect(each.series.map(({ affine }) => affine)).toEqual([
      { offset: 0, spread: 10 },
      { offset: 100, spread: 10 },
    ]);
  });

  it("names series, value and date where a transform is not defined, and what to try", () => {
    const panel = dailyPanel(wave(5, 10), Float64Array.of(3, 2, -4));
    try {
      fitPreparation(panel, { ...plainScale, transform: "log1p" });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(HindcastError);
      expect(error).toMatchObject({
        code: "data",
        message: "b: the value -4 at 2024-01-03 is below 0, where log1p is not defined",
        hint: "--transform none or --transform auto",
      });
    }
    expect(() =>
      fitPreparation(dailyPanel(Float64Array.of(3, 0)), { ...plainScale, transform: "boxcox" }),
    ).toThrowError("the value 0 at 2024-01-02 is not above 0");
    expect(fitPreparation(panel, { ...plainScale, transform: "auto" }).takesLogarithm).toBe(false);
  });

  it("is plain JSON with covariates, too, and scales numbers alone, by what is known by the end of each series", () => {
    const frame = covariateFrame(
      [1, 2, 3],
      [
        { name: "weather", kind: "future", values: [0, 1, 0, 1], categories: ["dry", "wet"] },
        { name: "promo", kind: "future", values: [2, 4, 6, 1000] },
        { name: "stock", kind: "past", values: [7, 7, 7] },
      ],
    );
    const preparation = fitPreparation(frame, plainScale);
    expect(preparation.covariates).toEqual([
      { name: "promo", affine: { offset: 4, spread: Math.sqrt(8 / 3) } },
      { name: "stock", affine: { offset: 7, spread: 1 } },
    ]);
    expect(preparationSchema.parse(JSON.parse(JSON.stringify(preparation)))).toEqual(preparation);
    expect(fitPreparation(dailyPanel([1, 2, 3]), plainScale)).not.toHaveProperty("covariates");
  });

  it("has a scaling where its mode asks for one, and nowhere else", () => {
    const panel = dailyPanel(wave(20, 10));
    for (const scale of scaleModes) {
      const { affine, series } = fitPreparation(panel, { ...plainScale, scale });
      expect(affine !== null).toBe(scale === "global");
      expect(series[0]!.affine !== null).toBe(scale === "series");
    }
  });

  it("takes the logarithm where auto finds it better, of each series that has one", () => {
    const passengers = fixtureColumn("air-passengers.csv", 1);
    const config: ScaleConfig = { ...plainScale, transform: "auto", season: 12 };
    const panel = dailyPanel(passengers);
    const preparation = fitPreparation(panel, config);
    expect(preparation.takesLogarithm).toBe(true);
    expect(preparation.series[0]!.transform).toMatchObject({ kind: "boxcox", lambda: 0 });
    const boxCox = fitPreparation(panel, { ...config, transform: "boxcox" });
    expect(boxCox.takesLogarithm).toBe(false);
    expect(boxCox.series[0]!.transform).not.toMatchObject({ lambda: 0 });
    // A later series follows the panel, unless it holds a value that has no logarithm.
    const kindOf = (values: number[], takesLogarithm: boolean) => {
      const later = dailyPanel(values);
      return fitSeries(later, later.series[0]!, { config, takesLogarithm }).transform.kind;
    };
    expect(kindOf([1, 2, 3], true)).toBe("boxcox");
    expect(kindOf([1, 0, 3], true)).toBe("none");
    expect(kindOf([1, 2, 3], false)).toBe("none");
  });

  it("takes the season of what the transform gives, then the difference, and then scales", () => {
    // Powers of two, whose logarithms are a line and a season of +1, −1 times log 2.
    const values = Float64Array.from({ length: 12 }, (_, t) => 2 ** (t + (t % 2 === 0 ? 1 : -1)));
    const panel = dailyPanel(values);
    const { series } = fitPreparation(panel, {
      scale: "series",
      scaler: "minmax",
      transform: "log1p",
      difference: 2,
      deseasonalize: true,
      season: 2,
    });
    const fitted = series[0]!;
    const logs = values.map((value) => Math.log1p(value));
    expect(fitted.indices).toEqual([...seasonalIndices(logs, 2)!]);
    const levels = logs.map((level, t) => level - fitted.indices![t % 2]!);
    const changes = levels.map((level, t) => level - levels[t - 2]!).subarray(2);
    expect(fitted.affine!.offset).toBeCloseTo(Math.min(...changes), 12);
    expect(fitted.affine!.spread).toBeCloseTo(Math.max(...changes) - Math.min(...changes), 12);
    const steps = changes.map((change, t) => Math.abs(change - changes[t - 1]!)).subarray(1);
    expect(fitted.typicalChange).toBeCloseTo(steps.reduce((sum, step) => sum + step, 0) / steps.length, 12);
  });
});

describe("levels", () => {
  const fitted = fitPreparation(dailyPanel(wave(60, 10)), {
    ...plainScale,
    transform: "log1p",
    deseasonalize: true,
    season: 7,
  }).series[0]!;

  it("are the transformed values without the index of their phase, and values again by the way back", () => {
    const values = Float64Array.of(12, 9, Number.NaN, 14);
    const levels = levelsOf(values, fitted, 5);
    for (const [k, phase] of [5, 6, 0, 1].entries())
      expect(levels[k]).toEqual(Math.log1p(values[k]!) - fitted.indices![phase]!);
    const again = valuesOf(levels, fitted, 5);
    for (const k of [0, 1, 3]) expect(again[k]).toBeCloseTo(values[k]!, 12);
    expect(again[2]).toBeNaN();
  });

  it("are the values themselves where nothing is done to them", () => {
    const plain = fitPreparation(dailyPanel([3, 4]), plainScale).series[0]!;
    const values = Float64Array.of(3, -4);
    expect(levelsOf(values, plain, 0)).toEqual(values);
    expect(levelsOf(values, { ...plain, indices: [1, -2] }, 1)).toEqual(Float64Array.of(5, -5));
    expect(levelsOf(values, { ...plain, transform: fitted.transform }, 0)[0]).toBe(Math.log1p(3));
  });
});

describe("a series of a later frame", () => {
  const day = 86_400_000;
  const panel = dailyPanel(wave(30, 10), wave(30, 20));
  const config: ScaleConfig = { ...plainScale, deseasonalize: true, season: 7 };
  const find = (preparation: Preparation, s: number, shift: number) => {
    const series = { ...panel.series[s]!, start: panel.series[s]!.start + shift };
    return seriesFinder(preparation, { ...panel, series: [series] })(series);
  };

  it("is found by its key and target, with the phase that its start has", () => {
    const preparation = fitPreparation(panel, config);
    for (const s of [0, 1]) {
      expect(find(preparation, s, 0)).toEqual({ fitted: preparation.series[s], phase: 0 });
      expect(find(preparation, s, 9 * day)).toEqual({ fitted: preparation.series[s], phase: 2 });
      expect(find(preparation, s, -day)).toEqual({ fitted: preparation.series[s], phase: 6 });
      expect(find(preparation, s, -7 * day)!.phase).toBe(0);
    }
    const other = { ...panel.series[0]!, target: "returns" };
    expect(seriesFinder(preparation, panel)(other)).toBeUndefined();
  });

  it("counts as new where its stamps are between those of its season, and has no phase without one", () => {
    expect(find(fitPreparation(panel, config), 0, day / 2)).toBeUndefined();
    const preparation = fitPreparation(panel, plainScale);
    expect(find(preparation, 0, day / 2)).toEqual({ fitted: preparation.series[0], phase: 0 });
  });
});
