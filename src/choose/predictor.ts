// How a fitted model forecasts: all that a saved one needs, and nothing of what fits one. In: a fitted model as plain data. Out: a
// predictor.
import { type Notify, sayingOnce } from "../base/notes.js";
import { listNames } from "../base/wording.js";
import type { Effects } from "../effects/schema.js";
import { unknownCategories } from "../features/covariates.js";
import type { FittedNetwork } from "../fit/fit.js";
import { baselines } from "../forecast/baselines.js";
import { type Calibration, withIntervals, withOwnIntervals } from "../forecast/calibration.js";
import type { Part } from "../forecast/combination.js";
import { applyLimits, type ForecastLimits, keepAboveZero } from "../forecast/limits.js";
import { networkPredictor } from "../forecast/network.js";
import type { Forecasts, PredictContext, Predictor } from "../forecast/predictor.js";
import { keepSteadyPhases } from "../forecast/steady.js";
import { historyLimit } from "../gate/history-limit.js";
import { linearReach } from "../linear/model.js";
import type { Frame } from "../series/frame.js";
import { answererOf, covariateColumns, type Fitted, type FittedModel, networksOf } from "./fitted.js";

/** Says of each category that was not there at fit, once, that it is none. */
function categoryWatch(fitted: Fitted, notify: Notify): (frame: Frame) => void {
  const columns = covariateColumns(fitted);
  const said = new Set<string>();
  return (frame) => {
    const news = unknownCategories(frame, columns).filter((category) => !said.has(category));
    for (const category of news) said.add(category);
    if (news.length > 0)
      notify({ level: "note", text: `not seen in training, so taken for none that was: ${listNames(news)}` });
  };
}

/** A fitted model, ready to forecast within limits. */
export async function predictorOf(
  model: FittedModel,
  limits: ForecastLimits,
  context: PredictContext,
): Promise<Predictor> {
  const predictor = await openPredictor(model, model.seasons, context);
  const watchCategories = categoryWatch(model, context.notify);
  const isCount = networksOf(model).some(({ config }) => config.head?.kind === "negbin");
  const kept = isCount ? { ...limits, min: Math.max(0, limits.min ?? 0) } : limits;
  // A network or a baseline that was asked for by name says what it says.
  const weighsPhases = model.kind === "pretrained" || model.kind === "combination";
  return {
    ...predictor,
    ...(model.reason === undefined ? {} : { reason: model.reason }),
    async predict(frame, horizon, levels) {
      watchCategories(frame);
      // The pretrained model weighs its candidates for a horizon as a whole; fewer steps are the first of those.
      const whole = Math.max(horizon, model.horizon);
      const forecasts = firstSteps(await predictor.predict(frame, whole, levels), whole, horizon);
      if (weighsPhases) {
        const { seasons } = model;
        const reach = historyLimit(seasons);
        keepSteadyPhases(frame, { seasons, reach }, forecasts, levels ?? []);
        if (kept.min === null) keepAboveZero(frame, reach, forecasts);
      }
      for (const values of [forecasts.point, ...forecasts.quantiles]) applyLimits(values, kept);
      return forecasts;
    },
  };
}

/** @param whole steps of the forecasts @param horizon steps wanted, no more */
function firstSteps(forecasts: Forecasts, whole: number, horizon: number): Forecasts {
  if (whole === horizon) return forecasts;
  const cut = (rows: Float64Array) => rows.filter((_, i) => i % whole < horizon);
  const spread = (rows: Float64Array) => {
    const all = new Float64Array((rows.length / horizon) * whole).fill(Number.NaN);
    for (let at = 0; at < rows.length; at += horizon) all.set(rows.subarray(at, at + horizon), (at / horizon) * whole);
    return all;
  };
  const { point, quantiles, crossEntropy } = forecasts;
  return {
    point: cut(point),
    quantiles: quantiles.map(cut),
    ...(crossEntropy && { crossEntropy: (actual) => cut(crossEntropy(spread(actual))) }),
  };
}

