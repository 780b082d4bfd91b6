// Moments against sums written out, and the regression against what defines it.
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { addMoments, createMoments } from "../../src/linear/moments.js";
import { differencesOf, factorise, type PriorName, solve } from "../../src/linear/ridge.js";

const [window, horizon] = [6, 3];
const series = [40, 25, 9, 8].map((length, s) => {
  const random = seededRandom(s);
  return Float64Array.from({ length }, () => 3 + random.normal());
});

/** Of all series long enough, each window with its horizon. */
const windows = series.flatMap((values) =>
  Array.from({ length: Math.max(0, values.length - window - horizon + 1) }, (_, t) =>
    values.subarray(t, t + window + horizon),
  ),
);

function momentsOfAll() {
  const moments = createMoments(window, horizon);
  for (const values of series) addMoments(moments, values);
  return moments;
}

test("moments are the sums of products over all windows", () => {
  const { products, windowCount } = momentsOfAll();
  expect(windowCount).toBe(windows.length);
  const width = window + horizon;
  for (let i = 0; i < window; i++)
    for (let j = i; j < width; j++) {
      const sum = windows.reduce((total, values) => total + values[i]! * values[j]!, 0);
      expect(products[i * width + j]).toBeCloseTo(sum, 8);
    }
});

const lags = [2, 3, 5, 6];
const steps = [0, 1, 2];

/** Of B, Σ (y − v_last − z B)² + ridge ‖B − B₀‖² of one step ahead. */
function lossOf(weights: ArrayLike<number>, prior: readonly number[], step: number, ridge: number): number {
  const residuals = windows.map((values) => {
    const last = values[window - 1]!;
    const sum = lags.reduce((total, lag, i) => total + weights[i]! * (values[window - lag]! - last), 0);
    return (values[window + step]! - last - sum) ** 2;
  });
  const drawn = prior.reduce((total, weight, i) => total + (weights[i]! - weight) ** 2, 0);
  return residuals.reduce((total, one) => total + one, 0) + ridge * drawn;
}

const season = 5;
const priors: Readonly<Record<PriorName, (step: number) => number[]>> = {
  last: () => [0, 0, 0, 0],
  mean: () => [0.2, 0.2, 0.2, 0.2],
  // Of step 0 the season lies at lag 5, of step 2 at lag 3.
  season: (step) => lags.map((lag) => (lag === season - step ? 1 : 0)),
};

test.each(["last", "mean", "season"] as const)("drawn to %s, no weights near by have less of the loss", (prior) => {
  const differences = differencesOf(momentsOfAll(), lags);
  const lambda = 0.1;
  const diagonal = lags.reduce((sum, _, i) => sum + differences.gram[i * lags.length + i]! / lags.length, 0);
  const weights = solve(differences, factorise(differences, lambda)!, lambda, prior, season, steps);
  for (const step of steps) {
    const own = lags.map((_, i) => weights[i * steps.length + step]!);
    const goal = priors[prior](step);
    const least = lossOf(own, goal, step, lambda * diagonal);
    for (const i of own.keys())
      for (const move of [-1e-3, 1e-3])
        expect(lossOf(own.with(i, own[i]! + move), goal, step, lambda * diagonal)).toBeGreaterThan(least);
  }
});

test.each(["last", "mean", "season"] as const)("with much of λ the weights are those of %s", (prior) => {
  const differences = differencesOf(momentsOfAll(), lags);
  const weights = solve(differences, factorise(differences, 1e9)!, 1e9, prior, season, steps);
  for (const step of steps)
    for (const [i, weight] of priors[prior](step).entries())
      expect(weights[i * steps.length + step]).toBeCloseTo(weight, 6);
});

test("what never changes is forecast by the prior", () => {
  const moments = createMoments(window, horizon);
  addMoments(moments, new Float64Array(30).fill(1));
  const differences = differencesOf(moments, lags);
  const weights = solve(differences, factorise(differences, 1e-3)!, 1e-3, "season", season, steps);
  for (const step of steps)
    for (const [i, weight] of priors.season(step).entries())
      expect(weights[i * steps.length + step]).toBeCloseTo(weight, 12);
});
