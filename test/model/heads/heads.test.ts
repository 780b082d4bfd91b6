import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { portableRandom } from "../../../src/base/distributions.js";
import { seededRandom } from "../../../src/base/random.js";
import { fitBins } from "../../../src/model/heads/bins.js";
import type { HeadConfig } from "../../../src/model/heads/config.js";
import { leastDeviation } from "../../../src/model/heads/gaussian.js";
import { type Head, headWidth } from "../../../src/model/heads/head.js";
import { openHead } from "../../../src/model/heads/index.js";
import { headNames, parseHead } from "../../../src/model/heads/names.js";
import { leastDispersion, leastMean, negbinQuantile } from "../../../src/model/heads/negbin.js";
import { leastFreedom } from "../../../src/model/heads/student-t.js";

const bins = fitBins({ kind: "bins", count: 5, edges: [], values: [] }, normals(500));
const configs: HeadConfig[] = [
  { kind: "quantile" },
  { kind: "gaussian" },
  { kind: "student-t" },
  { kind: "negbin" },
  bins,
];
const cases = configs.map((config): [HeadConfig["kind"], Head] => [config.kind, openHead(config)]);

function normals(length: number): Float64Array {
  const random = seededRandom(1);
  return Float64Array.from({ length }, () => random.normal());
}

/** The inverse of softplus. */
const rawOf = (value: number) => Math.log(Math.expm1(value));

const numbers = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe.each(cases)("the %s head", (kind, head) => {
  const width = headWidth(head);
  const anyRaw = fc.array(numbers(-3, 3), { minLength: width, maxLength: width }).map((raw) => Float64Array.from(raw));
  const anyTarget = kind === "negbin" ? fc.nat(20).map((count) => count / 4) : numbers(-4, 4);
  const spread = 4;

  test("has the slopes of its loss", () => {
    fc.assert(
      fc.property(anyRaw, anyTarget, (raw, target) => {
        // A step from a kink, or from the edge of a bin, a difference says nothing.
        fc.pre(
          kind !== "quantile" ||
            [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975].every(
              (level) => Math.abs(head.quantile(raw, level, spread) - target) > 1e-3,
            ),
        );
        const slope = new Float64Array(width);
        head.loss(raw, target, spread, slope);
        const h = 1e-5;
        const at = (i: number, step: number) => {
          const moved = raw.map((value, j) => value + (j === i ? step : 0));
          return head.loss(moved, target, spread, new Float64Array(width));
        };
        // The median of the quantile head learns from its own error alone, which is what its slope says and the whole loss does not.
        for (let i = kind === "quantile" ? 1 : 0; i < width; i++) {
          const difference = (at(i, h) - at(i, -h)) / (2 * h);
          // Central differences err by h² times a third derivative and by rounding, 1e-16 of the loss over h.
          expect(Math.abs(difference - slope[i]!)).toBeLessThan(1e-5 * (1 + Math.abs(slope[i]!)));
        }
      }),
      { numRuns: 100 },
    );
  });

  test("has quantiles that never cross, and hold what is drawn as often as they say", () => {
    fc.assert(
      fc.property(anyRaw, fc.array(numbers(0.001, 0.999), { minLength: 2, maxLength: 6 }), (raw, levels) => {
        const found = levels.sort((a, b) => a - b).map((level) => head.quantile(raw, level, spread));
        expect(found.every((value, i) => Number.isFinite(value) && (i === 0 || value >= found[i - 1]!))).toBe(true);
      }),
      { numRuns: 50 },
    );
    const raw = Float64Array.from({ length: width }, (_, i) => 0.6 - 0.3 * i);
    const random = portableRandom(3);
    const drawn = Float64Array.from({ length: 4000 }, () => head.draw(raw, random, spread));
    for (const level of [0.1, 0.5, 0.9]) {
      const value = head.quantile(raw, level, spread);
      const below = drawn.filter((one) => one < value).length / drawn.length;
      const upTo = drawn.filter((one) => one <= value).length / drawn.length;
      // Four deviations of a share of 4000 draws; counts jump at their quantiles, so the level lies between the two shares.
      const tolerance = 4 * Math.sqrt((level * (1 - level)) / drawn.length);
      expect(below - tolerance).toBeLessThan(level);
      expect(upTo + tolerance).toBeGreaterThan(level);
    }
  });
});

