// Trains the gate: on synthetic windows for the weights that ship, on a panel's own past for fine-tuning. In: windows as features
// and targets. Out: weights, averaged over the last steps. The graph is TensorFlow.js, on whichever engine is started; it is the twin of network.ts, and a test
// holds the two to each other.
import {
  abs,
  add,
  clipByValue,
  concat,
  customGrad,
  exp,
  matMul,
  maximum,
  mul,
  neg,
  ones,
  relu,
  reshape,
  type Scalar,
  sinh,
  slice,
  softmax,
  softplus,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tensor,
  tensor1d,
  tidy,
  type Variable,
  variable,
  variableGrads,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { Random } from "../base/random.js";
import { nextTurn } from "../base/turn.js";
import { loadGradients } from "../engine/gradients.js";
import { recurrent } from "../engine/kernels/op.js";
import { createAdam } from "../fit/optimiser.js";
import { learningRateFactor } from "../fit/schedule.js";
import {
  candidateCount,
  factCount,
  recentFeatureCount,
  recentLength,
  seriesFeatureCount,
  stepFactCount,
  stepFeatureCount,
} from "./features.js";
import { disagreementShare, type GateNetwork, gateParameters, residualLimit, seenCount, tailCount } from "./network.js";
import { type GateConfig, knots } from "./schema.js";
import type { GateWindows } from "./windows.js";

export interface GateTraining {
  readonly stepCount: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Share of the candidates that are taken away from a window each time it is trained on, so that no few are leant on. */
  readonly candidateDropout: number;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told every so often. */
  readonly onStep?: (step: number, loss: number) => void;
}

/** The median counts twice as much as each tail. */
const knotWeights = knots.map((level) => (level === 0.5 ? 1 : 0.25));
const clip = 1;
/** Of the mean over the last steps, which is what training gives. */
const averaging = 0.005;

/** Where training starts: a gate that trusts the candidates by their errors, and tails of a plausible width. */
export function initialGate(config: GateConfig, random: Random): GateNetwork {
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of gateParameters(config)) {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const draws = random.fork(name);
    const deviation = /^(gate|residual|summary)/.test(name) ? 0.01 : Math.sqrt(2 / shape[0]!) / 2;
    if (shape.length > 1) for (let i = 0; i < values.length; i++) values[i] = deviation * draws.normal();
    if (name === "trust") values.set([1, 0.5]);
    weights.set(name, values);
  }
  return { config, weights };
}

/** Call once an engine is started. @throws the signal's reason when aborted */
export async function trainGate(
  start: GateNetwork,
  windows: GateWindows,
  training: GateTraining,
): Promise<GateNetwork> {
  await loadGradients();
  const plan = gateParameters(start.config);
  const weights = plan.map(({ name }) => start.weights.get(name)!.slice());
  const averages = weights.map((values) => values.slice());
  const variables = plan.map(({ name, shape }, p) => {
    const first = tensor(weights[p]!, [...shape]);
    const made = variable(first, true, `${name}/${training.random.integer(2 ** 30)}`);
    first.dispose();
    return made;
  });
  const at = (name: string): Variable => variables[plan.findIndex((parameter) => parameter.name === name)]!;
  const decays = plan.map(({ shape }) => shape.length > 1);
  const adam = createAdam(weights, decays, { clip, weightDecay: training.weightDecay });
  const batches = training.random.fork("batches");
  const gathered = emptyBatch(training.batch, windows.stepCount);
  try {
    for (let step = 0; step < training.stepCount; step++) {
      gatherBatch(windows, batches, gathered);
      if (training.candidateDropout > 0)
        dropCandidates(gathered, windows.stepCount, training.candidateDropout, batches);
      const { value, grads } = tidy(() =>
        variableGrads(() => gateLoss(start.config, at, gathered, windows.stepCount), variables),
      );
      const loss = value.dataSync()[0]!;
      const gradients = variables.map(({ name }) => grads[name]!.dataSync() as Float32Array);
      value.dispose();
      for (const gradient of Object.values(grads)) gradient.dispose();
      const rate = training.learningRate * learningRateFactor("one-cycle", step, training.stepCount);
      // A step whose gradient is not finite moves nothing.
      if (Number.isFinite(adam.step(gradients, rate)))
        weights.forEach((values, p) => {
          const { shape } = plan[p]!;
          const moved = tensor(values, [...shape]);
          variables[p]!.assign(moved);
          moved.dispose();
          blend(averages[p]!, values, Math.max(averaging, 1 / (step + 1)));
        });
      training.onStep?.(step, loss);
      if (step % 16 === 0) await nextTurn(training.signal);
    }
  } finally {
    for (const each of variables) each.dispose();
  }
  return { config: start.config, weights: new Map(plan.map(({ name }, p) => [name, averages[p]!])) };
}

