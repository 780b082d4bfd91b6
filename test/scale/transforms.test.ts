import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyTransform, fitTransform, invertTransform, type TransformKind } from "../../src/scale/transforms.js";

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
});