async function openPredictor(fitted: Fitted, seasons: readonly number[], context: PredictContext): Promise<Predictor> {
  const { notify } = context;
  switch (fitted.kind) {
    case "pretrained": {
      const { gatePredictor } = await import("../gate/predictor.js");
      return putBack(gatePredictor({ ...fitted.gate, seasons, context }), fitted.effects, seasons);
    }
    case "linear": {
      const { linearPredictor } = await import("../forecast/linear.js");
      const linear = linearPredictor(fitted.model, linearReach(fitted.model, historyLimit(seasons)), context);
      return putBack(calibrated(linear, fitted.calibration, notify), fitted.effects, seasons);
    }
    case "network":
    case "ensemble":
      return calibrated(
        await openNetworks(networksOf(fitted), answererOf(fitted), context),
        fitted.calibration,
        notify,
      );
    case "baseline":
      return calibrated(baselines.get(fitted.name)({ seasons }).predictor(context), fitted.calibration, notify);
    case "combination": {
      const { combinePredictors } = await import("../forecast/combination.js");
      const quiet = { ...context, notify: withoutRepeats(notify) };
      const parts = await Promise.all(
        fitted.parts.map(async ({ weight, fitted: part }) => ({
          weight,
          predictor: await openPredictor(part, seasons, quiet),
        })),
      );
      return {
        ...combinePredictors(answererOf(fitted), parts, { ...fitted, notify }),
        explanation: () => explain(parts),
      };
    }
    default:
      return fitted satisfies never;
  }
}

async function putBack(
  predictor: Predictor,
  effects: Effects | undefined,
  seasons: readonly number[],
): Promise<Predictor> {
  if (effects === undefined) return predictor;
  const { withEffects } = await import("../effects/predictor.js");
  return withEffects(predictor, effects, historyLimit(seasons));
}

/** One network as it is, or the mean of several; with quantiles where the networks tell them themselves. */
export async function openNetworks(
  networks: readonly FittedNetwork[],
  name: string,
  context: PredictContext,
): Promise<Predictor> {
  const quiet = networks.length > 1 ? { ...context, notify: withoutRepeats(context.notify) } : context;
  const predictors = await Promise.all(
    networks.map(async (network) => {
      if (network.config.head === undefined) return networkPredictor(network, quiet);
      const { headPredictor } = await import("../forecast/distribution.js");
      return headPredictor(network, quiet);
    }),
  );
  if (predictors.length === 1) return predictors[0]!;
  const { combinePredictors } = await import("../forecast/combination.js");
  const weight = 1 / predictors.length;
  return combinePredictors(
    name,
    predictors.map((predictor) => ({ predictor, weight })),
    { notify: context.notify },
  );
}

function explain(parts: readonly Part[]): string {
  const shares = parts.map(({ predictor, weight }) => `${Math.round(100 * weight)} % ${predictor.name}`);
  const told = parts.flatMap(({ predictor: { name, explanation } }) =>
    explanation === undefined ? [] : [`${name} ${explanation()}`],
  );
  return [`is ${shares.join(", ")}`, ...told].join("; ");
}

/** With the quantiles of its held-out errors, around its forecasts or where it tells them itself. */
function calibrated(predictor: Predictor, calibration: Calibration | null, notify: Notify): Predictor {
  if (calibration?.measure === "own") return withOwnIntervals(predictor, calibration);
  if (calibration !== null) return withIntervals(predictor, calibration);
  let isSaid = false;
  return {
    ...predictor,
    async predict(frame, horizon, levels = []) {
      const forecasts = await predictor.predict(frame, horizon, levels);
      if (forecasts.quantiles.length < levels.length && !isSaid) {
        isSaid = true;
        const text = "this model was saved before there were intervals, so there are none: train it again to have them";
        notify({ level: "note", text });
      }
      return forecasts;
    },
  };
}

/** What several say alike is said once, and what has no forecast by the whole. */
function withoutRepeats(notify: Notify): Notify {
  const once = sayingOnce(notify);
  return (note) => {
    if (note.level !== "warning") once(note);
  };
}
