// Networks to export. In: a config and its weights. Out: a network whose values are taken as they are.
import type { ExportedNetwork } from "../../src/export/onnx-model.js";
import type { NetworkConfig } from "../../src/model/config.js";
import type { NamedArray } from "../../src/model/inference.js";
import { plainScale } from "../support/panels.js";

export function unprepared(config: NetworkConfig, weights: readonly NamedArray[]): ExportedNetwork {
  return {
    config,
    weights,
    preparation: { config: { ...plainScale, scale: "none" }, takesLogarithm: false, affine: null, series: [] },
    channels: { gapIndicator: false, calendar: [] },
  };
}
