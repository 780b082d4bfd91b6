// Every model by its name: what is fitted, and how it forecasts. In: a name and options. Out: a fitted model as plain data
// (what a model directory keeps), and a predictor made from it.
import { HindcastError } from "../base/errors.js";
import { cells } from "../engine/kernels/cells.js";
import type { NetworkSpec } from "../fit/defaults.js";
import { chooseSettings } from "../fit/defaults.js";
import type { FittedNetwork } from "../fit/fit.js";
import type { CreateTrainer } from "../fit/trainer.js";
import { type BaselineName, baselines } from "../forecast/baselines.js";
import { applyLimits, type ForecastLimits } from "../forecast/limits.js";
import { networkPredictor } from "../forecast/network.js";
import type { FitContext, Forecaster, Predictor } from "../forecast/predictor.js";
import type { Frame } from "../series/frame.js";
import { findFrameSeasons } from "../series/season.js";
import { type Choice, chooseByRule } from "./auto.js";

/** Options of every model; what concerns networks only is ignored by the baselines. */
export interface ModelOptions extends Omit<NetworkSpec, "cell"> {
  /** "auto": found in the very frame a model is fitted on. */
  readonly seasons: "auto" | readonly number[];
  readonly limits: ForecastLimits;
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
  | { readonly kind: "network"; readonly network: FittedNetwork }
  | { readonly kind: "baseline"; readonly name: BaselineName }
);

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
    asked === "auto" ? chooseByRule(frame, horizon, seasons, options) : { name: asked };
  if (choice.warning !== undefined) context.notify({ level: "warning", text: choice.warning });
  const common = { asked, reason: choice.reason, seasons };
  if (baselines.has(choice.name)) return { ...common, kind: "baseline", name: choice.name };
  const cell = cells.find((candidate) => candidate === choice.name);
  if (cell === undefined)
    throw new HindcastError(
      "usage",
      `there is no model "${asked}"`,
      `one of: auto, ${[...cells, ...baselines.names].join(", ")}`,
    );
  const createTrainer = await options.openTrainer();
  // What forecasts from a saved model has no use for the code that trains.
  const { fitNetwork } = await import("../fit/fit.js");
  const deadline = options.maxTimeMs === undefined ? Number.POSITIVE_INFINITY : options.clock() + options.maxTimeMs;
  const network = await fitNetwork(frame, chooseSettings(frame, horizon, seasons, { ...options, cell }), {
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
  });
  return { ...common, kind: "network", network };
}

/** A fitted model, ready to forecast within limits. */
export async function predictorOf(model: FittedModel, limits: ForecastLimits, context: FitContext): Promise<Predictor> {
  const predictor =
    model.kind === "network"
      ? networkPredictor(model.network, context.notify)
      : baselines
          .get(model.name)({ season: model.seasons[0] ?? 1 })
          .predictor(context.notify);
  return {
    ...predictor,
    ...(model.reason === undefined ? {} : { reason: model.reason }),
    async predict(frame, horizon) {
      const forecasts = await predictor.predict(frame, horizon);
      applyLimits(forecasts, limits);
      return forecasts;
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
