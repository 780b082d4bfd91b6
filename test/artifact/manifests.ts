// What a model directory says of itself, for tests that train none.
import { createHash } from "node:crypto";
import type { Manifest } from "../../src/artifact/manifest.js";

export const hashes = { nothing: createHash("sha256").digest("hex") };

/** Of a naive forecast of the passengers. */
export const manifest: Omit<Manifest, "files"> = {
  schema_version: 1,
  type: "model",
  hindcast: "0.1.0",
  asked: "naive",
  reason: null,
  horizon: 12,
  seasons: [12],
  seed: 1,
  engine: null,
  columns: { time: "month", ids: [], targets: ["passengers"], wide: false },
  grid: { frequency: { kind: "month", count: 1, anchor: "day" }, zone: "UTC" },
  time_style: { kind: "month" },
  reading: { missing: "mask", aggregate: null },
  limits: { min: null, max: null, integer: false },
  model: { kind: "baseline", name: "naive" },
  held_out: null,
  data: { series: 1, steps: 144, observed: 144, sha256: "00" },
};
