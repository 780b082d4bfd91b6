import { describe, expect, test } from "vitest";
import { intervalScores } from "../../src/evaluate/interval-metrics.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";

function scores(
  asked: Parameters<typeof quantileColumns>[0],
  actual: readonly number[],
  forecast: readonly number[],
  ...quantiles: readonly (readonly number[])[]
) {
  const points = {
    actual: Float64Array.from(actual),
    forecast: Float64Array.from(forecast),
    quantiles: quantiles.map((row) => Float64Array.from(row)),
  };
  return Object.fromEntries(intervalScores(quantileColumns(asked)).map(({ name, score }) => [name, score(points)]));
}

describe("scores of intervals", () => {
  test("are those of the definitions, on numbers worked out by hand", () => {
    // Inside by 2 and 3; above the upper end by 4.
    const { pinball, crps, coverage, winkler } = scores({ level: [80] }, [5, 12], [6, 6], [3, 3], [8, 8]);
    // Pinball: 0.1·2 and 0.1·3; 0.1·9 and 0.9·4.
    expect(pinball).toBeCloseTo((0.2 + 0.3 + 0.9 + 3.6) / 4, 12);
    // Each end stands for 0.3 of the levels and the forecast for 0.4 of them, with losses 0.5·1 and 0.5·6.
    expect(crps).toBeCloseTo((2 * (0.3 * 0.2 + 0.4 * 0.5 + 0.3 * 0.3) + 2 * (0.3 * 0.9 + 0.4 * 3 + 0.3 * 3.6)) / 2, 12);
    expect(coverage).toBe(0.5);
    expect(winkler).toBeCloseTo((5 + 5 + (2 / 0.2) * 4) / 2, 12);
  });

  test("count an end as inside, and nothing beyond", () => {
    expect(scores({ level: [80] }, [3, 8], [5, 5], [3, 3], [8, 8]).coverage).toBe(1);
    expect(scores({ level: [80] }, [2.9, 8.1], [5, 5], [3, 3], [8, 8]).coverage).toBe(0);
  });

  test("take the forecast for the median where there is no other", () => {
    // Each of three quantiles stands for the levels nearest to it: 0.3, 0.4 and 0.3 of them.
    const { crps } = scores({ quantiles: [0.9, 0.5, 0.1] }, [5], [100], [8], [6], [3]);
    expect(crps).toBeCloseTo(2 * (0.3 * 0.1 * 3 + 0.4 * 0.5 * 1 + 0.3 * 0.1 * 2), 12);
  });

  test("name further intervals by their share, the first asked for having none", () => {
    const wide = [[0], [10], [2], [8]];
    expect(scores({ level: [95, 80] }, [9], [5], ...wide)).toMatchObject({ coverage: 1, "coverage-80": 0 });
    expect(Object.keys(scores({ quantiles: [0.9, 0.5, 0.1, 0.3] }, [1], [1], [1], [1], [1], [1]))).toEqual([
      "pinball",
      "crps",
      "coverage",
      "winkler",
    ]);
    expect(Object.keys(scores({ quantiles: [0.5, 0.9] }, [1], [1], [1], [1]))).toEqual(["pinball", "crps"]);
    expect(scores({ level: "none" }, [1], [1])).toEqual({});
  });

  test("are undefined where a point has no interval", () => {
    const all = scores({ level: [80] }, [1, 1], [1, 1], [0, Number.NaN], [2, 2]);
    expect(Object.values(all).every(Number.isNaN)).toBe(true);
  });

  test("the true quantiles score better than narrower or wider ones", () => {
    // 999 values evenly over 0 … 1, whose 80 % interval is 0.1 … 0.9.
    const actual = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
    const at = (low: number) => {
      const fill = (value: number) => actual.map(() => value);
      return scores({ level: [80] }, actual, fill(0.5), fill(low), fill(1 - low));
    };
    for (const other of [0.05, 0.15])
      for (const name of ["pinball", "crps", "winkler"]) expect(at(0.1)[name]!).toBeLessThan(at(other)[name]!);
  });
});
