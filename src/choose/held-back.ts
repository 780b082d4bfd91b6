// What a model's intervals rest on. In: the model as it was fitted without the last steps of a frame, and that frame. Out: a calibration.
import { baselines } from "../forecast/baselines.js";
import { calibrate } from "../forecast/calibrate.js";
import type { Calibration } from "../forecast/calibration.js";
import type { Predictor } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";

export interface Rehearsed {
  readonly predictor: Predictor;
  /** Of each series, the last ones that it has not learnt from. */
  readonly heldBackSteps: number;
}

/**
 * On what was held back; where nothing was, by the seasonal naive's errors.
 * @param windowLimit forecasts that are made, about
 */
export function calibrateHeldBack(
  rehearsed: Rehearsed | null,
  frame: Frame,
  horizon: number,
  season: number,
  windowLimit: number,
  signal: AbortSignal,
  by: typeof calibrate = calibrate,
): Promise<Calibration> {
  if (rehearsed === null)
    return baselines
      .get("seasonal-naive")({ seasons: [season] })
      .calibrate(frame, horizon, signal);
  const { predictor, heldBackSteps } = rehearsed;
  const firstOrigins = frame.series.map(({ values }) => values.length - heldBackSteps);
  return by(predictor, frame, horizon, { season, firstOrigins, windowLimit, signal });
}
