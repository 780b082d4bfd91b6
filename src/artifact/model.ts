// Between a fitted model and its directory. In: a fitted model with the frame it was fitted on. Out: manifest and files; and
// back, with a frame that holds the end of each series.
import { createHash } from "node:crypto";
import { HindcastError, messageOf } from "../base/errors.js";
import { observedCount } from "../base/numeric.js";
import type { FittedModel } from "../choose/model.js";
import { calibrationSteps } from "../forecast/calibration.js";
import type { ForecastLimits } from "../forecast/limits.js";
import { historyLimit } from "../gate/history-limit.js";
import type { GateNetwork } from "../gate/network.js";
import { decodeWeights, encodeWeights, type GateLayout, gateLayout } from "../gate/weights.js";
import { type Frame, type Series, withoutCovariates } from "../series/frame.js";
import type { ReadOptions } from "../series/options.js";
import { decodeContext, encodeContext, tailFrame } from "./context.js";
import { type ModelFiles, type StoredModel, writeModel } from "./directory.js";
import { decodeLayersModel, encodeLayersModel } from "./layers-model.js";
import type { Manifest } from "./manifest.js";

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
  const frame = fitted.kind === "network" ? saved.frame : withoutCovariates(saved.frame);
  const files: ModelFiles = {};
  let model: Manifest["model"];
  if (fitted.kind === "network") {
    const { config, weights, preparation, channels, training, record } = fitted.network;
    const encoded = encodeLayersModel(config, weights);
    files["model.json"] = new TextEncoder().encode(`${JSON.stringify(encoded.modelJson)}\n`);
    files["weights.bin"] = encoded.weights;
    model = { kind: "network", name: config.cell, network: config, preparation, channels, training, record };
  } else if (fitted.kind === "pretrained") {
    const { networks, calibration } = fitted.gate;
    files["gate.bin"] = encodeWeights(networks);
    model = { kind: "pretrained", name: "pretrained", ...gateLayout(networks), calibration };
  } else model = { kind: "baseline", name: fitted.name };
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
      ...(fitted.kind === "pretrained" || fitted.calibration === null ? {} : { calibration: fitted.calibration }),
      held_out: saved.heldOut,
      data: fingerprint(frame),
    },
    files,
    run,
  );
}

/** @returns the model, and the end of each series as it was trained on (undefined when saved without) */
export function openModel(stored: StoredModel): { fitted: FittedModel; context: Frame | undefined } {
  const { manifest, files, path } = stored;
  const common = {
    asked: manifest.asked,
    reason: manifest.reason ?? undefined,
    seasons: manifest.seasons,
  };
  const calibration = manifest.calibration ?? null;
  const { model } = manifest;
  let fitted: FittedModel;
  if (model.kind === "network") {
    const [topology, weights] = [files["model.json"], files["weights.bin"]];
    if (topology === undefined || weights === undefined)
      throw new HindcastError("model", `${path} lacks model.json or weights.bin`, "train the model again");
    const { kind: _, name: __, network, ...rest } = model;
    const json: unknown = JSON.parse(new TextDecoder().decode(topology));
    fitted = {
      ...common,
      calibration,
      kind: "network",
      network: { config: network, weights: decodeLayersModel(json, weights, network), ...rest },
    };
  } else if (model.kind === "pretrained") {
    const networks = decodeGate(files["gate.bin"], model, path);
    fitted = { ...common, kind: "pretrained", gate: { networks, calibration: model.calibration } };
  } else fitted = { ...common, calibration, kind: "baseline", name: model.name };
  const bytes = files["context.bin"];
  const context =
    bytes === undefined
      ? undefined
      : {
          columns: manifest.columns,
          ...(manifest.covariates && { covariates: manifest.covariates }),
          grid: manifest.grid,
          timeStyle: manifest.time_style,
          series: contextSeries(bytes, manifest.covariates?.length, `${path}/context.bin`),
        };
  return { fitted, context };
}

/** @throws HindcastError "model" */
function decodeGate(bytes: Uint8Array | undefined, layout: GateLayout, path: string): GateNetwork[] {
  try {
    if (bytes === undefined) throw new Error("there is no gate.bin");
    return decodeWeights(bytes, layout);
  } catch (error) {
    throw new HindcastError("model", `${path}: ${messageOf(error)}`, "train the model again");
  }
}

/** @throws HindcastError "model" when the bytes are not the end of such series */
function contextSeries(bytes: Uint8Array, covariateCount: number | undefined, path: string): Series[] {
  const series = decodeContext(bytes, path);
  if (series.some(({ covariates }) => covariates?.length !== covariateCount))
    throw new HindcastError("model", `${path}: its covariates are not those of hindcast.json`, "train the model again");
  return series;
}

/** Steps from the end that a forecast or its intervals can depend on. */
function contextSteps(fitted: FittedModel): number {
  if (fitted.kind === "pretrained") return historyLimit(fitted.seasons);
  return Math.max(pointSteps(fitted), fitted.calibration === null ? 0 : calibrationSteps(fitted.calibration));
}

function pointSteps(fitted: Exclude<FittedModel, { kind: "pretrained" }>): number {
  if (fitted.kind === "network") {
    const { config, preparation } = fitted.network;
    return config.window + preparation.config.difference + (fitted.seasons[0] ?? 1);
  }
  // Drift and mean rest on the whole series.
  return fitted.name === "naive" || fitted.name === "seasonal-naive"
    ? 2 * (fitted.seasons[0] ?? 1)
    : Number.POSITIVE_INFINITY;
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
