// Forecasts from a network whose head says more than a point. In: a fitted network and a frame. Out: points and quantiles in the data's
// own units: of each step's own distribution, or of sample paths where each step is fed back. Runs without TensorFlow.js.
import { portableRandom } from "../base/distributions.js";
import { quantileOfSorted } from "../base/numeric.js";
import type { Random } from "../base/random.js";
import { nextTurn } from "../base/turn.js";
import type { FittedNetwork } from "../fit/fit.js";
import type { HeadConfig } from "../model/heads/config.js";
import { takeStep } from "../model/heads/dense.js";
import { type Head, headWidth } from "../model/heads/head.js";
import { openHead } from "../model/heads/index.js";
import { predictArrays } from "../model/inference.js";
import type { Affine } from "../scale/scalers.js";
import { type Frame, seriesId } from "../series/frame.js";
import { batchesOf } from "../windows/batches.js";
import { type Batch, createBatch, type WindowShape } from "../windows/gather.js";
import { invertForecast, type PreparedFrame, prepareActual } from "../windows/prepare.js";
import { affineOf, prepareForecast } from "./batch.js";
import { checkHorizon, keepConstants, sayWhatIsMissing } from "./network.js";
import type { Forecasts, PredictContext, Predictor } from "./predictor.js";
import { feedBack, openCandidates } from "./recursion.js";

/** @throws when the network says points alone */
export function headPredictor(fitted: FittedNetwork, context: PredictContext): Predictor {
  const { head: config } = fitted.config;
  if (config === undefined) throw new Error("a point forecast has no distribution");
  return {
    name: fitted.config.cell,
    async predict(frame, horizon, levels = []) {
      checkHorizon(fitted, horizon);
      return predict(fitted, config, frame, horizon, levels, context);
    },
  };
}

/** What is said of one window's steps. */
interface Said {
  /** Point, then each level [K]; of steps that stand alone, changes, and of paths, in the data's units. */
  readonly rows: readonly Float64Array[];
  /** The probability of the bin that a change at step k falls in; of heads that know bins. */
  readonly probability: (k: number, change: number) => number;
}

/** A window in a batch, and the series and step that it leads to. */
interface Place {
  readonly b: number;
  readonly s: number;
  readonly origin: number;
}

async function predict(
  fitted: FittedNetwork,
  headConfig: HeadConfig,
  frame: Frame,
  horizon: number,
  levels: readonly number[],
  { notify, signal }: PredictContext,
): Promise<Forecasts> {
  const { config, weights } = fitted;
  const head = openHead(headConfig);
  const { prepared, plan, shape } = prepareForecast(fitted, frame, horizon);
  const isDirect = config.decoder === "direct";
  const sample = isDirect ? null : pathSampler(fitted, head, headConfig.sampleCount ?? 100, prepared, shape, horizon);
  const out = [0, ...levels].map(() => new Float64Array(frame.series.length * horizon).fill(Number.NaN));
  const told = new Map<number, Pick<Said, "probability"> & { readonly origin: number }>();
  for (const { batch, from, count, mask } of batchesOf(prepared, plan, shape)) {
    if (from > 0) await nextTurn(signal);
    const raw = isDirect
      ? predictArrays(config, weights, batch.inputs, mask, count, batch.candidates)
      : new Float32Array();
    const width = raw.length / count;
    for (let b = 0; b < count; b++) {
      const place = { b, s: plan.series[from + b]!, origin: plan.origins[from + b]! };
      const { s, origin } = place;
      const toData = (changes: Float64Array) => {
        const values = invertForecast(prepared, s, origin, changes);
        return head.isCount ? values.map((value) => Math.max(0, value)) : values;
      };
      const { rows, probability } =
        sample === null
          ? tellSteps(head, raw.slice(b * width, (b + 1) * width), config.horizon, horizon, affineOf(batch, b), levels)
          : sample(batch, place, streamOf(fitted, frame, s), levels, toData);
      rows.forEach((row, i) => {
        out[i]!.set(sample === null ? toData(row) : row, s * horizon);
      });
      if (head.bins !== undefined) told.set(s, { origin, probability });
    }
  }
  for (const values of out) keepConstants(frame, prepared, values, horizon);
  const [point, ...quantiles] = out as [Float64Array, ...Float64Array[]];
  sayWhatIsMissing(frame, point, horizon, notify);
  keepAround(point, quantiles, levels, head.isCount === true);
  if (head.bins === undefined) return { point, quantiles };
  const crossEntropy = (actual: Float64Array) => {
    const nats = new Float64Array(actual.length).fill(Number.NaN);
    for (const [s, { origin, probability }] of told) {
      const first = s * horizon;
      const changes = prepareActual(prepared, s, origin, actual.subarray(first, first + horizon));
      for (let k = 0; k < horizon; k++)
        if (!Number.isNaN(changes[k]!) && !Number.isNaN(point[first + k]!))
          nats[first + k] = -Math.log(Math.max(probability(k, changes[k]!), Number.MIN_VALUE));
    }
    return nats;
  };
  return { point, quantiles, crossEntropy };
}

/** Each series has a stream of its own, so that its paths are the same in whatever panel. */
function streamOf({ training }: FittedNetwork, { series }: Frame, s: number): Random {
  return portableRandom(training.seed).fork(`paths ${seriesId(series[s]!)}`);
}

