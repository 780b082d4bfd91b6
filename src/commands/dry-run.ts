// `--dry-run`: what a run would do, without doing it. In: data that were read and checked, and the models asked for. Out: a table
// of facts.
import type { Manifest } from "../artifact/manifest.js";
import type { Cell, Table } from "../base/table.js";
import { chooseCell } from "../choose/auto.js";
import type { ModelOptions } from "../choose/model.js";
import { cells } from "../engine/kernels/cells.js";
import { loadKernels } from "../engine/kernels/fused/load.js";
import { chooseSettings } from "../fit/defaults.js";
import { stepCount as stepCountOf } from "../model/config.js";
import { parameterCount } from "../model/parameters.js";
import type { Frame } from "../series/frame.js";
import { formatFrequency } from "../series/frequency.js";
import { seasonsOf } from "../series/season.js";
import { channelCount } from "../windows/prepare.js";

/** Floating-point operations a second that each kind of kernels was seen to reach on one core of 2024; for an estimate. */
const operationsPerSecond = { native: 2e10, wasm: 7e9, js: 1.5e9 } as const;

/** A row for each model: its windows, parameters, steps, and estimates of memory and time. */
export function planTable(frame: Frame, horizon: number, models: readonly string[], options: ModelOptions): Table {
  const seasons = seasonsOf(frame, options.seasons);
  const stepCount = frame.series.reduce((sum, { values }) => sum + values.length, 0);
  const data: Cell[] = [
    frame.series.length,
    stepCount,
    formatFrequency(frame.grid.frequency),
    seasons.join(",") || null,
    horizon,
  ];
  const rows = models.map((model): Cell[] => {
    // Of what auto may try, the network is what takes memory and time.
    const name =
      model !== "auto"
        ? model
        : options.preset === "fast"
          ? "pretrained"
          : chooseCell(frame, horizon, seasons, options);
    const cell = cells.find((candidate) => candidate === name);
    if (cell === undefined) return [model, name, ...data, null, null, null, null, null, null, null];
    const { network, channels, training, validationSteps } = chooseSettings(frame, horizon, seasons, {
      ...options,
      cell,
    });
    const config = { ...network, inputs: channelCount(channels) };
    const parameters = parameterCount(config);
    const windowCount = frame.series.reduce(
      (sum, { values }) => sum + Math.max(0, values.length - validationSteps - config.window - horizon + 1),
      0,
    );
    const steps =
      (options.members ?? 1) *
      training.epochs *
      Math.min(Math.ceil(windowCount / training.batch), training.stepsPerEpoch);
    // Forward, backward to the inputs and backward to the weights: each weight once a row and a step of time.
    const operations = 6 * parameters * training.batch * stepCountOf(config) * steps;
    const bytes =
      stepCount * 8 * 4 +
      parameters * 4 * 8 +
      training.batch * config.window * config.layers.reduce((a, b) => a + b) * 4 * 8;
    return [
      model,
      name,
      ...data,
      config.window,
      config.layers.join(","),
      windowCount,
      parameters,
      steps,
      Math.ceil(bytes / 1e6),
      Math.ceil(operations / operationsPerSecond[loadKernels().kernels.kind]),
    ];
  });
  return {
    type: "plan",
    columns: [
      "model",
      "chose",
      "series",
      "steps",
      "freq",
      "season",
      "horizon",
      "window",
      "layers",
      "windows",
      "parameters",
      "training_steps",
      "memory_mb",
      "seconds_at_most",
    ],
    rows,
  };
}

/** What `forecast --from` would do. */
export function storedTable(manifest: Manifest, frame: Frame, horizon: number): Table {
  return {
    type: "plan",
    columns: ["model", "chose", "series", "freq", "horizon", "rows"],
    rows: [
      [
        manifest.asked,
        manifest.model.name,
        frame.series.length,
        formatFrequency(frame.grid.frequency),
        horizon,
        frame.series.length * horizon,
      ],
    ],
  };
}
