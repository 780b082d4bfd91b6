// Out of a model directory. In: its manifest and files. Out: the fitted model, and a frame that holds the end of each series.
import { HindcastError, messageOf } from "../base/errors.js";
import type { Fitted, FittedModel, FittedPart } from "../choose/fitted.js";
import { effectsOf } from "../effects/schema.js";
import type { FittedNetwork } from "../fit/fit.js";
import type { Calibration } from "../forecast/calibration.js";
import type { GateNetwork } from "../gate/network.js";
import type { GateLayout } from "../gate/weights.js";
import type { Frame, Series } from "../series/frame.js";
import { checkModel } from "./check-model.js";
import { decodeContext } from "./context.js";
import type { StoredModel } from "./directory.js";
import { decodeLayersModel } from "./layers-model.js";
import { decodeLinear } from "./linear.js";
import type { Manifest, Place, StoredNetwork, StoredPart } from "./manifest.js";

/** @returns the model, and the end of each series as it was trained on (undefined when saved without) */
export async function openModel(stored: StoredModel): Promise<{ fitted: FittedModel; context: Frame | undefined }> {
  const { manifest, files, path } = stored;
  const common = {
    asked: manifest.asked,
    reason: manifest.reason ?? undefined,
    seasons: manifest.seasons,
    horizon: manifest.horizon,
  };
  const { model } = manifest;
  const fitted: FittedModel = { ...common, ...(await openStored(model, manifest.calibration ?? null, stored)) };
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
  checkModel(fitted, manifest.horizon, manifest.grid.zone, context, path);
  return { fitted, context };
}

async function openStored(
  model: Manifest["model"],
  calibration: Calibration | null,
  stored: StoredModel,
): Promise<Fitted> {
  if (model.kind !== "combination") return openPart(model, calibration, "", stored);
  const parts = await Promise.all(
    model.parts.map(async (part, i) => ({
      weight: part.weight,
      fitted: await openPart(part.model, part.calibration ?? null, `${i + 1}/`, stored),
    })),
  );
  return { kind: "combination", parts, series: model.series ?? [], stretch: model.stretch };
}

async function openPart(
  model: StoredPart["model"],
  calibration: Calibration | null,
  place: Place,
  stored: StoredModel,
): Promise<FittedPart["fitted"]> {
  switch (model.kind) {
    case "network":
      return { kind: "network", network: openNetwork(model, place, stored), calibration };
    case "ensemble": {
      const members = model.members.map((member, i) => openNetwork(member, `${place}${i + 1}/`, stored));
      return { kind: "ensemble", members, calibration };
    }
    case "baseline":
      return { kind: "baseline", name: model.name, calibration };
    case "pretrained": {
      const networks = await decodeGate(stored.files[`${place}gate.bin`], model, stored.path);
      return { kind: "pretrained", gate: { networks, calibration: model.calibration }, ...effectsOf(model) };
    }
    case "linear":
      return {
        kind: "linear",
        model: decodeLinear(model, stored.files[`${place}linear.bin`], stored.path),
        calibration,
        ...effectsOf(model),
      };
    default:
      return model satisfies never;
  }
}

/** @throws HindcastError "model" */
function openNetwork(
  { kind: _, name: __, network: config, ...rest }: StoredNetwork,
  place: Place | `${Place}${number}/`,
  { files, path }: StoredModel,
): FittedNetwork {
  const [topology, weights] = [files[`${place}model.json`], files[`${place}weights.bin`]];
  if (topology === undefined || weights === undefined)
    throw new HindcastError("model", `${path} lacks ${place}model.json or weights.bin`, "train the model again");
  const json = parseJson(topology, `${path}/${place}model.json`);
  return { config, weights: decodeLayersModel(json, weights, config), ...rest };
}

/** @throws HindcastError "model" */
async function decodeGate(
  bytes: Uint8Array | undefined,
  layout: GateLayout,
  path: string,
): Promise<readonly GateNetwork[]> {
  // What forecasts with a network has no use for the gate and its candidates.
  const { decodeWeights } = await import("../gate/weights.js");
  try {
    if (bytes === undefined) throw new Error("there is no gate.bin");
    return decodeWeights(bytes, layout);
  } catch (error) {
    throw new HindcastError("model", `${path}: ${messageOf(error)}`, "train the model again");
  }
}

/** @throws HindcastError "model" */
function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new HindcastError("model", `${path} is not JSON`, "train the model again");
  }
}

/** @throws HindcastError "model" when the bytes are not the end of such series */
function contextSeries(bytes: Uint8Array, covariateCount: number | undefined, path: string): Series[] {
  const series = decodeContext(bytes, path);
  if (series.some(({ covariates }) => covariates?.length !== covariateCount))
    throw new HindcastError("model", `${path}: its covariates are not those of hindcast.json`, "train the model again");
  return series;
}
