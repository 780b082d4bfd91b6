// Training through TensorFlow.js: the loss as a graph around the recurrent operation, its gradients by automatic differentiation,
// on whichever backend is set. In: config, first weights and batches. Out: a Trainer.
import { type Tensor2D, type Tensor3D, tensor2d, tensor3d, tidy, variableGrads } from "@tensorflow/tfjs-core";
import { seededRandom } from "../base/random.js";
import { loadGradients } from "../engine/gradients.js";
import { stepCount } from "../model/config.js";
import { openHead } from "../model/heads/index.js";
import { segmentMask } from "../model/inference.js";
import { buildNetwork } from "../model/recurrent.js";
import { concatenate, createAdam, spread } from "./optimiser.js";
import { weightedHeadLoss, weightedLoss } from "./tensor-loss.js";
import type { CreateTrainer } from "./trainer.js";

/** Call once an engine is started. */
export async function openTensorTrainers(): Promise<CreateTrainer> {
  await loadGradients();
  return (config, start, batchSize, training, dropouts) => {
    // Its own first weights are replaced at once.
    const network = buildNetwork(config, seededRandom(0));
    const head = config.head === undefined ? null : openHead(config.head);
    const variables = network.parameters.map(({ variable }) => variable);
    const weights = start.map(({ values }) => values.slice());
    const decays = start.map(({ shape }) => shape.length > 1);
    const optimiser = createAdam(weights, decays, training);
    const assign = () =>
      network.importWeights(start.map(({ name, shape }, p) => ({ name, shape, values: weights[p]! })));
    assign();
    const importWeights = (flat: Float32Array) => {
      spread(flat, weights);
      assign();
    };
    return {
      step(batch, count, learningRate) {
        const outputs = batch.targets.length / batchSize;
        const { window, inputs } = config;
        const { value, grads } = tidy(() => {
          const x = tensor3d(batch.inputs.subarray(0, count * window * inputs), [count, window, inputs]);
          const mask: Tensor2D | null = batch.padded
            ? tensor2d(segmentMask(config, batch.mask.subarray(0, count * window)), [count, stepCount(config)])
            : null;
          const mixed = batch.candidates.length / batchSize;
          const candidates: Tensor3D | undefined =
            mixed > 0
              ? tensor3d(batch.candidates.subarray(0, count * mixed), [count, mixed / outputs, outputs])
              : undefined;
          const y = tensor2d(batch.targets.subarray(0, count * outputs), [count, outputs]);
          const w = tensor2d(batch.weights.subarray(0, count * outputs), [count, outputs]);
          const loss = () => {
            const output = network.forward(x, mask, dropouts, candidates);
            return head === null
              ? weightedLoss(training.loss, output, y, w)
              : weightedHeadLoss(head, output, batch, count);
          };
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
      exportWeights: () => concatenate(weights),
      importWeights,
      exportState: () => ({
        weights: concatenate(weights),
        moments: optimiser.exportMoments(),
        movedCount: optimiser.stepCount(),
        dropouts: dropouts.exportState(),
      }),
      importState(state) {
        importWeights(state.weights);
        optimiser.importState(state.moments, state.movedCount);
        dropouts.importState(state.dropouts);
      },
      close: () => network.dispose(),
    };
  };
}
