// Seasons that no calendar suggests, because time is counted in whole numbers. In: series laid out in steps. Out: the few seasons
// worth a test.
import { quantile } from "../base/numeric.js";
import { type Steps, spanOf, surprisesOf } from "./season-evidence.js";

/** Years of quarters, weeks of days, years of months, days of hours, years of weeks …: likelier than others. */
const commonSeasons = [4, 5, 6, 7, 12, 13, 24, 48, 52, 96, 144, 168, 288, 336, 365];
/** Those that may be too smooth to surprise from one step to the next. */
const smoothSeasons = [12, 24, 52, 365];
/** The longer season that goes with a shorter one: weeks of hours, half hours …, and years of days, of business days. */
const companions = new Map([
  [5, [260, 261]],
  [7, [364, 365]],
  [24, [168]],
  [48, [336]],
  [96, [672]],
  [144, [1008]],
  [288, [2016]],
]);
/** Longest that is searched for. */
const longestSeason = 1000;
/** Peaks looked at. */
const peakCount = 3;
/** Cycles of a season that a typical series must have, of a common one and of another. */
const commonCycles = 3;
const uncommonCycles = 5;

/** Seasons that may go with `first` as a longer one. */
export function companionsOf(first: number): readonly number[] {
  return companions.get(first) ?? [];
}

export function isCommon(season: number): boolean {
  return commonSeasons.includes(season);
}

/** @returns seasons in steps, ascending: those whose phases tell the surprises of a panel best, and the common ones near to them */
export function suggestSeasons(panel: readonly Steps[]): number[] {
  if (panel.length === 0) return [];
  const typical = quantile(Float64Array.from(panel, spanOf), 0.5);
  const longest = Math.min(Math.floor(typical / commonCycles), longestSeason);
  const scores = new Float64Array(longest + 2);
  for (const steps of panel) addPhaseScores(steps, scores.subarray(0, longest + 1));
  const isPeak = (season: number) =>
    scores[season]! > 0 && scores[season]! >= scores[season - 1]! && scores[season]! > scores[season + 1]!;
  const peaks = Array.from({ length: longest }, (_, i) => i + 1)
    .filter(isPeak)
    .sort((a, b) => scores[b]! - scores[a]!)
    .slice(0, peakCount);
  const isNear = (season: number) =>
    scores[season]! > 0 && peaks.some((peak) => peak % season === 0 || Math.abs(peak - season) <= 1 + peak / 20);
  const suggested = [
    ...peaks.filter((peak) => peak * uncommonCycles <= typical),
    ...commonSeasons.filter((season) => season <= longest && (smoothSeasons.includes(season) || isNear(season))),
  ];
  return [...new Set(suggested)].sort((a, b) => a - b);
}

/**
 * Adds, for each season, how much more of the surprises' squares the means of its phases hold than chance would give them, in
 * standard deviations. @param scores [season] from 0 on
 */
function addPhaseScores(steps: Steps, scores: Float64Array): void {
  const { times } = steps;
  const surprises = surprisesOf(steps);
  const square = surprises.reduce((sum, surprise) => sum + surprise * surprise, 0) / surprises.length;
  if (!(square > 0)) return;
  // A gap holds what is expected of it: nothing.
  const values = new Float64Array(times.at(-1)! + 1);
  for (let row = 0; row < times.length; row++) values[times[row]!] = surprises[row]!;
  const longest = Math.min(scores.length - 1, Math.floor(values.length / commonCycles));
  const sums = new Float64Array(longest);
  for (let season = 2; season <= longest; season++) {
    sums.fill(0, 0, season);
    for (let from = 0; from < values.length; from += season) {
      const count = Math.min(season, values.length - from);
      for (let phase = 0; phase < count; phase++) sums[phase]! += values[from + phase]!;
    }
    let held = 0;
    for (let phase = 0; phase < season; phase++)
      held += (sums[phase]! * sums[phase]!) / Math.ceil((values.length - phase) / season);
    scores[season]! += (held / square - (season - 1)) / Math.sqrt(2 * (season - 1));
  }
}
