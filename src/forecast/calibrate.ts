// Calibrates prediction intervals on held-out errors: split conformal prediction (Vovk, Gammerman & Shafer 2005; Lei et al. 2018).
// In: a predictor that has not learnt from the last steps of a frame, and that frame. Out: the quantiles of its errors, by step.
import { isotonic } from "../base/isotonic.js";
import { lastObservedIndex, mean, quantileOfSorted, saturate } from "../base/numeric.js";
import { portableLog } from "../base/portable.js";
import { studentQuantile } from "../base/student.js";
import type { Frame } from "../series/frame.js";
import { type Calibration, measureByOwn, unmeasured } from "./calibration.js";
import { gatherScores, type HeldOut, longestHeldOut, type Scores } from "./held-out-scores.js";
import { highestLevel, lowestLevel } from "./levels.js";
import type { Predictor } from "./predictor.js";
import { longRunScale, normalDeviation, scalesAt } from "./scale.js";

/** Upper half of the levels kept; the lower half mirrors it. */
const upperLevels = [0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995, highestLevel];
const mirrored = (level: number) => Number((1 - level).toFixed(4));
const levels = [...upperLevels.map(mirrored).reverse(), 0.5, ...upperLevels];
if (levels[0] !== lowestLevel) throw new Error("the levels kept do not span those that can be asked for");

/** Steps that quantiles are kept for; of a longer horizon, as many evenly spread. */
const maxStepCount = 48;
/** Scores pooled from neighbouring steps, so that the tails of each step are told by more than its own. */
const pooledScoreCount = 500;
/** Independent errors of its own at which a series is believed as much as the panel. */
const panelWeight = 6;

/** More says no more, and the squares of as many as there can be still add up to a number. */
const mostScore = 1e100;

/**
 * Errors of all forecasts from origins in the held-out steps, in the scale of their series as it was known at the origin. They
 * are pooled over the series, and over neighbouring steps after division by the mean size at each step, which never falls with
 * the step; past the longest held-out stretch nothing is known. Signed, so that the two ends of an interval may lie at different distances (Romano, Patterson & Candès 2019).
 */
export async function calibrate(
  predictor: Predictor,
  frame: Frame,
  horizon: number,
  options: HeldOut,
): Promise<Calibration> {
  const span = spanOf(frame, horizon, options);
  const errors = await gatherScores(unmeasured(predictor), frame, span.reach, options);
  // A change over the season says little of a series that does not repeat itself, and one over a step little of one that does.
  const lags = [...new Set([options.season, span.reach, 1])];
  const scales = lags.map((lag) => scalesOf(errors, frame, lag, span.recentSteps));
  const known = Array.from(errors.series.keys()).filter((w) => scales.every((own) => own[w]! > 0));
  const inScale = (l: number) => {
    const values = errors.values.map((error, i) => error / scales[l]![Math.floor(i / errors.horizon)]!);
    const even = evenOut({ ...errors, values }, frame);
    return { season: lags[l]!, even, surprise: surpriseOf(even, scales[l]!, known) };
  };
  let best = inScale(0);
  for (let l = 1; l < lags.length; l++) {
    const other = inScale(l);
    if (other.surprise < best.surprise) best = other;
  }
  return calibrationOf(best.even, frame, { ...span, season: best.season });
}

/** Calibrates a predictor that says quantiles itself, by how far errors go beyond them. */
export async function calibrateOwn(
  predictor: Predictor,
  frame: Frame,
  horizon: number,
  options: HeldOut,
): Promise<Calibration> {
  const { season } = options;
  const span = spanOf(frame, horizon, options);
  const measure = measureByOwn(predictor, season, span.recentSteps);
  const even = evenOut(await gatherScores(measure, frame, span.reach, options), frame);
  return calibrationOf(even, frame, { ...span, season, measure: "own" });
}

/** Steps ahead that there is something to learn about, and those that a recent scale is taken over. */
function spanOf(frame: Frame, horizon: number, options: HeldOut): { reach: number; recentSteps: number } {
  const reach = Math.max(1, Math.min(horizon, longestHeldOut(frame, options)));
  return { reach, recentSteps: Math.max(4 * options.season, 2 * reach, 48) };
}

/** Of its series, at the origin of each window. @returns [windows] */
function scalesOf({ origins, series }: Scores, frame: Frame, lag: number, recentSteps: number): Float64Array {
  const scales = new Float64Array(origins.length);
  for (let from = 0, to: number; from < origins.length; from = to) {
    for (to = from + 1; series[to] === series[from]; ) to++;
    scales.set(scalesAt(frame.series[series[from]!]!.values, origins.subarray(from, to), lag, recentSteps), from);
  }
  return scales;
}

/**
 * What an error costs that was expected to be as large as its scale, its step and its series say: the mean negative logarithm of a
 * Laplace density, but for a constant.
 * @param windows that count
 */
