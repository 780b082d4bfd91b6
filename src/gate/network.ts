// The gate: a small network that weighs the candidates at every step ahead. In: the features of one series. Out: a median and
// quantiles, and the weights. It runs on typed arrays alone, so that a forecast loads no engine.
//
// a = W₁·series + b₁ (+ W₀·GRU of the newest steps), once; x = relu(a + W₂·step), x += relu(W₃·x + b₃); weights = softmax(W₄·x + b₄ − τ₁·overall log errors −
// τ₂·log errors at the step) over the candidates there are; median = Σ weights · candidates (+ residual). The quantiles hang on it as sums of softplus increments,
// in units of the error that the weighted candidates made before, so that they cannot cross.
import { portableExp, portableLog1p, portableSinh } from "../base/portable.js";
import { type RecurrentProblem, recurrentForward } from "../engine/kernels/recurrent.js";
import {
  candidateCount,
  factCount,
  type GateInputs,
  recentFeatureCount,
  recentLength,
  seriesFeatureCount,
  stepFactCount,
  stepFeatureCount,
} from "./features.js";
import { type GateConfig, knots } from "./schema.js";

export const tailCount = knots.length - 1;
/** Below and above the median, the nearest knot first. */
const sideCount = tailCount / 2;

export interface GateParameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What the network learns, in the order of its file. */
export function gateParameters({ width, residual, units }: GateConfig): GateParameter[] {
  return [
    { name: "series.kernel", shape: [seriesFeatureCount, width] },
    { name: "series.bias", shape: [width] },
    { name: "step.kernel", shape: [stepFeatureCount, width] },
    { name: "hidden.kernel", shape: [width, width] },
    { name: "hidden.bias", shape: [width] },
    { name: "gate.kernel", shape: [width, candidateCount] },
    { name: "gate.bias", shape: [candidateCount] },
    { name: "tail.kernel", shape: [width, tailCount] },
    { name: "tail.bias", shape: [tailCount] },
    { name: "trust", shape: [2] },
    ...(residual ? [{ name: "residual.kernel", shape: [width, 1] }] : []),
    ...(units > 0
      ? [
          { name: "recent.kernel", shape: [recentFeatureCount, 3 * units] },
          { name: "recent.recurrent", shape: [units, 3 * units] },
          { name: "recent.bias", shape: [3 * units] },
          { name: "summary.kernel", shape: [units, width] },
        ]
      : []),
  ];
}

export interface GateNetwork {
  readonly config: GateConfig;
  /** By name, shaped as `gateParameters` says. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

export interface GateForecast {
  /** [knot × horizon] in the series' units, ascending by knot */
  readonly quantiles: Float64Array;
  /** [candidate × horizon], summing to 1 over the candidates */
  readonly weights: Float64Array;
}

/** The share of the candidates' disagreement that widens the quantiles. */
export const disagreementShare = 0.3;
export const residualLimit = 5;

/** The mean of several networks' forecasts, which is steadier than each. */
export function runGates(networks: readonly GateNetwork[], inputs: GateInputs): GateForecast {
  const { horizon } = inputs;
  const quantiles = new Float64Array(knots.length * horizon);
  const weights = new Float64Array(candidateCount * horizon);
  const said = unfold(inputs);
  for (const network of networks) addGate(network, inputs, said, 1 / networks.length, quantiles, weights);
  const { reference, scale } = inputs;
  for (let k = 0; k < knots.length; k++)
    for (let h = 0; h < horizon; h++) {
      const i = k * horizon + h;
      quantiles[i] = reference[h]! + scale * quantiles[i]!;
    }
  return { quantiles, weights };
}

interface Said {
  /** [horizon × candidate] from the reference, in scales; 0 for those that do not apply */
  readonly deviations: Float64Array;
  /** [horizon × candidate] in scales */
  readonly errors: Float64Array;
}

/** The candidates' deviations and errors, out of the features that hold their inverse sines and logarithms. */
function unfold({ horizon, applies, steps }: GateInputs): Said {
  const deviations = new Float64Array(horizon * candidateCount);
  const errors = new Float64Array(horizon * candidateCount);
  for (let h = 0; h < horizon; h++)
    for (let c = 0; c < candidateCount; c++) {
      if (applies[c] === 0) continue;
      const at = h * stepFeatureCount + stepFactCount + c;
      deviations[h * candidateCount + c] = portableSinh(steps[at]!);
      errors[h * candidateCount + c] = portableExp(steps[at + candidateCount]!);
    }
  return { deviations, errors };
}

