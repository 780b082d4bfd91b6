import {
  getKernel,
  grads,
  memory,
  mul,
  reverse,
  type Scalar,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import { layers, type Sequential, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, test } from "vitest";
import { loadGradients } from "../../../src/engine/gradients.js";
import { type CellKind, cells } from "../../../src/engine/kernels/cells.js";
import { loadKernels } from "../../../src/engine/kernels/fused/load.js";
import { forwardKernel, type RecurrentTensors, recurrent } from "../../../src/engine/kernels/op.js";
import type { RecurrentProblem } from "../../../src/engine/kernels/problem.js";
import { registerRecurrentKernels } from "../../../src/engine/kernels/register.js";
import { startTestEngine } from "../../support/engine.js";
import { type Case, makeCase, relativeDistance } from "./reference.js";

const small = { batch: 4, time: 6, inputs: 3, units: 7, reverse: false, sequences: false, truncate: 0 };

beforeAll(async () => {
  await startTestEngine();
  await loadGradients();
});

function tensorsOf({ problem, arrays }: Case): RecurrentTensors {
  const { batch, time, inputs, units } = problem;
  const width = arrays.bias.length;
  const { mask, initialState } = arrays;
  return {
    x: tensor(arrays.x, [batch, time, inputs]) as Tensor3D,
    kernel: tensor(arrays.kernel, [inputs, width]),
    recurrentKernel: tensor(arrays.recurrentKernel, [units, width]),
    bias: tensor(arrays.bias, [width]),
    mask: mask && (tensor(mask, [batch, time]) as Tensor2D),
    initialState:
      initialState && (tensor(initialState, [initialState.length / batch / units, batch, units]) as Tensor3D),
  };
}

/** A stock layer with the weights of a case, behind a Masking layer. */
function stockModel(cell: CellKind, { problem, arrays }: Case): Sequential {
  const { time, inputs, units } = problem;
  const zeros = "zeros" as const;
  const config = {
    units,
    recurrentActivation: "sigmoid" as const,
    returnSequences: problem.sequences,
    goBackwards: problem.reverse,
    kernelInitializer: zeros,
    recurrentInitializer: zeros,
  };
  const stock = { rnn: layers.simpleRNN, lstm: layers.lstm, gru: layers.gru }[cell](config);
  const model = sequential();
  model.add(layers.masking({ maskValue: -9999, batchInputShape: [null, time, inputs] }));
  model.add(stock);
  const width = arrays.bias.length;
  stock.setWeights([
    tensor(arrays.kernel, [inputs, width]),
    tensor(arrays.recurrentKernel, [units, width]),
    tensor(arrays.bias, [width]),
  ]);
  return model;
}

describe("recurrent", () => {
  for (const cell of cells)
    for (const reversed of [false, true])
      for (const sequences of [false, true])
        for (const masked of [false, true]) {
          const name = [cell, reversed ? "reversed" : "forward", sequences ? "all states" : "last state"];
          if (masked) name.push("masked");
          test(`agrees with the stock layer: ${name.join(", ")}`, () => {
            const problem: RecurrentProblem = { ...small, cell, reverse: reversed, sequences };
            const given = makeCase(problem, { mask: masked, initial: false, seed: 1 });
            const { x, mask } = given.arrays;
            if (mask !== null)
              for (let i = 0; i < x.length; i++) if (mask[Math.floor(i / small.inputs)] === 0) x[i] = -9999;
            tidy(() => {
              const tensors = tensorsOf(given);
              const states = recurrent(tensors, problem);
              let expected = stockModel(cell, given).predict(tensors.x) as Tensor;
              // Stock layers hand out what they walked backwards in the order of the walk.
              if (reversed && sequences) expected = reverse(expected, 1);
              expect(states.shape).toEqual(expected.shape);
              // Two float32 implementations of tanh and sigmoid.
              expect(relativeDistance(states.dataSync(), expected.dataSync())).toBeLessThan(1e-5);
            });
          });
        }

  test.each(cells)("%s has the gradients of the kernels themselves, with and without the optional inputs", (cell) => {
    for (const [mask, initial] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const problem: RecurrentProblem = { ...small, cell, sequences: mask, reverse: initial, truncate: 4 };
      const given = makeCase(problem, { mask, initial, seed: 2 });
      const { kernels } = loadKernels();
      const { tape } = kernels.forward(problem, given.arrays);
      const expected = kernels.backward(problem, given.arrays, tape, given.dOutput);
      tidy(() => {
        const tensors = tensorsOf(given);
        const differentiable = [tensors.x, tensors.kernel, tensors.recurrentKernel, tensors.bias];
        if (tensors.initialState) differentiable.push(tensors.initialState);
        const gradients = grads((x, kernel, recurrentKernel, bias, initialState) => {
          const all = {
            x: x as Tensor3D,
            kernel: kernel!,
            recurrentKernel: recurrentKernel!,
            bias: bias!,
            mask: tensors.mask ?? null,
          };
          const states = recurrent({ ...all, initialState: (initialState as Tensor3D) ?? null }, problem);
          return sum(mul(states, tensor(given.dOutput, states.shape))) as Scalar;
        })(differentiable);
        const named = ["x", "kernel", "recurrentKernel", "bias", "initialState"] as const;
        gradients.forEach((gradient, n) => {
          expect(gradient.dataSync(), named[n]!).toEqual(expected[named[n]!]);
        });
      });
    }
  });

  test("leaves no tensor behind, recorded for a gradient or not", () => {
    const given = makeCase({ ...small, cell: "lstm" }, { mask: true, initial: true, seed: 3 });
    const tensors = tensorsOf(given);
    const run = () => {
      const before = memory();
      recurrent(tensors, given.problem).dispose();
      const gradient = grads((kernel) => sum(recurrent({ ...tensors, kernel: kernel! }, given.problem)))([
        tensors.kernel,
      ]);
      for (const each of gradient) each.dispose();
      const after = memory();
      return [after.numTensors - before.numTensors, after.numDataBuffers - before.numDataBuffers];
    };
    expect(run()).toEqual([0, 0]);
  });
});

test("registering twice keeps the first kernels and says nothing", async () => {
  const { name } = await startTestEngine();
  const backend = name === "native" ? "tensorflow" : name;
  const first = getKernel(forwardKernel, backend);
  registerRecurrentKernels(backend);
  expect(getKernel(forwardKernel, backend)).toBe(first);
});
