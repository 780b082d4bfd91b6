// Seasons in the data. In: series and their frequency. Out: the one or two seasons, in steps, that a forecast should know of, and how
// strong they are. Calendar seasons are taken on moderate evidence: one that is there though weak costs a forecast little, one that
// is missed costs it much.
import { mean, quantile } from "../base/numeric.js";
import { dayMs, hourMs } from "./calendar.js";
import { type Frame, sampleSeries } from "./frame.js";
import type { Frequency } from "./grid.js";
import {
  layOutSteps,
  leastCycles,
  modelCount,
  normalScore,
  repeatScore,
  type Steps,
  spanOf,
  testSeason,
} from "./season-evidence.js";
import { companionsOf, isCommon, suggestSeasons } from "./season-search.js";
import { seasonStrength } from "./season-strength.js";

export interface FoundSeason {
  /** In steps. */
  readonly season: number;
  /** Share of what moves around the trend that the season explains, in [0, 1]; the second one's, of what the first one leaves. */
  readonly strength: number;
}

/** Series of a panel that are asked. */
const sampleSize = 48;
/** Steps looked at, the newest ones, of one series and of a panel; but of the longest season so many cycles, up to a limit. */
const seriesSteps = 5_000;
const panelSteps = 100_000;
const enoughCycles = 10;
const mostSteps = 50_000;
/** Series of a panel that count as independent of each other: what moves them all at once must not pass for a season. */
const independentCount = 8;
/** Score beyond which one series proves no more to its panel. */
const highestScore = 6;
/** Scores that a season needs that no calendar suggests: one that is common, and one that is not and so has many rivals. */
const commonLimit = 3;
const searchLimit = 4;
/** A common or shorter season is preferred if it scores this share of the highest. */
const nearlyHighest = 0.85;
/** Parts of a season that may be taken for the whole. */
const mostParts = 4;
/** Least strength of a season, however sure it is. */
const leastStrength = 0.02;
/** Steps of a year beyond which a forecast's level tells the time of year well enough. */
const longestYear = 3000;

/** @param values [time], NaN = unobserved @returns seasons in steps, ascending; [] when there are none */
export function findSeasons(values: Float64Array, frequency: Frequency): number[] {
  return measureSeasons([values], frequency).map(({ season }) => season);
}

/** The seasons that are asked for, where none are those of a panel as a whole. */
export function seasonsOf(frame: Frame, asked: "auto" | readonly number[]): readonly number[] {
  return asked === "auto" ? findFrameSeasons(frame) : asked;
}

/** The seasons of a panel as a whole, in steps, ascending. */
export function findFrameSeasons(frame: Frame): number[] {
  return measureFrameSeasons(frame).map(({ season }) => season);
}

/** The seasons of a panel as a whole, ascending. A panel is judged by a sample of it. */
export function measureFrameSeasons({ series, grid }: Frame): FoundSeason[] {
  return measureSeasons(
    sampleOf(series).map(({ values }) => values),
    grid.frequency,
  );
}

/** The series of a panel that are asked for its seasons, evenly spread over it. */
export function sampleOf<T>(series: readonly T[]): T[] {
  return sampleSeries(series, sampleSize);
}

/** @param panel [series][time] */
function measureSeasons(panel: readonly Float64Array[], frequency: Frequency): FoundSeason[] {
  const candidates = frequency.kind === "integer" ? null : calendarSeasons(frequency);
  const wanted = Math.max(Math.min(seriesSteps, panelSteps / panel.length), enoughCycles * (candidates?.at(-1) ?? 0));
  const laidOut = panel.flatMap((values) => layOutSteps(values.subarray(-Math.min(wanted, mostSteps))) ?? []);
  const seasons = candidates === null ? searchSeasons(laidOut) : testCalendar(laidOut, candidates);
  return seasons.map((season, i) => ({ season, strength: meanStrength(laidOut, season, seasons[i - 1] ?? null) }));
}

/** What the calendar suggests, ascending, in steps. */
function calendarSeasons(frequency: Exclude<Frequency, { kind: "integer" }>): number[] {
  const whole = (seasons: number[]) => seasons.filter((season) => Number.isInteger(season) && season >= 2);
  switch (frequency.kind) {
    case "fixed": {
      const { ms } = frequency;
      const hour = hourMs / ms;
      const year = Math.round((365.25 * dayMs) / ms);
      return whole([
        ...(hour >= 4 ? [hour] : []),
        dayMs / ms,
        (7 * dayMs) / ms,
        ...(year <= longestYear ? [year] : []),
      ]);
    }
    case "day":
      return whole([7 / frequency.count, Math.round(365.25 / frequency.count)]);
    case "business-day":
      return [5, 261];
    case "week":
      return whole([Math.round(52 / frequency.count)]);
    case "month":
      return whole([12 / frequency.count]);
    default:
      return frequency satisfies never;
  }
}

/** Tests each candidate given the one before. An hour gives way to a day and a week; a year is not asked for beside those. */
function testCalendar(panel: readonly Steps[], candidates: readonly number[]): number[] {
  const seasons: number[] = [];
  for (const candidate of candidates) {
    const before = seasons.at(-1) ?? null;
    if (seasons.length === 2 && candidate % before! !== 0) break;
    const verdict = judge(panel, candidate, before);
    if (passes(verdict, calendarLimit(verdict)) || (candidate === candidates[0] && repeats(panel, candidate)))
      seasons.push(candidate);
  }
  return seasons.slice(-2);
}

