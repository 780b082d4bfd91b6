// Networks of every form for tests: any combination, with drawn weights and windows.
import * as fc from "fast-check";
import { seededRandom } from "../../src/base/random.js";
import { cells } from "../../src/engine/kernels/cells.js";
import type { FittedNetwork } from "../../src/fit/fit.js";
import { attentionKinds, type NetworkConfig, outputCount, windowShape } from "../../src/model/config.js";
import type { NamedArray } from "../../src/model/inference.js";
import { initialise } from "../../src/model/initialisers.js";
import { planNetwork } from "../../src/model/parameters.js";
import { maskValue } from "../../src/windows/mask.js";
import { normals } from "../engine/kernels/reference.js";

/** A small network that says all steps at once; of which sizes is for each test to say. */
export const smallGru = {
  kind: "recurrent",
  cell: "gru",
  layers: [4],
  bidirectional: false,
  decoder: "direct",
  dropout: 0,
  truncate: 0,
} as const satisfies Partial<NetworkConfig>;

/** What a forecast does not look at. */
export const untrained: Pick<FittedNetwork, "training" | "record"> = {
  training: {
    loss: "mae",
    epochs: 1,
    batch: 1,
    stepsPerEpoch: 1,
    learningRate: 0.1,
    schedule: "constant",
    clip: 0,
    weightDecay: 0,
    patience: 0,
    seed: 1,
  },
  record: {
    loss: [],
    validationLoss: [],
    bestEpoch: 1,
    stepCount: 0,
    trainingWindowCount: 0,
    validationWindowCount: 0,
    stopped: "epochs",
    refitted: false,
  },
};

export const anyFormConfig: fc.Arbitrary<NetworkConfig> = fc
  .record({
    cell: fc.constantFrom(...cells),
    layers: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 2 }),
    bidirectional: fc.boolean(),
    decoder: fc.constantFrom("direct" as const, "recursive" as const),
    inputs: fc.integer({ min: 1, max: 3 }),
    horizon: fc.integer({ min: 1, max: 4 }),
    segment: fc.constantFrom(1, 2, 3),
    segments: fc.integer({ min: 1, max: 4 }),
    conv: fc.option(fc.record({ filters: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 5 }) })),
    attention: fc.constantFrom(null, ...attentionKinds),
    mix: fc.constantFrom<number[]>([], [3], [1, 2, 4]),
  })
  .map(({ segments, ...rest }) => ({
    kind: "recurrent",
    dropout: 0,
    truncate: 0,
    window: segments * rest.segment,
    ...rest,
  }));

/** Biases too are drawn, since zeros would hide a bias that is read wrong. */
export function drawWeights(config: NetworkConfig): NamedArray[] {
  return planNetwork(config).parameters.map((parameter) => ({
    name: parameter.name,
    shape: parameter.shape,
    values: initialise(parameter, seededRandom(1).fork(parameter.name)).map((value, i) => value + 0.1 * Math.sin(i)),
  }));
}

/** @returns [batch × C × K] */
export function candidateValues(config: NetworkConfig, batch: number): Float32Array {
  return normals(3, "candidates", batch * (config.mix?.length ?? 0) * outputCount(config), 1);
}

/** Windows whose first steps are padding, more of them from row to row, where the form knows a mask. */
export function paddedWindows(config: NetworkConfig, batch: number, padded: boolean) {
  const { window, inputs: width, segment = 1 } = config;
  const inputs = normals(2, "inputs", batch * window * width, 1);
  if (!padded || windowShape(config).repeatsPadding === true) return { inputs, mask: null };
  const mask = new Float32Array(batch * window).fill(1);
  for (let row = 0; row < batch; row++) {
    const padding = row % window;
    mask.fill(0, row * window, row * window + padding);
    const marked = Math.floor(padding / segment) * segment;
    inputs.fill(maskValue, row * window * width, (row * window + marked) * width);
  }
  return { inputs, mask };
}
