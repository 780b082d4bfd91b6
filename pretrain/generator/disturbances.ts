// What happens to series: breaks, outliers, filled gaps. In: a draft. Out: the same, disturbed in place.
import { drawBetween, drawChance, drawInteger, drawLogBetween, drawStudent } from "../../src/base/distributions.js";
import { portableExp } from "../../src/base/portable.js";
import type { Random } from "../../src/base/random.js";
import { type Draft, momentsOf } from "./draft.js";
import { disturbanceShares } from "./proportions.js";

/** Half of one deviation of a latent series: what a positive one changes by in its logarithm. */
const logStep = 0.35;

/**
 * @param historyLength steps after which no gap is filled any more: what is forecast was observed
 * @param late whether something may begin just before them
 */
export function disturb(random: Random, draft: Draft, historyLength: number, late: boolean): void {
  const { values, scale } = draft;
  // Counts have their breaks in their rates, measurements in their own units none.
  if (scale === "latent" || scale === "positive") {
    const move = moverOf(draft);
    if (drawChance(random, disturbanceShares.levelShift)) shiftLevel(random, values.length, move);
    if (drawChance(random, disturbanceShares.trendChange)) changeTrend(random, values.length, move);
    if (drawChance(random, disturbanceShares.outliers)) addOutliers(random, values.length, move);
  }
  if (drawChance(random, disturbanceShares.flatRun)) flatten(random, draft, historyLength);
  if (late && (scale === "latent" || scale === "positive")) changeLate(random.fork("late"), draft, historyLength);
}

/** Changes the value at a step by a number of deviations. */
type Mover = (t: number, size: number) => void;

function moverOf({ values, scale }: Draft): Mover {
  const { deviation } = momentsOf(values);
  return scale === "latent"
    ? (t, size) => {
        values[t]! += size * deviation;
      }
    : (t, size) => {
        values[t]! *= portableExp(logStep * size);
      };
}

/** Once or twice, a quarter of them for a while only. */
function shiftLevel(random: Random, length: number, move: Mover): void {
  const shiftCount = drawInteger(random, 1, 2);
  for (let shift = 0; shift < shiftCount; shift++) {
    const from = random.integer(length);
    const to = drawChance(random, 0.25) ? Math.min(length, from + drawInteger(random, 3, 3 + (length >> 2))) : length;
    const size = 1.2 * random.normal();
    for (let t = from; t < to; t++) move(t, size);
  }
}

function changeTrend(random: Random, length: number, move: Mover): void {
  const from = random.integer(length);
  const slope = (3 * random.normal()) / length;
  for (let t = from; t < length; t++) move(t, slope * (t - from));
}

function addOutliers(random: Random, length: number, move: Mover): void {
  const share = drawLogBetween(random, 0.002, 0.04);
  const size = drawBetween(random, 1, 3);
  for (let t = 0; t < length; t++)
    if (drawChance(random, share)) move(t, Math.max(-12, Math.min(12, size * drawStudent(random, 4))));
}

/** Newest steps of a history in which something may have begun that no test of it has seen. */
const lateSteps = 8;

/** What begins just before the history ends: a shift that stays, one or two outliers, another trend. */
function changeLate(random: Random, draft: Draft, historyLength: number): void {
  if (!drawChance(random, disturbanceShares.lateChange)) return;
  const { values } = draft;
  const move = moverOf(draft);
  const most = Math.max(1, Math.min(lateSteps, historyLength >> 2));
  // The nearer the end, the likelier: what has just begun is the hardest to tell.
  const lateStep = () => historyLength - Math.floor(drawLogBetween(random, 1, most + 1));
  const from = lateStep();
  const size = (drawChance(random, 0.5) ? 1 : -1) * drawLogBetween(random, 0.7, draft.scale === "latent" ? 12 : 6);
  const kind = random.uniform();
  if (kind < 0.45) for (let t = from; t < values.length; t++) move(t, size);
  else if (kind < 0.85) {
    move(from, size);
    if (drawChance(random, 0.4)) move(lateStep(), size * drawBetween(random, 0.7, 1.3));
  } else {
    const slope = size / 2 / (values.length - from);
    for (let t = from; t < values.length; t++) move(t, slope * (t - from));
  }
}

/** The value before it held, a line through the gap, or 0 where that is possible. */
function flatten(random: Random, { values, scale }: Draft, historyLength: number): void {
  const stepCount = Math.floor(drawLogBetween(random, 2, Math.max(4, 0.15 * historyLength)));
  const from = 1 + random.integer(historyLength - stepCount - 1);
  const before = values[from - 1]!;
  const after = drawChance(random, 0.3) ? values[from + stepCount]! : before;
  const toZero = scale !== "latent" && drawChance(random, 0.4);
  for (let i = 0; i < stepCount; i++) {
    const held = before + ((after - before) * (i + 1)) / (stepCount + 1);
    values[from + i] = toZero ? 0 : scale === "counts" ? Math.round(held) : held;
  }
}
