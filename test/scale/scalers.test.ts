import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scalerNames } from "../../src/scale/config.js";
import { scalers } from "../../src/scale/scalers.js";

const { NaN: gap } = Number;
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyValues = fc
  .array(fc.option(anyNumber, { nil: gap }), { maxLength: 30 })
  .map((numbers) => Float64Array.from(numbers));

describe.each(scalerNames)("the %s scaler", (name) => {
  const scaler = scalers.get(name);

  it("gives a finite offset and a spread that is safe to divide by, whatever the values", () => {
    fc.assert(
      fc.property(anyValues, (values) => {
        const { offset, spread } = scaler.fit(values);
        expect(Number.isFinite(offset)).toBe(true);
        expect(Number.isFinite(spread)).toBe(true);
        expect(spread).toBeGreaterThanOrEqual(2 ** -1022);
      }),
    );
  });

  it("scaled then inverted gives the value back", () => {
    const ordinary = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(ordinary, (numbers) => {
        const values = Float64Array.from(numbers);
        const { offset, spread } = scaler.fit(values);
        const size = Math.max(...numbers.map(Math.abs));
        // A subtraction, a division, a product and a sum round by half a unit in the last place each.
        for (const value of values)
          expect(Math.abs(((value - offset) / spread) * spread + offset - value)).toBeLessThanOrEqual(1e-15 * 4 * size);
      }),
    );
  });

  it("skips gaps", () => {
    expect(scaler.fit(Float64Array.of(gap, 3, gap, 7, 4, gap))).toEqual(scaler.fit(Float64Array.of(3, 7, 4)));
  });

  it("keeps its spread in proportion to the values at 1e30 and at 1e-30", () => {
    if (name === "none") return;
    const ones = scaler.fit(Float64Array.of(1, 4, 2, 8, 5, 7));
    for (const size of [1e300, 1e30, 1e-30, 1e-300]) {
      const { offset, spread } = scaler.fit(Float64Array.of(1, 4, 2, 8, 5, 7).map((value) => value * size));
      expect(spread / size / ones.spread).toBeCloseTo(1, 12);
      expect(offset / size).toBeCloseTo(ones.offset, 12);
    }
  });
});

describe("a scaler", () => {
  it.each(["standard", "minmax", "robust", "last"] as const)("%s maps a constant to exactly 0 and back", (name) => {
    fc.assert(
      fc.property(anyNumber, fc.integer({ min: 1, max: 20 }), (constant, length) => {
        const { offset, spread } = scalers.get(name).fit(new Float64Array(length).fill(constant));
        expect((constant - offset) / spread + 0).toBe(0);
        expect(0 * spread + offset === constant).toBe(true);
      }),
    );
  });

  it("has the spread 1 for a constant, and the constant's own size when that is smaller", () => {
    expect(scalers.get("standard").fit(Float64Array.of(7, 7)).spread).toBe(1);
    expect(scalers.get("standard").fit(Float64Array.of(1e-30, 1e-30)).spread).toBe(1e-30);
    expect(scalers.get("standard").fit(Float64Array.of(0, 0)).spread).toBe(1);
    // 0.1 three times has a mean beside 0.1, so that rounding looks like a deviation.
    expect(scalers.get("standard").fit(Float64Array.of(0.1, 0.1, 0.1))).toEqual({ offset: 0.1, spread: 0.1 });
  });

  it("raises a spread to the smallest one that is asked for", () => {
    expect(scalers.get("standard").fit(Float64Array.of(5, 5), 0.25)).toEqual({ offset: 5, spread: 0.25 });
    expect(scalers.get("minmax").fit(Float64Array.of(0, 8), 0.25).spread).toBe(8);
    expect(scalers.get("none").fit(Float64Array.of(5, 5), 0.25)).toEqual({ offset: 0, spread: 1 });
  });

  it("computes what its name says", () => {
    const values = Float64Array.of(1, 2, 3, 4, 10);
    expect(scalers.get("standard").fit(values)).toEqual({ offset: 4, spread: Math.sqrt(10) });
    expect(scalers.get("minmax").fit(values)).toEqual({ offset: 1, spread: 9 });
    expect(scalers.get("mean").fit(values)).toEqual({ offset: 0, spread: 4 });
    expect(scalers.get("last").fit(values)).toEqual({ offset: 10, spread: Math.sqrt(10) });
    // Quartiles 2 and 4; the normal distribution's are 1.349 deviations apart.
    const robust = scalers.get("robust").fit(values);
    expect(robust.offset).toBe(3);
    expect(robust.spread).toBeCloseTo(2 / 1.349, 3);
  });

  it("takes the deviation where the middle half of the values are equal, so that a robust spread is never none", () => {
    expect(scalers.get("robust").fit(Float64Array.of(1, 1, 1, 1, 11))).toEqual({ offset: 1, spread: 4 });
  });

  it("leaves zeros as they are, and takes differences in the last digits for none", () => {
    for (const name of ["standard", "minmax", "robust", "mean", "last"] as const)
      expect(scalers.get(name).fit(Float64Array.of(0, 0, 0))).toEqual({ offset: 0, spread: 1 });
    expect(scalers.get("minmax").fit(Float64Array.of(1e6, 1e6 + 1e-9)).spread).toBe(1);
    expect(scalers.get("minmax").fit(Float64Array.of(1e6, 1e6 + 1e-6)).spread).toBeCloseTo(1e-6, 9);
  });

  it("is refused by name when there is none", () => {
    expect(() => scalers.get("decimal")).toThrow('there is no scaler "decimal"');
  });
});
