// Where a backtest cuts: rolling origins, counted from each series' own end, the newest data last. In: a frame and how many
// folds. Out: one origin a series and fold, and the frame as it was known there.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { cutFrame, dropSteps, type Frame, type Series, seriesName } from "../series/frame.js";
import { findFrameSeasons } from "../series/season.js";

export interface FoldOptions {
  readonly horizon: number;
  /** Folds wanted; fewer are planned when no series is long enough for all. */
  readonly folds: number;
  /** Steps from one origin to the next. */
  readonly step: number;
}

export interface Fold {
  /** 1 is the oldest. */
  readonly fold: number;
  /** [series] index into `values` of the first step to forecast: all before it is known. -1: the series is not in this fold. */
  readonly origins: Int32Array;
}

export type Span = "expanding" | "sliding";

/**
 * Fold f's origin in a series is length − horizon − (folds − 1 − f)·step. A series is in the folds that leave it a known step.
 * @throws HindcastError "data" when no series is long enough for a single fold
 */
export function planFolds(frame: Frame, options: FoldOptions, notify: Notify): Fold[] {
  const { horizon, step } = options;
  const foldCounts = Int32Array.from(frame.series, ({ values }) =>
    Math.min(options.folds, Math.max(0, Math.floor((values.length - horizon - 1) / step) + 1)),
  );
  const count = foldCounts.reduce((a, b) => Math.max(a, b), 0);
  if (count === 0) throw tooShort(frame, horizon);
  const need = horizon + 1 + (options.folds - 1) * step;
  if (count < options.folds) {
    const text = `no series has the ${need} steps that ${options.folds} folds need: ${count} planned`;
    notify({ level: "warning", text });
  }
  const shortSeries = frame.series.filter((_, s) => foldCounts[s]! < count);
  const shortest = shortSeries[0];
  if (shortest !== undefined) {
    const leftOut = foldCounts.filter((folds) => folds === 0).length;
    const text =
      `${shortSeries.length} of ${frame.series.length} series are too short for all ${count} folds` +
      ` ("${seriesName(frame, shortest)}" has ${shortest.values.length} steps) and are scored in those they reach` +
      (leftOut > 0 ? `, ${leftOut} in none` : "");
    notify({ level: "note", text });
  }
  return Array.from({ length: count }, (_, f) => ({
    fold: f + 1,
    origins: Int32Array.from(frame.series, ({ values }, s) =>
      count - f <= foldCounts[s]! ? values.length - horizon - (count - 1 - f) * step : -1,
    ),
  }));
}

/**
 * The series of fold `f` as they were known at its origin: views, nothing at or after the origin can be reached.
 * @param span sliding: no more steps than at the series' first fold, the newest ones
 * @returns the view, and for each of its series the index into `frame.series` that it comes from
 */
export function knownAt(
  frame: Frame,
  folds: readonly Fold[],
  f: number,
  span: Span,
): { frame: Frame; from: Int32Array } {
  const { origins } = folds[f]!;
  const cut = cutFrame(frame, origins);
  const from = Int32Array.from(origins.keys()).filter((s) => origins[s]! > 0);
  const series = Array.from(from, (s): Series => {
    const known = cut.series[s]!;
    if (span === "expanding") return known;
    const firstOrigin = folds.find((fold) => fold.origins[s]! > 0)!.origins[s]!;
    const skipped = known.values.length - firstOrigin;
    return dropSteps(frame, known, skipped);
  });
  return { frame: { ...cut, series }, from };
}

function tooShort(frame: Frame, horizon: number): HindcastError {
  const longest = frame.series.reduce<Series | undefined>(
    (best, series) => (best === undefined || series.values.length > best.values.length ? series : best),
    undefined,
  );
  if (longest === undefined) return new HindcastError("data", "there is no series to backtest", "check the input");
  const have = longest.values.length;
  return new HindcastError(
    "data",
    `the longest series, "${seriesName(frame, longest)}", has ${have} steps; a fold with horizon ${horizon} needs ${horizon + 1}`,
    have > 1 ? `add history, or lower the horizon: -H ${have - 1}` : "add history",
  );
}

/**
 * The season of a backtest: the first one asked for, or else of what is known at the oldest origin; 1 when there is none, with a warning
 * where the whole data have one. What lies after the origin must not choose it, or the baselines would know what the models do not.
 * @param folds planned, or to be planned in silence where they are needed
 * @param notify hears the warning
 */
export function seasonOfFolds(
  frame: Frame,
  folds: FoldOptions | readonly Fold[],
  asked: "auto" | readonly number[],
  notify: Notify = () => {},
): number {
  if (asked !== "auto") return asked[0] ?? 1;
  const planned = "horizon" in folds ? planFolds(frame, folds, () => {}) : folds;
  const known = findFrameSeasons(knownAt(frame, planned, 0, "expanding").frame)[0];
  if (known !== undefined) return known;
  const whole = findFrameSeasons(frame)[0];
  if (whole !== undefined) {
    const text =
      `what lies before the oldest origin tells no season, the whole data one of ${whole}: seasonal-naive, and with it skill, is` +
      ` the plain naive; try --season ${whole}${planned.length > 1 ? ", or fewer folds" : ""}`;
    notify({ level: "warning", text });
  }
  return 1;
}
