// Between a fitted model and its directory. In: a fitted model with the frame it was fitted on. Out: manifest and files; and
// back, with a frame that holds the end of each series.
import { createHash } from "node:crypto";
import { HindcastError } from "../base/errors.js";
import { observedCount } from "../base/numeric.js";
import type { FittedModel } from "../choose/model.js";
import type { ForecastLimits } from "../forecast/limits.js";
import type { Frame } from "../series/frame.js";
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
  const { fitted, frame } = saved;
  const files: ModelFiles = {};
  let model: Manifest["model"];
  if (fitted.kind === "network") {
    const { config, weights, preparation, channels, training, record } = fitted.network;
    const encoded = encodeLayersModel(config, weights);
    files["model.json"] = new TextEncoder().encode(`${JSON.stringify(encoded.modelJson)}\n`);
    files["weights.bin"] = encoded.weights;
    model = { kind: "network", name: config.cell, network: config, preparation, channels, training, record };
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
      grid: frame.grid,
      time_style: frame.timeStyle,
      reading: { missing: saved.reading.missing, aggregate: saved.reading.aggregate ?? null },
      limits: saved.limits,
      model,
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
  const common = { asked: manifest.asked, reason: manifest.reason ?? undefined, seasons: manifest.seasons };
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
      kind: "network",
      network: { config: network, weights: decodeLayersModel(json, weights, network), ...rest },
    };
  } else fitted = { ...common, kind: "baseline", name: model.name };
  const bytes = files["context.bin"];
  const context =
    bytes === undefined
      ? undefined
      : {
          columns: manifest.columns,
          grid: manifest.grid,
          timeStyle: manifest.time_style,
          series: decodeContext(bytes, `${path}/context.bin`),
        };
  return { fitted, context };
}

/** Steps from the end that a forecast can depend on. */
function contextSteps(fitted: FittedModel): number {
  if (fitted.kind === "network") {
    const { config, preparation } = fitted.network;
    return config.window + preparation.config.difference + (fitted.seasons[0] ?? 1);
  }
  // Drift and mean rest on the whole series.
  return fitted.name === "naive" || fitted.name === "seasonal-naive"
    ? 2 * (fitted.seasons[0] ?? 1)
    : Number.POSITIVE_INFINITY;
}

function fingerprint(frame: Frame): Manifest["data"] {
  const hash = createHash("sha256");
  let steps = 0;
  let observed = 0;
  for (const { key, target, start, values } of frame.series) {
    hash.update(JSON.stringify([key, target, start, values.length]));
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    steps += values.length;
    observed += observedCount(values);
  }
  return { series: frame.series.length, steps, observed, sha256: hash.digest("hex") };
}