interface Batch {
  readonly size: number;
  readonly series: Float32Array;
  readonly steps: Float32Array;
  readonly recent: Float32Array;
  readonly targets: Float32Array;
  readonly weights: Float32Array;
}

function emptyBatch(size: number, stepCount: number): Batch {
  return {
    size,
    series: new Float32Array(size * seriesFeatureCount),
    steps: new Float32Array(size * stepCount * stepFeatureCount),
    recent: new Float32Array(size * recentLength * recentFeatureCount),
    targets: new Float32Array(size * stepCount),
    weights: new Float32Array(size),
  };
}

function gatherBatch(windows: GateWindows, random: Random, out: Batch): void {
  for (let b = 0; b < out.size; b++) {
    const w = random.integer(windows.count);
    copyRow(windows.series, w, out.series, b, seriesFeatureCount);
    copyRow(windows.steps, w, out.steps, b, windows.stepCount * stepFeatureCount);
    copyRow(windows.recent, w, out.recent, b, recentLength * recentFeatureCount);
    copyRow(windows.targets, w, out.targets, b, windows.stepCount);
    out.weights[b] = windows.weights[w]!;
  }
}

/** Marks candidates as not there, as where they do not apply; a window keeps one at least. */
function dropCandidates(batch: Batch, stepCount: number, share: number, random: Random): void {
  for (let b = 0; b < batch.size; b++) {
    const applies = b * seriesFeatureCount + factCount + candidateCount;
    let left = 0;
    for (let c = 0; c < candidateCount; c++) left += batch.series[applies + c]!;
    for (let c = 0; c < candidateCount; c++) {
      if (random.uniform() >= share || batch.series[applies + c] === 0 || left === 1) continue;
      left--;
      batch.series[applies + c] = 0;
      batch.series[applies - candidateCount + c] = 0;
      for (let s = 0; s < stepCount; s++) {
        const row = (b * stepCount + s) * stepFeatureCount + stepFactCount;
        batch.steps[row + c] = 0;
        batch.steps[row + candidateCount + c] = 0;
      }
    }
  }
}

function copyRow(from: Float32Array, row: number, to: Float32Array, at: number, size: number): void {
  to.set(from.subarray(row * size, (row + 1) * size), at * size);
}

function blend(average: Float32Array, values: Float32Array, share: number): void {
  for (let i = 0; i < average.length; i++) average[i]! += share * (values[i]! - average[i]!);
}

/** Forward as it is, backward nothing: the tails must not pull at what the median rests on. */
const detach = customGrad((x) => ({
  value: (x as Tensor).clone(),
  gradFunc: (dy) => zerosLike(dy as Tensor),
})) as (x: Tensor) => Tensor;

/** Mean pinball loss over windows, steps and knots. */
function gateLoss(config: GateConfig, at: (name: string) => Tensor, batch: Batch, stepCount: number): Scalar {
  const rows = batch.size * stepCount;
  const series = tensor(batch.series, [batch.size, seriesFeatureCount]);
  const steps = tensor(batch.steps, [rows, stepFeatureCount]);
  const recent = tensor(batch.recent, [batch.size, recentLength, recentFeatureCount]);
  const features = { series: series as Tensor2D, steps: steps as Tensor2D, recent: recent as Tensor3D };
  const quantiles = gateQuantiles(config, at, features, stepCount);
  const targets = tensor(batch.targets, [rows, 1]);
  const errors = sub(targets, quantiles);
  const levels = tensor1d([...knots]);
  const pinball = maximum(mul(levels, errors), mul(sub(levels, 1), errors));
  const perWindow = reshape(sum(mul(pinball, tensor1d(knotWeights)), -1), [batch.size, stepCount]);
  const weighted = mul(sum(perWindow, -1), tensor1d(batch.weights));
  return mul(sum(weighted), 1 / rows) as Scalar;
}

