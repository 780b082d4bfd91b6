// A network, or several trainings of one, fitted and calibrated. In: a frame and options. Out: networks as plain data, with what their
// intervals rest on.
import type { CellKind } from "../engine/kernels/cells.js";
import { chooseSettings } from "../fit/defaults.js";
import type { Fit } from "../fit/fit.js";
import type { Epoch } from "../fit/loop.js";
import { calibrate, calibrateOwn } from "../forecast/calibrate.js";
import type { Calibration } from "../forecast/calibration.js";
import type { FitContext } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import type { Fitted } from "./fitted.js";
import { calibrateHeldBack } from "./held-back.js";
import type { ModelOptions } from "./model.js";
import { openNetworks } from "./predictor.js";

/**
 * Trains `members` networks that differ by their seeds, one after the other: all are of the same bytes as when trained alone.
 * @param options its limit of time is for all of them together
 */
export async function fitNetworks(
  cell: CellKind,
  frame: Frame,
  horizon: number,
  seasons: readonly number[],
  options: ModelOptions,
  context: FitContext,
): Promise<Extract<Fitted, { kind: "network" | "ensemble" }>> {
  const { members: count = 1, maxTimeMs, clock, seed } = options;
  const createTrainer = await options.openTrainer();
  // What forecasts from a saved model has no use for the code that trains.
  const { fitNetwork } = await import("../fit/fit.js");
  const startedMs = maxTimeMs === undefined ? 0 : clock();
  const fits: Fit[] = [];
  for (let member = 0; member < count; member++) {
    const deadline =
      maxTimeMs === undefined ? Number.POSITIVE_INFINITY : startedMs + (maxTimeMs * (member + 1)) / count;
    const settings = chooseSettings(frame, horizon, seasons, { ...options, cell, seed: seed + member });
    fits.push(
      await fitNetwork(frame, settings, {
        createTrainer,
        notify: context.notify,
        signal: context.signal,
        isTimeUp: () => clock() >= deadline,
        checkpoint: options.checkpoint,
        onEpoch(epoch) {
          options.onEpoch?.(epoch);
          reportEpoch(context, epoch, count > 1 ? `${member + 1} of ${count}, ` : "");
        },
      }),
    );
  }
  const calibration =
    (options.intervals ?? true) ? await calibrateNetworks(fits, frame, horizon, seasons[0] ?? 1, context.signal) : null;
  const [first, ...others] = fits.map(({ network }) => network);
  if (others.length === 0) return { kind: "network", network: first!, calibration };
  return { kind: "ensemble", members: [first!, ...others], calibration };
}

function reportEpoch({ progress }: FitContext, { epoch, epochs, loss, validationLoss }: Epoch, which: string): void {
  const heldBack = validationLoss === undefined ? "" : `, held back ${validationLoss.toPrecision(3)}`;
  progress.update({ done: epoch, total: epochs, detail: `${which}loss ${loss.toPrecision(3)}${heldBack}` });
}

/** Forecasts that networks are calibrated on. */
const windowLimit = 4096;
/** Where each is many sample paths. */
const sampledWindowLimit = 256;

/** Networks that say themselves how far they may be off need no others' errors where nothing was held back. */
async function calibrateNetworks(
  fits: readonly Fit[],
  frame: Frame,
  horizon: number,
  season: number,
  signal: AbortSignal,
): Promise<Calibration | null> {
  const { head, decoder, cell } = fits[0]!.network.config;
  const rehearsals = fits.flatMap(({ rehearsal }) => rehearsal ?? []);
  const isRehearsed = rehearsals.length === fits.length;
  if (!isRehearsed && head !== undefined) return null;
  const networks = rehearsals.map(({ network }) => network);
  const rehearsed = isRehearsed
    ? {
        predictor: await openNetworks(networks, cell, { notify: () => {}, signal }),
        heldBackSteps: rehearsals[0]!.heldBackSteps,
      }
    : null;
  const limit = head !== undefined && decoder === "recursive" ? sampledWindowLimit : windowLimit;
  const by = head === undefined ? calibrate : calibrateOwn;
  return calibrateHeldBack(rehearsed, frame, horizon, season, limit, signal, by);
}
