// Our kernels as a peer of bench/kernels.mjs. In: the name of an implementation and a number of
// threads. Each step copies its batch in, as training does.
import process from "node:process";
import { loadKernels } from "../../src/engine/kernels/fused/load.ts";
import { answerRequests, fillUniform } from "./answer.mjs";

const { kernels } = loadKernels(process.argv[2]);
const threads = Number(process.argv[3]);

await answerRequests((cell, [batch, time, inputs, units]) => {
  const shape = {
    cell,
    layers: [units],
    bidirectional: false,
    inputs,
    time,
    outputs: 1,
    batch,
    truncate: 0,
    trains: true,
    threads,
  };
  const network = kernels.openNetwork(shape);
  fillUniform(network.parameters, 1 / Math.sqrt(units));
  network.loadParameters();
  network.weights.fill(1);
  const x = fillUniform(new Float32Array(batch * time * inputs), 1);
  const y = fillUniform(new Float32Array(batch), 1);
  const options = {
    count: batch,
    masked: false,
    scaled: false,
    loss: "mse",
    learningRate: 1e-3,
    clip: 0,
    weightDecay: 0,
  };
  let step = 0;
  return () => {
    network.inputs.set(x);
    network.targets.set(y);
    step++;
    return network.step({ ...options, step });
  };
});