/** Negative log-likelihoods by scipy.stats 1.17.1: norm, t and nbinom. */
describe("likelihoods are the known ones", () => {
  const lossOf = (config: HeadConfig, raw: readonly number[], target: number, spread = 1) =>
    openHead(config).loss(Float64Array.from(raw), target, spread, new Float64Array(raw.length));

  test("normal", () => {
    expect(lossOf({ kind: "gaussian" }, [0.4, rawOf(0.7 - leastDeviation)], 1.3)).toBeCloseTo(1.3887942015108383, 12);
  });

  test("Student's t", () => {
    const raw = [0.4, rawOf(0.7 - leastDeviation), rawOf(3.5 - leastFreedom)];
    expect(lossOf({ kind: "student-t" }, raw, 1.3)).toBeCloseTo(1.5031616070669642, 12);
  });

  test.each([
    [3.2, 0.5, 4, 2.243616240747576, [0, 3, 7, 13]],
    [0.4, 2, 0, 0.2938933324510595, [0, 0, 1, 4]],
    [55, 0.01, 70, 4.487913437805034, [43, 55, 67, 78]],
  ])("negative binomial with mean %f and overdispersion %f", (mean, dispersion, count, expected, quantiles) => {
    const spread = 2.5;
    const raw = [rawOf(mean / spread - leastMean), rawOf(dispersion - leastDispersion)];
    expect(lossOf({ kind: "negbin" }, raw, count / spread, spread)).toBeCloseTo(expected, 9);
    expect([0.1, 0.5, 0.9, 0.99].map((level) => negbinQuantile(level, mean, 1 / dispersion))).toEqual(quantiles);
  });

  test("cross-entropy: with all logits the same, ln N", () => {
    expect(lossOf(bins, [7, 7, 7, 7, 7], 0.3)).toBeCloseTo(Math.log(5), 12);
    // Far from overflow: the loss is the distance of the logits.
    expect(lossOf(bins, [0, 0, 0, 0, 1000], -9)).toBeCloseTo(1000, 9);
  });

  test("the median and offsets of the quantile head cost what pinball losses do", () => {
    const head = openHead({ kind: "quantile" });
    const raw = Float64Array.from([0.2, 0.1, 0.5, 1, -0.4, 0.3, 0.8]);
    const target = 0.9;
    const pinball = (level: number) => {
      const error = target - head.quantile(raw, level, 1);
      return Math.max(level * error, (level - 1) * error);
    };
    const outer = [0.75, 0.9, 0.975, 0.25, 0.1, 0.025].reduce((sum, level) => sum + pinball(level), 0);
    expect(head.loss(raw, target, 1, new Float64Array(7))).toBeCloseTo(2 * pinball(0.5) + outer / 3, 12);
  });
});

describe("fitBins", () => {
  const binsOf = (targets: readonly number[], count: number) =>
    fitBins({ kind: "bins", count, edges: [], values: [] }, Float64Array.from(targets));

  test("holds as many targets in each bin, which their mean stands for", () => {
    const { edges, values, count } = binsOf([8, 1, 2, 3, 4, 5, 6, 7], 4);
    expect(count).toBe(4);
    expect(edges).toEqual([1, 2.75, 4.5, 6.25, 8]);
    expect(values).toEqual([1.5, 3.5, 5.5, 7.5]);
  });

  test("has fewer bins where targets are equal, and still tells two values apart", () => {
    expect(binsOf([0, 0, 0, 0, 0, 0, 1, 2, 3, 9], 5).count).toBe(3);
    const zeroOrOne = binsOf([0, 0, 0, 0, 0, 1], 4);
    expect(openHead(zeroOrOne).bins?.find(0)).not.toBe(openHead(zeroOrOne).bins?.find(1));
  });

  test("of any targets, edges ascend and each target is in the bin whose edges are around it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1 }),
        fc.integer({ min: 2, max: 12 }),
        (targets, n) => {
          const { edges, values, count } = binsOf(targets, n);
          expect([edges.length, values.length]).toEqual([count + 1, count]);
          expect(edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)).toBe(true);
          const { find } = openHead(binsOf(targets, n)).bins!;
          for (const target of targets) {
            expect(edges[find(target)]!).toBeLessThanOrEqual(target);
            expect(edges[find(target) + 1]!).toBeGreaterThanOrEqual(target);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("parseHead", () => {
  test("takes every name, and says which there are", () => {
    for (const name of headNames.slice(0, -1)) expect(parseHead(name)?.kind ?? "point").toBe(name);
    expect(parseHead("bins:10")).toEqual({ kind: "bins", count: 10, edges: [], values: [] });
  });

  test.each(["bins", "bins:1", "bins:x", "bins:1000", "normal"])("refuses %s", (text) => {
    expect(() => parseHead(text)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("negbinQuantile", () => {
  test("of means beyond 2^53, where there is no next whole number, ends", () => {
    for (const mean of [2 ** 53, 1e20, 1e100, 1e286])
      for (const level of [0.1, 0.9]) expect(negbinQuantile(level, mean, 10)).toBeGreaterThan(0);
  });

  test("of what has no mean ends", () => {
    expect(negbinQuantile(0.9, Number.POSITIVE_INFINITY, 1)).toBe(Number.POSITIVE_INFINITY);
  });
});
