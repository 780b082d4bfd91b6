// Forecasts of any tool, laid beside what came. In: the rows of a forecast file and the frame of the actuals. Out: the same
// result a backtest has, so that one table scores both.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { listNames } from "../base/wording.js";
import type { PredictContext } from "../forecast/predictor.js";
import type { QuantileColumn } from "../forecast/quantile-columns.js";
import { type Frame, keyCells, type Series, seriesName } from "../series/frame.js";
import { stepper } from "../series/grid.js";
import { formatStamp } from "../series/stamp.js";
import { type BacktestModel, type BacktestResult, seasonalNaive } from "./backtest.js";
import type { Fold } from "./folds.js";

export interface ForecastRow {
  /** Values of the actuals' id columns; [] where the file has none, for the only series. */
  readonly key: readonly string[];
  /** Where there are several targets. */
  readonly target?: string;
  readonly model: string;
  readonly stamp: number;
  /** The last stamp known when it was made; without it, all that is before the series' first forecast was. */
  readonly origin?: number;
  readonly forecast: number;
  /** For each quantile column of the file; NaN where the cell is empty. */
  readonly quantiles?: readonly number[];
  /** Where it stood, for messages: "next.csv line 12". */
  readonly where: string;
}

/** Forecasts on the actuals' grid, not yet compared with anything. */
export type PlacedForecasts = Omit<BacktestResult, "season" | "reference">;

interface Placed {
  readonly row: ForecastRow;
  readonly s: number;
  /** Step of the series, from the start of its actuals; may lie before or past them. */
  readonly index: number;
}

/**
 * Joins rows and actuals by series and instant. Rows without an actual are counted in a note.
 * Folds are the origins of each series, the newest last, as `backtest` numbers them.
 * @throws HindcastError "data" for a forecast given twice, one not after its origin, and when no row has an actual
 */
export function placeForecasts(
  frame: Frame,
  rows: readonly ForecastRow[],
  notify: Notify,
  quantiles: readonly QuantileColumn[] = [],
): PlacedForecasts {
  const placed = locateRows(frame, rows, notify);
  const { originOf, foldOf, folds } = foldsOf(frame, placed);
  const horizon = placed.reduce((most, at) => Math.max(most, at.index - originOf(at) + 1), 0);
  const models = new Map<string, BacktestModel>();
  for (const at of placed) {
    const { row, s, index } = at;
    const origin = originOf(at);
    if (index < origin)
      throw new HindcastError(
        "data",
        `${row.where}: the forecast's time is not after its origin`,
        "origin is the last stamp known when the forecast was made",
      );
    const model =
      models.get(row.model) ?? emptyModel(row.model, folds.length, frame.series.length * horizon, quantiles.length);
    models.set(row.model, model);
    const { forecasts, quantiles: values } = model.folds[foldOf(s, origin)]!;
    const cell = s * horizon + index - origin;
    if (!Number.isNaN(forecasts[cell]!))
      throw new HindcastError(
        "data",
        `${row.where}: ${describe(frame, at)} is forecast twice by ${row.model}`,
        "one row a series and stamp; forecasts made at different times need an origin column",
      );
    forecasts[cell] = row.forecast;
    for (const [q, value] of (row.quantiles ?? []).entries()) values[q]![cell] = value;
  }
  return { frame, horizon, quantiles, folds, models: [...models.values()] };
}

/** Sets the forecasts beside the seasonal naive's from the same origins. @param season in steps */
export async function besideSeasonalNaive(
  placed: PlacedForecasts,
  season: number,
  context: PredictContext,
): Promise<BacktestResult> {
  const { frame, folds, horizon } = placed;
  const reference = await seasonalNaive(frame, folds, { horizon, season, span: "expanding" }, context);
  return { ...placed, season, reference };
}

