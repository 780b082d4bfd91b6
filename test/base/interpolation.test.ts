import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpolateGaps, interpolateUpTo } from "../../src/base/interpolation.js";

const { NaN: gap } = Number;
const values = fc
  .array(fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: gap }), { minLength: 1, maxLength: 30 })
  .map((numbers) => Float64Array.from(numbers));

describe("interpolateGaps", () => {
  it("draws lines between observations and carries the outer ones on", () => {
    expect(interpolateGaps(Float64Array.of(gap, 1, gap, gap, 4, gap))).toEqual(Float64Array.of(1, 1, 2, 3, 4, 4));
  });

  it("makes zeros of a series without observations and nothing of an empty one", () => {
    expect(interpolateGaps(Float64Array.of(gap, gap))).toEqual(Float64Array.of(0, 0));
    expect(interpolateGaps(new Float64Array(0))).toEqual(new Float64Array(0));
  });

  it("keeps observations and leaves no NaN", () => {
    fc.assert(
      fc.property(values, (series) => {
        const filled = interpolateGaps(series);
        filled.forEach((value, t) => {
          if (Number.isNaN(series[t]!)) expect(value).not.toBeNaN();
          else expect(value).toBe(series[t]);
        });
      }),
    );
  });

  it("does not overflow between the ends of float64", () => {
    const filled = interpolateGaps(Float64Array.of(-Number.MAX_VALUE, gap, Number.MAX_VALUE));
    expect(filled[1]).toBe(0);
  });
});

describe("interpolateUpTo", () => {
  it("sees nothing of what ends a gap that lasts beyond the range", () => {
    const out = new Float64Array(3);
    interpolateUpTo(Float64Array.of(1, 5, gap, gap, 100), 1, 4, out);
    expect(out).toEqual(Float64Array.of(5, 5, 5));
  });

  it("takes from before the range what a gap at its start needs", () => {
    const out = new Float64Array(2);
    interpolateUpTo(Float64Array.of(1, gap, gap, 4), 2, 4, out);
    expect(out).toEqual(Float64Array.of(3, 4));
  });

  it("depends on nothing at or after the end of the range", () => {
    fc.assert(
      fc.property(values, fc.nat(30), fc.nat(30), (series, a, b) => {
        const to = Math.min(Math.max(a, b), series.length);
        const from = Math.min(a, b, to);
        const [whole, cut] = [new Float64Array(to - from), new Float64Array(to - from)];
        interpolateUpTo(series, from, to, whole);
        interpolateUpTo(series.subarray(0, to), from, to, cut);
        expect(whole).toEqual(cut);
      }),
    );
  });
});