function surpriseOf(
  { scores: { horizon, values, series }, profile, factors }: Even,
  scales: Float64Array,
  windows: readonly number[],
): number {
  const profileLogs = profile.map(portableLog);
  let [count, size, logs] = [0, 0, 0];
  for (const w of windows) {
    const log = portableLog(scales[w]!) + portableLog(factors[series[w]!]!);
    for (let k = 0; k < horizon; k++) {
      const score = values[w * horizon + k]!;
      if (Number.isNaN(score)) continue;
      count++;
      size += Math.abs(score);
      logs += log + profileLogs[k]!;
    }
  }
  return portableLog(size / count) + logs / count;
}

interface Even {
  /** Of which the mean size is about the same at every step and of every series. */
  readonly scores: Scores;
  /** [horizon] what the scores were divided by at each step. */
  readonly profile: Float64Array;
  /** [series] and of each series. */
  readonly factors: Float64Array;
}

/** Changes the scores. */
function evenOut(scores: Scores, { series }: Frame): Even {
  const { values } = scores;
  for (let i = 0; i < values.length; i++)
    values[i] = Number.isFinite(values[i]!) ? Math.min(Math.max(values[i]!, -mostScore), mostScore) : Number.NaN;
  const profile = sizeProfile(scores);
  divide(scores, (_, k) => profile[k]!);
  const factors = seriesFactors(scores, series.length);
  divide(scores, (s) => factors[s]!);
  return { scores, profile, factors };
}

function calibrationOf(
  { scores, profile, factors }: Even,
  frame: Frame,
  how: { reach: number; recentSteps: number; season: number; measure?: "own" },
): Calibration {
  const { reach, recentSteps, season, measure } = how;
  const byStep = Array.from({ length: reach }, (_, k) => observedAt(scores, k));
  const steps = keptSteps(reach);
  let independent = 1;
  const rows = steps.map((step) => {
    // A step without scores, behind gaps, is told by the steps before it.
    if (byStep[step - 1]!.length > 0) independent = byStep[step - 1]!.length / dependence(scores, step);
    return offsetsOf(poolAround(byStep, step - 1), independent).map((offset) => offset * profile[step - 1]!);
  });
  return {
    ...(measure && { measure }),
    season,
    recentSteps,
    levels,
    steps,
    // An own measure widens by itself, by as much as the model finds right.
    offsets: measure === "own" ? rows.map((row) => row.map((offset) => round(saturate(offset)))) : widenWithStep(rows),
    series: frame.series.flatMap(({ key, target, values }, s) =>
      lastObservedIndex(values) < 0
        ? []
        : [{ key, target, scale: longRunScale(values, season), factor: round(factors[s]!) }],
    ),
  };
}

/** Cycles of a season from which on classical methods tell it. */
const toldCycles = 3;

/**
 * Calibrates a predictor that learns nothing ahead: on origins throughout all but the first third of each series, and not before it can
 * tell the season, as far as that leaves a season or a horizon to learn from.
 */
export function calibrateUntrained(
  predictor: Predictor,
  frame: Frame,
  horizon: number,
  options: Omit<HeldOut, "firstOrigins">,
): Promise<Calibration> {
  const { season } = options;
  const told = season > 1 ? toldCycles * season : 0;
  const firstOrigins = frame.series.map(({ values: { length } }) =>
    Math.max(season + 1, Math.floor(length / 3), Math.min(told, length - Math.max(horizon, season))),
  );
  return calibrate(predictor, frame, horizon, { ...options, firstOrigins });
}

/** In place. */
function divide({ horizon, values, series }: Scores, by: (s: number, k: number) => number): void {
  for (let i = 0; i < values.length; i++) values[i]! /= by(series[Math.floor(i / horizon)]!, i % horizon);
}

/** The scores of step k + 1. */
function observedAt({ horizon, values, series }: Scores, k: number): Float64Array {
  const scores = new Float64Array(series.length);
  let count = 0;
  for (let i = k; i < values.length; i += horizon) if (!Number.isNaN(values[i]!)) scores[count++] = values[i]!;
  return scores.subarray(0, count);
}

/** Mean size of the scores of each step, never falling; steps without scores go on like a random walk. @returns [horizon] */
function sizeProfile(scores: Scores): Float64Array {
  const { horizon } = scores;
  const byStep = Array.from({ length: horizon }, (_, k) => observedAt(scores, k));
  const sizes = byStep.map((own) => mean(own.map(Math.abs)));
  const unknown = sizes.findIndex((size) => !(size > 0));
  const count = unknown === -1 ? horizon : unknown;
  const rising = isotonic(
    Float64Array.from(sizes.slice(0, count)),
    Float64Array.from(byStep.slice(0, count), ({ length }) => length),
  );
  const [last, lastStep] = count === 0 ? [1, 1] : [rising[count - 1]!, count];
  return Float64Array.from({ length: horizon }, (_, k) => rising[k] ?? last * Math.sqrt((k + 1) / lastStep));
}

