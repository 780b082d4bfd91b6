// A linear model, fitted and calibrated. In: a frame. Out: the model as plain data, with what its intervals rest on.
import { HindcastError } from "../base/errors.js";
import { lastObservedIndex } from "../base/numeric.js";
import { fillGaps } from "../classical/gaps.js";
import { baselines } from "../forecast/baselines.js";
import { calibrate } from "../forecast/calibrate.js";
import { linearPredictor } from "../forecast/linear.js";
import type { FitContext } from "../forecast/predictor.js";
import { fitLinear } from "../linear/fit.js";
import { type Frame, longestLength, sampleSeries } from "../series/frame.js";
import type { Fitted } from "./predictor.js";

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
  const observed = frame.series.filter(({ values }) => lastObservedIndex(values) >= 0);
  const filled = sampleSeries(observed, seriesLimit).map(({ values }) =>
    fillGaps(values.subarray(0, lastObservedIndex(values) + 1), season),
  );
  const fit = filled.length === 0 ? undefined : await fitLinear(filled, horizon, seasons, signal);
  if (fit === undefined)
    throw new HindcastError(
      "data",
      `the longest series has ${longestLength(frame)} steps: too few for a regression of ${horizon} steps ahead on those before`,
      "add history, lower --horizon, or use --model pretrained",
    );
  const { model, rehearsal } = fit;
  if (!intervals) return { kind: "linear", model, calibration: null };
  if (rehearsal === null) {
    const calibration = await baselines.get("seasonal-naive")({ seasons }).calibrate(frame, horizon, signal);
    return { kind: "linear", model, calibration };
  }
  const firstOrigins = frame.series.map(({ values }) => values.length - rehearsal.heldBackSteps);
  const predictor = linearPredictor(rehearsal.model, () => {});
  const calibration = await calibrate(predictor, frame, horizon, { season, firstOrigins, windowLimit, signal });
  return { kind: "linear", model, calibration };
}
