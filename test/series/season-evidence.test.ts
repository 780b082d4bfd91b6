import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { layOutSteps, modelCount, normalScore, testSeason } from "../../src/series/season-evidence.js";

const wave = (t: number, season: number) => Math.sin((2 * Math.PI * t) / season);

function scoresOf(values: Float64Array, season: number, base: number | null): number[] {
  const steps = layOutSteps(values);
  return steps === null
    ? []
    : testSeason(steps, season, base).map((test) => (test === null ? Number.NaN : normalScore(test)));
}

describe("the evidence for a season", () => {
  it("is a standard normal score where there is none, whatever the noise", () => {
    for (const memory of [0, 0.7, 1]) {
      const scores: number[] = [];
      for (let seed = 0; seed < 60; seed++) {
        const random = seededRandom(seed);
        let before = 0;
        const values = Float64Array.from({ length: 240 }, () => {
          before = memory * before + random.normal();
          return before;
        });
        scores.push(...scoresOf(values, 12, null).filter((score) => !Number.isNaN(score)));
      }
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      const square = scores.reduce((sum, score) => sum + score * score, 0) / scores.length;
      // Three scores a series, which go together: three standard errors of 60 of them.
      expect(Math.abs(mean)).toBeLessThan(0.39);
      expect(Math.abs(square - 1)).toBeLessThan(0.55);
    }
  });

  it("does not change with the level, the scale or the slope of the values", () => {
    const random = seededRandom(2);
    const values = Float64Array.from({ length: 200 }, (_, t) => wave(t, 12) + random.normal());
    const scores = scoresOf(values, 12, null);
    const moved = scoresOf(
      values.map((value, t) => 1e4 - 300 * value + 7 * t),
      12,
      null,
    );
    // Fences are drawn before the line is taken off, so a few values at the edge may differ.
    scores.forEach((score, model) => {
      if (!Number.isNaN(score)) expect(Math.abs(moved[model]! - score)).toBeLessThan(0.3);
    });
  });

  it("is there for a longer season beside a shorter one only if that does not explain it", () => {
    const random = seededRandom(3);
    const day = Float64Array.from({ length: 840 }, (_, t) => 2 * wave(t, 24) + random.normal());
    const week = day.map((value, t) => value + wave(t, 168));
    expect(Math.max(...scoresOf(day, 168, 24).filter((score) => !Number.isNaN(score)))).toBeLessThan(3);
    expect(Math.max(...scoresOf(week, 168, 24).filter((score) => !Number.isNaN(score)))).toBeGreaterThan(6);
  });

  it("is none where a series is too short for a season, or for anything", () => {
    const values = Float64Array.from({ length: 30 }, (_, t) => wave(t, 12));
    expect(scoresOf(values, 24, null)).toEqual(new Array(modelCount).fill(Number.NaN));
    expect(layOutSteps(values.subarray(0, 6))).toBeNull();
    expect(layOutSteps(new Float64Array(50).fill(Number.NaN))).toBeNull();
  });
});
