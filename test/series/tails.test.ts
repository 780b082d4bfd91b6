// Ends of series that grow: the last steps of all that came, however the rows and their gaps fall.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Grid } from "../../src/series/grid.js";
import { createTails, type Tails } from "../../src/series/tails.js";

const grid: Grid = { frequency: { kind: "integer", step: 1 }, zone: "UTC" };
const open = (stepCount: number, valueLimit = 1e6): Tails => createTails({ grid, stepCount, valueLimit, before: [] });

describe("the end of a series", () => {
  test("holds the last steps, and begins at an observed one", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 7, max: 20 }), (steps, stepCount) => {
        const tails = open(stepCount);
        const all: number[] = [];
        let stamp = 0;
        for (const [i, step] of steps.entries()) {
          stamp += step;
          if (i > 0) for (let k = 1; k < step; k++) all.push(Number.NaN);
          all.push(i);
          const grown = tails.append(["a"], "y", stamp, i);
          if (typeof grown === "string") throw new Error(grown);
          expect(Number.isNaN(grown.values[0]!)).toBe(false);
          expect(grown.values.length).toBeGreaterThanOrEqual(Math.min(all.length, stepCount));
          // A run of unobserved steps is the most that it may reach further back by.
          expect(grown.values.length).toBeLessThan(stepCount + 6);
          expect(Array.from(grown.values)).toEqual(all.slice(all.length - grown.values.length));
          expect(grown.start + grown.values.length - 1).toBe(stamp);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("goes on through the hour that the clocks run through twice", () => {
    const halfHours: Grid = { frequency: { kind: "fixed", ms: 1_800_000 }, zone: "Europe/Berlin" };
    const tails = createTails({ grid: halfHours, stepCount: 10, valueLimit: 1e6, before: [] });
    // 02:00 and 02:30 in summer time, and again as they are read from rows that say no more than 02:00 and 02:30.
    const first = Date.UTC(2024, 9, 27, 0);
    const stamps = [first, first + 1_800_000, first, first + 1_800_000, first + 4 * 1_800_000];
    const grown = stamps.map((stamp, i) => tails.append([], "y", stamp, i));
    expect(grown.map((one) => (typeof one === "string" ? one : one.values.length))).toEqual([1, 2, 3, 4, 5]);
    expect(tails.append([], "y", first, 9)).toBe("not later");
  });

  test("does not go back, off the grid or a million steps ahead, and none of these changes it", () => {
    const tails = open(10);
    tails.append(["a"], "y", 5, 1);
    expect(tails.append(["a"], "y", 5, 2)).toBe("not later");
    expect(tails.append(["a"], "y", 6.5, 2)).toBe("off the grid");
    expect(tails.append(["a"], "y", 2_000_000, 2)).toBe("far ahead");
    expect(tails.append(["a"], "y", 7, 3)).toMatchObject({ start: 5, values: Float64Array.of(1, Number.NaN, 3) });
  });

  test("begins anew after a gap of more steps than are kept", () => {
    const tails = open(10);
    tails.append(["a"], "y", 0, 1);
    expect(tails.append(["a"], "y", 11, 2)).toMatchObject({ start: 11, values: Float64Array.of(2) });
  });

  test("goes on from before only where its first row comes later", () => {
    const before = [{ key: ["a"], target: "y", start: 3, values: Float64Array.of(1, 2) }];
    const grown = (stamp: number) =>
      createTails({ grid, stepCount: 10, valueLimit: 1e6, before }).append(["a"], "y", stamp, 9);
    expect(grown(5)).toMatchObject({ start: 3, values: Float64Array.of(1, 2, 9) });
    expect(grown(4)).toMatchObject({ start: 4, values: Float64Array.of(9) });
  });
});

test("of too many series those that grew least recently are forgotten", () => {
  const tails = open(10, 300);
  for (const name of ["a", "b", "c", "d"]) tails.append([name], "y", 1, 1);
  tails.append(["a"], "y", 2, 2);
  for (const name of ["e", "f"]) tails.append([name], "y", 1, 1);
  expect(tails.droppedCount).toBe(2);
  expect(tails.append(["a"], "y", 3, 3)).toMatchObject({ values: Float64Array.of(1, 2, 3) });
  expect(tails.append(["b"], "y", 3, 3)).toMatchObject({ values: Float64Array.of(3) });
});
