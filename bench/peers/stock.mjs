// A training step of stock TensorFlow.js layers, on whichever backend is set. In: TensorFlow.js's core and layers as one object, cell
// and size. Out: the step.
import { fillUniform } from "./answer.mjs";

export function createStockStep(tf, cell, [batch, time, inputs, units]) {
  const makers = { lstm: tf.layers.lstm, gru: tf.layers.gru, rnn: tf.layers.simpleRNN };
  const model = tf.sequential();
  // The same network as the others', but for an orthogonal start: that takes long to draw and costs a step nothing.
  const options = { recurrentActivation: "sigmoid", recurrentInitializer: "glorotUniform" };
  model.add(makers[cell]({ units, inputShape: [time, inputs], ...options }));
  model.add(tf.layers.dense({ units: 1 }));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "meanSquaredError" });
  const x = fillUniform(new Float32Array(batch * time * inputs), 1);
  const y = fillUniform(new Float32Array(batch), 1);
  return async () => {
    const given = [tf.tensor(x, [batch, time, inputs]), tf.tensor(y, [batch, 1])];
    await model.trainOnBatch(...given);
    tf.dispose(given);
  };
}
