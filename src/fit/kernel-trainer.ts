// Training on the recurrent kernels alone: forward, loss, backpropagation through time, clipping and Adam in one call a step.
// In: config, first weights and batches. Out: a Trainer.
import { loadKernels } from "../engine/kernels/fused/load.js";
import { drawDropout } from "../model/dropout.js";
import { fillWeights, shapeOf } from "../model/inference.js";
import type { TrainerSource } from "./trainer.js";

/** @param threads that share a step; they change no result */
export function kernelTrainers(threads: number): TrainerSource {
  const { kernels } = loadKernels();
  return {
    name: `kernels ${kernels.name}`,
    create(config, start, batchSize, { loss, clip, weightDecay }, dropouts) {
      const network = kernels.openNetwork({ ...shapeOf(config, batchSize), trains: true, threads });
      fillWeights(network, config, start);
      const scaled = config.dropout > 0;
      let taken = 0;
      return {
        step(batch, count, learningRate) {
          network.inputs.set(batch.inputs);
          network.targets.set(batch.targets);
          network.weights.set(batch.weights);
          if (batch.padded) network.mask.set(batch.mask);
          if (scaled)
            for (const scales of network.scales)
              drawDropout(scales, Math.round((scales.length * count) / batchSize), config.dropout, dropouts);
          const options = { count, masked: batch.padded, scaled, loss, learningRate, clip, weightDecay };
          const result = network.step({ ...options, step: taken + 1 });
          if (!Number.isFinite(result.gradientNorm)) return Number.NaN;
          taken++;
          return result.loss;
        },
        exportWeights() {
          network.storeParameters();
          return network.parameters.slice();
        },
        importWeights(weights) {
          network.parameters.set(weights);
          network.loadParameters();
        },
        close: () => network.close(),
      };
    },
  };
}