function addGate(
  { config, weights: parameters }: GateNetwork,
  inputs: GateInputs,
  { deviations, errors }: Said,
  share: number,
  quantiles: Float64Array,
  weights: Float64Array,
): void {
  const { horizon, applies, series, steps } = inputs;
  const { width } = config;
  const at = (name: string) => parameters.get(name)!;
  const hiddenKernel = at("hidden.kernel");
  const stepKernel = at("step.kernel");
  const trust = at("trust");
  const fromSeries = Float64Array.from(at("series.bias"));
  addProduct(series, 0, seriesFeatureCount, at("series.kernel"), fromSeries);
  if (config.units > 0)
    addProduct(summarise(config.units, at, inputs.recent), 0, config.units, at("summary.kernel"), fromSeries);
  const x = new Float64Array(width);
  const hidden = new Float64Array(width);
  const logits = new Float64Array(candidateCount);
  const tails = new Float64Array(tailCount);
  const residual = new Float64Array(1);
  for (let h = 0; h < horizon; h++) {
    const row = h * stepFeatureCount;
    x.set(fromSeries);
    addProduct(steps, row, stepFeatureCount, stepKernel, x);
    for (let i = 0; i < width; i++) x[i] = Math.max(0, x[i]!);
    hidden.set(at("hidden.bias"));
    addProduct(x, 0, width, hiddenKernel, hidden);
    for (let i = 0; i < width; i++) x[i]! += Math.max(0, hidden[i]!);
    logits.set(at("gate.bias"));
    addProduct(x, 0, width, at("gate.kernel"), logits);
    for (let c = 0; c < candidateCount; c++)
      logits[c]! -= trust[0]! * series[factCount + c]! + trust[1]! * steps[row + stepFactCount + candidateCount + c]!;
    softmax(logits, applies);

    let median = 0;
    let error = 0;
    for (let c = 0; c < candidateCount; c++) {
      if (applies[c] === 0) continue;
      median += logits[c]! * deviations[h * candidateCount + c]!;
      error += logits[c]! * errors[h * candidateCount + c]!;
      weights[c * horizon + h]! += share * logits[c]!;
    }
    if (config.residual) {
      residual[0] = 0;
      addProduct(x, 0, width, at("residual.kernel"), residual);
      median += portableSinh(Math.min(Math.max(residual[0]!, -residualLimit), residualLimit));
    }
    let disagreement = 0;
    for (let c = 0; c < candidateCount; c++)
      disagreement += logits[c]! * Math.abs(deviations[h * candidateCount + c]! - median);
    tails.set(at("tail.bias"));
    addProduct(x, 0, width, at("tail.kernel"), tails);
    const unit = error + disagreementShare * disagreement;
    quantiles[sideCount * horizon + h]! += share * median;
    let below = median;
    let above = median;
    for (let k = 0; k < sideCount; k++) {
      below -= unit * softplus(tails[k]!);
      above += unit * softplus(tails[sideCount + k]!);
      quantiles[(sideCount - 1 - k) * horizon + h]! += share * below;
      quantiles[(sideCount + 1 + k) * horizon + h]! += share * above;
    }
  }
}

/** @returns [units] the GRU's state after the newest step */
function summarise(units: number, at: (name: string) => Float32Array, recent: Float32Array): Float32Array {
  return recurrentForward(recentProblem(units, 1), {
    x: recent,
    kernel: at("recent.kernel"),
    recurrentKernel: at("recent.recurrent"),
    bias: at("recent.bias"),
    mask: null,
    initialState: null,
  }).output;
}

export function recentProblem(units: number, batch: number): RecurrentProblem {
  const sizes = { batch, time: recentLength, inputs: recentFeatureCount, units };
  return { cell: "gru", ...sizes, reverse: false, sequences: false, truncate: 0 };
}

/**
 * out += left · kernel, four rows of it at a time, so that `out` is read and written less often.
 * @param left [count] from `from` on
 * @param kernel [count × out.length]
 */
function addProduct(
  left: Float32Array | Float64Array,
  from: number,
  count: number,
  kernel: Float32Array,
  out: Float64Array,
): void {
  const width = out.length;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const a = left[from + i]!;
    const b = left[from + i + 1]!;
    const c = left[from + i + 2]!;
    const d = left[from + i + 3]!;
    if (a === 0 && b === 0 && c === 0 && d === 0) continue;
    const row = i * width;
    for (let j = 0; j < width; j++) {
      const at = row + j;
      const near = a * kernel[at]! + b * kernel[at + width]!;
      out[j]! += near + (c * kernel[at + 2 * width]! + d * kernel[at + 3 * width]!);
    }
  }
  for (; i < count; i++) {
    const factor = left[from + i]!;
    const row = i * width;
    for (let j = 0; j < width; j++) out[j]! += factor * kernel[row + j]!;
  }
}

/** In place, over the candidates that apply; 0 for the others. */
function softmax(logits: Float64Array, applies: Uint8Array): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < logits.length; c++) if (applies[c] === 1) top = Math.max(top, logits[c]!);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) {
    logits[c] = applies[c] === 1 ? portableExp(logits[c]! - top) : 0;
    sum += logits[c]!;
  }
  for (let c = 0; c < logits.length; c++) logits[c]! /= sum;
}

function softplus(x: number): number {
  return x > 0 ? x + portableLog1p(portableExp(-x)) : portableLog1p(portableExp(x));
}
