// Forecasts as rows. In: a frame and the forecasts that go on from its end. Out: a table of a row a series and a step, in the
// input's own names and time style.
import type { Cell, Table } from "../base/table.js";
import type { Frame } from "../series/frame.js";
import { stampAt } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";

/** @param forecasts [series × horizon]; a series that is NaN has no rows */
export function forecastTable(frame: Frame, forecasts: Float64Array, horizon: number): Table {
  const { ids, targets, time, wide } = frame.columns;
  const showsTarget = targets.length > 1 && !wide;
  return {
    type: "forecast",
    columns: [...ids, ...(showsTarget ? ["target"] : []), time, "forecast"],
    rows: rows(frame, forecasts, horizon, showsTarget),
  };
}

function* rows(frame: Frame, forecasts: Float64Array, horizon: number, showsTarget: boolean): Generator<Cell[]> {
  for (const [s, { key, target, start, values }] of frame.series.entries()) {
    for (let k = 0; k < horizon; k++) {
      const forecast = forecasts[s * horizon + k]!;
      if (Number.isNaN(forecast)) break;
      const stamp = stampAt(frame.grid, start, values.length + k);
      yield [...key, ...(showsTarget ? [target] : []), formatStamp(frame.timeStyle, frame.grid.zone, stamp), forecast];
    }
  }
}
