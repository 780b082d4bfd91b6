// The gate: a small network that weighs the candidates at every step ahead. In: the features of one series. Out: a median and
// quantiles, and the weights. It is computed by kernels/classical/gate.h, so that a forecast loads no engine.
//
// a = W₁·series + b₁ (+ W₀·GRU of the newest steps), once; x = relu(a + W₂·step), x += relu(W₃·x + b₃); weights = softmax(W₄·x + b₄ − τ₁·overall log errors −
// τ₂·log errors at the step) over the candidates there are; median = Σ weights · candidates (+ residual). The quantiles hang on it as sums of softplus increments,
// in units of the error that the weighted candidates made before, so that they cannot cross.
import type { OpenBlock } from "../classical/compiled/block.js";
import { takeBlock } from "../classical/compiled/block.js";
import type { History } from "../classical/history.js";
import { type RecurrentProblem, recurrentForward } from "../engine/kernels/recurrent.js";
import {
  candidateCount,
  describeWindows,
  type GateInputs,
  newestCount,
  recentFeatureCount,
  recentLength,
  seriesFeatureCount,
  stepFeatureCount,
  type Window,
  writeWindows,
} from "./features.js";
import { type GateConfig, knots } from "./schema.js";

export const tailCount = knots.length - 1;

export interface GateParameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Features of the series that a network looks at, the first ones: those of the newest values stand last. */
export function seenCount(newest: boolean): number {
  return seriesFeatureCount - 1 - (newest ? 0 : newestCount);
}

/** What the network learns, in the order of its file. */
export function gateParameters({ width, residual, units, newest = false }: GateConfig): GateParameter[] {
  return [
    { name: "series.kernel", shape: [seenCount(newest), width] },
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

/** The share of the candidates' disagreement that widens the quantiles; as in kernels/classical/gate.h, like the limit. */
export const disagreementShare = 0.3;
export const residualLimit = 5;

/**
 * The mean of several networks' forecasts, which is steadier than each, for several windows of one series. Where the newest values of a window
 * came out far from what the candidates had said (kernels/classical/gate.h), networks that look at them answer, and elsewhere the others.
 * @param history of which each window knows as many values as it says; where that is all of them and all are equal, so is the forecast
 */
export function forecastWindows(
  networks: readonly GateNetwork[],
  history: History,
  horizon: number,
  windows: readonly Window[],
): GateForecast[] {
  if (networks.some(isRecurrent))
    return describeWindows(history, horizon, windows).map((inputs, w) => {
      const forecast = runGates(networks, inputs);
      return windows[w]!.origin === history.values.length ? keepConstant(history, forecast) : forecast;
    });
  const block = writeWindows(history, horizon, windows, gateNumbersOf(networks));
  loadGates(block, networks);
  block.set("wantsRecent", 0);
  block.run("forecast_windows");
  return windows.map((_, w) => forecastOf(block, horizon, w));
}

/** A series that never changed has no scale that a deviation could be measured in. */
function keepConstant({ values }: History, forecast: GateForecast): GateForecast {
  const [first] = values;
  if (values.every((value) => value === first)) forecast.quantiles.fill(first!);
  return forecast;
}

/** On features that are given. */
export function runGates(networks: readonly GateNetwork[], inputs: GateInputs): GateForecast {
  const { horizon, applies, reference, scale, series, steps } = inputs;
  const block = takeBlock({ horizon, gateNumbers: gateNumbersOf(networks) });
  loadGates(block, networks, networks.some(isRecurrent) ? inputs.recent : undefined);
  const { regions } = block;
  regions.applies.set(applies);
  regions.reference.set(reference);
  regions.scale[0] = scale;
  regions.series.set(series);
  regions.steps.set(steps);
  block.set("steps", horizon);
  block.run("run_gates");
  return forecastOf(block, horizon, 0);
}

function forecastOf({ regions }: OpenBlock, horizon: number, w: number): GateForecast {
  const cut = (from: Float64Array, size: number) => from.slice(w * size, (w + 1) * size);
  return {
    quantiles: cut(regions.quantiles, knots.length * horizon),
    weights: cut(regions.weights, candidateCount * horizon),
  };
}

const isRecurrent = ({ config }: GateNetwork) => config.units > 0;

/** What a block is told of a network before its parameters: its width, whether it has a residual, and whether it looks at the newest values. */
const gateHead = 3;

function gateNumbersOf(networks: readonly GateNetwork[]): number {
  return networks.reduce((sum, { config }) => sum + gateHead + compiledCount(config), 0);
}

/** The parameters that the compiled gate has: those of the recurrent summary come after them. */
function compiledParameters(config: GateConfig): GateParameter[] {
  return gateParameters({ ...config, units: 0 });
}

function compiledCount(config: GateConfig): number {
  return compiledParameters(config).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size),
    0,
  );
}

/** Which networks a block has in use. */
const loaded = new WeakMap<OpenBlock, readonly GateNetwork[]>();

/** @param recent what networks with a recurrent summary add to what they make of the series, which is like another bias */
function loadGates(block: OpenBlock, networks: readonly GateNetwork[], recent?: Float32Array): void {
  if (loaded.get(block) === networks && recent === undefined) return;
  const { gates } = block.regions;
  let at = 0;
  for (const { config, weights } of networks) {
    gates.set([config.width, config.residual ? 1 : 0, config.newest ? 1 : 0], at);
    at += gateHead;
    for (const { name } of compiledParameters(config)) {
      const values = weights.get(name)!;
      gates.set(values, at);
      if (name === "series.bias" && recent !== undefined && config.units > 0)
        addSummary(config, weights, recent, gates.subarray(at, at + values.length));
      at += values.length;
    }
  }
  block.set("gateCount", networks.length);
  block.run("load_gates");
  if (recent === undefined) loaded.set(block, networks);
  else loaded.delete(block);
}

/** out += the GRU's state after the newest step · its kernel */
function addSummary(
  { units, width }: GateConfig,
  weights: GateNetwork["weights"],
  recent: Float32Array,
  out: Float32Array,
): void {
  const at = (name: string) => weights.get(name)!;
  const { output } = recurrentForward(recentProblem(units, 1), {
    x: recent,
    kernel: at("recent.kernel"),
    recurrentKernel: at("recent.recurrent"),
    bias: at("recent.bias"),
    mask: null,
    initialState: null,
  });
  const kernel = at("summary.kernel");
  for (let i = 0; i < units; i++) for (let j = 0; j < width; j++) out[j]! += output[i]! * kernel[i * width + j]!;
}

function recentProblem(units: number, batch: number): RecurrentProblem {
  const sizes = { batch, time: recentLength, inputs: recentFeatureCount, units };
  return { cell: "gru", ...sizes, reverse: false, sequences: false, truncate: 0 };
}
