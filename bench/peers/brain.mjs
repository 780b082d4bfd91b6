// brain.js as a peer of bench/kernels.mjs. It learns one sequence at a time, so a step is one of them times the batch; it predicts each
// next value, not the last one, with RMSprop, at a rate at which its ReLU network keeps finite on these numbers. In: a directory
// whose node_modules has it.
import { createRequire } from "node:module";
import process from "node:process";
import { answerRequests, fillUniform } from "./answer.mjs";

const { recurrent } = createRequire(`${process.argv[2]}/`)("brain.js");
const networks = { lstm: recurrent.LSTMTimeStep, gru: recurrent.GRUTimeStep, rnn: recurrent.RNNTimeStep };

await answerRequests((cell, [, time, inputs, units]) => {
  const network = new networks[cell]({ inputSize: inputs, hiddenLayers: [units], outputSize: inputs });
  const values = fillUniform(new Float32Array((time + 1) * inputs), 1);
  const sequence = Array.from({ length: time + 1 }, (_, t) =>
    inputs === 1 ? values[t] : [...values.subarray(t * inputs, (t + 1) * inputs)],
  );
  return () => network.train([sequence], { iterations: 1, learningRate: 1e-9 });
});
