// A whole network on a compiled build. In: its shape. Out: its arrays, in place in one block of memory, and a training step
// that is one call.
import { cells, gateCounts } from "../cells.js";
import { type Build, openBlock } from "./block.js";
import { adam, type FusedNetwork, lossKinds, type NetworkShape } from "./kernels.js";

/**
 * Multiplications of a forward pass that a thread has to have to itself, or else waking it and sharing with it cost what it
 * computes: measured, a step of less than twice this is as fast alone.
 */
const workOfThread = 4e5;

/** @returns how many of `threads` pay for the training steps of a network, at least 1 */
export function usefulThreads(
  { cell, layers, bidirectional, inputs, time, batch }: Omit<NetworkShape, "trains" | "threads">,
  threads: number,
): number {
  const passes = bidirectional ? 2 : 1;
  let weightCount = 0;
  layers.forEach((units, index) => {
    const below = index === 0 ? inputs : passes * layers[index - 1]!;
    weightCount += passes * gateCounts[cell] * units * (below + units);
  });
  return Math.max(1, Math.min(threads, Math.floor((batch * time * weightCount) / workOfThread)));
}

export function openCompiledNetwork(build: Build, shape: NetworkShape): FusedNetwork {
  const { cell, layers, bidirectional, inputs, time, outputs, batch, truncate, trains, threads } = shape;
  const plan = {
    cell: cells.indexOf(cell),
    batch,
    time,
    inputs,
    layers: layers.length,
    units: layers,
    bidirectional: Number(bidirectional),
    reverse: 0,
    outputs,
    sequences: 0,
    truncate,
    trains: Number(trains),
    hasInputGradient: 0,
  };
  const block = openBlock(build, plan, trains ? threads : 1);
  block.set("beta1", adam.beta1);
  block.set("beta2", adam.beta2);
  block.set("epsilon", adam.epsilon);
  const begin = (count: number, masked: boolean, scaled: boolean) => {
    block.set("count", count);
    block.set("hasMask", Number(masked));
    block.set("hasScales", Number(scaled));
  };
  return {
    inputs: block.region("inputs"),
    mask: block.region("mask"),
    output: block.region("output"),
    parameters: block.region("parameters"),
    targets: block.region("targets"),
    weights: block.region("weights"),
    scales: trains ? splitScales(shape, block.region("scales")) : [],
    gradients: block.region("gradients"),
    moments: block.region("moments"),
    loadParameters: () => block.run("load_parameters"),
    storeParameters: () => block.run("store_parameters"),
    loadMoments: () => block.run("load_moments"),
    storeMoments: () => block.run("store_moments"),
    storeGradients: () => block.run("store_gradients"),
    predict(count, masked) {
      begin(count, masked, false);
      block.run("forward");
    },
    step({ count, masked, scaled, loss, learningRate, clip, weightDecay, step }) {
      begin(count, masked, scaled);
      block.set("lossKind", lossKinds.indexOf(loss));
      block.set("learningRate", learningRate);
      block.set("clip", clip);
      block.set("weightDecay", weightDecay);
      block.set("step", step);
      block.run("begin_step");
      block.helpers?.wake();
      block.run("finish_step");
      for (let missing = block.result("missing"); missing > 0; missing = block.result("missing")) {
        block.helpers?.awaitResults(missing);
        block.run("finish_step");
      }
      return { loss: block.result("loss"), gradientNorm: block.result("gradientNorm") };
    },
    close: () => block.helpers?.stop(),
  };
}

/** The factors of each layer: for all steps, for the last layer only after the last one. */
export function splitScales(
  { layers, bidirectional, batch, time }: NetworkShape,
  scales: Float32Array,
): Float32Array[] {
  let at = 0;
  return layers.map((units, index) => {
    const steps = index < layers.length - 1 ? time : 1;
    const from = at;
    at += batch * steps * units * (bidirectional ? 2 : 1);
    return scales.subarray(from, at);
  });
}
