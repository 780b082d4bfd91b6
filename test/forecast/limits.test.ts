// What forecasts keep to. In: forecasts; out: the same, within limits.
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { fitModel } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { applyLimits, keepAboveZero } from "../../src/forecast/limits.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";

test("limits and rounding are kept, and gaps stay gaps", () => {
  const forecasts = Float64Array.of(-2, -0.2, 1.5, 9, Number.NaN);
  applyLimits(forecasts, { min: -1.5, max: 7.5, integer: true });
  expect(forecasts).toEqual(Float64Array.of(-1, 0, 2, 7, Number.NaN));
  expect(Object.is(forecasts[1], 0)).toBe(true);
});

test("nothing is below 0 where none of the newest values is", () => {
  const frame = dailyFrame([-1, 0, 2, 3], [1, 2, 3, Number.NaN]);
  const forecasts = (reach: number) => {
    const made = { point: Float64Array.of(-1, 2, -3, 4), quantiles: [Float64Array.of(-5, 1, -6, Number.NaN)] };
    keepAboveZero(frame, reach, made);
    return [made.point, ...made.quantiles];
  };
  expect(forecasts(4)).toEqual([Float64Array.of(-1, 2, 0, 4), Float64Array.of(-5, 1, 0, Number.NaN)]);
  expect(forecasts(3)).toEqual([Float64Array.of(0, 2, 0, 4), Float64Array.of(0, 1, 0, Number.NaN)]);
});

test("an interval of the pretrained model ends at 0 for what never was below, unless --min says otherwise", async () => {
  const { normal } = seededRandom(4);
  const values = Array.from({ length: 120 }, () => Math.max(0, 2 * normal()));
  const frame = dailyFrame(values);
  const lowest = async (min: number | null) => {
    const fitted = await fitModel("pretrained", frame, 5, { ...smallModel, seasons: [] }, quietContext());
    const predictor = await predictorOf(fitted, { min, max: null, integer: false }, quietContext());
    return Math.min(...(await predictor.predict(frame, 5, [0.025])).quantiles[0]!);
  };
  expect(await lowest(null)).toBe(0);
  expect(await lowest(-100)).toBeLessThan(0);
});
