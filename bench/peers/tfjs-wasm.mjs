// Stock TensorFlow.js layers on its WebAssembly backend as a peer of bench/kernels.mjs.
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import { answerRequests, fillUniform } from "./answer.mjs";

tf.enableProdMode();
await tf.setBackend("wasm");
const makers = { lstm: layers.layers.lstm, gru: layers.layers.gru, rnn: layers.layers.simpleRNN };

await answerRequests((cell, [batch, time, inputs, units]) => {
  const model = layers.sequential();
  model.add(makers[cell]({ units, inputShape: [time, inputs], recurrentInitializer: "glorotUniform" }));
  model.add(layers.layers.dense({ units: 1 }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "meanSquaredError" });
  const x = fillUniform(new Float32Array(batch * time * inputs), 1);
  const y = fillUniform(new Float32Array(batch), 1);
  return async () => {
    const given = [tf.tensor(x, [batch, time, inputs]), tf.tensor(y, [batch, 1])];
    await model.trainOnBatch(...given);
    tf.dispose(given);
  };
});
