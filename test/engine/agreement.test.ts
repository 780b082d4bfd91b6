import {
  abs,
  add,
  concat,
  div,
  getBackend,
  matMul,
  minimum,
  mul,
  randomNormal,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  tanh,
  train,
  variable,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { type EngineName, startEngine } from "../../src/engine/engine.js";
import { loadGradients } from "../../src/engine/gradients.js";
import { cells, gateCounts } from "../../src/engine/kernels/cells.js";
import { recurrent } from "../../src/engine/kernels/op.js";
import { dataDirectory, testEngineName } from "../support/engine.js";

// Against plain JavaScript, which adds up in float64. Sums of at most 64 products of order 1 in float32: the worst case is
// 64 · 64 · 2^-24 = 2.4e-4, the expected random walk of roundings 64 · 2^-24 = 4e-6; 2e-5 leaves room for a few such sums in a row.
const tolerance = 2e-5;

const sizes = { batch: 16, time: 12, inputs: 3, units: 8 };

function normal(shape: number[], seed: number): Tensor {
  return randomNormal(shape, 0, 0.5, "float32", seed);
}

/** @returns what the operations that networks are made of give, and the weights after three steps of training */
function compute(): Record<string, Tensor> {
  const a = normal([32, 64], 1);
  const b = normal([64, 16], 2);
  const results: Record<string, Tensor> = {
    matMul: matMul(a, b),
    arithmetic: div(sub(mul(a, a), abs(a)), add(square(a), 1)),
    concat: concat([a, minimum(a, 0)], 1),
    sum: sum(a, 1),
    tanh: tanh(a),
  };
  for (const cell of cells) {
    const { batch, time, inputs, units } = sizes;
    const width = gateCounts[cell] * units;
    const x = normal([batch, time, inputs], 3) as Tensor3D;
    const target = normal([batch, 4], 4);
    const weights = {
      kernel: variable(normal([inputs, width], 5)),
      recurrentKernel: variable(normal([units, width], 6)),
      bias: variable(normal([width], 7)),
      dense: variable(normal([units, 4], 8)),
    };
    const optimiser = train.sgd(0.1);
    for (let step = 0; step < 3; step++) {
      const { grads } = variableGrads(() => {
        const states = recurrent({ x, ...weights }, { cell });
        return sum(abs(sub(matMul(states as typeof weights.dense, weights.dense), target))) as Scalar;
      });
      optimiser.applyGradients(grads);
    }
    for (const [name, weight] of Object.entries(weights)) results[`${cell} ${name}`] = weight;
  }
  return results;
}

async function computeOn(name: EngineName): Promise<Map<string, Float32Array>> {
  await startEngine(name, { dataDirectory: dataDirectory(), notify: () => {} });
  await loadGradients();
  const results = compute();
  return new Map(Object.entries(results).map(([key, tensor]) => [key, tensor.dataSync() as Float32Array]));
}

const engine = testEngineName();

describe.skipIf(engine === "cpu")(`the ${engine} engine agrees with plain JavaScript`, async () => {
  const plain = await computeOn("cpu");
  const asked = await computeOn(engine);

  test("and it is another backend", () => {
    expect(getBackend()).not.toBe("cpu");
  });

  test.each([...plain.keys()])("%s", (key) => {
    const [expected, actual] = [plain.get(key)!, asked.get(key)!];
    expect(actual.length).toBe(expected.length);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)))).toBeLessThan(tolerance);
  });
});
