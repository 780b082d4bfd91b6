// Every model by its name: what is fitted, and how it forecasts. In: a name and options. Out: a fitted model as plain data
// (what a model directory keeps), and a predictor made from it.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { cells } from "../engine/kernels/cells.js";
import type { NetworkSpec } from "../fit/defaults.js";
import { chooseSettings } from "../fit/defaults.js";
import type { Fit, FittedNetwork } from "../fit/fit.js";
import type { CreateTrainer } from "../fit/trainer.js";
import { type BaselineName, baselines } from "../forecast/baselines.js";
import { calibrate } from "../forecast/calibrate.js";
import { type Calibration, withIntervals } from "../forecast/calibration.js";
import { applyLimits, type ForecastLimits } from "../forecast/limits.js";
import { networkPredictor } from "../forecast/network.js";
import type { FitContext, Forecaster, PointPredictor, Predictor } from "../forecast/predictor.js";
import type { FittedGate } from "../gate/fit.js";
import type { Frame } from "../series/frame.js";
import { findFrameSeasons } from "../series/season.js";
import { type Choice, chooseByValidation, chooseCell, contenders } from "./auto.js";
import { modelNames, type Preset } from "./model-names.js";

/** Options of every model; what concerns networks only is ignored by the baselines. */
export interface ModelOptions extends Omit<NetworkSpec, "cell"> {
  /** "auto": found in the very frame a model is fitted on. */
  readonly seasons: "auto" | readonly number[];
  readonly limits: ForecastLimits;
  /** How much time `auto` may spend. */
  readonly preset: Preset;
  /** false: the models are compared by their point forecasts alone, and nothing is calibrated. */
  readonly intervals?: boolean;
  /** The pretrained model is fine-tuned on the data. */
  readonly warmStart?: "pretrained" | undefined;
  /** What trains; opened when the first network is to be trained, so that baselines need no engine. */
  readonly openTrainer: () => Promise<CreateTrainer>;
  /** Milliseconds, for `maxTimeMs` only. */
  readonly clock: () => number;
}

export type FittedModel = {
  /** What was asked for: `auto` stays `auto`. */
  readonly asked: string;
  readonly reason: string | undefined;
  readonly seasons: readonly number[];
} & (
  | { readonly kind: "network"; readonly network: FittedNetwork; readonly calibration: Calibration | null }
  | { readonly kind: "baseline"; readonly name: BaselineName; readonly calibration: Calibration | null }
  | { readonly kind: "pretrained"; readonly gate: FittedGate }
);

// `calibration` is what intervals rest on; null where none were asked for, or in a model that was saved before there were any.

/** The name of what forecasts: a cell's, a baseline's. */
export function answererOf(model: FittedModel): string {
  if (model.kind === "network") return model.network.config.cell;
  return model.kind === "pretrained" ? "pretrained" : model.name;
}

/** Fits the model called `asked` on all of `frame`. @throws HindcastError "usage" for an unknown name */
export async function fitModel(
  asked: string,
  frame: Frame,
  horizon: number,
  options: ModelOptions,
  context: FitContext,
): Promise<FittedModel> {
  const seasons = options.seasons === "auto" ? findFrameSeasons(frame) : options.seasons;
  const choice: Partial<Choice> & { name: string } =
    asked === "auto" ? await chooseModel(frame, horizon, seasons, options, context) : { name: asked };
  if (choice.warning !== undefined) context.notify({ level: "warning", text: choice.warning });
  const common = { asked, reason: choice.reason, seasons };
  const season = seasons[0] ?? 1;
  const intervals = options.intervals ?? true;
  if (choice.name === "pretrained") {
    const { fitGate } = await import("../gate/fit.js");
    const { warmStart, preset, seed } = options;
    const isWorthIt = asked === "auto" && preset !== "fast" && frame.series.length >= panelToTuneOn;
    const tune = warmStart !== undefined || isWorthIt ? { fineTuningSeed: seed } : {};
    const gate = await fitGate(frame, horizon, { seasons, intervals, ...tune }, context);
    return { ...common, kind: "pretrained", gate };
  }
  if (baselines.has(choice.name)) {
    const { name } = choice;
    const calibration = intervals
      ? await baselines.get(name)({ seasons }).calibrate(frame, horizon, context.signal)
      : null;
    return { ...common, calibration, kind: "baseline", name };
  }
  const cell = cells.find((candidate) => candidate === choice.name);
  if (cell === undefined)
    throw new HindcastError("usage", `there is no model "${asked}"`, `one of: ${modelNames.join(", ")}`);
  const createTrainer = await options.openTrainer();
  // What forecasts from a saved model has no use for the code that trains.
  const { fitNetwork } = await import("../fit/fit.js");
  const deadline = options.maxTimeMs === undefined ? Number.POSITIVE_INFINITY : options.clock() + options.maxTimeMs;
  const { network, rehearsal } = await fitNetwork(
    frame,
    chooseSettings(frame, horizon, seasons, { ...options, cell }),
    {
      createTrainer,
      notify: context.notify,
      signal: context.signal,
      isTimeUp: () => options.clock() >= deadline,
      onEpoch: (done, total, loss, validationLoss) =>
        context.progress.update({
          done,
          total,
          detail: `loss ${loss.toPrecision(3)}${validationLoss === undefined ? "" : `, held back ${validationLoss.toPrecision(3)}`}`,
        }),
    },
  );
  const calibration = intervals ? await calibrateNetwork(rehearsal, frame, horizon, season, context.signal) : null;
  return { ...common, calibration, kind: "network", network };
}

