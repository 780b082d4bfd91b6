// Quantiles of short histories, held to series that the networks were not trained on.
import { expect, test } from "vitest";
import { generateSeries } from "../../pretrain/generator/generate.js";
import { forecastSeries } from "../../src/gate/forecast.js";
import { knots, medianKnot } from "../../src/gate/schema.js";
import { pretrainedGates } from "../../src/gate/weights.js";
import { shortfalls, tellingCount, widen } from "../../src/gate/widths.js";

const networks = pretrainedGates();
const [low, high] = [knots.indexOf(0.1), knots.indexOf(0.9)];

test("of few values as many of those to come lie within 80 % as of many", () => {
  let [within, count] = [0, 0];
  for (let i = 0, seen = 0; seen < 400; i++) {
    const { values, historyLength, horizon, seasons } = generateSeries(3, i);
    if (tellingCount(historyLength, seasons[0] ?? 1) > 30) continue;
    seen++;
    const known = values.slice(0, historyLength);
    const { quantiles } = forecastSeries(known, { networks, seasons, horizon, originLimit: 5 });
    widen(quantiles, historyLength, seasons[0] ?? 1);
    for (let h = 0; h < horizon; h++) {
      const value = values[historyLength + h]!;
      if (quantiles[low * horizon + h]! <= value && value <= quantiles[high * horizon + h]!) within++;
      count++;
    }
  }
  // As the networks say it, 72 %.
  expect(within / count).toBeGreaterThan(0.76);
  expect(within / count).toBeLessThan(0.84);
});

test("the median stays, the ends move away from it, and less the more is known", () => {
  const quantiles = Float64Array.from(knots, (_, k) => 10 + k - medianKnot);
  const widthOf = (known: number, season: number) => {
    const own = quantiles.slice();
    widen(own, known, season);
    expect(own[medianKnot]).toBe(10);
    expect([...own]).toEqual([...own].sort((a, b) => a - b));
    return own.at(-1)! - own[0]!;
  };
  expect(widthOf(20, 1)).toBeCloseTo(6 * (1 + shortfalls[0] / 19), 12);
  expect(widthOf(40, 12)).toBeGreaterThan(widthOf(40, 1));
  expect(widthOf(40, 1)).toBeGreaterThan(widthOf(400, 1));
  expect(widthOf(1, 1)).toBeCloseTo(6 * (1 + shortfalls[0] / 8), 12);
});
