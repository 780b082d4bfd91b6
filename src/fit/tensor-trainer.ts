// Training through TensorFlow.js: the loss as a graph around the recurrent operation, its gradients by automatic differentiation,
// on whichever backend is set. In: config, first weights and batches. Out: a Trainer.
import { type Scalar, type Tensor2D, tensor2d, tensor3d, tidy, variableGrads } from "@tensorflow/tfjs-core";
import { seededRandom } from "../base/random.js";
import { loadGradients } from "../engine/gradients.js";
import { buildNetwork } from "../model/recurrent.js";
import { weightedLoss } from "./loss.js";
import { createAdam } from "./optimiser.js";
import type { CreateTrainer } from "./trainer.js";

/** Call once an engine is started. */
export async function openTensorTrainers(): Promise<CreateTrainer> {
  await loadGradients();
  return (config, start, batchSize, training, dropouts) => {
    // Its own first weights are replaced at once.
    const network = buildNetwork(config, seededRandom(0));
    const variables = network.parameters.map(({ variable }) => variable);
    const weights = start.map(({ values }) => values.slice());
    const decays = start.map(({ shape }) => shape.length > 1);
    const optimiser = createAdam(weights, decays, training);
    const assign = () =>
      network.importWeights(start.map(({ name, shape }, p) => ({ name, shape, values: weights[p]! })));
    assign();
    return {
      step(batch, count, learningRate) {
        const outputs = batch.targets.length / batchSize;
        const { window, inputs } = config;
        const { value, grads } = tidy(() => {
          const x = tensor3d(batch.inputs.subarray(0, count * window * inputs), [count, window, inputs]);
          const mask: Tensor2D | null = batch.padded
            ? tensor2d(batch.mask.subarray(0, count * window), [count, window])
            : null;
          const y = tensor2d(batch.targets.subarray(0, count * outputs), [count, outputs]);
          const w = tensor2d(batch.weights.subarray(0, count * outputs), [count, outputs]);
          const loss = () => weightedLoss(training.loss, network.forward(x, mask, dropouts), y, w) as Scalar;
          return variableGrads(loss, variables);
        });
        const loss = value.dataSync()[0]!;
        const gradients = variables.map(({ name }) => grads[name]!.dataSync() as Float32Array);
        value.dispose();
        for (const gradient of Object.values(grads)) gradient.dispose();
        if (!Number.isFinite(loss) || !Number.isFinite(optimiser.step(gradients, learningRate))) return Number.NaN;
        assign();
        return loss;
      },
      exportWeights() {
        const flat = new Float32Array(weights.reduce((sum, { length }) => sum + length, 0));
        let at = 0;
        for (const values of weights) {
          flat.set(values, at);
          at += values.length;
        }
        return flat;
      },
      importWeights(flat) {
        let at = 0;
        for (const values of weights) {
          values.set(flat.subarray(at, at + values.length));
          at += values.length;
        }
        assign();
      },
      close: () => network.dispose(),
    };
  };
}
