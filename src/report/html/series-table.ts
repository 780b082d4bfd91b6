// A panel's series, a row each, the worst forecast first. In: a report's source and the model that answers. Out: rows to search and sort,
// and the order of the series.

import { type Cell, finiteOrEmpty, recordsOf, type TableRecord } from "../../base/table.js";
import { scoreTable } from "../../evaluate/score-table.js";
import { seriesTitle } from "../../series/frame.js";
import { observedRange } from "../../series/gaps.js";
import { type ReportSource, scoredPart } from "./source.js";

export interface SeriesTable {
  readonly columns: readonly string[];
  /** In the order of `ranked`. */
  readonly rows: readonly (readonly Cell[])[];
  /** Indices into the frame's series: by falling MASE, or error, then those without a score. */
  readonly ranked: readonly number[];
}

const scores = ["mase", "mae", "skill", "coverage"] as const;

/** @param main the model whose scores are told; undefined without a backtest */
export function rankSeries(source: ReportSource, main: string | undefined): SeriesTable {
  const { frame, horizon, backtest, forecast } = source;
  const scoreOf = new Map<string, TableRecord>();
  let shown: readonly string[] = [];
  if (backtest !== undefined && main !== undefined) {
    const part = scoredPart(backtest);
    const table = scoreTable(
      { ...part, models: part.models.filter(({ name }) => name === main) },
      { by: ["series"], maseSeason: backtest.maseSeason },
    );
    shown = scores.filter((name) => table.columns.includes(name));
    for (const row of recordsOf(table)) scoreOf.set(String(row.series), row);
  }
  const rows = frame.series.map((series, s): Cell[] => {
    const name = seriesTitle(frame, series);
    const point = forecast?.forecasts.point.subarray(s * horizon, (s + 1) * horizon);
    return [
      name,
      ...shown.map((column) => scoreOf.get(name)?.[column] ?? null),
      ...(point === undefined ? [] : [finiteOrEmpty(point[0]!), finiteOrEmpty(point.at(-1)!)]),
      series.values.length,
      observedRange(series.values).insideCount,
    ];
  });
  const by = shown.includes("mase") && rows.some((row) => row[1] !== null) ? 1 : 2;
  const badness = (s: number) => {
    const cell = shown.length === 0 ? null : rows[s]![by];
    return typeof cell === "number" ? cell : Number.NEGATIVE_INFINITY;
  };
  const ranked = rows.map((_, s) => s).sort((a, b) => badness(b) - badness(a) || a - b);
  const ahead = forecast === undefined ? [] : ["next", `${horizon} ahead`];
  return {
    columns: ["series", ...shown, ...ahead, "steps", "missing"],
    rows: ranked.map((s) => rows[s]!.map((cell) => (typeof cell === "number" ? Number(cell.toPrecision(5)) : cell))),
    ranked,
  };
}
