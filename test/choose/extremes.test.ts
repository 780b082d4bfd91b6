import fc from "fast-check";
import { expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import { fitModel } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";

const horizon = 3;
const models = ["naive", "drift", "mean", "ets", "theta", "mstl", "climatology", "pretrained", "linear", "gru"];

const wave = Float64Array.from({ length: 60 }, (_, t) => 10 + t / 7 + 4 * Math.sin((2 * Math.PI * t) / 7) + (t % 5));
const anyShape = fc.oneof(
  // From subnormal to near the largest number there is.
  fc.integer({ min: -323, max: 306 }).map((power) => wave.map((value) => value * 10 ** power)),
  // Nearly constant: the last bits alone differ.
  fc.integer({ min: 0, max: 15 }).map((power) => wave.map((value) => 10 ** power * (1 + value * Number.EPSILON))),
  // Sizes that have nothing to do with each other, and signs.
  fc
    .array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 60 })
    .map((values) => Float64Array.from(values)),
  fc.constantFrom(0, -0, 5e-324, 1e308, -Number.MAX_VALUE).map((value) => new Float64Array(40).fill(value)),
  // One value far off all others.
  fc.nat(59).map((t) => wave.with(t, 1e300)),
);

test("a forecast of any numbers is finite and in its interval, or there is none and it is said", async () => {
  await fc.assert(
    fc.asyncProperty(anyShape, fc.constantFrom(...models), fc.constantFrom(7, 40), async (values, name, season) => {
      const frame = dailyFrame(values as Float64Array<ArrayBuffer>);
      const context = quietContext();
      try {
        const fitted = await fitModel(name, frame, horizon, { ...smallModel, seasons: [season], epochs: 1 }, context);
        const predictor = await predictorOf(fitted, smallModel.limits, context);
        const { point, quantiles } = await predictor.predict(frame, horizon, [0.1, 0.9]);
        const [low, high] = quantiles;
        if (point.every(Number.isNaN)) {
          expect(context.notes.some(({ level }) => level === "warning")).toBe(true);
          return;
        }
        for (const row of [point, ...quantiles]) expect(Array.from(row).every(Number.isFinite)).toBe(true);
        point.forEach((value, k) => {
          expect(low === undefined || low[k]! <= value).toBe(true);
          expect(high === undefined || value <= high[k]!).toBe(true);
        });
      } catch (error) {
        if (!(error instanceof HindcastError)) throw error;
        expect(error.code).toBe("data");
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
