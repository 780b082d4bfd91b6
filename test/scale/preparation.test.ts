import { describe, expect, it } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import type { ScaleConfig } from "../../src/scale/config.js";
import { fitPreparation, preparationSchema } from "../../src/scale/preparation.js";
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
});