/**
 * What a series' errors are of those of the panel: the ratio of their mean sizes, drawn towards 1 as far as the series has few
 * errors of its own. @returns [series]
 */
function seriesFactors({ horizon, values, series, stride }: Scores, seriesCount: number): Float64Array {
  if (seriesCount === 1) return Float64Array.of(1);
  const sums = new Float64Array(seriesCount);
  const counts = new Float64Array(seriesCount);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const s = series[Math.floor(i / horizon)]!;
    sums[s]! += Math.abs(values[i]!);
    counts[s]!++;
  }
  return sums.map((sum, s) => {
    if (counts[s] === 0) return 1;
    // Forecasts that overlap share their errors: half a horizon apart they count as two.
    const own = (counts[s]! / horizon) * Math.min(1, stride / ((horizon + 1) / 2));
    return (own * (sum / counts[s]!) + panelWeight) / (own + panelWeight);
  });
}

/**
 * How many scores of a step say as much as one that is independent of the others: 1 + 2 Σ (1 − j/c) ρ(j) for c scores a series, over
 * origins ever further apart until the correlation ρ is gone. Errors k steps ahead of a good forecast are a moving average of
 * order k − 1 (Diebold & Mariano 1995), so that origins k steps apart have errors of their own.
 */
function dependence({ horizon, values, series, stride }: Scores, step: number): number {
  const scoreOf = (w: number) => values[w * horizon + step - 1]!;
  const own = Array.from(series.keys()).filter((w) => !Number.isNaN(scoreOf(w)));
  const ownCount = own.length / new Set(own.map((w) => series[w]!)).size;
  let sum = 1;
  for (let lag = 1; lag * stride < step && lag < ownCount; lag++) {
    let [together, alone] = [0, 0];
    for (let w = lag; w < series.length; w++) {
      const [older, newer] = [scoreOf(w - lag), scoreOf(w)];
      if (series[w - lag] !== series[w] || Number.isNaN(older + newer)) continue;
      together += older * newer;
      alone += (older ** 2 + newer ** 2) / 2;
    }
    const correlation = alone > 0 ? together / alone : 0;
    if (correlation < 0.05) break;
    sum += 2 * correlation * (1 - lag / ownCount);
  }
  return sum;
}

/** The scores of a step and of as many neighbours to both sides as it takes. @returns ascending */
function poolAround(byStep: readonly Float64Array[], k: number): Float64Array {
  let [from, to] = [k, k];
  let count = byStep[k]!.length;
  while (count < pooledScoreCount && (from > 0 || to < byStep.length - 1)) {
    if (from > 0) count += byStep[--from]!.length;
    if (to < byStep.length - 1) count += byStep[++to]!.length;
  }
  const pooled = new Float64Array(count);
  let at = 0;
  for (const scores of byStep.slice(from, to + 1)) {
    pooled.set(scores, at);
    at += scores.length;
  }
  return pooled.sort();
}

/** Independent scores to be expected past a quantile that is taken from the scores. */
const leastBeyond = 1;

/**
 * Quantiles at `levels`, away from the median on both sides. Of n independent scores the (n + 1) q-th smallest is the one that a new
 * score lies below with probability q. Where too few lie beyond it to tell, the quantile is that of a normal error of which only
 * the mean square is known: Student's t with n degrees of freedom, no fewer than 2.
 */
function offsetsOf(sorted: Float64Array, independent: number): number[] {
  const n = Math.max(1, Math.min(independent, sorted.length));
  const deviation = sorted.length === 0 ? normalDeviation : Math.sqrt(mean(sorted.map((score) => score ** 2)));
  const away = (scores: Float64Array) => {
    let reached = 0;
    return upperLevels.map((level) => {
      const beyond = n - (n + 1) * level;
      const offset =
        beyond < leastBeyond
          ? deviation * studentQuantile(level, Math.max(2, Math.floor(n)))
          : quantileOfSorted(scores, 1 - beyond / n);
      reached = Math.max(reached, offset);
      return reached;
    });
  };
  const above = away(sorted);
  const below = away(sorted.map((score) => -score).reverse());
  return [...below.map((offset) => -offset).reverse(), 0, ...above];
}

function keptSteps(horizon: number): number[] {
  const count = Math.min(horizon, maxStepCount);
  return Array.from({ length: count }, (_, i) => 1 + Math.round((i * (horizon - 1)) / Math.max(1, count - 1)));
}

/** Each level's distance from the forecast, never falling with the step. @param rows [steps][levels] */
function widenWithStep(rows: readonly (readonly number[])[]): number[][] {
  const columns = levels.map((level, j) => {
    const sign = level < 0.5 ? -1 : 1;
    return isotonic(Float64Array.from(rows, (row) => sign * row[j]!)).map((size) => sign * size + 0);
  });
  return rows.map((_, i) => columns.map((column) => round(saturate(column[i]!))));
}

/** To six digits: more would be noise, and the model directory larger. */
function round(value: number): number {
  return Number(value.toPrecision(6));
}
