// The pretrained gate, made ready for a frame: its intervals are held to the data, and only when asked for is it fine-tuned. In: a
// frame. Out: networks and calibration, as plain data.
import type { FitContext } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { calibrateGates, uncalibrated } from "./calibration.js";
import type { GateNetwork } from "./network.js";
import { originLimitOf } from "./predictor.js";
import { checkHorizon, type GateCalibration } from "./schema.js";
import { pretrainedGates } from "./weights.js";

export interface FittedGate {
  readonly networks: readonly GateNetwork[];
  readonly calibration: GateCalibration;
}

export interface GateFitOptions {
  /** At most two, ascending, in steps. */
  readonly seasons: readonly number[];
  /** false: the quantiles stay as the networks say them. */
  readonly intervals?: boolean;
  /** Fine-tunes on the frame when given. */
  readonly fineTuningSeed?: number;
}

export async function fitGate(
  frame: Frame,
  horizon: number,
  { seasons, intervals = true, fineTuningSeed }: GateFitOptions,
  { notify, signal }: FitContext,
): Promise<FittedGate> {
  checkHorizon(horizon);
  let networks = pretrainedGates();
  if (fineTuningSeed !== undefined) {
    // Training brings the engine along, which forecasting does without.
    const { fineTuneGates } = await import("./fine-tune.js");
    const tuned = await fineTuneGates(networks, frame, seasons, horizon, fineTuningSeed, signal);
    notify({ level: "note", text: `pretrained: ${tuned.reason}` });
    networks = tuned.networks;
  }
  if (!intervals) return { networks, calibration: uncalibrated };
  const limit = originLimitOf(frame);
  return { networks, calibration: await calibrateGates(networks, frame, seasons, horizon, limit, signal) };
}
