// What a series is to be before any value is drawn: its family, lengths and seasons. In: a stream. Out: a plan.
import { drawBetween, drawChance, drawInteger, drawLogBetween, drawWeighted } from "../../src/base/distributions.js";
import type { Random } from "../../src/base/random.js";
import {
  type FamilyName,
  familyShares,
  horizonKinds,
  randomSeason,
  seasonBound,
  seasonSharesOf,
  shortLongSeasonShare,
  shortShare,
  tellings,
  usualHorizons,
} from "./proportions.js";

export interface Plan {
  readonly family: FamilyName;
  readonly historyLength: number;
  readonly horizon: number;
  /** Ascending, at most two, each above 1: what the series really has. */
  readonly seasons: readonly number[];
  /** Likewise: what the forecaster is told. */
  readonly told: readonly number[];
}

const leastLength = 12;
const usualMost = 1000;
const leastHorizon = 4;
/** The gate is told of no step that lies farther away (FARTHEST in kernels/classical/features.h). */
export const mostHorizon = 60;

export function drawPlan(random: Random): Plan {
  const family = drawWeighted(random, familyShares);
  const drawn = drawWeighted(random, seasonSharesOf(family));
  const common = drawn === "random" ? [drawRandomSeason(random)] : drawn;
  const { seasons, told } = tell(random, common, seasonBound.has(family));
  const historyLength = drawHistoryLength(random, common);
  return { family, historyLength, horizon: drawHorizon(random, common, historyLength), seasons, told };
}

function drawRandomSeason(random: Random): number {
  return drawInteger(random, randomSeason.least, randomSeason.most);
}

function tell(random: Random, common: readonly number[], isBound: boolean): Pick<Plan, "seasons" | "told"> {
  const truth = { seasons: common, told: common };
  const telling = drawWeighted(random, tellings);
  switch (telling) {
    case "truth":
      return truth;
    case "absent":
      // Of two seasons it is mostly the longer that is not there.
      if (isBound) return truth;
      return { seasons: common.length > 1 && drawChance(random, 0.7) ? common.slice(0, 1) : [], told: common };
    case "hidden":
      return { seasons: common.length > 0 || isBound ? common : [drawRandomSeason(random)], told: [] };
    case "partial":
      return { seasons: common, told: common.length > 1 ? [common[random.integer(2)]!] : common };
    case "wrong":
      return { seasons: common, told: [drawRandomSeason(random)] };
    default:
      return telling satisfies never;
  }
}

/** From less than one cycle to dozens for short seasons; two to four cycles of the longest ones. */
function drawHistoryLength(random: Random, seasons: readonly number[]): number {
  const [shortest = 1] = seasons;
  const longest = seasons.at(-1) ?? 1;
  if (longest > 100) {
    if (drawChance(random, shortLongSeasonShare)) return drawInteger(random, Math.max(60, shortest), 2 * longest);
    const most = longest > 300 ? Math.round(4.2 * longest) : usualMost;
    return drawInteger(random, Math.round(2.1 * longest), most);
  }
  if (drawChance(random, shortShare)) return Math.floor(drawLogBetween(random, leastLength, Math.max(20, 2 * longest)));
  const least = Math.max(16, 2.2 * longest);
  // Without a season nothing says what the steps are, so the length may be any.
  const most = longest === 1 ? usualMost : Math.max(40, Math.min(usualMost, 30 * Math.max(longest, 10)));
  return Math.floor(drawLogBetween(random, least, most));
}

/** Never longer than the history, nor much more than a very short one allows. */
function drawHorizon(random: Random, seasons: readonly number[], historyLength: number): number {
  const season = seasons[0] ?? 1;
  const kind = drawWeighted(random, horizonKinds);
  const most = Math.min(mostHorizon, season > 1 ? historyLength : historyLength >> 1);
  const bound = (steps: number) => Math.max(leastHorizon, Math.min(Math.floor(steps), most));
  switch (kind) {
    case "cycles": {
      if (season === 1) return bound(drawInteger(random, 4, 12));
      // Whole cycles more often than not.
      return bound(season * (drawChance(random, 0.6) ? drawInteger(random, 1, 2) : drawBetween(random, 0.5, 2.2)));
    }
    case "usual":
      return bound(usualHorizons[random.integer(usualHorizons.length)]!);
    case "any":
      return bound(drawLogBetween(random, leastHorizon, mostHorizon + 1));
    default:
      return kind satisfies never;
  }
}