/** Each step by its own distribution. @param stepCount that `row` holds, of which the first `horizon` are wanted */
function tellSteps(
  head: Head,
  row: Float32Array,
  stepCount: number,
  horizon: number,
  { offset, spread }: Affine,
  levels: readonly number[],
): Said {
  const toChange = (scaled: number) => scaled * spread + offset;
  const widths = head.parts.map(({ width }) => width);
  const raw = new Float64Array(headWidth(head));
  const rows = [0, ...levels].map(() => new Float64Array(horizon));
  for (let k = 0; k < horizon; k++) {
    takeStep(row, widths, stepCount, k, raw);
    rows[0]![k] = toChange(head.point(raw, spread));
    levels.forEach((level, i) => {
      rows[i + 1]![k] = toChange(head.quantile(raw, level, spread));
    });
  }
  const probability = (k: number, change: number) => {
    takeStep(row, widths, stepCount, k, raw);
    return shareAt(head, raw, (change - offset) / spread);
  };
  return { rows, probability };
}

/** The probability of the bin that a scaled target falls in. */
function shareAt({ bins }: Head, raw: Float64Array, target: number): number {
  return bins === undefined ? Number.NaN : bins.shares(raw)[bins.find(target)]!;
}

type Sampler = (
  batch: Batch,
  place: Place,
  random: Random,
  levels: readonly number[],
  toData: (changes: Float64Array) => Float64Array,
) => Said;

/**
 * Draws each step from its distribution and feeds it back (Salinas et al. 2020, DeepAR, section 3.2), along many paths at once, so that
 * what is not known of a step is not known of those after it either.
 * @returns rows in the data's units, as a path may be inverted where a quantile may not
 */
function pathSampler(
  { config, weights }: FittedNetwork,
  head: Head,
  pathCount: number,
  prepared: PreparedFrame,
  shape: WindowShape,
  horizon: number,
): Sampler {
  const paths = createBatch(prepared, shape, pathCount);
  const raw = new Float64Array(headWidth(head));
  const widths = head.parts.map(({ width }) => width);
  return (batch, { b, s, origin }, random, levels, toData) => {
    repeatRow(batch, b, paths);
    const changes = new Float64Array(pathCount * horizon);
    const candidatesAt = openCandidates(paths, changes);
    const steps = Array.from({ length: horizon }, (_, k) => {
      // Until a first step is drawn, all paths are one.
      const count = k === 0 ? 1 : pathCount;
      const mask = batch.padded ? paths.mask : null;
      const all = predictArrays(config, weights, paths.inputs, mask, count, candidatesAt(k));
      const affines = Array.from({ length: count }, (_, p) => affineOf(paths, p));
      const width = all.length / count;
      for (let p = 0; p < pathCount; p++) {
        const from = k === 0 ? 0 : p * width;
        takeStep(all.subarray(from, from + width), widths, 1, 0, raw);
        const { offset, spread } = affineOf(paths, p);
        const drawn = head.draw(raw, random, spread);
        changes[p * horizon + k] = drawn * spread + offset;
        feedBack(prepared, s, origin + k, drawn, paths, p);
      }
      return { all, affines, width };
    });
    const drawn = Array.from({ length: pathCount }, (_, p) => toData(changes.subarray(p * horizon, (p + 1) * horizon)));
    const rows = [0, ...levels].map(() => new Float64Array(horizon));
    for (let k = 0; k < horizon; k++) {
      const sorted = Float64Array.from(drawn, (path) => path[k]!).sort();
      rows[0]![k] = head.isCount
        ? sorted.reduce((sum, value) => sum + value, 0) / pathCount
        : quantileOfSorted(sorted, 0.5);
      levels.forEach((level, i) => {
        rows[i + 1]![k] = quantileOfSorted(sorted, level);
      });
    }
    const probability = (k: number, change: number) => {
      const { all, affines, width } = steps[k]!;
      const shares = affines.map(({ offset, spread }, p) => {
        takeStep(all.subarray(p * width, (p + 1) * width), widths, 1, 0, raw);
        return shareAt(head, raw, (change - offset) / spread);
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    };
    return { rows, probability };
  };
}

/** Copies row b of a batch to every row of another. */
function repeatRow(from: Batch, b: number, to: Batch): void {
  for (const name of ["inputs", "mask", "candidates"] as const) {
    const width = from[name].length / from.batchSize;
    const row = from[name].subarray(b * width, (b + 1) * width);
    for (let p = 0; p < to.batchSize; p++) to[name].set(row, p * width);
  }
  to.offsets.fill(from.offsets[b]!);
  to.spreads.fill(from.spreads[b]!);
}

/** Quantiles stand on their own side of the point, are whole where they are counts, and missing where it is. In place. */
function keepAround(
  point: Float64Array,
  quantiles: readonly Float64Array[],
  levels: readonly number[],
  isCount: boolean,
): void {
  quantiles.forEach((values, i) => {
    const level = levels[i]!;
    for (let j = 0; j < values.length; j++) {
      const value = isCount ? Math.round(values[j]!) : values[j]!;
      const held = level < 0.5 ? Math.min(value, point[j]!) : level > 0.5 ? Math.max(value, point[j]!) : value;
      values[j] = Number.isNaN(point[j]!) ? Number.NaN : held;
    }
  });
}
