// One end for a whole panel. In: a frame whose series end at stamps of their own. Out: the same, each series carried on to the
// latest stamp with unobserved steps, so that all forecasts start at the same time.
import { HindcastError } from "../base/errors.js";
import { type Frame, seriesName } from "./frame.js";
import { stampAt, stepsBetween } from "./grid.js";

/** @throws HindcastError "data" for a series whose grid does not meet the panel's last stamp */
export function alignFrame(frame: Frame): Frame {
  let last = Number.NEGATIVE_INFINITY;
  for (const { start, values } of frame.series)
    if (values.length > 0) last = Math.max(last, stampAt(frame.grid, start, values.length - 1));
  return {
    ...frame,
    series: frame.series.map((series) => {
      if (series.values.length === 0) return series;
      const steps = stepsBetween(frame.grid, series.start, last) + 1;
      if (Number.isNaN(steps))
        throw new HindcastError(
          "data",
          `${seriesName(frame, series)}: its stamps never meet the panel's last one, so it cannot be aligned`,
          "leave out --align, or set --freq with --aggregate",
        );
      const values = new Float64Array(steps).fill(Number.NaN);
      values.set(series.values);
      return { ...series, values };
    }),
  };
}
