// What a head has to know of the data before it is trained. In: a network's config and the windows it is to be trained on. Out: the
// config with its head fitted; and a check of the data that a head of counts takes.
import { HindcastError } from "../base/errors.js";
import { type NetworkConfig, windowShape } from "../model/config.js";
import { fitBins } from "../model/heads/bins.js";
import { type Frame, seriesName } from "../series/frame.js";
import { stampAt } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";
import { createBatch, gatherBatch } from "../windows/gather.js";
import type { WindowPlan } from "../windows/plan.js";
import type { PreparedFrame } from "../windows/prepare.js";

/** Windows whose targets tell where the bins lie; of more, an even share. */
const maxWindows = 10_000;

/** @param plan windows to train on, at least one */
export function fitHead(config: NetworkConfig, prepared: PreparedFrame, plan: WindowPlan): NetworkConfig {
  const { head } = config;
  if (head?.kind !== "bins") return config;
  const stride = Math.ceil(plan.origins.length / maxWindows);
  const count = Math.ceil(plan.origins.length / stride);
  const indices = Int32Array.from({ length: count }, (_, i) => i * stride);
  const batch = createBatch(prepared, windowShape(config), count);
  gatherBatch(prepared, plan, indices, 0, count, batch);
  const targets = Float64Array.from(batch.targets.filter((_, i) => batch.weights[i] !== 0));
  return { ...config, head: fitBins(head, targets) };
}

/** @throws HindcastError "data" for values that are no counts, where counts are to be forecast */
export function checkCounts(frame: Frame): void {
  for (const series of frame.series) {
    const step = series.values.findIndex((value) => value < 0 || !(Number.isNaN(value) || Number.isInteger(value)));
    if (step === -1) continue;
    const stamp = formatStamp(frame.timeStyle, frame.grid.zone, stampAt(frame.grid, series.start, step));
    throw new HindcastError(
      "data",
      `${seriesName(frame, series)}: the value ${series.values[step]} at ${stamp} is no count, and --head negbin forecasts counts: 0, 1, 2, …`,
      "--head student-t or --head quantile; --missing mask if gaps were filled",
    );
  }
}