function chooseModel(
  frame: Frame,
  horizon: number,
  seasons: readonly number[],
  options: ModelOptions,
  context: FitContext,
): Promise<Choice> {
  const names = contenders(
    options.preset,
    chooseCell(frame, horizon, seasons, options),
    frame.covariates !== undefined,
  );
  const create = (name: string) => createForecaster(name, { ...options, intervals: false });
  return chooseByValidation(frame, horizon, seasons[0] ?? 1, names, create, context);
}

/** Series from which on `auto` takes the time to fine-tune the pretrained model on them. */
const panelToTuneOn = 50;

/** Forecasts that a network is calibrated on. */
const networkWindowLimit = 4096;

/** Where nothing was held back, the network's own errors are not known, and those of the seasonal naive stand in for them. */
async function calibrateNetwork(
  rehearsal: Fit["rehearsal"],
  frame: Frame,
  horizon: number,
  season: number,
  signal: AbortSignal,
): Promise<Calibration> {
  const silent = () => {};
  if (rehearsal === null)
    return baselines
      .get("seasonal-naive")({ seasons: [season] })
      .calibrate(frame, horizon, signal);
  const firstOrigins = frame.series.map(({ values }) => values.length - rehearsal.heldBackSteps);
  const predictor = networkPredictor(rehearsal.network, silent);
  return calibrate(predictor, frame, horizon, { season, firstOrigins, windowLimit: networkWindowLimit, signal });
}

/** A fitted model, ready to forecast within limits. */
export async function predictorOf(model: FittedModel, limits: ForecastLimits, context: FitContext): Promise<Predictor> {
  const predictor = await openPredictor(model, context.notify);
  return {
    ...predictor,
    ...(model.reason === undefined ? {} : { reason: model.reason }),
    async predict(frame, horizon, levels) {
      const forecasts = await predictor.predict(frame, horizon, levels);
      for (const values of [forecasts.point, ...forecasts.quantiles]) applyLimits(values, limits);
      return forecasts;
    },
  };
}

async function openPredictor(model: FittedModel, notify: Notify): Promise<Predictor> {
  const { seasons } = model;
  if (model.kind === "pretrained") {
    const { gatePredictor } = await import("../gate/predictor.js");
    return gatePredictor({ ...model.gate, seasons, notify });
  }
  const point =
    model.kind === "network"
      ? networkPredictor(model.network, notify)
      : baselines.get(model.name)({ seasons }).predictor(notify);
  return model.calibration === null ? withoutIntervals(point, notify) : withIntervals(point, model.calibration);
}

function withoutIntervals(predictor: PointPredictor, notify: Notify): Predictor {
  let isSaid = false;
  return {
    ...predictor,
    async predict(frame, horizon, levels = []) {
      if (levels.length > 0 && !isSaid) {
        isSaid = true;
        const text = "this model was saved before there were intervals, so there are none: train it again to have them";
        notify({ level: "note", text });
      }
      return { point: await predictor.predict(frame, horizon), quantiles: [] };
    },
  };
}

/** The model called `name`, as a backtest takes it. */
export function createForecaster(name: string, options: ModelOptions): Forecaster {
  return {
    name,
    fit: async (frame, horizon, context) =>
      predictorOf(await fitModel(name, frame, horizon, options, context), options.limits, context),
  };
}
