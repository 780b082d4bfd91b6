import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScaleConfig } from "../../src/scale/config.js";
import { fitPreparation, type Preparation } from "../../src/scale/preparation.js";
import { cutFrame, type Frame } from "../../src/series/frame.js";
import {
  type ChannelConfig,
  invertForecast,
  prepareActual,
  prepareFrame,
  writeKnown,
} from "../../src/windows/prepare.js";
import { anyScale, dailyPanel, plainScale } from "../support/panels.js";

const noChannels: ChannelConfig = { gapIndicator: false, calendar: [] };
const allChannels: ChannelConfig = { gapIndicator: true, calendar: ["weekday", "yearday"] };

describe("prepareFrame", () => {
  const seasonal: ScaleConfig = { ...plainScale, transform: "boxcox", difference: 1, deseasonalize: true, season: 7 };
  const week = (length: number) =>
    Float64Array.from({ length }, (_, t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 7) + (t % 3) + t / 10);
  const frame = dailyPanel(week(60), week(40));
  const preparation: Preparation = fitPreparation(frame, seasonal);
  const whole = prepareFrame(frame, preparation, allChannels, 5);

  it("keeps phases and calendar right when a later frame starts at another step", () => {
    fc.assert(
      fc.property(fc.nat(50), (dropped) => {
        const [first, second] = frame.series;
        const later: Frame = {
          ...frame,
          series: [
            second!,
            { ...first!, start: first!.start + dropped * 86_400_000, values: first!.values.slice(dropped) },
          ],
        };
        const prepared = prepareFrame(later, preparation, allChannels, 5);
        expect(prepared.series[1]!.levels).toEqual(whole.series[0]!.levels.subarray(dropped));
        // The calendar of the later start is as long as its series and the horizon.
        const calendar = prepared.series[1]!.calendar.subarray(0, (60 - dropped + 5) * 4);
        expect(calendar).toEqual(whole.series[0]!.calendar.subarray(dropped * 4, (60 + 5) * 4));
        const changes = Float64Array.of(0.1, -0.2, 0, 0.3);
        expect(invertForecast(prepared, 1, 60 - dropped, changes)).toEqual(invertForecast(whole, 0, 60, changes));
        expect(prepared.series[0]!.levels).toEqual(whole.series[1]!.levels);
      }),
    );
  });

  it("knows the calendar up to the last step of the horizon", () => {
    const longer = dailyPanel(week(65), week(45));
    const later = prepareFrame(longer, fitPreparation(longer, plainScale), allChannels, 0);
    for (let k = 0; k < 5; k++) {
      const [before, after] = [new Float32Array(4).fill(Number.NaN), new Float32Array(4)];
      writeKnown(whole, whole.series[0]!, 60 + k, before, 0);
      writeKnown(later, later.series[0]!, 60 + k, after, 0);
      expect(before).toEqual(after);
    }
  });

  it("goes on from the first level where a series is shorter than the lag of its difference", () => {
    const short = dailyPanel(Float64Array.of(7, 9));
    const prepared = prepareFrame(short, fitPreparation(short, { ...plainScale, difference: 4 }), noChannels, 4);
    expect(invertForecast(prepared, 0, 2, Float64Array.of(0, 0, 0, 1))).toEqual(Float64Array.of(7, 7, 7, 10));
  });

  it("has no level to go on from before the first observed step", () => {
    const late = dailyPanel(Float64Array.of(7, 9, 8, 7));
    const prepared = prepareFrame(late, fitPreparation(late, { ...plainScale, difference: 2 }), noChannels, 1);
    expect(invertForecast(prepared, 0, 0, Float64Array.of(1))).toEqual(Float64Array.of(Number.NaN));
    expect(invertForecast(prepared, 0, 1, Float64Array.of(1))).toEqual(Float64Array.of(8));
  });

  it("what came, prepared, is what inverts to it", () => {
    fc.assert(
      fc.property(
        anyScale,
        fc.array(fc.double({ min: 1, max: 50, noNaN: true }), { minLength: 24, maxLength: 24 }),
        (scale, values) => {
          const known = cutFrame(dailyPanel(values), [18]);
          const prepared = prepareFrame(known, fitPreparation(known, scale), noChannels, 6);
          const actual = Float64Array.from(values.slice(18));
          const found = invertForecast(prepared, 0, 18, prepareActual(prepared, 0, 18, actual));
          // A transform and its inverse, and sums of differences, each rounded.
          for (const [k, value] of actual.entries()) expect(Math.abs(found[k]! / value - 1)).toBeLessThan(1e-6);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("takes earlier starts than it was fitted on, too", () => {
    const trimmed: Frame = {
      ...frame,
      series: frame.series.map((series) => ({
        ...series,
        start: series.start + 3 * 86_400_000,
        values: series.values.slice(3),
      })),
    };
    const prepared = prepareFrame(frame, fitPreparation(trimmed, seasonal), noChannels, 1);
    expect(prepared.series[0]!.phase).toBe(4);
  });

  it("fits a series it has not seen on its own past", () => {
    const values = week(30).map((value) => value * 100);
    const prepared = prepareFrame(dailyPanel(week(60), week(40), values), preparation, noChannels, 1);
    const alone = fitPreparation(dailyPanel(values), seasonal);
    expect(prepared.series[2]!.fitted).toEqual({ ...alone.series[0], key: ["c"] });
    expect(prepared.series[0]!.fitted).toBe(preparation.series[0]);
  });

  it("goes on finitely from values that leave the transform's domain after it was fitted", () => {
    const positive = fitPreparation(dailyPanel(week(60)), { ...plainScale, transform: "boxcox" });
    const prepared = prepareFrame(dailyPanel(Float64Array.of(...week(60), -5, 0, 1e300)), positive, noChannels, 2);
    expect(prepared.series[0]!.levels.every(Number.isFinite)).toBe(true);
    const forecast = invertForecast(prepared, 0, 63, Float64Array.of(1e300, -1e300));
    expect(forecast.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
  });
});
