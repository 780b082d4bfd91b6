// Fine-tunes the gate on a panel's own past: what the pretraining could not know of how these series behave. In: networks and a
// frame. Out: networks that did as well or better on the newest horizon, held back, or those that came in.
import { seededRandom } from "../base/random.js";
import { nextTurn } from "../base/turn.js";
import { startEngine } from "../engine/engine.js";
import { type Frame, sampleSeries } from "../series/frame.js";
import { describeWindows } from "./features.js";
import { openHistory } from "./forecast.js";
import { type GateNetwork, runGates } from "./network.js";
import { chooseOrigins } from "./origins.js";
import { medianKnot } from "./schema.js";
import { trainGate } from "./training.js";
import { decodeWeights, encodeWeights, gateLayout } from "./weights.js";
import { cutWindow, type GateWindows, inputsOfWindow, joinWindows } from "./windows.js";

/** Histories of a panel that are looked at: together they take some half a minute. */
const windowLimit = 1_000;
/** And of one series. */
const windowsPerSeries = 48;
const fewestWindows = 32;
/** Times that each window is seen, within bounds: more would forget what the pretraining knew. */
const passes = 20;
const mostSteps = 250;
const fewestSteps = 30;
const training = { batch: 64, learningRate: 1e-3, weightDecay: 1e-3, candidateDropout: 0.1 };
/** What the newest horizon may lose: about even there, the tuning that has seen it too was still better after it (M4 hourly). */
const tolerance = 1.01;
/** Steps of a window that are trained on. */
const windowSteps = 8;
/** Earlier origins that the candidates are tested from. */
const originLimit = 6;
/** Windows that are worked out in one go: they share origins. */
const windowsAtOnce = 16;

export interface FineTuning {
  readonly networks: readonly GateNetwork[];
  /** Why these. */
  readonly reason: string;
}

/** Rounded as in a model directory, so that what is calibrated and forecast now is what is forecast from there. */
function asKept(networks: readonly GateNetwork[]): GateNetwork[] {
  return decodeWeights(encodeWeights(networks), gateLayout(networks));
}

/** @throws the signal's reason when aborted */
export async function fineTuneGates(
  networks: readonly GateNetwork[],
  frame: Frame,
  seasons: readonly number[],
  horizon: number,
  seed: number,
  signal: AbortSignal,
): Promise<FineTuning> {
  const newest = await cutWindows(frame, seasons, horizon, seed, [1], signal);
  const older = await cutWindows(frame, seasons, horizon, seed, undefined, signal);
  if (older.count < fewestWindows || newest.count === 0)
    return { networks, reason: `${older.count} windows of the data are too few to fine-tune on` };
  await startEngine("wasm", { dataDirectory: "", notify: () => {} });
  const tune = async (windows: GateWindows) => {
    const tuned: GateNetwork[] = [];
    const wanted = Math.round((passes * windows.count) / training.batch);
    const stepCount = Math.min(Math.max(wanted, fewestSteps), mostSteps);
    for (const [member, network] of networks.entries()) {
      // What is a surprise is too rare in a panel to be learnt from it.
      if (network.config.newest) {
        tuned.push(network);
        continue;
      }
      const random = seededRandom(seed).fork(`fine-tuning ${member}`);
      tuned.push(await trainGate(network, windows, { ...training, stepCount, random, signal }));
    }
    return tuned;
  };
  const before = meanError(networks, newest);
  const after = meanError(await tune(older), newest);
  const told = `on the newest horizon, held back, ${after.toPrecision(3)} after fine-tuning against ${before.toPrecision(3)}`;
  if (after > tolerance * before) return { networks, reason: `fine-tuning did not help (${told}): left as pretrained` };
  return {
    networks: asKept(await tune(joinWindows([older, newest], windowSteps))),
    reason: `fine-tuned on ${older.count} windows (${told})`,
  };
}

/**
 * Windows that end some horizons before the end of each series.
 * @param horizonsAgo 1: the target is the newest horizon; as many older ones as there is room for when left out
 */
async function cutWindows(
  frame: Frame,
  seasons: readonly number[],
  horizon: number,
  seed: number,
  horizonsAgo: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<GateWindows> {
  const sample = sampleSeries(frame.series, horizonsAgo === undefined ? windowLimit / 2 : windowLimit / 4);
  const perSeries = Math.max(1, Math.min(windowsPerSeries, Math.floor(windowLimit / sample.length)));
  const ago = horizonsAgo ?? Array.from({ length: perSeries }, (_, i) => i + 2);
  const least = Math.max(3 * horizon, 2 * (seasons[0] ?? 1) + 4, 12);
  const parts: GateWindows[] = [];
  for (const { key, values } of sample) {
    const history = openHistory(values, seasons);
    const originAt = (count: number) => history.values.length - count * horizon;
    const fitting = ago.filter((count) => originAt(count) >= least);
    for (let first = 0; first < fitting.length; first += windowsAtOnce) {
      await nextTurn(signal);
      const counts = fitting.slice(first, first + windowsAtOnce);
      const windows = counts.map((count) => {
        const origin = originAt(count);
        return { origin, tested: chooseOrigins(origin, horizon, seasons, originLimit) };
      });
      describeWindows(history, horizon, windows).forEach((inputs, w) => {
        const { origin } = windows[w]!;
        const random = seededRandom(seed).fork(`${key.join("/")} ${counts[w]}`);
        parts.push(cutWindow(inputs, history.values.subarray(origin, origin + horizon), windowSteps, random));
      });
    }
  }
  return joinWindows(parts, windowSteps);
}

/** Mean absolute error of the median, in scales, weighted as in training. */
function meanError(networks: readonly GateNetwork[], windows: GateWindows): number {
  let sum = 0;
  let weightSum = 0;
  for (let w = 0; w < windows.count; w++) {
    const { quantiles } = runGates(networks, inputsOfWindow(windows, w));
    for (let s = 0; s < windows.stepCount; s++) {
      const error = windows.targets[w * windows.stepCount + s]! - quantiles[medianKnot * windows.stepCount + s]!;
      sum += windows.weights[w]! * Math.abs(error);
      weightSum += windows.weights[w]!;
    }
  }
  return sum / weightSum;
}
