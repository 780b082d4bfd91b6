// The kernels in plain TypeScript, for machines where nothing compiled runs, and as what the compiled ones are compared with.
// In and out: as ./kernels.ts says.
import { gateCounts } from "../cells.js";
import type { RecurrentArrays, RecurrentGradients, RecurrentProblem } from "../problem.js";
import { recurrentBackward, recurrentForward } from "../recurrent.js";
import { adam, type FusedKernels, type FusedNetwork, type NetworkShape, type StepOptions } from "./kernels.js";
import { weightedLoss } from "./loss.js";
import { splitScales } from "./network.js";

export const typedArrayKernels: FusedKernels = {
  name: "js",
  kind: "js",
  forward: recurrentForward,
  backward: recurrentBackward,
  openNetwork: openTypedArrayNetwork,
};

/** One walk through the window by one cell: where its weights lie among the parameters. */
interface Pass {
  readonly units: number;
  readonly reverse: boolean;
  readonly kernel: readonly [from: number, to: number];
  readonly recurrentKernel: readonly [from: number, to: number];
  readonly bias: readonly [from: number, to: number];
}

interface LayerPlan {
  readonly inputs: number;
  readonly features: number;
  readonly sequences: boolean;
  readonly passes: readonly Pass[];
}

/** What a pass of a forward run leaves for the backward one. */
interface Trace {
  readonly problem: RecurrentProblem;
  readonly arrays: RecurrentArrays;
  readonly tape: Float32Array;
}

function openTypedArrayNetwork(shape: NetworkShape): FusedNetwork {
  const { inputs: inputCount, time, outputs, batch, trains } = shape;
  const plan = planLayers(shape);
  const { layers, parameterCount, head } = plan;
  const trained = (length: number) => new Float32Array(trains ? length : 0);
  const used = new Float32Array(parameterCount);
  const scaleCount = layers.reduce(
    (sum, { features, sequences }) => sum + batch * features * (sequences ? time : 1),
    0,
  );
  const moments = trained(2 * parameterCount);
  const gradient = trained(parameterCount);
  const network = {
    inputs: new Float32Array(batch * time * inputCount),
    mask: new Float32Array(batch * time),
    output: new Float32Array(batch * outputs),
    parameters: new Float32Array(parameterCount),
    targets: trained(batch * outputs),
    weights: trained(batch * outputs),
    scales: trains ? splitScales(shape, new Float32Array(scaleCount)) : [],
    gradients: trained(parameterCount),
    moments: trained(2 * parameterCount),
  };

  const forward = (count: number, masked: boolean, scaled: boolean) => {
    const traces: Trace[][] = [];
    const mask = masked ? network.mask.subarray(0, count * time) : null;
    let x = network.inputs.subarray(0, count * time * inputCount);
    layers.forEach((layer, index) => {
      const { features, inputs, sequences } = layer;
      const joined = new Float32Array(count * features * (sequences ? time : 1));
      traces.push(
        layer.passes.map((pass, p) => {
          const { units, reverse } = pass;
          const problem = { cell: shape.cell, batch: count, time, inputs, units, reverse, sequences };
          const arrays: RecurrentArrays = {
            x,
            kernel: used.subarray(...pass.kernel),
            recurrentKernel: used.subarray(...pass.recurrentKernel),
            bias: used.subarray(...pass.bias),
            mask,
            initialState: null,
          };
          const whole = { ...problem, truncate: shape.truncate };
          const { output, tape } = recurrentForward(whole, arrays);
          copyColumns(output, 0, units, joined, p * units, features, units);
          return { problem: whole, arrays, tape };
        }),
      );
      if (scaled) multiplyBy(joined, network.scales[index]!);
      x = joined;
    });
    for (let row = 0; row < count; row++)
      for (let k = 0; k < outputs; k++) {
        let sum = used[head.bias + k]!;
        for (let f = 0; f < head.features; f++)
          sum += x[row * head.features + f]! * used[head.kernel + f * outputs + k]!;
        network.output[row * outputs + k] = sum;
      }
    return { traces, last: x };
  };

  /** dOutput [count × K] to `gradient`. */
  const backward = (
    { traces, last }: ReturnType<typeof forward>,
    dOutput: Float32Array,
    { count, scaled }: StepOptions,
  ) => {
    gradient.fill(0);
    let dStates = new Float32Array(last.length);
    for (let row = 0; row < count; row++)
      for (let k = 0; k < outputs; k++) {
        const d = dOutput[row * outputs + k]!;
        gradient[head.bias + k]! += d;
        for (let f = 0; f < head.features; f++) {
          const at = row * head.features + f;
          gradient[head.kernel + f * outputs + k]! += d * last[at]!;
          dStates[at]! += d * used[head.kernel + f * outputs + k]!;
        }
      }
    for (let index = layers.length - 1; index >= 0; index--) {
      const { features, passes } = layers[index]!;
      if (scaled) multiplyBy(dStates, network.scales[index]!);
      const dx = new Float32Array(traces[index]![0]!.arrays.x.length);
      passes.forEach((pass, p) => {
        const { problem, arrays, tape } = traces[index]![p]!;
        const dPass = new Float32Array(dStates.length / passes.length);
        copyColumns(dStates, p * pass.units, features, dPass, 0, pass.units, pass.units);
        const gradients: RecurrentGradients = recurrentBackward(problem, arrays, tape, dPass);
        gradient.set(gradients.kernel, pass.kernel[0]);
        gradient.set(gradients.recurrentKernel, pass.recurrentKernel[0]);
        gradient.set(gradients.bias, pass.bias[0]);
        for (let i = 0; i < dx.length; i++) dx[i]! += gradients.x[i]!;
      });
      dStates = dx;
    }
  };

  return {
    ...network,
    loadParameters: () => used.set(network.parameters),
    storeParameters: () => network.parameters.set(used),
    loadMoments: () => moments.set(network.moments),
    storeMoments: () => network.moments.set(moments),
    storeGradients: () => network.gradients.set(gradient),
    predict(count, masked) {
      forward(count, masked, false);
    },
    step(options) {
      const pass = forward(options.count, options.masked, options.scaled);
      const dOutput = new Float32Array(options.count * outputs);
      const loss = weightedLoss(options.loss, network.output, network.targets, network.weights, dOutput);
      backward(pass, dOutput, options);
      let squares = 0;
      for (let i = 0; i < parameterCount; i++) squares += gradient[i]! ** 2;
      const gradientNorm = Math.sqrt(squares);
      if (Number.isFinite(loss) && Number.isFinite(gradientNorm))
        update(used, gradient, moments, gradientNorm, options, plan.matrices);
      return { loss, gradientNorm };
    },
    close() {},
  };
}

