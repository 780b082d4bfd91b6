// A linear model, fitted and calibrated. In: a frame. Out: the model as plain data, with what its intervals rest on.
import { HindcastError } from "../base/errors.js";
import { lastObservedIndex } from "../base/numeric.js";
import { fillSeasonally } from "../classical/gaps.js";
import { linearPredictor } from "../forecast/linear.js";
import type { FitContext } from "../forecast/predictor.js";
import { historyLimit } from "../gate/history-limit.js";
import { driftBy } from "../linear/drift.js";
import { fitLinear, type LinearFit } from "../linear/fit.js";
import type { LinearModel, SeriesDrift } from "../linear/model.js";
import { linearReach } from "../linear/model.js";
import { type Frame, longestLength, type Series, sampleSeries } from "../series/frame.js";
import type { Fitted } from "./fitted.js";
import { calibrateHeldBack, type Rehearsed } from "./held-back.js";

/** Series of a panel that the weights are fitted to. */
const seriesLimit = 4000;
/** Forecasts that intervals are calibrated on. */
const windowLimit = 4096;

/** @throws HindcastError "data" when no series is long enough; the signal's reason when aborted */
export async function fitLinearModel(
  frame: Frame,
  horizon: number,
  seasons: readonly number[],
  intervals: boolean,
  { signal }: FitContext,
): Promise<Extract<Fitted, { kind: "linear" }>> {
  const season = seasons[0] ?? 1;
  const series = frame.series
    .filter(({ values }) => lastObservedIndex(values) >= 0)
    .map((one) => ({
      ...one,
      values: fillSeasonally(one.values.subarray(0, lastObservedIndex(one.values) + 1), season),
    }));
  const sampled = sampleSeries(series, seriesLimit).map(({ values }) => values);
  const fit = sampled.length === 0 ? undefined : await fitLinear(sampled, horizon, seasons, signal);
  if (fit === undefined)
    throw new HindcastError(
      "data",
      `the longest series has ${longestLength(frame)} steps: too few for a regression of ${horizon} steps ahead on those before`,
      "add history, lower --horizon, or use --model pretrained",
    );
  const { rehearsal } = fit;
  const model = withDrifts(fit.model, series);
  if (!intervals) return { kind: "linear", model, calibration: null };
  const rehearsed = rehearsal && rehearse(rehearsal, series, seasons, signal);
  const calibration = await calibrateHeldBack(rehearsed, frame, horizon, season, windowLimit, signal);
  return { kind: "linear", model, calibration };
}

/** As `model` would have been fitted without the last steps. */
function rehearse(
  { model, heldBackSteps }: NonNullable<LinearFit["rehearsal"]>,
  series: readonly Series[],
  seasons: readonly number[],
  signal: AbortSignal,
): Rehearsed {
  const known = series.map((one) => ({
    ...one,
    values: one.values.subarray(0, Math.max(0, one.values.length - heldBackSteps)),
  }));
  const rehearsed = withDrifts(model, known);
  const reach = linearReach(rehearsed, historyLimit(seasons));
  return { predictor: linearPredictor(rehearsed, reach, { notify: () => {}, signal }), heldBackSteps };
}

function withDrifts(model: LinearModel, series: readonly Series[]): LinearModel {
  const measures = model.forms.map((form) => driftBy(form, model.horizon));
  const drifts = series.flatMap(({ key, target, values }): SeriesDrift[] => {
    const slopes = measures.map((measure) => measure(values));
    return slopes.every((slope) => slope === 0) ? [] : [{ key, target, slopes }];
  });
  return { ...model, drifts };
}
