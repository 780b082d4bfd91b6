// What a run's models say of the steps that follow its data, kept until their actuals are known. In: models that can go on. Out: a
// forecast file as any tool's, a row a series, step and model.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import type { Cell } from "../base/table.js";
import { forecastTable } from "../forecast/forecast-table.js";
import type { Predictor } from "../forecast/predictor.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import { formats } from "../report/formats/index.js";
import type { Frame } from "../series/frame.js";
import { stampAt } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";

export interface LiveModel {
  readonly version: number;
  readonly horizon: number;
  readonly open: () => Promise<Predictor>;
}

/** Reads back through `readForecasts`: the columns of a forecast, with `origin` and `model`, which holds the version. */
export async function liveForecasts(
  frame: Frame,
  horizon: number,
  models: readonly LiveModel[],
  notify: Notify,
): Promise<string> {
  const quantiles = quantileColumns({});
  const rows: Cell[][] = [];
  let columns: readonly string[] = [];
  for (const model of models) {
    const steps = Math.min(horizon, model.horizon);
    const predictor = await model.open();
    try {
      const forecasts = await predictor.predict(
        frame,
        steps,
        quantiles.map(({ level }) => level),
      );
      for (const [s, series] of frame.series.entries()) {
        const one = { ...frame, series: [series] };
        const rowsOf = (values: Float64Array) => values.subarray(s * steps, (s + 1) * steps);
        const none = new Float64Array(steps).fill(Number.NaN);
        const own = {
          point: rowsOf(forecasts.point),
          quantiles: quantiles.map((_, q) => (forecasts.quantiles[q] ? rowsOf(forecasts.quantiles[q]) : none)),
        };
        const table = forecastTable(one, own, steps, quantiles);
        columns = [...table.columns, "origin", "model"];
        const origin = stampAt(frame.grid, series.start, series.values.length - 1);
        const place = [formatStamp(frame.timeStyle, frame.grid.zone, origin), String(model.version)];
        for (const row of table.rows) rows.push([...row.map((cell) => (Number.isNaN(cell) ? null : cell)), ...place]);
      }
    } catch (error) {
      if (!(error instanceof HindcastError)) throw error;
      notify({ level: "warning", text: `version ${model.version} cannot forecast these data: ${error.message}` });
    }
  }
  return [...formats.get("csv")({ type: "forecast", columns, rows }, { width: 80, colour: false })].join("");
}
