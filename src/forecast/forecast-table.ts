// Forecasts as rows. In: a frame and the forecasts that go on from its end. Out: a table of a row a series and a step, in the
// input's own names and time style.
import { besideOwn, type Cell, type Table } from "../base/table.js";
import { type Frame, keyCells, placeColumns } from "../series/frame.js";
import { stampAt } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";
import type { Forecasts } from "./predictor.js";
import type { QuantileColumn } from "./quantile-columns.js";

/** @throws HindcastError "data" when the data have a column that is called like one of the forecast's */
export function forecastColumns(frame: Frame, quantiles: readonly QuantileColumn[]): string[] {
  return besideOwn(placeColumns(frame), ["forecast", ...quantiles.map(({ name }) => name)]);
}

/** A series that is NaN has no rows. @param columns of the quantiles, if there are any */
export function forecastTable(
  frame: Frame,
  forecasts: Forecasts,
  horizon: number,
  columns: readonly QuantileColumn[],
): Table {
  return {
    type: "forecast",
    columns: forecastColumns(frame, columns.slice(0, forecasts.quantiles.length)),
    rows: rows(frame, forecasts, horizon),
  };
}

function* rows(frame: Frame, { point, quantiles }: Forecasts, horizon: number): Generator<Cell[]> {
  for (const [s, series] of frame.series.entries()) {
    const { start, values } = series;
    const cells = keyCells(frame.columns, series);
    for (let k = 0; k < horizon; k++) {
      const i = s * horizon + k;
      const forecast = point[i]!;
      if (Number.isNaN(forecast)) break;
      const stamp = stampAt(frame.grid, start, values.length + k);
      const place = [...cells, formatStamp(frame.timeStyle, frame.grid.zone, stamp)];
      yield [...place, forecast, ...quantiles.map((quantile) => quantile[i]!)];
    }
  }
}
