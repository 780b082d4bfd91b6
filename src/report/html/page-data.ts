// What the page's own script is given. In: drawings and rows. Out: plain data for `embedJson`, rounded to what a chart can show.
import { type Frame, seriesTitle } from "../../series/frame.js";
import { stampsOf } from "../../series/grid.js";
import { firstShown } from "./charts.js";
import type { PageData, PagePath, PageTable, PageTimes } from "./contract.js";
import { type Drawing, fewSeries, type Path } from "./drawings.js";

const digitsOfFew = 7;
const digitsOfMany = 5;

export function pageDataOf(
  frame: Frame,
  horizon: number,
  drawings: readonly Drawing[],
  table: PageTable | null,
): PageData {
  const digits = frame.series.length > fewSeries ? digitsOfMany : digitsOfFew;
  const round = (values: Float64Array) =>
    Array.from(values, (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(digits))));
  const pathOf = ({ from, point, bands }: Path): PagePath => ({
    from,
    point: round(point),
    bands: bands.map(({ percent, low, high }) => [percent, round(low), round(high)]),
  });
  const { grid, timeStyle } = frame;
  const times: PageTimes[] = [];
  const placeOf = new Map<string, number>();
  const timeOf = (stamps: Float64Array) => {
    const key = `${stamps[0]} ${stamps.at(-1)} ${stamps.length}`;
    const known = placeOf.get(key);
    if (known !== undefined) return known;
    placeOf.set(key, times.length);
    return times.push(compact(stamps)) - 1;
  };
  return {
    horizon,
    zone: timeStyle.kind === "integer" ? null : grid.zone,
    precision: precisionOf(timeStyle.kind),
    series: drawings.map((drawing) => {
      const series = frame.series[drawing.series]!;
      const stamps = stampsOf(grid, series.start, series.values.length + horizon).subarray(drawing.skipped);
      return {
        name: seriesTitle(frame, series),
        time: timeOf(stamps),
        y: round(drawing.values),
        outliers: drawing.outliers,
        forecast: drawing.forecast === undefined ? null : pathOf(drawing.forecast),
        folds: drawing.folds.map(pathOf),
        shown: { forecast: firstShown(drawing, horizon, "forecast"), folds: firstShown(drawing, horizon, "folds") },
      };
    }),
    times,
    table,
  };
}

function precisionOf(kind: Frame["timeStyle"]["kind"]): PageData["precision"] {
  if (kind === "datetime") return "minute";
  return kind === "month" || kind === "quarter" ? "month" : "day";
}

function compact(stamps: Float64Array): PageTimes {
  const by = (stamps[1] ?? 0) - (stamps[0] ?? 0);
  const isEven = stamps.every((stamp, k) => stamp === stamps[0]! + k * by);
  return isEven ? { from: stamps[0]!, by, count: stamps.length } : Array.from(stamps);
}
