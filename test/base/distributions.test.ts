// Draws have the moments of their distributions and are the same for the same seed.
import { expect, test } from "vitest";
import {
  drawBeta,
  drawBetween,
  drawChance,
  drawExponential,
  drawGamma,
  drawInteger,
  drawLogBetween,
  drawNegativeBinomial,
  drawPoisson,
  drawStudent,
  drawWeighted,
  portableRandom,
} from "../../src/base/distributions.js";
import type { Random } from "../../src/base/random.js";

const drawCount = 20_000;

interface Law {
  readonly name: string;
  readonly draw: (random: Random) => number;
  readonly mean: number;
  readonly variance: number;
  /** Fourth central moment over the squared variance: what the error of a sample's variance depends on. */
  readonly kurtosis: number;
}

const laws: Law[] = [
  { name: "normal", draw: (random) => random.normal(), mean: 0, variance: 1, kurtosis: 3 },
  { name: "uniform", draw: (random) => drawBetween(random, -1, 3), mean: 1, variance: 16 / 12, kurtosis: 1.8 },
  { name: "integer", draw: (random) => drawInteger(random, 1, 6), mean: 3.5, variance: 35 / 12, kurtosis: 1.74 },
  { name: "chance", draw: (random) => Number(drawChance(random, 0.2)), mean: 0.2, variance: 0.16, kurtosis: 3.25 },
  {
    name: "log-uniform",
    draw: (random) => Math.log(drawLogBetween(random, 0.01, 100)),
    mean: 0,
    variance: (2 * Math.log(100)) ** 2 / 12,
    kurtosis: 1.8,
  },
  { name: "exponential", draw: drawExponential, mean: 1, variance: 1, kurtosis: 9 },
  ...[0.3, 1, 4.5].map((shape) => ({
    name: `gamma of shape ${shape}`,
    draw: (random: Random) => drawGamma(random, shape),
    mean: shape,
    variance: shape,
    kurtosis: 3 + 6 / shape,
  })),
  { name: "beta", draw: (random) => drawBeta(random, 0.5, 2), mean: 0.2, variance: 0.16 / 3.5, kurtosis: 4.5 },
  { name: "Student's t", draw: (random) => drawStudent(random, 10), mean: 0, variance: 10 / 8, kurtosis: 4 },
  ...[0.2, 5, 11.9, 12.1, 300, 1e6].map((mean) => ({
    name: `Poisson of mean ${mean}`,
    draw: (random: Random) => drawPoisson(random, mean),
    mean,
    variance: mean,
    kurtosis: 3 + 1 / mean,
  })),
  {
    name: "negative binomial",
    draw: (random) => drawNegativeBinomial(random, 8, 2),
    mean: 8,
    variance: 8 + 64 / 2,
    kurtosis: 3 + 6 / 2 + 1 / 40,
  },
];

test.each(laws)("$name: mean and variance are right", ({ draw, mean, variance, kurtosis }) => {
  const random = portableRandom(5);
  const draws = Float64Array.from({ length: drawCount }, () => draw(random));
  const sampleMean = draws.reduce((sum, value) => sum + value) / drawCount;
  const sampleVariance = draws.reduce((sum, value) => sum + (value - sampleMean) ** 2, 0) / drawCount;
  // Five standard errors of each.
  expect(Math.abs(sampleMean - mean)).toBeLessThan(5 * Math.sqrt(variance / drawCount));
  expect(Math.abs(sampleVariance - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / drawCount));
});

test("Poisson draws from either method have the shares of their law", () => {
  const random = portableRandom(8);
  for (const mean of [3, 14]) {
    const shares = new Float64Array(60);
    for (let i = 0; i < drawCount; i++) shares[drawPoisson(random, mean)]! += 1 / drawCount;
    let expected = Math.exp(-mean);
    for (let k = 0; k < 30; k++) {
      // Five standard errors.
      expect(Math.abs(shares[k]! - expected)).toBeLessThan(5 * Math.sqrt(expected / drawCount) + 1e-3);
      expected *= mean / (k + 1);
    }
  }
  expect(drawPoisson(random, 0)).toBe(0);
});

test("weighted values come as often as their weights say, and never without weight", () => {
  const random = portableRandom(3);
  const table = [
    ["a", 1],
    ["never", 0],
    ["b", 3],
  ] as const;
  const drawn = Array.from({ length: drawCount }, () => drawWeighted(random, table));
  expect(drawn).not.toContain("never");
  // Five standard errors of a share of three quarters.
  expect(Math.abs(drawn.filter((value) => value === "b").length / drawCount - 0.75)).toBeLessThan(0.0154);
});

test("a portable stream has the same uniform numbers as any, and its forks have portable normal numbers too", () => {
  const normals = (random: Random) => Array.from({ length: 5 }, random.normal);
  expect(normals(portableRandom(4).fork("a"))).toEqual(normals(portableRandom(4).fork("a")));
  expect(normals(portableRandom(4).fork("a"))).not.toEqual(normals(portableRandom(4).fork("b")));
  const log = Math.log;
  try {
    Math.log = () => {
      throw new Error("Math.log was used");
    };
    expect(normals(portableRandom(4).fork("a"))).toHaveLength(5);
  } finally {
    Math.log = log;
  }
});

test("a count whose mean is beyond what whole numbers are exact at is the mean", () => {
  const random = portableRandom(1);
  for (const mean of [2 ** 50, 1e100, Number.MAX_VALUE]) expect(drawPoisson(random, mean)).toBe(mean);
});
