import { describe, expect, it } from "vitest";
import { countObserved } from "../../src/features/observed.js";

const { NaN: gap } = Number;

describe("countObserved", () => {
  it("tells the observations of any range, and is null without gaps", () => {
    expect(countObserved(Float64Array.of(1, gap, 3))).toEqual(Int32Array.of(0, 1, 1, 2));
    expect(countObserved(Float64Array.of(1, 2))).toBeNull();
  });
});
