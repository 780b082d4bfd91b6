// Takes the place of src/fit/kernel-trainer.ts in a command line that bench/train.mjs bundles: everything is as it is with hindcast, but
// that the network trains as stock TensorFlow.js layers, on the engine in BENCH_ENGINE. Left out is the clipping of gradients,
// which saves it work.
import process from "node:process";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { startNative } from "../../src/engine/native.ts";
import { startWasm } from "../../src/engine/wasm.ts";
import { weightedLoss } from "../../src/fit/tensor-loss.ts";

const makers = { lstm: layers.layers.lstm, gru: layers.layers.gru, rnn: layers.layers.simpleRNN };

export function kernelTrainers() {
  const native = process.env.BENCH_ENGINE;
  let started;
  return {
    name: "stock layers",
    async create(...network) {
      started ??= native === "wasm" ? startWasm() : startNative(native);
      await started;
      return create(...network);
    },
  };
}

function create(config, start, _batchSize, training) {
  const { cell, window, inputs, layers: units } = config;
  const model = layers.sequential();
  units.forEach((count, index) => {
    const place = index === 0 ? { inputShape: [window, inputs] } : {};
    const rest = {
      recurrentActivation: "sigmoid",
      recurrentInitializer: "zeros",
      returnSequences: index < units.length - 1,
    };
    model.add(makers[cell]({ ...place, units: count, ...rest }));
  });
  const outputs = start.at(-1).values.length;
  model.add(layers.layers.dense({ units: outputs }));
  const optimiser = tf.train.adam(training.learningRate);
  const importWeights = (weights) => {
    let at = 0;
    const tensors = start.map(({ shape, values }) => {
      at += values.length;
      return tf.tensor(weights.slice(at - values.length, at), shape);
    });
    model.setWeights(tensors);
    tf.dispose(tensors);
  };
  importWeights(start.flatMap(({ values }) => [...values]));
  return {
    step(batch, count, learningRate) {
      optimiser.learningRate = learningRate;
      const given = (values, ...shape) => tf.tensor(values.subarray(0, tf.util.sizeFromShape(shape)), shape);
      const loss = tf.tidy(() => {
        const x = given(batch.inputs, count, window, inputs);
        const [y, w] = [batch.targets, batch.weights].map((values) => given(values, count, outputs));
        return optimiser.minimize(() => weightedLoss(training.loss, model.apply(x, { training: true }), y, w), true);
      });
      const [value] = loss.dataSync();
      loss.dispose();
      return value;
    },
    exportWeights: () => Float32Array.from(model.getWeights().flatMap((weight) => [...weight.dataSync()])),
    importWeights,
    close: () => model.dispose(),
  };
}
