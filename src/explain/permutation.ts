// How much worse a network forecasts when it is given another window's numbers for a part of its input (Breiman 2001, Random forests,
// section 10; Fisher, Rudin & Dominici 2019). In: a fitted network and data that hold what came. Out: an increase of the error for each part.
import { HindcastError } from "../base/errors.js";
import { mean } from "../base/numeric.js";
import { type Random, seededRandom } from "../base/random.js";
import { nextTurn } from "../base/turn.js";
import { seasonalScales } from "../evaluate/metrics.js";
import type { FittedNetwork } from "../fit/fit.js";
import { forecastBatch } from "../forecast/batch.js";
import type { FitContext } from "../forecast/predictor.js";
import { type Frame, knownValues, longestLength } from "../series/frame.js";
import type { Batch } from "../windows/gather.js";
import { planTraining, type WindowPlan } from "../windows/plan.js";
import { type PreparedFrame, prepareFrame } from "../windows/prepare.js";
import { listParts, type Part } from "./parts.js";
import { copyBatch, gatherAll, wholeOf } from "./windows.js";

export interface PartImportance {
  readonly part: Part;
  /** [repeat] increase of MASE, and of MAE in the data's units. */
  readonly mase: Float64Array;
  readonly mae: Float64Array;
}

export interface PermutationImportance {
  /** Of the windows as they are. */
  readonly mase: number;
  readonly windowCount: number;
  readonly parts: readonly PartImportance[];
}

export interface PermutationOptions {
  readonly horizon: number;
  /** Of MASE's scale; 1 for none. */
  readonly season: number;
  readonly repeatCount: number;
  readonly seed: number;
  /** Of more, an even share is looked at. */
  readonly mostWindows: number;
}

/**
 * What is shuffled are the numbers that the network sees: the target as it was scaled in its own window, so that its level and its
 * spread stay the window's own.
 * @throws HindcastError "data" when there are no two windows with what came after them
 */
export async function permutationImportance(
  fitted: FittedNetwork,
  frame: Frame,
  { horizon, season, repeatCount, seed, mostWindows }: PermutationOptions,
  { signal, progress }: Pick<FitContext, "signal" | "progress">,
): Promise<PermutationImportance> {
  const prepared = prepareFrame(frame, fitted.preparation, fitted.channels, horizon);
  const plan = planWhole(prepared, fitted.config.window, horizon, mostWindows);
  if (plan.origins.length < 2) throw tooShort(frame, fitted.config.window + horizon);
  const batch = gatherAll(fitted, prepared, plan, horizon);
  const errorsOf = openErrors(frame, plan, horizon, season);
  const score = (tampered: Batch) =>
    errorsOf(forecastBatch(fitted, prepared, plan, wholeOf(tampered, plan.origins.length), horizon));
  const before = score(copyBatch(batch));
  const parts = listParts(fitted.config, fitted.channels, season, batch.shape.horizon ?? horizon);
  const random = seededRandom(seed).fork("permutation");
  const found: PartImportance[] = [];
  progress.stage("explain");
  for (const [p, part] of parts.entries()) {
    const mase = new Float64Array(repeatCount);
    const mae = new Float64Array(repeatCount);
    for (let r = 0; r < repeatCount; r++) {
      const shuffled = shuffle(batch, part, random.fork(`${part.input} ${part.lags} ${r}`));
      const after = score(shuffled);
      mase[r] = after.mase - before.mase;
      mae[r] = after.mae - before.mae;
      await nextTurn(signal);
    }
    found.push({ part, mase, mae });
    progress.update({ done: p + 1, total: parts.length });
  }
  return { mase: before.mase, windowCount: plan.origins.length, parts: found };
}

/** Windows that are whole, evenly thinned out. */
function planWhole(prepared: PreparedFrame, window: number, horizon: number, mostWindows: number): WindowPlan {
  const { training } = planTraining(prepared, { window, horizon, validationSteps: 0 });
  const whole = Int32Array.from(training.origins.keys()).filter(
    (i) => training.origins[i]! - prepared.series[training.series[i]!]!.first >= window,
  );
  const stride = Math.max(1, whole.length / mostWindows);
  const taken = Int32Array.from(
    { length: Math.min(whole.length, mostWindows) },
    (_, i) => whole[Math.floor(i * stride)]!,
  );
  return { series: taken.map((i) => training.series[i]!), origins: taken.map((i) => training.origins[i]!) };
}

/** Mean |y − f|, also over the mean change over a season before the origin, of all steps that were observed. */
function openErrors(frame: Frame, { series, origins }: WindowPlan, horizon: number, season: number) {
  const scales = Float64Array.from(
    series,
    (s, i) => seasonalScales(knownValues(frame, frame.series[s]!, origins[i]!), season).absolute,
  );
  return (forecasts: Float64Array): { mase: number; mae: number } => {
    const errors = forecasts.map((forecast, i) => {
      const b = Math.floor(i / horizon);
      return Math.abs(forecast - frame.series[series[b]!]!.values[origins[b]! + (i % horizon)]!);
    });
    const scaled = errors.map((error, i) => {
      const scale = scales[Math.floor(i / horizon)]!;
      return scale > 0 ? error / scale : Number.NaN;
    });
    return { mase: mean(scaled), mae: mean(errors) };
  };
}

/** Each window gets the part of another. */
function shuffle(batch: Batch, { inputs, candidates }: Part, random: Random): Batch {
  const shuffled = copyBatch(batch);
  const donors = Int32Array.from({ length: batch.batchSize }, (_, b) => b);
  random.shuffle(donors);
  const give = (from: Float32Array, to: Float32Array, places: Int32Array) => {
    const width = from.length / batch.batchSize;
    donors.forEach((donor, b) => {
      for (const place of places) to[b * width + place] = from[donor * width + place]!;
    });
  };
  give(batch.inputs, shuffled.inputs, inputs);
  give(batch.candidates, shuffled.candidates, candidates);
  return shuffled;
}

function tooShort(frame: Frame, need: number): HindcastError {
  return new HindcastError(
    "data",
    `the longest series has ${longestLength(frame)} steps; to shuffle its windows takes ${need + 1} and more`,
    "give the data: hindcast explain data.csv --from DIR; or explain one forecast with --series",
  );
}