function planLayers({ cell, layers, bidirectional, inputs: inputCount, outputs }: NetworkShape) {
  const matrices: (readonly [from: number, to: number])[] = [];
  let parameterCount = 0;
  const take = (length: number): readonly [from: number, to: number] => {
    const from = parameterCount;
    parameterCount += length;
    return [from, parameterCount];
  };
  const takeMatrix = (length: number) => {
    const matrix = take(length);
    matrices.push(matrix);
    return matrix;
  };
  let inputs = inputCount;
  const planned = layers.map((units, index): LayerPlan => {
    const width = gateCounts[cell] * units;
    const passes = (bidirectional ? [false, true] : [false]).map(
      (reverse): Pass => ({
        units,
        reverse,
        kernel: takeMatrix(inputs * width),
        recurrentKernel: takeMatrix(units * width),
        bias: take(width),
      }),
    );
    const layer = { inputs, features: passes.length * units, sequences: index < layers.length - 1, passes };
    inputs = layer.features;
    return layer;
  });
  const [kernel, bias] = takeMatrix(inputs * outputs);
  take(outputs);
  return { layers: planned, matrices, parameterCount, head: { features: inputs, kernel, bias } };
}

/** Rows of `width` values from one row-major array into another. */
function copyColumns(
  from: Float32Array,
  fromColumn: number,
  fromStride: number,
  to: Float32Array,
  toColumn: number,
  toStride: number,
  width: number,
): void {
  for (let a = fromColumn, b = toColumn; b < to.length; a += fromStride, b += toStride)
    to.set(from.subarray(a, a + width), b);
}

function multiplyBy(values: Float32Array, factors: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i]! *= factors[i]!;
}

/** Adam (Kingma & Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov & Hutter 2019) of the matrices. */
function update(
  weights: Float32Array,
  gradient: Float32Array,
  moments: Float32Array,
  gradientNorm: number,
  { learningRate, clip, weightDecay, step }: StepOptions,
  matrices: readonly (readonly [from: number, to: number])[],
): void {
  const { beta1, beta2, epsilon } = adam;
  const correction = Math.sqrt(1 - beta2 ** step);
  const rate = (learningRate * correction) / (1 - beta1 ** step);
  const shrink = clip > 0 && gradientNorm > clip ? clip / gradientNorm : 1;
  const keep = 1 - learningRate * weightDecay;
  for (const [from, to] of matrices) for (let i = from; i < to; i++) weights[i]! *= keep;
  const count = weights.length;
  for (let i = 0; i < count; i++) {
    const g = gradient[i]! * shrink;
    const m = beta1 * moments[i]! + (1 - beta1) * g;
    const v = beta2 * moments[count + i]! + (1 - beta2) * g * g;
    moments[i] = m;
    moments[count + i] = v;
    weights[i]! -= (rate * m) / (Math.sqrt(v) + epsilon * correction);
  }
}
