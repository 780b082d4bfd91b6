// Training on the recurrent kernels alone: forward, loss, backpropagation through time, clipping and Adam in one call a step.
// A mix is a part of the dense layer to them, and its loss is taken between two calls. In: config, first weights and batches. Out: a Trainer.
import type { LossKind } from "../engine/kernels/fused/kernels.js";
import { loadKernels } from "../engine/kernels/fused/load.js";
import { usefulThreads } from "../engine/kernels/fused/network.js";
import { drawDropout } from "../model/dropout.js";
import { splitParts } from "../model/heads/dense.js";
import { fillWeights, segmentMask, shapeOf } from "../model/inference.js";
import { denseParts, planNetwork } from "../model/parameters.js";
import { mixLoss } from "./mix-step.js";
import { spread } from "./optimiser.js";
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
      const dense = denseParts(planNetwork(config));
      const mixed = config.mix?.length ?? 0;
      const { outputs } = shape;
      const gradient = new Float32Array(mixed > 0 ? batchSize * outputs : 0);
      let taken = 0;
      const exportWeights = () => {
        network.storeParameters();
        return splitParts(dense, network.parameters);
      };
      const importWeights = (weights: Float32Array) => {
        const named = start.map((one) => ({ ...one, values: new Float32Array(one.values.length) }));
        spread(
          weights,
          named.map(({ values }) => values),
        );
        fillWeights(network, config, named);
      };
      return {
        step(batch, count, learningRate) {
          network.inputs.set(batch.inputs);
          if (batch.padded) network.mask.set(segmentMask(config, batch.mask));
          if (scaled)
            for (const scales of network.scales)
              drawDropout(scales, Math.round((scales.length * count) / batchSize), config.dropout, dropouts);
          const masked = batch.padded;
          const move = (loss: LossKind) => {
            const step = taken + 1;
            const result = network.step({ count, masked, scaled, loss, learningRate, clip, weightDecay, step });
            if (!Number.isFinite(result.gradientNorm)) return Number.NaN;
            taken = step;
            return result.loss;
          };
          if (mixed === 0) {
            network.targets.set(batch.targets);
            network.weights.set(batch.weights);
            return move(loss);
          }
          network.predict(count, masked);
          const said = network.output.subarray(0, count * outputs);
          const value = mixLoss(loss, said, { ...batch, count, horizon: outputs - mixed, mixed }, gradient);
          // Squares to what lies n/2 of it away, n numbers in all, have this gradient on average.
          for (const [i, one] of said.entries()) network.targets[i] = one - (said.length / 2) * gradient[i]!;
          network.weights.fill(1);
          return Number.isNaN(move("mse")) ? Number.NaN : value;
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
