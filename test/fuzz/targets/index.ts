// All targets.
import type { Target } from "../target.js";
import { csv, forecasts, lines, ndjson, rows } from "./data.js";
import { checkpoint, context, gate, layers, linear, manifest, shard, weights } from "./model.js";
import { registry, trials } from "./registry.js";
import { flags, settings } from "./settings.js";

export const targets: readonly Target[] = [
  ...[csv, ndjson, lines, rows, forecasts],
  ...[settings, flags],
  ...[manifest, layers, weights, context, gate, linear, checkpoint, shard],
  ...[registry, trials],
];