/** Rows of series and on stamps that the actuals have a place for. */
function locateRows(frame: Frame, rows: readonly ForecastRow[], notify: Notify): Placed[] {
  const nameOf = (one: Series | ForecastRow) => JSON.stringify(keyCells(frame.columns, one));
  const places = new Map(frame.series.map((one, s) => [nameOf(one), s]));
  const steps = frame.series.map(({ start }) => stepper(frame.grid, start));
  const placed: Placed[] = [];
  let actualCount = 0;
  let firstWithout: ForecastRow | undefined;
  const strangers = new Set<string>();
  for (const row of rows) {
    const s = row.key.length === 0 && frame.series.length === 1 ? 0 : places.get(nameOf(row));
    const index = s === undefined ? Number.NaN : steps[s]!(row.stamp);
    if (s === undefined) strangers.add(keyCells(frame.columns, row).join("/"));
    if (s !== undefined && !Number.isNaN(index)) placed.push({ row, s, index });
    if (s !== undefined && Number.isFinite(frame.series[s]!.values[index])) actualCount++;
    else firstWithout ??= row;
  }
  warnOfCoarser(frame, placed, notify);
  if (firstWithout === undefined) return placed;
  const stamp = formatStamp(frame.timeStyle, frame.grid.zone, firstWithout.stamp);
  const first = `${[...firstWithout.key, stamp].join(" ")}, ${firstWithout.where}`;
  if (actualCount === 0)
    throw new HindcastError(
      "data",
      `none of the ${rows.length} forecasts has an actual: the first is for ${first}`,
      "check that both files name series and time alike, or set --id, --time, --tz",
    );
  const unknown = strangers.size === 0 ? "" : `; series that the actuals lack: ${listNames([...strangers], 3)}`;
  const text = `${rows.length - actualCount} of ${rows.length} forecasts have no actual and are not scored: the first is for ${first}${unknown}`;
  notify({ level: strangers.size === 0 ? "note" : "warning", text });
  return placed;
}

/** Sums over days, say, beside values of hours: each would be scored against the one hour that it is named after. */
function warnOfCoarser(frame: Frame, placed: readonly Placed[], notify: Notify): void {
  const indices = frame.series.map(() => new Set<number>());
  for (const { s, index } of placed) indices[s]!.add(index);
  const apart = indices.flatMap((own) => {
    const sorted = [...own].sort((a, b) => a - b);
    return sorted.slice(1).map((index, i) => index - sorted[i]!);
  });
  const least = apart.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  if (apart.length === 0 || least === 1) return;
  notify({
    level: "warning",
    text: `the forecasts lie ${least} steps of the actuals apart or more, and each is scored against the actual of its own stamp alone; where it is of all of these steps, --freq and --aggregate as for the forecast`,
  });
}

/** The origins there are in each series, lined up at the newest. */
function foldsOf(frame: Frame, placed: readonly Placed[]) {
  const firstIndex = frame.series.map(() => Number.POSITIVE_INFINITY);
  for (const { s, index } of placed) firstIndex[s] = Math.min(firstIndex[s]!, index);
  const steps = frame.series.map(({ start }) => stepper(frame.grid, start));
  const originOf = ({ row, s }: Placed) => {
    if (row.origin === undefined) return firstIndex[s]!;
    const last = steps[s]!(row.origin);
    if (!Number.isNaN(last)) return last + 1;
    throw new HindcastError(
      "data",
      `${row.where}: the origin is no stamp of the series`,
      "origin is the last stamp known when the forecast was made",
    );
  };
  const found = frame.series.map(() => new Set<number>());
  for (const at of placed) found[at.s]!.add(originOf(at));
  const sorted = found.map((origins) => [...origins].sort((a, b) => a - b));
  const count = Math.max(0, ...sorted.map(({ length }) => length));
  const folds = Array.from(
    { length: count },
    (_, f): Fold => ({
      fold: f + 1,
      origins: Int32Array.from(sorted, (origins) => origins[origins.length - count + f] ?? -1),
    }),
  );
  const foldAt = sorted.map((origins) => new Map(origins.map((origin, i) => [origin, count - origins.length + i])));
  return { folds, originOf, foldOf: (s: number, origin: number) => foldAt[s]!.get(origin)! };
}

function emptyModel(name: string, foldCount: number, size: number, quantileCount: number): BacktestModel {
  const empty = () => new Float64Array(size).fill(Number.NaN);
  return {
    name,
    folds: Array.from({ length: foldCount }, () => ({
      chose: name,
      forecasts: empty(),
      quantiles: Array.from({ length: quantileCount }, empty),
    })),
  };
}

function describe(frame: Frame, { row, s }: Placed): string {
  const series: Series = frame.series[s]!;
  return `${seriesName(frame, series)} at ${formatStamp(frame.timeStyle, frame.grid.zone, row.stamp)}`;
}
