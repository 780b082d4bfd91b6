import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidateReach, forecastCandidates } from "../../src/windows/candidates.js";
import { gappy } from "../support/panels.js";

function candidates(changes: Float64Array, origin: number, lags: number[], horizon: number, first = 0): number[][] {
  const out = new Float64Array(lags.length * horizon);
  forecastCandidates(changes, first, origin, lags, out);
  return lags.map((_, c) => [...out.subarray(c * horizon, (c + 1) * horizon)]);
}

describe("candidates", () => {
  it("repeat the last season, a season of one step the last value", () => {
    const values = Float64Array.of(1, 2, 3, 4, 5, 6, 99);
    expect(candidates(values, 6, [1, 3], 5)).toEqual([
      [6, 6, 6, 6, 6],
      [4, 5, 6, 4, 5],
    ]);
  });

  it("take the season before where a step is missing, and else the last step there is", () => {
    const values = Float64Array.of(1, 2, 3, 4, Number.NaN, 6);
    expect(candidates(values, 6, [3], 3)).toEqual([[4, 2, 6]]);
    expect(candidates(values, 6, [3], 3, 2)).toEqual([[4, 6, 6]]);
    expect(candidates(values, 6, [100], 2)).toEqual([[6, 6]]);
    expect(candidates(Float64Array.of(Number.NaN), 1, [1], 1)).toEqual([[Number.NaN]]);
  });

  it("look two seasons back and no further, up to the step where that ends", () => {
    const { NaN: gap } = Number;
    // The season of 2 finds its first phase at the end of its reach, its second nowhere: that goes on from the last step of any phase.
    expect(candidates(Float64Array.of(5, gap, gap, gap), 4, [2], 2)).toEqual([[5, 5]]);
    expect(candidates(Float64Array.of(4, 9, gap, gap), 4, [2], 2)).toEqual([[4, 9]]);
    expect(candidates(Float64Array.of(gap, 9, gap, gap), 4, [2], 2)).toEqual([[9, 9]]);
    expect(candidates(Float64Array.of(7, 8, gap, gap), 4, [1], 1)).toEqual([[gap]]);
    // A longer season reaches further, for the others' last step too.
    expect(candidates(Float64Array.of(7, 8, gap, gap), 4, [1, 2], 1)).toEqual([[8], [7]]);
  });

  it("depend on nothing at or after the origin, and on nothing before their reach", () => {
    const lags = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        gappy(fc.double({ noNaN: true }), 40),
        lags,
        fc.nat(),
        fc.integer({ min: 1, max: 12 }),
        (values, seasons, at, horizon) => {
          const origin = 1 + (at % values.length);
          const changed = values.map((value, t) => (t >= origin || t < origin - candidateReach(seasons) ? 1e9 : value));
          expect(candidates(changed, origin, seasons, horizon)).toEqual(candidates(values, origin, seasons, horizon));
        },
      ),
    );
  });
});
