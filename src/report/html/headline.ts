// The answer first: what is forecast, and how far to trust it, in sentences. In: a report's source and its leaderboard. Out: text; it
// says so when a baseline is better, when there is little evidence, and when there is none.
import type { TableRecord } from "../../base/table.js";
import { leastOriginCount } from "../../evaluate/diebold-mariano.js";
import { plainBaselines } from "../../forecast/baselines.js";
import { stampAt } from "../../series/grid.js";
import { formatStamp } from "../../series/stamp.js";
import { firstInterval, type ReportBacktest, type ReportSource } from "./source.js";
import { countText, numberText } from "./text.js";

export interface Headline {
  /** How the model stands beside the baselines; "unknown" where nothing was scored. */
  readonly tone: "better" | "even" | "worse" | "baseline" | "unknown";
  readonly answer: string;
  readonly trust: readonly string[];
}

/** Relative differences below it are called none. */
const evenShare = 0.02;
/** Up to this p-value a difference is told as more than chance. */
const significant = 0.05;
/** By so much coverage may be off before it is told as off; by more where chance allows for it. */
const coverageSlack = 0.07;

/** @param board the leaderboard, the best first @param main the model that answers */
export function writeHeadline(source: ReportSource, board: readonly TableRecord[], main: string): Headline {
  const { backtest } = source;
  const answer = forecastSentence(source);
  if (backtest === undefined)
    return {
      tone: "unknown",
      answer,
      trust: ["No backtest stands behind it here, so how far to trust it is open: hindcast report makes one."],
    };
  return { answer, ...judge(source, backtest, board, main) };
}

function forecastSentence({ frame, horizon, forecast }: ReportSource): string {
  if (forecast === undefined) return "";
  const { columns, forecasts, chose, asked } = forecast;
  const by = asked === chose ? chose : `${asked} (${chose})`;
  const { series } = frame;
  if (series.length > 1) {
    const count = series.filter((_, s) => !Number.isNaN(forecasts.point[s * horizon]!)).length;
    return `${countText(horizon, "step")} ahead of ${count === series.length ? `all ${count}` : `${count} of ${series.length}`} series are forecast by ${by}.`;
  }
  const [only] = series;
  const interval = firstInterval(columns);
  const at = (k: number) => {
    const stamp = formatStamp(
      frame.timeStyle,
      frame.grid.zone,
      stampAt(frame.grid, only!.start, only!.values.length + k),
    );
    const [low, high] = [interval && forecasts.quantiles[interval.low], interval && forecasts.quantiles[interval.high]];
    const band = low && high ? ` (${interval!.percent} %: ${numberText(low[k])} to ${numberText(high[k])})` : "";
    return `${numberText(forecasts.point[k])} at ${stamp}${band}`;
  };
  const last = horizon > 1 ? `; ${horizon} steps ahead, ${at(horizon - 1)}` : "";
  return `${only!.target} is forecast by ${by}: ${at(0)}${last}.`;
}

function judge(
  { frame, horizon }: ReportSource,
  { result, scoredCount }: ReportBacktest,
  board: readonly TableRecord[],
  main: string,
): Pick<Headline, "tone" | "trust"> {
  const own = board.find(({ model }) => model === main);
  const metric = typeof own?.mase === "number" ? "mase" : "mae";
  const scoreOf = (row: TableRecord | undefined) => (typeof row?.[metric] === "number" ? row[metric] : Number.NaN);
  const rivals = board.filter(({ model }) => model !== main && plainBaselines.some((name) => name === model));
  const rival = rivals.reduce<TableRecord | undefined>(
    (best, row) => (scoreOf(row) < scoreOf(best) || !best ? row : best),
    undefined,
  );
  const folds = `${countText(result.folds.length, "fold")} of ${countText(horizon, "step")}`;
  if (own === undefined || rival === undefined || Number.isNaN(scoreOf(rival) + scoreOf(own)))
    return { tone: "unknown", trust: [`Over ${folds} there is no score to compare it with a baseline by.`] };
  // Beside a baseline without any error there is no share.
  const gain = scoreOf(own) === scoreOf(rival) ? 0 : 1 - scoreOf(own) / scoreOf(rival);
  const percent = numberText(100 * Math.abs(gain), 2);
  const sign = gain > evenShare ? "better" : gain < -evenShare ? "worse" : "even";
  // One of the two leads the board, so the other one's p-value is about their difference.
  const held = gain > 0 ? rival.p_best : own.p_best;
  const pValue = typeof held === "number" ? held : null;
  const mayBeChance = pValue !== null && pValue > significant;
  const isBaseline = plainBaselines.some((name) => name === main);
  const beside = gain >= 0 ? "was as good as any other one" : `did worse than another, ${rival.model}`;
  const larger = Number.isFinite(gain) ? `: its errors were ${percent} % larger` : ", which made no error at all";
  const compared = isBaseline
    ? `${main}, a baseline itself, ${beside}`
    : {
        better: `${main} beat the best baseline, ${rival.model}: its errors were ${percent} % smaller`,
        even: `${main} was about as good as the best baseline, ${rival.model}, which costs nothing`,
        worse: `${main} fell behind the best baseline, ${rival.model}${larger}, so ${rival.model} is the one to use here`,
      }[sign];
  const missed =
    frame.series.length === 1 && typeof own.mae === "number" ? `; it missed by ${numberText(own.mae)} on average` : "";
  return {
    tone: isBaseline ? "baseline" : mayBeChance ? "even" : sign,
    trust: [
      `On ${folds} that it had not seen, ${compared}${missed}.`,
      ...(isBaseline || sign === "even" ? [] : [evidence(pValue, result.folds.length)]),
      ...coverageSentence(own, firstInterval(result.quantiles.slice(0, scoredCount))?.percent),
    ],
  };
}

function evidence(pValue: number | null, foldCount: number): string {
  if (pValue === null)
    return foldCount < leastOriginCount(1)
      ? `${countText(foldCount, "fold")} can’t tell such a difference from chance: --folds ${leastOriginCount(1)} or more could.`
      : "Whether such a difference is more than chance can’t be told here.";
  return pValue > significant
    ? `Such a difference may well be chance (p = ${numberText(pValue, 2)}).`
    : `Such a difference is more than chance explains (p = ${numberText(pValue, 2)}).`;
}

function coverageSentence({ coverage, n }: TableRecord, percent: number | undefined): string[] {
  if (typeof coverage !== "number" || percent === undefined) return [];
  const held = `Its ${percent} % intervals held ${numberText(100 * coverage, 2)} % of what came`;
  const share = percent / 100;
  const off = coverage - share;
  const chance = typeof n === "number" ? 2 * Math.sqrt((share * (1 - share)) / n) : 0;
  if (Math.abs(off) <= Math.max(coverageSlack, chance)) return [`${held}, much as they should.`];
  return [off < 0 ? `${held}: they are too narrow, so leave room.` : `${held}: they are wider than they need to be.`];
}
