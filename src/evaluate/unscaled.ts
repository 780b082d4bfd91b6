// Folds that MASE, RMSSE and skill leave out, because what lies before their origin gives no scale. In: a backtest. Out: a note that
// says how many there are, and why.
import type { Note } from "../base/notes.js";
import { knownValues } from "../series/frame.js";
import type { BacktestResult } from "./backtest.js";
import { hasScale } from "./metrics.js";

/** @param season of the scale; the backtest's own by default @returns undefined where every fold of every series has a scale */
export function explainUnscaled(
  { frame, folds, season: ownSeason }: Pick<BacktestResult, "frame" | "folds" | "season">,
  season = ownSeason,
): Note | undefined {
  let foldCount = 0;
  let unscaledCount = 0;
  for (const { origins } of folds)
    for (const [s, series] of frame.series.entries()) {
      const origin = origins[s]!;
      if (origin <= 0) continue;
      foldCount++;
      if (!hasScale(knownValues(frame, series, origin), season)) unscaledCount++;
    }
  if (unscaledCount === 0) return undefined;
  const apart = season === 1 ? "in a row" : `${season} steps apart`;
  const other = season === 1 ? "" : "; --mase-season 1 asks for less";
  if (unscaledCount === foldCount)
    return {
      level: "warning",
      text: `mase, rmsse and skill are empty: before no origin do two values ${apart} differ${other}`,
    };
  const of = frame.series.length === 1 ? "folds" : "folds of the series";
  return {
    level: "note",
    text: `mase, rmsse and skill leave out ${unscaledCount} of ${foldCount} ${of}: before their origins no two values ${apart} differ${other}`,
  };
}
