// Into a model directory. In: a fitted model with the frame it was fitted on. Out: manifest and files.
import { createHash } from "node:crypto";
import { observedCount } from "../base/numeric.js";
import {
  answererOf,
  covariateNames,
  effectsIn,
  type Fitted,
  type FittedModel,
  type FittedPart,
  networksOf,
} from "../choose/fitted.js";
import { effectsOf } from "../effects/schema.js";
import type { FittedNetwork } from "../fit/fit.js";
import { type Calibration, calibrationSteps } from "../forecast/calibration.js";
import type { ForecastLimits } from "../forecast/limits.js";
import { historyLimit } from "../gate/history-limit.js";
import { encodeWeights, gateLayout } from "../gate/weights.js";
import { linearReach } from "../linear/model.js";
import { type Frame, keepCovariates } from "../series/frame.js";
import type { ReadOptions } from "../series/options.js";
import { candidateReach } from "../windows/candidates.js";
import { encodeContext, tailFrame } from "./context.js";
import { type ModelFiles, writeModel } from "./directory.js";
import { encodeLayersModel } from "./layers-model.js";
import { encodeLinear } from "./linear.js";
import type { Manifest, Place, StoredNetwork, StoredPart } from "./manifest.js";

export interface SavedModel {
  readonly fitted: FittedModel;
  /** The frame it was fitted on. */
  readonly frame: Frame;
  readonly horizon: number;
  readonly seed: number;
  readonly engine: string | null;
  readonly reading: Pick<ReadOptions, "missing" | "aggregate">;
  readonly limits: ForecastLimits;
  readonly heldOut: Manifest["held_out"];
  readonly keepContext: boolean;
}

/** Writes a model directory, whole or not at all. @throws HindcastError "output" */
export async function saveModel(
  path: string,
  saved: SavedModel,
  version: string,
  run: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { fitted } = saved;
  const frame = keepCovariates(saved.frame, covariateNames(fitted));
  const files: ModelFiles = {};
  const model = storeModel(fitted, "", files);
  if (saved.keepContext) files["context.bin"] = encodeContext(tailFrame(frame, contextSteps(fitted)).series);
  await writeModel(
    path,
    {
      schema_version: 1,
      type: "model",
      hindcast: version,
      asked: fitted.asked,
      reason: fitted.reason ?? null,
      horizon: saved.horizon,
      seasons: [...fitted.seasons],
      seed: saved.seed,
      engine: saved.engine,
      columns: { ...frame.columns, ids: [...frame.columns.ids], targets: [...frame.columns.targets] },
      ...(frame.covariates && { covariates: frame.covariates }),
      grid: frame.grid,
      time_style: frame.timeStyle,
      reading: { missing: saved.reading.missing, aggregate: saved.reading.aggregate ?? null },
      limits: saved.limits,
      model,
      ...storedCalibration(fitted),
      held_out: saved.heldOut,
      data: fingerprint(frame),
    },
    files,
    run,
  );
}

/** Puts the files of a model into `files`, those of its parts in numbered subdirectories. @param place "", or ends in "/" */
function storeModel(fitted: Fitted, place: Place, files: ModelFiles): Manifest["model"] {
  if (fitted.kind !== "combination") return storePart(fitted, place, files);
  return {
    kind: "combination",
    name: answererOf(fitted),
    parts: fitted.parts.map(({ weight, fitted: part }, i) => ({
      weight,
      model: storePart(part, `${i + 1}/`, files),
      ...storedCalibration(part),
    })),
    ...(fitted.series.length > 0 && { series: fitted.series }),
    stretch: fitted.stretch,
  };
}

