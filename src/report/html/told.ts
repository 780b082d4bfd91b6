// What a report is about. In: its source. Out: the leaderboard, the model that it speaks of, its series in order, and those that are drawn.
import { recordsOf, type Table, type TableRecord } from "../../base/table.js";
import { leaderboardTable } from "../../evaluate/compare.js";
import { chooseDrawings, type Drawing } from "./drawings.js";
import { rankSeries, type SeriesTable } from "./series-table.js";
import { modelCalled, type ReportBacktest, type ReportSource, scoredPart } from "./source.js";

export interface Told {
  /** The lowest MASE first; undefined without a backtest. */
  readonly board: Table | undefined;
  readonly rows: readonly TableRecord[];
  /** Name of the model that the page is about, in the backtest; undefined without one. */
  readonly main: string | undefined;
  readonly ranking: SeriesTable;
  readonly drawings: readonly Drawing[];
}

export function tell(source: ReportSource): Told {
  const { backtest } = source;
  const board = backtest && boardOf(backtest);
  const rows = board === undefined ? [] : recordsOf(board);
  const main = backtest && bestIn(backtest, rows);
  const model = backtest && main !== undefined ? modelCalled(backtest.result, main) : undefined;
  const ranking = rankSeries(source, main);
  return { board, rows, main, ranking, drawings: chooseDrawings(source, model, ranking.ranked) };
}

function boardOf(backtest: ReportBacktest): Table {
  const { step, maseSeason } = backtest;
  return leaderboardTable(scoredPart(backtest), { step, maseSeason });
}

/** Of the models asked for, the one with the lowest MASE: the one that the page is about. */
export function bestAsked(backtest: ReportBacktest): string | undefined {
  return backtest.asked.length === 1 ? backtest.asked[0] : bestIn(backtest, recordsOf(boardOf(backtest)));
}

function bestIn({ asked }: ReportBacktest, board: readonly TableRecord[]): string | undefined {
  return board.map(({ model }) => String(model)).find((name) => asked.includes(name));
}