/** Cycles, from the fewest on and no more than a few, of which a season may be told because it repeats. */
const fewestCycles = 1.1;
const fewCycles = 2;
/** Score that repeats need: the first of the calendar's seasons is likely, costs little where it is not there, and helps much where it is. */
const repeatLimit = 1.2;

/** Whether a season that was seen hardly twice in the typical series shows there all the same. */
function repeats(panel: readonly Steps[], season: number): boolean {
  const asked = panel.filter((steps) => spanOf(steps) >= fewestCycles * season);
  if (asked.length * 2 < panel.length || asked.length === 0) return false;
  const cycleCount = quantile(
    Float64Array.from(asked, (steps) => spanOf(steps) / season),
    0.5,
  );
  if (cycleCount > fewCycles) return false;
  const scores = Float64Array.from(asked, (steps) => Math.min(repeatScore(steps, season), highestScore));
  return mean(scores) * Math.sqrt(Math.min(asked.length, independentCount)) > repeatLimit;
}

/**
 * Few cycles cannot give much evidence, so little is asked of them; many give much for any season worth knowing. Fewer than three
 * are easily mistaken for the bends of a trend. The more ways in which a season may show, the likelier one of them does by chance.
 */
function calendarLimit({ cycleCount, modelCount }: Verdict): number {
  const limit = cycleCount < 3 ? 2.4 : Math.min(1.9 + (cycleCount - 3) / 20, 3);
  return limit + 0.1 * (modelCount - 1);
}

function searchSeasons(panel: readonly Steps[]): number[] {
  const passed = suggestSeasons(panel)
    .map((season) => ({ season, isCommon: isCommon(season), ...judge(panel, season, null) }))
    .filter((one) => passes(one, one.isCommon ? commonLimit : searchLimit));
  const highest = Math.max(...passed.map(({ rank }) => rank));
  const best = passed.find((one) => one.rank >= (one.isCommon ? nearlyHighest : 1) * highest)?.season;
  if (best === undefined) return [];
  const within = passed.find(({ season }) => companionsOf(season).includes(best))?.season;
  if (within !== undefined) return [within, best];
  const second = companionOf(panel, best);
  if (second !== undefined) return [best, second];
  // A part of a season may show nearly as well as the whole.
  const whole = passed.find(
    ({ season }) =>
      season > best &&
      season <= mostParts * best &&
      season % best === 0 &&
      passes(judge(panel, season, best), commonLimit),
  )?.season;
  if (whole === undefined) return [best];
  const other = companionOf(panel, whole);
  return other === undefined ? [whole] : [whole, other];
}

/** The longer season that a panel has beside `season`, if any. */
function companionOf(panel: readonly Steps[], season: number): number | undefined {
  return companionsOf(season).find((longer) => {
    const verdict = judge(panel, longer, season);
    return passes(verdict, calendarLimit(verdict));
  });
}

interface Verdict {
  /** Mean score of the series, by the model of the season that shows it best. */
  readonly score: number;
  /** The same without a limit to what one series proves, for comparing seasons. */
  readonly rank: number;
  /** 0 where the score is not above 0. */
  readonly strength: number;
  /** Cycles in the typical series. */
  readonly cycleCount: number;
  /** Models that the series are long enough for. */
  readonly modelCount: number;
  readonly seriesCount: number;
}

/** What a panel says of a season. @param base a shorter season that it has, null for none */
function judge(panel: readonly Steps[], season: number, base: number | null): Verdict {
  const asked = longEnough(panel, season);
  const tests = asked.map((steps) => testSeason(steps, season, base));
  let score = Number.NEGATIVE_INFINITY;
  let rank = Number.NEGATIVE_INFINITY;
  let fittingCount = 0;
  for (let model = 0; model < modelCount; model++) {
    const scores = Float64Array.from(tests.flatMap((test) => test[model] ?? []).map(normalScore));
    // What only a few of the series are long enough for must not speak for all of them.
    if (scores.length === 0 || scores.length * 2 < asked.length) continue;
    fittingCount++;
    score = Math.max(score, mean(scores.map((one) => Math.min(one, highestScore))));
    rank = Math.max(rank, mean(scores));
  }
  return {
    score,
    rank,
    strength: score > 0 ? meanStrength(panel, season, base) : 0,
    cycleCount: quantile(
      Float64Array.from(asked, (steps) => spanOf(steps) / season),
      0.5,
    ),
    modelCount: fittingCount,
    seriesCount: asked.length,
  };
}

/** @param limit of the score of a single series; the mean of several has a smaller error */
function passes({ score, strength, seriesCount }: Verdict, limit: number): boolean {
  return score * Math.sqrt(Math.min(seriesCount, independentCount)) > limit && strength >= leastStrength;
}

function longEnough(panel: readonly Steps[], season: number): Steps[] {
  return panel.filter((steps) => spanOf(steps) >= leastCycles * season);
}

function meanStrength(panel: readonly Steps[], season: number, base: number | null): number {
  return mean(Float64Array.from(longEnough(panel, season), (steps) => seasonStrength(steps, season, base)));
}
