// Training on the recurrent kernels alone: forward, loss, backpropagation through time, clipping and Adam in one call a step.
// In: config, first weights and batches. Out: a Trainer.
import { loadKernels } from "../engine/kernels/fused/load.js";
import { usefulThreads } from "../engine/kernels/fused/network.js";
import { drawDropout } from "../model/dropout.js";
import { fillWeights, segmentMask, shapeOf } from "../model/inference.js";
import type { CreateTrainer, TrainerSource } from "./trainer.js";

/** @param threads that may share a step; they change no result, and a step takes only as many as pay */
export function kernelTrainers(threads: number): TrainerSource & { readonly create: CreateTrainer } {
  const { kernels } = loadKernels();
  return {
    name: `kernels ${kernels.name}`,
    create(config, start, batchSize, { loss, clip, weightDecay }, dropouts) {
      const shape = shapeOf(config, batchSize);
      const network = kernels.openNetwork({ ...shape, trains: true, threads: usefulThreads(shape, threads) });
      fillWeights(network, config, start);
      const scaled = config.dropout > 0;
      let taken = 0;
      const exportWeights = () => {
        network.storeParameters();
        return network.parameters.slice();
      };
      const importWeights = (weights: Float32Array) => {
        network.parameters.set(weights);
        network.loadParameters();
      };
      return {
        step(batch, count, learningRate) {
          network.inputs.set(batch.inputs);
          network.targets.set(batch.targets);
          network.weights.set(batch.weights);
          if (batch.padded) network.mask.set(segmentMask(config, batch.mask));
          if (scaled)
            for (const scales of network.scales)
              drawDropout(scales, Math.round((scales.length * count) / batchSize), config.dropout, dropouts);
          const step = taken + 1;
          const masked = batch.padded;
          const result = network.step({ count, masked, scaled, loss, learningRate, clip, weightDecay, step });
          if (!Number.isFinite(result.gradientNorm)) return Number.NaN;
          taken++;
          return result.loss;
        },
        exportWeights,
        importWeights,
        exportState() {
          network.storeMoments();
          const moments = network.moments.slice();
          return { weights: exportWeights(), moments, movedCount: taken, dropouts: dropouts.exportState() };
        },
        importState(state) {
          importWeights(state.weights);
          network.moments.set(state.moments);
          network.loadMoments();
          taken = state.movedCount;
          dropouts.importState(state.dropouts);
        },
        close: () => network.close(),
      };
    },
  };
}