function storePart(fitted: FittedPart["fitted"], place: Place, files: ModelFiles): StoredPart["model"] {
  switch (fitted.kind) {
    case "network":
      return storeNetwork(fitted.network, place, files);
    case "ensemble": {
      const members = fitted.members.map((member, i) => storeNetwork(member, `${place}${i + 1}/`, files));
      return { kind: "ensemble", name: answererOf(fitted), members };
    }
    case "baseline":
      return { kind: "baseline", name: fitted.name };
    case "pretrained": {
      const { networks, calibration } = fitted.gate;
      files[`${place}gate.bin`] = encodeWeights(networks);
      return { kind: "pretrained", name: "pretrained", ...gateLayout(networks), calibration, ...effectsOf(fitted) };
    }
    case "linear": {
      const { forms, drifts, ...rest } = fitted.model;
      files[`${place}linear.bin`] = encodeLinear(fitted.model);
      return {
        kind: "linear",
        name: "linear",
        ...rest,
        forms: forms.map(({ weights: _, ...form }) => form),
        ...(drifts.length > 0 && { drifts }),
        ...effectsOf(fitted),
      };
    }
    default:
      return fitted satisfies never;
  }
}

function storeNetwork(network: FittedNetwork, place: Place | `${Place}${number}/`, files: ModelFiles): StoredNetwork {
  const { config, weights, preparation, channels, training, record } = network;
  const encoded = encodeLayersModel(config, weights);
  files[`${place}model.json`] = new TextEncoder().encode(`${JSON.stringify(encoded.modelJson)}\n`);
  files[`${place}weights.bin`] = encoded.weights;
  return { kind: "network", name: config.cell, network: config, preparation, channels, training, record };
}

function storedCalibration(fitted: Fitted): Pick<Manifest, "calibration"> {
  const calibration = calibrationOf(fitted);
  return calibration === null ? {} : { calibration };
}

function calibrationOf(fitted: Fitted): Calibration | null {
  return fitted.kind === "pretrained" || fitted.kind === "combination" ? null : fitted.calibration;
}

/** Steps from the end that a forecast or its intervals can depend on. */
export function contextSteps({ seasons, ...fitted }: FittedModel): number {
  const steps = stepsOf(fitted, seasons);
  const memories = effectsIn(fitted).map(({ memory }) => memory);
  return memories.length === 0 ? steps : Math.max(steps, historyLimit(seasons)) + Math.max(...memories) - 1;
}

function stepsOf(fitted: Fitted, seasons: readonly number[]): number {
  const calibration = calibrationOf(fitted);
  return Math.max(pointSteps(fitted, seasons), calibration === null ? 0 : calibrationSteps(calibration));
}

function pointSteps(fitted: Fitted, seasons: readonly number[]): number {
  switch (fitted.kind) {
    case "network":
    case "ensemble":
      return networksOf(fitted).reduce((most, network) => Math.max(most, networkSteps(network, seasons)), 0);
    case "pretrained":
      return historyLimit(seasons);
    case "linear":
      return linearReach(fitted.model, historyLimit(seasons));
    case "baseline":
      // Drift and mean rest on the whole series.
      return fitted.name === "naive" || fitted.name === "seasonal-naive"
        ? 2 * (seasons[0] ?? 1)
        : Number.POSITIVE_INFINITY;
    case "combination":
      // Phases that never change are looked for that far back, whatever the parts look at.
      return fitted.parts.reduce((most, part) => Math.max(most, stepsOf(part.fitted, seasons)), historyLimit(seasons));
    default:
      return fitted satisfies never;
  }
}

function networkSteps({ config, preparation }: FittedNetwork, seasons: readonly number[]): number {
  const steps = Math.max(config.window, candidateReach(config.mix ?? []));
  return steps + preparation.config.difference + (seasons[0] ?? 1);
}

export function fingerprint(frame: Frame): Manifest["data"] {
  const hash = createHash("sha256");
  let steps = 0;
  let observed = 0;
  for (const { key, target, start, values, covariates = [] } of frame.series) {
    hash.update(JSON.stringify([key, target, start, values.length]));
    for (const { buffer, byteOffset, byteLength } of [values, ...covariates])
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    steps += values.length;
    observed += observedCount(values);
  }
  return { series: frame.series.length, steps, observed, sha256: hash.digest("hex") };
}
