// One recurrent layer as one differentiable operation of TensorFlow.js on its native engine, with a dense head and Adam around it, as a
// peer of bench/kernels.mjs. In: "block" for TensorFlow's own fused LSTM, or "hindcast" for our kernels as `--engine native`
// trains with them; the directory of tfjs-node's package; the number of threads.
import { createRequire } from "node:module";
import process from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import { loadGradients } from "../../src/engine/gradients.ts";
import { gateCounts } from "../../src/engine/kernels/cells.ts";
import { recurrent } from "../../src/engine/kernels/op.ts";
import { registerRecurrentKernels } from "../../src/engine/kernels/register.ts";
import { startNative } from "../../src/engine/native.ts";
import { answerRequests, fillUniform } from "./answer.mjs";

const [kind, directory, threads] = process.argv.slice(2);
const { name } = await startNative(directory, Number(threads));
await loadGradients();
registerRecurrentKernels(name);
const { Int64Scalar } = createRequire(import.meta.url)(`${directory}/dist/int64_tensors.js`);
const layers = { block: createBlock, hindcast: createOurs };

await answerRequests((cell, size) => {
  const [batch, time, inputs, units] = size;
  const variable = (...shape) =>
    tf.variable(tf.tensor(fillUniform(new Float32Array(tf.util.sizeFromShape(shape)), 1 / Math.sqrt(units)), shape));
  const { variables, lastState } = layers[kind](cell, size, variable);
  const [head, bias] = [variable(units, 1), variable(1)];
  const y = tf.tensor(fillUniform(new Float32Array(batch), 1), [batch, 1]);
  const optimiser = tf.train.adam(1e-3);
  const x = fillUniform(new Float32Array(batch * time * inputs), 1);
  return () => {
    const loss = tf.tidy(() => {
      const given = tf.tensor(x, [batch, time, inputs]);
      const { value, grads } = tf.variableGrads(
        () => tf.losses.meanSquaredError(y, lastState(given).matMul(head).add(bias)),
        [...variables, head, bias],
      );
      optimiser.applyGradients(grads);
      return value;
    });
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
});

function createOurs(cell, [, , inputs, units], variable) {
  const width = gateCounts[cell] * units;
  const [kernel, recurrentKernel, bias] = [variable(inputs, width), variable(units, width), variable(width)];
  return {
    variables: [kernel, recurrentKernel, bias],
    lastState: (x) => recurrent({ x, kernel, recurrentKernel, bias }, { cell }),
  };
}

/** BlockLSTMV2 and BlockLSTMGradV2: all steps in one operation, time first, one matrix for inputs and state. */
function createBlock(_cell, [batch, time, inputs, units], variable) {
  const kernel = variable(inputs + units, 4 * units);
  const bias = variable(4 * units);
  const steps = new Int64Scalar(time);
  const zeros = tf.zeros([batch, units]);
  const noPeephole = tf.zeros([units]);
  const noGradient = tf.zeros([time, batch, units]);
  const backend = tf.backend();
  const type = { name: "T", type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT };
  const peephole = { name: "use_peephole", type: backend.binding.TF_ATTR_BOOL, value: false };
  const noClip = { name: "cell_clip", type: backend.binding.TF_ATTR_FLOAT, value: 0 };
  const states = tf.customGrad((x, w, b, save) => {
    const before = [steps, x, zeros, zeros, w, noPeephole, noPeephole, noPeephole, b];
    const kept = backend.executeMultipleOutputs("BlockLSTMV2", [type, peephole, noClip], before, 7);
    save([x, w, b, ...kept]);
    const gradFunc = (dStates, [x, w, b, ...saved]) => {
      const given = [steps, x, zeros, zeros, w, noPeephole, noPeephole, noPeephole, b, ...saved, noGradient, dStates];
      const gradients = backend.executeMultipleOutputs("BlockLSTMGradV2", [type, peephole], given, 8);
      const [dx, , , dw, , , , db] = gradients;
      return [dx, dw, db];
    };
    return { value: kept[6], gradFunc };
  });
  return {
    variables: [kernel, bias],
    lastState: (x) => states(tf.transpose(x, [1, 0, 2]), kernel, bias).gather(time - 1),
  };
}
