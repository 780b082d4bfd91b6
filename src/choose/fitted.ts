// A fitted model as plain data, and what it consists of. In: nothing. Out: types, and what is told of a model by its parts.
import type { Effects } from "../effects/schema.js";
import type { CovariateColumn } from "../features/covariates.js";
import type { FittedNetwork } from "../fit/fit.js";
import type { BaselineName } from "../forecast/baselines.js";
import type { Calibration } from "../forecast/calibration.js";
import type { SeriesWeights } from "../forecast/combination.js";
import type { FittedGate } from "../gate/fit.js";
import type { LinearModel } from "../linear/model.js";

/** What forecasts. `calibration` is what intervals rest on; null where none were asked for, or in a model that was saved before there were any. */
export type Fitted =
  | { readonly kind: "network"; readonly network: FittedNetwork; readonly calibration: Calibration | null }
  /** Trainings of one network from several seeds: their mean, calibrated as one. */
  | { readonly kind: "ensemble"; readonly members: readonly FittedNetwork[]; readonly calibration: Calibration | null }
  | { readonly kind: "baseline"; readonly name: BaselineName; readonly calibration: Calibration | null }
  | { readonly kind: "pretrained"; readonly gate: FittedGate; readonly effects?: Effects }
  | {
      readonly kind: "linear";
      readonly model: LinearModel;
      readonly calibration: Calibration | null;
      /** What covariates add to what it forecasts. */
      readonly effects?: Effects;
    }
  | Combination;

export interface Combination {
  readonly kind: "combination";
  readonly parts: readonly FittedPart[];
  /** Series of a panel whose weights are their own; others, and new ones, are forecast with the parts'. */
  readonly series: readonly SeriesWeights[];
  /** Factor of the distances from the forecast to its quantiles. */
  readonly stretch: number;
}

export interface FittedPart {
  /** Above 0; of all parts they sum to 1. */
  readonly weight: number;
  readonly fitted: Exclude<Fitted, Combination>;
}

export type FittedModel = {
  /** What was asked for: `auto` stays `auto`. */
  readonly asked: string;
  readonly reason: string | undefined;
  readonly seasons: readonly number[];
  /** That it was fitted for. */
  readonly horizon: number;
} & Fitted;

/** The name of what forecasts: a cell's, a baseline's; "gru*3" of three trainings, "pretrained+gru" of two together. */
export function answererOf(fitted: Fitted): string {
  switch (fitted.kind) {
    case "network":
      return fitted.network.config.cell;
    case "ensemble":
      return `${fitted.members[0]!.config.cell}*${fitted.members.length}`;
    case "pretrained":
    case "linear":
      return fitted.kind;
    case "baseline":
      return fitted.name;
    case "combination":
      return fitted.parts.map((part) => answererOf(part.fitted)).join("+");
    default:
      return fitted satisfies never;
  }
}

/** What it consists of: itself, or the parts of a combination. */
export function partsOf(fitted: Fitted): readonly FittedPart["fitted"][] {
  return fitted.kind === "combination" ? fitted.parts.map((part) => part.fitted) : [fitted];
}

/** The networks that it consists of. */
export function networksOf(fitted: Fitted): readonly FittedNetwork[] {
  switch (fitted.kind) {
    case "network":
      return [fitted.network];
    case "ensemble":
      return fitted.members;
    case "pretrained":
    case "linear":
    case "baseline":
      return [];
    case "combination":
      return fitted.parts.flatMap((part) => networksOf(part.fitted));
    default:
      return fitted satisfies never;
  }
}

/** What covariates add in its parts. */
export function effectsIn(fitted: Fitted): readonly Effects[] {
  return partsOf(fitted).flatMap((part) => ("effects" in part ? (part.effects ?? []) : []));
}

/** What the parts look at beside the values. */
export function covariateColumns(fitted: Fitted): CovariateColumn[] {
  const ofNetworks = networksOf(fitted).flatMap(({ channels }) => channels.covariates?.columns ?? []);
  return [...ofNetworks, ...effectsIn(fitted).flatMap(({ columns }) => columns)];
}

/** The same, by name. */
export function covariateNames(fitted: Fitted): Set<string> {
  return new Set(covariateColumns(fitted).map(({ name }) => name));
}
