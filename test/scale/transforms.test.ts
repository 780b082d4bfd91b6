import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guerreroLambda } from "../../src/scale/local-spread.js";
import {
  applyTransform,
  fitTransform,
  invertTransform,
  isInDomain,
  type TransformKind,
  transformStateSchema,
} from "../../src/scale/transforms.js";
import { fixtureColumn } from "../support/fixtures.js";

const positive = fc
  .array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((numbers) => Float64Array.from(numbers));
const kinds: TransformKind[] = ["none", "log1p", "boxcox", "log"];

describe.each(kinds)("the transform %s", (kind) => {
  it("applied then inverted gives the value back", () => {
    fc.assert(
      fc.property(positive, (values) => {
        const state = fitTransform(kind, values, 1);
        for (const value of values) {
          const back = invertTransform(state, applyTransform(state, value));
          // λ = −1 over a range of 1e9 leaves half of the 16 digits; log1p rounds in proportion to 1 + value.
          expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-6 * value + 1e-15);
        }
      }),
    );
  });

  it("is finite both ways for every number, and passes NaN on", () => {
    fc.assert(
      fc.property(positive, fc.double({ noNaN: true }), (values, any) => {
        const state = fitTransform(kind, values, 1);
        expect(Number.isFinite(invertTransform(state, any))).toBe(true);
        if (Number.isFinite(any)) expect(Number.isFinite(applyTransform(state, any))).toBe(true);
      }),
    );
    const state = fitTransform(kind, Float64Array.of(1, 2, 3), 1);
    expect(applyTransform(state, Number.NaN)).toBeNaN();
    expect(invertTransform(state, Number.NaN)).toBeNaN();
  });

  it("keeps the order of values", () => {
    fc.assert(
      fc.property(positive, (values) => {
        const state = fitTransform(kind, values, 1);
        const levels = values
          .slice()
          .sort()
          .map((value) => applyTransform(state, value));
        for (let i = 1; i < levels.length; i++) expect(levels[i]).toBeGreaterThanOrEqual(levels[i - 1]!);
      }),
    );
  });
});

describe("a transform", () => {
  it("lets forecasts leave the range seen by ten times, and no further than far", () => {
    for (const kind of ["log1p", "boxcox", "log"] as const) {
      const state = fitTransform(kind, Float64Array.of(10, 11, 12, 14), 1);
      expect(invertTransform(state, applyTransform(state, 130))).toBeCloseTo(130, 9);
      expect(invertTransform(state, 1e9)).toBeLessThan(1000);
    }
  });

  it("never forecasts below zero when values are at least zero", () => {
    const state = fitTransform("log1p", Float64Array.of(0, 3, 0, 5), 1);
    expect(invertTransform(state, -5)).toBe(0);
  });

  it("takes values of 1e30 and 1e-30", () => {
    for (const size of [1e30, 1e-30]) {
      const values = Float64Array.of(1, 2, 3, 5, 8, 13).map((value) => value * size);
      for (const kind of ["boxcox", "log"] as const) {
        const state = fitTransform(kind, values, 1);
        for (const value of values)
          expect(invertTransform(state, applyTransform(state, value)) / value).toBeCloseTo(1, 12);
      }
    }
  });

  it("knows which values it is defined for: all, those from zero on, or those above", () => {
    const domain = (kind: TransformKind) => [-1, 0, 1e-300, Number.NaN].map((value) => isInDomain(kind, value));
    expect(domain("none")).toEqual([true, true, true, true]);
    expect(domain("log1p")).toEqual([false, true, true, true]);
    expect(domain("log")).toEqual([false, false, true, true]);
    expect(domain("boxcox")).toEqual([false, false, true, true]);
  });

  it("has room for the square of the growth that was seen, and for ten times at least", () => {
    // Log1p grows with 1 + value: from 1 to 20, and not at all.
    expect(fitTransform("log1p", Float64Array.of(0, 19), 1)).toEqual({ kind: "log1p", highest: 20 * 400 });
    expect(fitTransform("log1p", Float64Array.of(4, 4), 1)).toEqual({ kind: "log1p", highest: 50 });
    expect(fitTransform("log", Float64Array.of(2, 40), 1)).toMatchObject({ lowest: 2 / 400, highest: 40 * 400 });
    expect(fitTransform("log", Float64Array.of(2, 4), 1)).toMatchObject({ lowest: 0.2, highest: 40 });
    // Never past what a number can be divided by, or square to, but for values that are there already.
    expect(fitTransform("log", Float64Array.of(1e-200, 1e200), 1)).toMatchObject({ lowest: 1e-300, highest: 1e300 });
    expect(fitTransform("log", Float64Array.of(1e-305, 1e305), 1)).toMatchObject({ lowest: 1e-305, highest: 1e305 });
  });

  it("is the logarithm at λ = 0, and λ is found from the values for Box–Cox alone", () => {
    const passengers = fixtureColumn("air-passengers.csv", 1);
    expect(fitTransform("log", passengers, 12)).toMatchObject({ kind: "boxcox", lambda: 0 });
    expect(fitTransform("boxcox", passengers, 12)).toMatchObject({
      kind: "boxcox",
      lambda: guerreroLambda(passengers, 12),
    });
  });

  it.each(kinds)("%s is plain JSON that its schema reads back the same", (kind) => {
    const state = fitTransform(kind, Float64Array.of(1, 2, 3), 1);
    expect(transformStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
    expect(transformStateSchema.safeParse({ ...state, kind: "square" }).success).toBe(false);
    expect(transformStateSchema.safeParse({ ...state, base: 10 }).success).toBe(false);
  });
});
