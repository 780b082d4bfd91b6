// One recurrent layer on a compiled build: what ../recurrent.ts does, for the same problems and arrays. A block of memory is
// kept for each shape, since training asks for the same few over and over.
import { cells, gateCounts } from "../cells.js";
import { type RecurrentArrays, type RecurrentGradients, type RecurrentProblem, stateCount } from "../problem.js";
import { type Block, type Build, openBlock } from "./block.js";
import type { FusedKernels } from "./kernels.js";

/** Shapes whose blocks are kept: stacked layers, both directions, a last smaller batch. */
const keptBlocks = 16;

export function createLayerKernels(build: Build): Pick<FusedKernels, "forward" | "backward"> {
  const blocks = new Map<string, Block>();
  const blockFor = (problem: RecurrentProblem): Block => {
    const { cell, batch, time, inputs, units, reverse, sequences, truncate } = problem;
    const key = [cell, batch, time, inputs, units, reverse, sequences, truncate].join();
    const block = blocks.get(key) ?? openLayer(build, problem);
    // The least recently used one is the first to go.
    blocks.delete(key);
    blocks.set(key, block);
    if (blocks.size > keptBlocks) blocks.delete(blocks.keys().next().value!);
    return block;
  };
  return {
    forward(problem, arrays) {
      const block = blockFor(problem);
      load(block, problem, arrays);
      block.region("inputs").set(arrays.x);
      block.run("forward");
      return { output: block.region("output").slice(), tape: block.region("tape").slice() };
    },
    backward(problem, arrays, tape, dOutput) {
      const block = blockFor(problem);
      load(block, problem, arrays);
      block.region("tape").set(tape);
      block.region("outputGradient").set(dOutput);
      block.run("backward");
      return gradientsOf(block, problem);
    },
  };
}

function openLayer(build: Build, problem: RecurrentProblem): Block {
  const { cell, batch, time, inputs, units, reverse, sequences, truncate } = problem;
  return openBlock(build, {
    cell: cells.indexOf(cell),
    batch,
    time,
    inputs,
    layers: 1,
    units: [units],
    bidirectional: 0,
    reverse: Number(reverse),
    outputs: 0,
    sequences: Number(sequences),
    truncate,
    trains: 1,
    hasInputGradient: 1,
  });
}

function load(block: Block, { batch }: RecurrentProblem, arrays: RecurrentArrays): void {
  const { kernel, recurrentKernel, bias, mask, initialState } = arrays;
  const parameters = block.region("parameters");
  parameters.set(kernel);
  parameters.set(recurrentKernel, kernel.length);
  parameters.set(bias, kernel.length + recurrentKernel.length);
  block.run("load_parameters");
  if (mask !== null) block.region("mask").set(mask);
  if (initialState !== null) block.region("initialState").set(initialState);
  block.set("count", batch);
  block.set("hasMask", Number(mask !== null));
  block.set("hasInitialState", Number(initialState !== null));
}

function gradientsOf(block: Block, { cell, batch, inputs, units }: RecurrentProblem): RecurrentGradients {
  const gradients = block.region("gradients");
  const width = gateCounts[cell] * units;
  const recurrentAt = inputs * width;
  const biasAt = recurrentAt + units * width;
  return {
    x: block.region("inputGradient").slice(),
    kernel: gradients.slice(0, recurrentAt),
    recurrentKernel: gradients.slice(recurrentAt, biasAt),
    bias: gradients.slice(biasAt),
    initialState: block.region("initialStateGradient").slice(0, stateCount(cell) * batch * units),
  };
}
