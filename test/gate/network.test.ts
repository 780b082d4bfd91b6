// The gate as it forecasts, held to the gate as it trains, and to what a mixture has to be.
import { tensor, tensor2d, tensor3d, tidy } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import {
  candidateCount,
  gateInputs,
  recentFeatureCount,
  recentLength,
  seriesFeatureCount,
  stepFeatureCount,
} from "../../src/gate/features.js";
import { type GateNetwork, gateParameters, runGates } from "../../src/gate/network.js";
import { knots } from "../../src/gate/schema.js";
import { gateQuantiles, initialGate } from "../../src/gate/training.js";
import { startTestEngine } from "../support/engine.js";

beforeAll(startTestEngine);

/** Weights as training may leave them: none of them zero. */
function someGate(seed: number, options: { residual: boolean; units: number; newest?: boolean }): GateNetwork {
  const random = seededRandom(seed);
  const network = initialGate({ width: 12, ...options }, random);
  for (const values of network.weights.values())
    for (let i = 0; i < values.length; i++) values[i]! += 0.05 * random.normal();
  return network;
}

function seasonalSeries(seed: number, length: number, season: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from(
    { length },
    (_, t) => 100 + 0.3 * t + 20 * Math.sin((2 * Math.PI * t) / season) + 3 * random.normal(),
  );
}

test.each([
  { residual: false, units: 0 },
  { residual: true, units: 0 },
  { residual: true, units: 5 },
  { residual: false, units: 0, newest: true },
])("forecasting and training compute the same quantiles: %o", (options) => {
  const network = someGate(1, options);
  const horizon = 9;
  const inputs = gateInputs({ values: seasonalSeries(2, 80, 12), seasons: [12] }, horizon);
  const { quantiles } = runGates([network], inputs);
  const expected = tidy(() => {
    const plan = gateParameters(network.config);
    const at = (name: string) => {
      const { shape } = plan.find((parameter) => parameter.name === name)!;
      return tensor(network.weights.get(name)!, [...shape]);
    };
    const tensors = {
      series: tensor2d(inputs.series, [1, seriesFeatureCount]),
      steps: tensor2d(inputs.steps, [horizon, stepFeatureCount]),
      recent: tensor3d(inputs.recent, [1, recentLength, recentFeatureCount]),
    };
    return gateQuantiles(network.config, at, tensors, horizon).dataSync();
  });
  knots.forEach((_, k) => {
    for (let h = 0; h < horizon; h++) {
      const inScale = (quantiles[k * horizon + h]! - inputs.reference[h]!) / inputs.scale;
      // Float32 sums of some hundred terms.
      expect(inScale).toBeCloseTo(expected[h * knots.length + k]!, 3);
    }
  });
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 });

test("quantiles never cross and weights sum to one, whatever the series", () => {
  const networks = [someGate(1, { residual: true, units: 3 }), someGate(2, { residual: false, units: 0 })];
  fc.assert(
    fc.property(
      fc.array(fc.oneof(finite, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 60 }),
      fc.constantFrom([], [4], [7, 14]),
      fc.integer({ min: 1, max: 15 }),
      (values, seasons, horizon) => {
        const inputs = gateInputs({ values: Float64Array.from(values), seasons }, horizon);
        const { quantiles, weights } = runGates(networks, inputs);
        for (let h = 0; h < horizon; h++) {
          let sum = 0;
          for (let c = 0; c < candidateCount; c++) sum += weights[c * horizon + h]!;
          expect(sum).toBeCloseTo(1, 9);
          for (let k = 0; k < knots.length; k++) {
            const value = quantiles[k * horizon + h]!;
            expect(value).toSatisfy(Number.isFinite);
            if (k > 0) expect(value).toBeGreaterThanOrEqual(quantiles[(k - 1) * horizon + h]!);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("another unit of measurement gives the same forecast in that unit", () => {
  const values = seasonalSeries(3, 70, 7);
  const network = someGate(4, { residual: true, units: 4 });
  const forecast = (factor: number) =>
    runGates([network], gateInputs({ values: values.map((value) => value * factor), seasons: [7] }, 10)).quantiles;
  const [once, often] = [forecast(1), forecast(4096)];
  once.forEach((value, i) => {
    // Float32 features of values that differ by a power of two.
    expect(often[i]! / 4096 / value).toBeCloseTo(1, 4);
  });
});