export interface GateTensors {
  /** [window × seriesFeatureCount] */
  readonly series: Tensor2D;
  /** [window · step × stepFeatureCount] */
  readonly steps: Tensor2D;
  /** [window × recentLength × recentFeatureCount] */
  readonly recent: Tensor3D;
}

/** @returns [window · step × knot] in units of the scale, from the reference on */
export function gateQuantiles(
  config: GateConfig,
  at: (name: string) => Tensor,
  { series, steps, recent }: GateTensors,
  stepCount: number,
): Tensor {
  const [rows] = steps.shape;
  const batch = series.shape[0];
  const seen = slice(series, [0, 0], [batch, seenCount(config.newest ?? false)]);
  let ofSeries = add(matMul(seen, at("series.kernel") as Tensor2D), at("series.bias"));
  if (config.units > 0) {
    const [kernel, recurrentKernel, bias] = [at("recent.kernel"), at("recent.recurrent"), at("recent.bias")];
    const summary = recurrent({ x: recent, kernel, recurrentKernel, bias }, { cell: "gru" });
    ofSeries = add(ofSeries, matMul(summary as Tensor2D, at("summary.kernel") as Tensor2D));
  }
  const fromSeries = reshape(ofSeries, [batch, 1, config.width]);
  const fromSteps = reshape(matMul(steps, at("step.kernel") as Tensor2D), [batch, stepCount, config.width]);
  const first = reshape(relu(add(fromSeries, fromSteps)), [rows, config.width]) as Tensor2D;
  const x = add(first, relu(add(matMul(first, at("hidden.kernel") as Tensor2D), at("hidden.bias")))) as Tensor2D;

  const perStep = (from: number, size: number) =>
    reshape(mul(reshape(slice(series, [0, from], [batch, size]), [batch, 1, size]), ones([1, stepCount, 1])), [
      rows,
      size,
    ]);
  const overall = perStep(factCount, candidateCount);
  const applies = perStep(factCount + candidateCount, candidateCount);
  const deviations = sinh(slice(steps, [0, stepFactCount], [rows, candidateCount]));
  const logErrors = slice(steps, [0, stepFactCount + candidateCount], [rows, candidateCount]);
  const trust = at("trust");
  const trusted = add(mul(slice(trust, 0, 1), overall), mul(slice(trust, 1, 1), logErrors));
  const logits = sub(add(matMul(x, at("gate.kernel") as Tensor2D), at("gate.bias")), trusted);
  const weights = softmax(add(logits, mul(sub(applies, 1), 1e9)), -1);
  let median = sum(mul(weights, deviations), -1, true);
  if (config.residual) {
    const residual = clipByValue(matMul(x, at("residual.kernel") as Tensor2D), -residualLimit, residualLimit);
    median = add(median, sinh(residual));
  }

  const centre = detach(median);
  const shares = detach(weights);
  const error = sum(mul(shares, exp(logErrors)), -1, true);
  const disagreement = sum(mul(shares, abs(sub(deviations, centre))), -1, true);
  const unit = add(error, mul(disagreement, disagreementShare));
  const tails = add(matMul(detach(x) as Tensor2D, at("tail.kernel") as Tensor2D), at("tail.bias"));
  const increments = mul(softplus(tails), unit) as Tensor2D;
  const side = tailCount / 2;
  const columns: Tensor[] = [];
  for (const [offset, sign] of [
    [0, neg],
    [side, (t: Tensor) => t],
  ] as const) {
    let total: Tensor | undefined;
    for (let k = 0; k < side; k++) {
      const increment = slice(increments, [0, offset + k], [rows, 1]);
      total = total === undefined ? increment : add(total, increment);
      columns.push(add(centre, sign(total)));
    }
  }
  const [near, middle, far, ...above] = columns;
  return concat([far!, middle!, near!, median, ...above], 1);
}
