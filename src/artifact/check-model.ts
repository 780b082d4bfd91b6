// Whether the parts of a model directory fit each other. In: parts that each fit their schema. Out: nothing, or a refusal: what is
// computed from them later takes their word for sizes, so that no number may claim more than the data that are there.
import { HindcastError, messageOf } from "../base/errors.js";
import { effectsIn, type Fitted, type FittedModel, type FittedPart, networksOf, partsOf } from "../choose/fitted.js";
import { type Effects, termCounts } from "../effects/schema.js";
import { type CovariateColumn, type CovariateScale, covariateWidth } from "../features/covariates.js";
import type { FittedNetwork } from "../fit/fit.js";
import type { Calibration } from "../forecast/calibration.js";
import { highestLevel, lowestLevel } from "../forecast/levels.js";
import { longestHorizon } from "../gate/schema.js";
import type { LinearModel } from "../linear/model.js";
import { type Frame, longestLength } from "../series/frame.js";
import { zoneClock } from "../series/zone.js";
import { channelCount } from "../windows/prepare.js";

/** Steps that a model without its data may claim to look back or ahead. */
const maxSteps = 2 ** 24;

/**
 * @param context the end of each series as it was trained on; undefined when it was saved without
 * @throws HindcastError "model"
 */
export function checkModel(
  fitted: FittedModel,
  horizon: number,
  zone: string,
  context: Frame | undefined,
  path: string,
): void {
  const problem = [
    problemOfZone(zone),
    horizon > maxSteps ? `a horizon of ${horizon} steps` : undefined,
    problemOfWeights(fitted),
    ...partsOf(fitted).map((part) => problemOfPart(part, horizon)),
    ...effectsIn(fitted).map(problemOfEffects),
    ...networksOf(fitted).map((network) => problemOfNetwork(network, horizon, context)),
  ].find((one) => one !== undefined);
  if (problem !== undefined)
    throw new HindcastError("model", `${path} does not fit together: ${problem}`, "train the model again");
}

function problemOfWeights(fitted: Fitted): string | undefined {
  if (fitted.kind !== "combination") return undefined;
  const sumsToOne = (weights: readonly number[]) => Math.abs(weights.reduce((sum, one) => sum + one, 0) - 1) < 1e-6;
  const isWhole = ({ weights }: { readonly weights: readonly number[] }) =>
    weights.length === fitted.parts.length && sumsToOne(weights);
  return fitted.series.every(isWhole) ? undefined : "the weights of a series do not go with its parts";
}

function problemOfPart(part: FittedPart["fitted"], horizon: number): string | undefined {
  if (part.kind === "pretrained")
    return horizon > longestHorizon ? `a pretrained model for ${horizon} steps` : undefined;
  const calibration = part.calibration === null ? undefined : problemOfCalibration(part.calibration);
  return calibration ?? (part.kind === "linear" ? problemOfLinear(part.model, horizon) : undefined);
}

function problemOfEffects(effects: Effects): string | undefined {
  const { columns, scales, channels, logarithm, memory, common, series } = effects;
  if (channels.length !== covariateWidth(columns))
    return `effects of ${channels.length} channels, whose columns have ${covariateWidth(columns)}`;
  if (logarithm !== undefined && logarithm.ranges.length !== channels.length)
    return `effects of ${channels.length} channels, ${logarithm.ranges.length} of which have a range`;
  const unscaled = problemOfScales(columns, scales);
  if (unscaled !== undefined) return unscaled;
  if (memory > maxSteps) return `means of ${memory} steps`;
  const { now, lately } = termCounts(effects);
  const isWhole = ({ coefficients }: { readonly coefficients: readonly number[] }, times = 1) =>
    coefficients.length === times * (now + lately);
  if (!series.every((one) => isWhole(one, one.profile ? 2 : 1)) || !(common ?? []).every((one) => isWhole(one)))
    return "its effects lack coefficients";
  return undefined;
}

function problemOfScales(columns: readonly CovariateColumn[], scales: readonly CovariateScale[]): string | undefined {
  const unscaled = columns.find(
    ({ name, categories }) => categories === null && !scales.some((one) => one.name === name),
  );
  return unscaled && `its ${unscaled.name} has no scale`;
}

function problemOfLinear(model: LinearModel, horizon: number): string | undefined {
  if (horizon > model.horizon) return `its horizon is ${horizon} steps, its regression's ${model.horizon}`;
  if (model.horizon > maxSteps) return `a regression of ${model.horizon} steps`;
  if (model.season > maxSteps) return `a season of ${model.season} steps`;
  return undefined;
}

function problemOfZone(zone: string): string | undefined {
  try {
    zoneClock(zone);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function problemOfCalibration({ levels, steps, offsets }: Calibration): string | undefined {
  const isAscending = (values: readonly number[]) => values.every((value, i) => i === 0 || value > values[i - 1]!);
  if (!isAscending(levels) || !(levels[0]! <= lowestLevel) || !(levels.at(-1)! >= highestLevel))
    return "the levels of its calibration are not those that can be asked for";
  if (!isAscending(steps)) return "the steps of its calibration do not ascend";
  if (offsets.length !== steps.length || offsets.some((row) => row.length !== levels.length))
    return "its calibration lacks offsets";
  const median = levels.indexOf(0.5);
  // Else there were intervals that do not hold the forecast, or cross.
  if (offsets.some((row) => row[median] !== 0 || row.some((offset, i) => offset < (row[i - 1] ?? offset))))
    return "the offsets of its calibration do not ascend through 0";
  return undefined;
}

function problemOfNetwork(
  { config, channels, preparation }: FittedNetwork,
  horizon: number,
  context: Frame | undefined,
): string | undefined {
  const { inputs, window, segment = 1, decoder } = config;
  const { difference } = preparation.config;
  if (channelCount(channels) !== inputs)
    return `its network takes ${inputs} channels, its data have ${channelCount(channels)}`;
  const unscaled = problemOfScales(channels.covariates?.columns ?? [], preparation.covariates ?? []);
  if (unscaled !== undefined) return unscaled;
  if (window % segment !== 0) return `its window of ${window} steps is no multiple of ${segment}`;
  if (decoder === "direct" && horizon > config.horizon)
    return `its horizon is ${horizon} steps, its network's ${config.horizon}`;
  const known = context === undefined ? maxSteps : longestLength(context);
  // Nothing is trained on less than a window, nor with a difference that leaves no step.
  if (Math.max(window, difference) > known)
    return `a window of ${window} steps after a difference over ${difference} needs more than the ${known} steps there are`;
  return undefined;
}
