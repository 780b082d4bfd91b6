import { describe, expect, test } from "vitest";
import { digamma, incompleteBeta, logGamma } from "../../src/base/gamma.js";
import { studentQuantile } from "../../src/base/student.js";

/** The expected values are those of scipy.special and scipy.stats 1.17.1. */
const relative = 1e-12;

function expectNear(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(relative * Math.max(1e-3, Math.abs(expected)));
}

test.each([
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247],
  [3.7, 1.428072326665388],
  [12.5, 18.73434751193645],
  [1000.25, 5906.9472682711175],
])("ln Γ(%f) is %f", (x, expected) => expectNear(logGamma(x), expected));

describe("digamma", () => {
  test.each([
    [0.1, -10.423754940411076],
    [0.5, -1.9635100260214235],
    [1, -0.5772156649015329],
    [3.7, 1.1671535393615113],
    [12.5, 2.4851956512749123],
    [1000.25, 6.907505289414428],
  ])("of %f is %f", (x, expected) => expectNear(digamma(x), expected));

  test.each([0.3, 2.2, 30])("is the slope of ln Γ at %f", (x) => {
    const h = 1e-5;
    // A central difference: its error is of the order of h², and rounding's of 1e-16 / h.
    expect((logGamma(x + h) - logGamma(x - h)) / (2 * h)).toBeCloseTo(digamma(x), 7);
  });
});

test.each([
  [0.3, 2, 5, 0.5798250000000003],
  [0.9, 0.5, 0.5, 0.7951672353008665],
  [0.01, 10, 3, 6.48055e-19],
  [0.5, 120.5, 130, 0.726181602270618],
  [0, 2, 3, 0],
  [1, 2, 3, 1],
])("I_%f(%f, %f) is %f", (x, a, b, expected) => expectNear(incompleteBeta(x, a, b), expected));

test.each([
  [0.9, 2.5, 1.7302509288071766],
  [0.975, 3.7, 2.8675207071911895],
  [0.6, 10.25, 0.2600159519838173],
  [0.999, 5.5, 5.504714867160981],
])("Student's t at %f with %f degrees of freedom is %f", (p, freedom, expected) =>
  expectNear(studentQuantile(p, freedom), expected),
);
