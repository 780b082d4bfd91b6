// Series that grow by percentages and whose seasonal swing grows with them, wholly or in part: passengers, sales, users.
import { drawBetween, drawChance, drawLogBetween } from "../../../src/base/distributions.js";
import { portableExp } from "../../../src/base/portable.js";
import type { Random } from "../../../src/base/random.js";
import { drawMemory, type Family } from "../draft.js";
import { drawSeason } from "../shapes.js";

/** The logarithm of a level moves by less than this over the whole series. */
const mostGrowth = 5;

export const growth: Family = (random, length, seasons) => {
  const [season = 1] = seasons;
  const level = drawLogLevel(random, length, season);
  const swing = season > 1 ? drawLogBetween(random, 0.02, 0.4) : 0;
  const shape = season > 1 ? drawSeason(random, length, season) : new Float64Array(length);
  // 1: the swing is a share of the level; 0: it is the same at every level.
  const follow = drawChance(random, 0.6) ? 1 : drawBetween(random, 0.2, 1.1);
  const spread = drawLogBetween(random, 0.003, 0.12);
  const noise = drawMemory(random, length, drawChance(random, 0.5) ? 0 : drawBetween(random, 0, 0.9));
  const values = Float64Array.from({ length }, (_, t) => {
    const height = portableExp(level[t]!);
    return Math.max(
      0,
      height + portableExp(follow * level[t]!) * (portableExp(swing * shape[t]! + spread * noise[t]!) - 1),
    );
  });
  return { values, scale: "positive" };
};

/** Starts at 0. Growth is constant, slows down, or changes as it goes. */
function drawLogLevel(random: Random, length: number, season: number): Float64Array {
  const cycleSteps = Math.max(season, 6);
  const total = Math.min(mostGrowth, (length / cycleSteps) * drawLogBetween(random, 0.01, 0.3));
  const direction = drawChance(random, 0.88) ? 1 : -1;
  const slowing = drawChance(random, 0.35) ? drawBetween(random, 0.5, 4) : 0;
  const walk = drawChance(random, 0.5) ? drawLogBetween(random, 0.02, 0.3) : 0;
  const wander = drawMemory(random, length, 1 - drawLogBetween(random, 0.005, 0.05));
  const full = slowing > 0 ? 1 - portableExp(-slowing) : 1;
  return Float64Array.from({ length }, (_, t) => {
    const share = t / length;
    const done = slowing > 0 ? (1 - portableExp(-slowing * share)) / full : share;
    return direction * total * done + walk * total * (wander[t]! - wander[0]!) * 0.5;
  });
}
